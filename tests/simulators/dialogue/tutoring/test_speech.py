"""A lesson in words, also with a student whom the rules do not move."""

import numpy as np
import pytest

from playout.core.random import bits
from playout.simulators.dialogue.task import Heard
from playout.simulators.dialogue.tutoring import rules
from playout.simulators.dialogue.tutoring.task import Tutoring


@pytest.fixture
def lesson():
    task = Tutoring()
    state = task.start(np.array([bits(1, 0)], np.uint64))
    return task.speech(), state, task.items[state.item[0]]


def test_a_students_text_moves_what_everybody_sees(lesson) -> None:
    speech, state, item = lesson
    before, value = state.knows.copy(), state.value[0]
    reward, ended = speech.record(
        state, 0, Heard(rules.QUESTION), f"è {item.preposition} {item.noun} azzurro"
    )
    assert not ended and state.reply[0] == rules.PARTLY and state.turn[0] == 1
    assert state.shown[0, :2].tolist() == [rules.RIGHT] * 2
    assert reward == pytest.approx(0.5 - value - 0.1)
    reward, ended = speech.record(state, 0, Heard(rules.HINT, 2.0), f"So {item.target}!")
    assert ended and state.success[0] and reward == pytest.approx(0.5)
    assert state.hints[0, 2] == 1
    np.testing.assert_array_equal(state.knows, before, "what such a student thinks is not known")


def test_an_answer_without_an_attempt_keeps_the_verdict(lesson) -> None:
    speech, state, item = lesson
    speech.record(state, 0, Heard(rules.QUESTION), f"è {item.preposition}")
    verdict, shown = state.verdict[0], state.shown.copy()
    speech.record(state, 0, Heard(rules.OTHERS), f"What is the word for {item.english[1]}?")
    assert state.verdict[0] == verdict and state.asked[0] == rules.NOUN
    np.testing.assert_array_equal(state.shown, shown)


def test_the_role_of_a_student_does_not_hold_the_answer(lesson) -> None:
    speech, state, item = lesson
    assert item.sentence in speech.person_role(state, 0)
    assert item.target not in speech.person_role(state, 0)
