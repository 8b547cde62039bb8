import numpy as np
import pytest

from playout.agents.planner.encoders import Seen
from playout.agents.planner.policies import ByHand, ConstantAct, Noisy, RandomActs
from playout.core import WrongUse

ACTS = ("ask", "tell", "wait")
SEEN = Seen(np.zeros((2, 16), np.int8), np.zeros((2, 1), np.float32))


def test_each_gives_probabilities():
    by_hand = ByHand(ACTS, lambda seen: np.arange(len(seen)))
    for policy, wanted in (
        (RandomActs(ACTS), [[1 / 3] * 3] * 2),
        (ConstantAct(ACTS, "tell"), [[0, 1, 0]] * 2),
        (by_hand, [[1, 0, 0], [0, 1, 0]]),
        (Noisy(by_hand, 0.3), [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1]]),
    ):
        np.testing.assert_allclose(np.exp(policy.log_probabilities(SEEN)), wanted)


def test_what_cannot_be_is_refused():
    with pytest.raises(WrongUse, match="expected one of ask, tell, wait, got 'shout'"):
        ConstantAct(ACTS, "shout")
    with pytest.raises(WrongUse, match="a share from 0 to 1"):
        Noisy(RandomActs(ACTS), 2)
