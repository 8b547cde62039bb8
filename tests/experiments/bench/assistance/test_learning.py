"""B4, B5 and B7 on a made-up result, and without one."""

import json
import sys

import pytest

from playout.experiments.bench.assistance import MEASURES
from playout.experiments.bench.suite import Context, Missing

LEARNING = sys.modules[
    "playout.experiments.bench.assistance.learning"
]  # the package has a function of its name


def result(goal):
    rows = {
        f"{name}.train": {"goal_percentage": {"mean": mean}}
        for name, mean in (("assistance-zero", goal), ("alone", 0.966))
    }
    saved = {"train": 0.3, "unseen": 0.3}
    beaten = {"alone": {"difference": {"high": -1.0}}}
    return {"rows": rows, "saved": saved, "way_from_blind_to_oracle": 0.5, "zero_minus": beaten}


@pytest.mark.parametrize(("goal", "met"), [(0.962, True), (0.95, False)])
def test_the_share_of_the_goal_is_printed_since_it_counts(tmp_path, monkeypatch, goal, met):
    file = tmp_path / "assistance_learning.json"
    file.write_text(json.dumps(result(goal)))
    monkeypatch.setattr(LEARNING, "RESULT", file)
    bar = MEASURES["B4"](Context(tmp_path))
    assert bar.met is met
    assert bar.value["goal"] == {"assistance-zero": goal, "alone": 0.966}
    assert bar.value.keys() == bar.bar.keys()


@pytest.mark.parametrize("key", ["B4", "B5", "B7"])
def test_without_the_result_it_says_what_to_copy_where(tmp_path, monkeypatch, key):
    monkeypatch.setattr(LEARNING, "RESULT", tmp_path / "assistance_learning.json")
    with pytest.raises(Missing, match=r"playout experiment assistance-zero .*copy .* to benchmarks/"):
        MEASURES[key](Context(tmp_path))
