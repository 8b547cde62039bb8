"""D8's counters; its timings are not asserted."""

import pytest

pytest.importorskip("trl")

from playout.experiments.bench.dyna_mind import rollouts as module
from playout.experiments.bench.suite import Context


def test_no_finished_episode_is_prompted_or_stepped(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "SLOTS", 4)
    monkeypatch.setattr(module, "TIMES", 3)
    monkeypatch.setattr(module, "STATES", 60)
    monkeypatch.setattr(module, "WORLD", {**module.WORLD, "max_steps": 3})
    found = module.loop(Context(tmp_path))
    assert found.value["finished_prompted"] == found.value["finished_stepped"] == 0
    assert found.figures["episodes"] == 12
