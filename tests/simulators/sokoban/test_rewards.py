import numpy as np
import pytest

from playout.core.errors import WrongUse
from playout.simulators.sokoban import rewards, rules
from playout.simulators.sokoban.rewards import PRESETS, Rewards, rewards_of

PUSH = rules.MOVED | rules.PUSHED
ON, OFF, WON = PUSH | rules.BOX_ON, PUSH | rules.BOX_OFF, PUSH | rules.BOX_ON | rules.SOLVED


def test_the_events_are_those_of_the_rules():
    for name in ("BOX_ON", "BOX_OFF", "SOLVED", "EVENTS"):
        assert getattr(rewards, name) == getattr(rules, name)


@pytest.mark.parametrize(
    ("event", "ended", "worth"),
    [(0, 0, -0.1), (PUSH, 0, -0.1), (ON, 0, 0.9), (OFF, 0, -1.1), (WON, 1, 10.9), (0, 1, -0.1), (ON, 1, 0.9)],
)
def test_gym_sokoban(event, ended, worth):
    assert PRESETS["gym_sokoban"].table()[ended, event] == pytest.approx(worth, abs=1e-6)


@pytest.mark.parametrize(
    ("event", "ended", "worth"), [(0, 0, -0.1), (ON, 0, -0.1), (OFF, 0, -0.1), (WON, 1, 10.0), (0, 1, 0.0)]
)
def test_dyna_mind(event, ended, worth):
    assert PRESETS["dyna_mind"].table()[ended, event] == pytest.approx(worth, abs=1e-6)


def test_a_table_is_float32_over_all_events():
    table = Rewards(step=1, last_step=2, box_on=10, box_off=100, solved=1000).table()
    assert table.dtype == np.float32 and table.shape == (2, rules.EVENTS)
    assert table[1, rules.BOX_ON | rules.SOLVED] == 1012
    assert table[0, rules.BOX_OFF] == 101


def test_rewards_are_named_or_given():
    own = Rewards(step=0.0)
    assert rewards_of(own) is own
    assert rewards_of("dyna_mind") is PRESETS["dyna_mind"]
    with pytest.raises(WrongUse, match=r"gym_sokoban, dyna_mind.*'gym-sokoban'"):
        rewards_of("gym-sokoban")
