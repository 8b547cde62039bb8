"""B2 on torch starts new games inside the measurement, as the compiled rules do."""

import pytest

from playout.experiments.bench.building import speed
from playout.experiments.bench.timing import Rate
from playout.simulators.building.blocks import PRESETS
from playout.simulators.building.game import GameConfig
from playout.simulators.building.goals.bank import goals_of

batch = pytest.importorskip("playout.simulators.building.batch")


def test_torch_restarts_each_time_all_rows_are_played(monkeypatch):
    calls, reset = [], batch.BuildingBatch.reset
    monkeypatch.setattr(speed, "COPIES", 2)
    monkeypatch.setattr(batch.BuildingBatch, "reset", lambda self, keys: calls.append(1) or reset(self, keys))

    def rate(play):
        before = len(calls)
        work = [play(), play()]
        rates.append((work, len(calls) - before))
        return Rate(1.0, 1.0)

    rates = []
    monkeypatch.setattr(speed, "rate", rate)
    config = GameConfig(size="tiny", goals=goals_of(PRESETS["tiny"], "valid", number=8))
    assert speed._torch_rates(config, speed.drawn_rows(config, 2, 3)).keys() == {"torch", "torch_with_masks"}
    assert rates == [([6, 6], 2), ([4, 4], 0)]
