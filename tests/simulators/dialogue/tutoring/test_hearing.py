"""What tutors and students do by what they say: our wordings, and other people's words."""

import math

import numpy as np
import pytest

from playout.core.random import bits
from playout.simulators.dialogue.grammar import WORDINGS
from playout.simulators.dialogue.realisers import Templates, turn
from playout.simulators.dialogue.tutoring import rules
from playout.simulators.dialogue.tutoring.hearing import GIVEN_AWAY, hear_student, hear_tutor
from playout.simulators.dialogue.tutoring.lexicon import parse
from playout.simulators.dialogue.tutoring.task import Tutoring

BOX = parse("is behind the blue box", "e dietro la scatola blu")


@pytest.mark.parametrize("wording", WORDINGS)
def test_our_wordings_are_heard_as_what_they_word(wording) -> None:
    task, realiser = Tutoring(), Templates(wording)
    speech = task.speech()
    for episode in range(150):
        state = task.start(np.array([bits(episode, 3)], np.uint64))
        for t in range(6):
            act = bits(episode, t, 2) % len(task.acts)
            task.step(state, np.array([act]))
            system, person = turn(speech, realiser, act, state, 0, [])
            heard, item = speech.hear(system.text, state, 0), task.items[state.item[0]]
            assert heard.act == act, system
            assert state.about[0] in (-1, heard.detail), system
            answer = hear_student(person.text, item)
            assert (answer.reply, answer.asked) == (state.reply[0], state.asked[0]), person
            if answer.shown:
                assert answer.shown == tuple(state.shown[0])
            if state.success[0]:
                break


@pytest.mark.parametrize(
    ("text", "act", "part"),
    [
        ('OK, "box" is "scatola"', rules.HINT, rules.NOUN),
        ('Well, "is behind the" is "e dietro la"', rules.HINT, rules.PREPOSITION),
        ("Remember that adjectives come after the noun in Italian.", rules.HINT, rules.ORDER),
        ("Its first letter is b; remember your colours!", rules.HINT, None),
        ("Almost! It should be scatola, not gatto.", rules.CORRECTION, rules.NOUN),
        ("Not quite, the order of the words is different.", rules.CORRECTION, rules.ORDER),
        ("Why don't you try filling in what you can.", rules.QUESTION, None),
        ("Do you know any of the words?", rules.QUESTION, None),
        ("Yes, exactly right!", rules.CONFIRMATION, None),
        ("My cat likes fish.", rules.OTHERS, None),
        ("Student: è dietro il box", rules.OTHERS, None),
        ("Ciao", rules.OTHERS, None),
        ("\x00\ud800", rules.OTHERS, None),
    ],
)
def test_tutors(text: str, act: int, part: int | None) -> None:
    heard = hear_tutor(text, BOX)
    assert heard.act == act
    assert math.isnan(heard.detail) if part is None else heard.detail == part


@pytest.mark.parametrize("text", ["It is: è dietro la scatola blu.", 'Say "E DIETRO LA SCATOLA BLU"'])
def test_giving_the_answer_away_teaches_nothing_and_says_so(text: str) -> None:
    assert hear_tutor(text, BOX)[::2] == (rules.OTHERS, GIVEN_AWAY)


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("È dietro la scatola blu", rules.WHOLE),
        ("e dietro la scatola blue", rules.PARTLY),
        ("e dietro la blu scatola", rules.MISORDERED),
        ("il gatto e verde", rules.ALL_WRONG),
        ("Is it e dietro la box blu?", rules.UNSURE),
        ("What is the word for box?", rules.ASKS),
        ("How do you say blue?", rules.ASKS),
        ("I have no idea", rules.BLANK),
        ("", rules.BLANK),
        ("Ok, thanks", rules.NOTED),
        ("It rains a lot here", rules.CHATS),
    ],
)
def test_students(text: str, reply: int) -> None:
    assert hear_student(text, BOX).reply == reply
