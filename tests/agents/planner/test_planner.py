import numpy as np
import pytest

from playout.agents.planner.encoders import Seen
from playout.agents.planner.planner import Planner, PlannerShape, greedy, sampled
from playout.core import WrongUse

SHAPE = PlannerShape(acts=("ask", "tell"), symbols=5, features=1, hidden=3)


def seen(n=3):
    draws = np.random.default_rng(0)
    return Seen(draws.integers(0, 5, (n, 16)).astype(np.int8), draws.normal(size=(n, 1)).astype(np.float32))


def test_a_planner_comes_back_from_its_files(tmp_path):
    planner = Planner(SHAPE, seed=1)
    for weight in planner.network.weights.values():
        weight += np.random.default_rng(3).normal(size=weight.shape)
    planner.save(tmp_path / "planner")
    again = Planner.load(tmp_path / "planner")
    assert again.shape == SHAPE
    np.testing.assert_array_equal(again.log_probabilities(seen()), planner.log_probabilities(seen()))


def test_files_that_are_missing_or_do_not_fit_are_named(tmp_path):
    with pytest.raises(WrongUse, match=r"it has no planner yet \(.*planner.json is missing\)"):
        Planner.load(tmp_path)
    Planner(SHAPE).save(tmp_path)
    file = tmp_path / "planner.json"
    text = file.read_text()
    file.write_text(text.replace('"tell"', '"tell", "more"'))
    with pytest.raises(WrongUse, match="3 acts, but the weights have 2"):
        Planner.load(tmp_path)
    file.write_text(text.replace("hidden", "hiden"))
    with pytest.raises(WrongUse, match="not a planner of this version"):
        Planner.load(tmp_path)


def test_acts_are_drawn_by_their_probabilities():
    p = np.array([[0.5, 0.0, 0.5]])
    with np.errstate(divide="ignore"):
        logs = np.log(np.repeat(p, 1000, 0))
    drawn = sampled(logs, np.linspace(0, 1, 1000, endpoint=False))
    assert np.bincount(drawn, minlength=3).tolist() == [500, 0, 500]
    assert greedy(logs)[0] == 0


def test_shapes_that_cannot_be_are_refused():
    with pytest.raises(WrongUse, match="cannot be negative"):
        PlannerShape(acts=("a",), symbols=3, features=1, hidden=-1)
