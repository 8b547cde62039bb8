"""What a learned world model reads and writes; total over whatever a model writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playout.core import Completion
from playout.simulators.learned import END, LearnedWorld, Predicted, asked, read, told


class Oracle:
    """Knows one world: going right adds one."""

    def __init__(self, answers):
        self.answers, self.asked = answers, []

    def generate(self, chats, sampling):
        self.asked += chats
        return [Completion(text=self.answers[chat]) for chat in chats]


def test_predictions_are_applied_to_the_state_before():
    before, after = "walls\np1", "walls\np2"
    model = LearnedWorld(Oracle({asked(before, "right"): told(before, after, "on")}))
    assert model.predict([before], ["right"]) == [Predicted(after, False, False)]
    assert model.predict([], []) == [] and model.calls == 1


@pytest.mark.parametrize(("then", "ended", "success"), [("on", 0, 0), ("over", 1, 0), ("solved", 1, 1)])
def test_ends(then, ended, success):
    assert read("a", told("a", "b", then)) == Predicted("b", bool(ended), bool(success))


@given(st.text() | st.text().map(lambda text: f"{text}{END}maybe"))
def test_what_cannot_be_read_changes_nothing(text):
    found = read("walls\na", text)
    assert found.read or found == Predicted("walls\na", False, False, False)
