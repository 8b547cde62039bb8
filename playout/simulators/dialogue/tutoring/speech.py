"""The tutoring task in words."""

from typing import Any

import numpy as np

from playout.core.random import STREAM_WORDS, Stream
from playout.simulators.dialogue.assessors import TUTORING_SCALE
from playout.simulators.dialogue.task import Heard
from playout.simulators.dialogue.tutoring import rules
from playout.simulators.dialogue.tutoring.attempts import written
from playout.simulators.dialogue.tutoring.hearing import hear_student, hear_tutor
from playout.simulators.dialogue.tutoring.task import PARTS, Tutoring
from playout.simulators.dialogue.tutoring.words import GRAMMAR

_INSTRUCTIONS = (
    "You teach Italian. Your student is to translate an English phrase; you know the answer, but must not"
    " give all of it away: lead the student there. Each turn say one short sentence to the student:"
    " a hint about one part (preposition with article, noun, colour, or that the colour follows the noun), a"
    " question that makes the student try, a correction of a mistake, or a confirmation. The lesson ends when"
    " the student says the whole phrase. Give what you say in <action></action>, for example"
    ' <action>Remember that "box" is "scatola".</action>.'
)
_ATTEMPT = 1 << 32  # draws of an attempt are far from those of the wordings around it


class TutoringSpeech:
    """Tutor and student."""

    speakers: tuple[str, str] = ("tutor", "student")
    instructions = _INSTRUCTIONS
    grammar = GRAMMAR
    scale = TUTORING_SCALE
    exact = True

    def __init__(self, task: Tutoring) -> None:
        """Word ``task``."""
        self.task = task

    def slots(self, state: rules.State, i: int) -> dict[str, str]:
        """``fact`` and ``fix`` about the act's part, ``sentence``, the word ``asked`` for, ``attempt``."""
        item, about, asked = self.task.items[state.item[i]], int(state.about[i]), int(state.asked[i])
        fact, fix = "the words you used so far are all there", "read your words once more"
        if about == rules.ORDER:
            fact, fix = "the colour comes after the noun", "the colour goes after the noun"
        elif about >= 0:
            english, italian = item.english[about], (item.preposition, item.noun, item.colour)[about]
            fact, fix = f'"{english}" is "{italian}"', f'"{english}" should be "{italian}"'
        draws = Stream(int(state.key[i]), STREAM_WORDS, _ATTEMPT + (int(state.turn[i]) << 8))
        attempt = ""
        if state.reply[i] >= rules.ALL_WRONG:
            attempt = written(item, state.shown[i].tolist(), (state.knows[i] == rules.DIM).tolist(), draws)
        return {
            "fact": fact,
            "fix": fix,
            "sentence": item.sentence,
            "asked": item.english[asked] if asked >= 0 else "it",
            "attempt": attempt,
        }

    def hear(self, text: str, state: rules.State, i: int) -> Heard:
        """The tutor's act and part; see ``hearing``."""
        return hear_tutor(text, self.task.items[state.item[i]])

    def values(self, state: rules.State, i: int) -> tuple[float, ...]:
        """The scale's own."""
        return self.scale.values

    def price(self, state: rules.State, i: int) -> str:
        """None is spoken of."""
        return ""

    def facts(self, state: rules.State, i: int) -> dict[str, str]:
        """Which parts were right in the last attempt."""
        shown = zip(PARTS, state.shown[i].tolist(), strict=True)
        right = [part for part, how in shown if how == rules.RIGHT]
        return {"right so far": ", ".join(right) or "nothing"}

    def track(self, state: rules.State, i: int) -> dict[str, float]:
        """How many parts were right in the last attempt."""
        return {"parts right": float((state.shown[i] == rules.RIGHT).sum())}

    def person_role(self, state: rules.State, i: int) -> str:
        """For a model that plays the student."""
        return (
            "You are a student who knows very little Italian, and your tutor wants you to translate"
            f' "{self.task.items[state.item[i]].sentence}" into Italian. Learn only from what the tutor tells'
            " you; make the mistakes of a beginner. Answer the tutor with one short, succinct sentence."
        )

    def record(self, state: Any, i: int, heard: Heard, text: str) -> tuple[float, bool]:
        """Take ``text`` as the student's answer: what is right in it is read from it."""
        answer = hear_student(text, self.task.items[state.item[i]])
        one = rules.State(*(array[i : i + 1] for array in state))
        shown = np.array(answer.shown or (), np.int64)
        reward = self.task.record(one, heard.act, heard.detail, answer.reply, shown, answer.asked)
        return reward, bool(state.over[i])
