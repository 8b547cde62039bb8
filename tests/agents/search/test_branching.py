import numpy as np
import pytest

from playout.agents.search.branching import SearchConfig, search
from playout.core import Snapshot, WrongUse


class Bits:
    """Four acts of 0 or 1; the reward comes at the end and is their value as a binary number."""

    def __init__(self):
        self.bits = []

    def snapshot(self):
        return Snapshot("bits", {"bits": list(self.bits)})

    def restore(self, snapshot):
        self.bits = list(snapshot.state["bits"])

    def step(self, action):
        self.bits.append(action)
        ended = len(self.bits) == 4
        reward = float(int("".join(map(str, self.bits)), 2)) if ended else 0.0
        return tuple(self.bits), reward, ended, False, {}


def even(observation, info):
    return np.array([0.5, 0.5])


def test_it_finds_the_best_act_and_leaves_the_world_as_it_was():
    world = Bits()
    found = search(world, (), {}, even, SearchConfig(simulations=60))
    assert world.bits == []
    assert found.visits.argmax() == 1
    assert found.visits.sum() == 60
    assert found.values[1] > found.values[0]
    assert 60 * 4 >= found.steps > 0


def test_it_searches_from_where_the_world_stands():
    world = Bits()
    world.step(1)
    world.step(1)
    found = search(world, (1, 1), {}, even, SearchConfig(simulations=30))
    assert found.steps == 30 * 2
    assert found.values[1] > 13


def test_the_prior_decides_where_little_is_simulated():
    found = search(Bits(), (), {}, lambda *_: np.array([0.95, 0.05]), SearchConfig(simulations=2))
    assert found.visits.tolist() == [2, 0]
    assert np.isnan(found.values[1])


def test_acts_are_worded_for_worlds_that_take_other_actions():
    said = []

    class Words(Bits):
        def step(self, action):
            said.append(action)
            return super().step(int(action))

    search(Words(), (), {}, even, SearchConfig(simulations=3), word=lambda act, *_: str(act))
    assert set(said) == {"0", "1"}


def test_settings_that_cannot_be_are_refused():
    with pytest.raises(WrongUse, match="at least 1"):
        SearchConfig(simulations=0)
