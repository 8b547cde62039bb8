"""What a policy imagines is read as a value: steps, certainty, and nonsense."""

import pytest

from playout.agents.dyna.learned_value import UNREAD, LearnedValue, worth_of
from playout.agents.dyna.lookahead import LOST, Seen
from playout.agents.dyna.response import Future, Imagined
from playout.core import Completion, Decision

TWO = (Imagined("left"), Imagined("up"))


class Says:
    """A policy that writes the same in every turn."""

    needs = frozenset[str]()

    def __init__(self, text):
        self.text, self.turns = text, []

    def act(self, turns):
        self.turns += turns
        return [Decision(action="up", completions=(Completion(text=self.text),)) for _ in turns]


@pytest.mark.parametrize(
    ("values", "score", "text"),
    [
        (("5",), -7.0, "7"),
        (("solved", "lost"), -2.0, "2"),
        (("9", "3"), -5.0, "5"),
        (("lost", "lost"), LOST, "lost"),
        (("lost", "soon"), LOST, "lost"),
        (("soon", "-1"), -UNREAD, "unknown"),
        ((), -UNREAD, "unknown"),
    ],
)
def test_the_best_future_counts(values, score, text):
    assert worth_of([Future(TWO, value) for value in values]) == (score, text)


def test_ends_are_certain_and_nobody_is_asked():
    policy = Says("<think><do>up<see>a<value>3</think><plan>up</plan><action>up</action>")
    value = LearnedValue(policy)
    assert value(None, Seen("", (), ended=True, success=True)).text == "solved"
    assert value(None, Seen("", (), ended=True)).score == LOST
    assert not policy.turns
    assert value(None, Seen("here", ("up",))) == (-4.0, "4")
    assert [turn.observation for turn in policy.turns] == ["here"]
    assert value(None, Seen("cut", (), ended=True, cut=True)) == (-4.0, "4")
