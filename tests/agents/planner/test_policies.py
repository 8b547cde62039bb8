import numpy as np
import pytest

from playout.agents.planner.encoders import Seen
from playout.agents.planner.policies import ActTable, ByHand, ConstantAct, Noisy, RandomActs, policy_named
from playout.core import WrongUse
from playout.simulators.dialogue.bargaining.task import Negotiation

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


def test_a_table_answers_what_was_heard_last():
    table = np.tile([[0.5, 0.5, 0.0]], (6, 1))
    table[2] = [0, 0, 1]
    seen = Seen(np.array([[0] * 15 + [2], [2] * 15 + [1]], np.int8), np.zeros((2, 1), np.float32))
    np.testing.assert_allclose(
        np.exp(ActTable(ACTS, table).log_probabilities(seen)), [[0, 0, 1], [0.5, 0.5, 0]]
    )
    with pytest.raises(WrongUse, match="expected rows of 3 that sum to 1"):
        ActTable(ACTS, 2 * table)


@pytest.mark.parametrize("population", ["designed", "fitted"])
def test_people_are_imitated_in_any_population(population):
    assert isinstance(policy_named("fitted", Negotiation(population=population)), ActTable)
