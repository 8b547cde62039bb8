"""From acts to words: who words what a system or a person means.

A realiser sees the wordings' rule (an act's or a reply's name) and what is to be filled in. State, prices
and verdicts never depend on it. :class:`Templates` are the grammar's wordings; :class:`ModelWords` lets a
language model say the same in its own words, and falls back to them where it fails.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

import numpy as np

from playout.core import Chat, ChatModel, Message, Sampling
from playout.core.random import STREAM_WORDS, Stream, bits
from playout.language.judging import quote
from playout.simulators.dialogue.grammar import Wording
from playout.simulators.dialogue.task import Speech

_NUMBER = re.compile(r"\d+")
_DRAWS = 64  # draws per turn and side that have places of their own


class Utterance(NamedTuple):
    """One turn of one side, in words."""

    speaker: str
    text: str
    act: str
    """What was meant."""


class Realiser(Protocol):
    """Words what is meant."""

    def say(
        self, speech: Speech, side: int, name: str, state: Any, i: int, before: Sequence[Utterance]
    ) -> str:
        """The words of one turn.

        Args:
            speech: of the task.
            side: 0 the system, 1 the person.
            name: of the act or the reply.
            state: after the turn: its slots are those of this act and reply.
            i: whose.
            before: the dialogue so far.
        """
        ...


class Templates:
    """The grammar's wordings of one split."""

    def __init__(self, wording: Wording = "train") -> None:
        """Use the wordings of the split ``wording``: ``train`` or ``unseen``."""
        self.wording: Wording = wording

    def say(
        self, speech: Speech, side: int, name: str, state: Any, i: int, before: Sequence[Utterance]
    ) -> str:
        """A wording drawn by the episode's key, the turn and the side."""
        place = (2 * int(state.turn[i]) + side) * _DRAWS
        draws = Stream(int(state.key[i]), STREAM_WORDS, place)
        return speech.grammar.say(name, self.wording, speech.slots(state, i), draws)


class ModelWords:
    """A language model says what a wording says in its own words.

    What the wording fills in must be in them to the letter, and no other number; where it is not, or the
    model fails, the wording itself is said.
    """

    exact_restore = False

    def __init__(
        self, model: ChatModel, *, wording: Wording = "train", temperature: float = 0.7, max_tokens: int = 64
    ) -> None:
        """Let ``model`` reword the wordings of the split ``wording``."""
        self.model, self._templates = model, Templates(wording)
        self._sampling = Sampling(max_tokens=max_tokens, temperature=temperature)

    def say(
        self, speech: Speech, side: int, name: str, state: Any, i: int, before: Sequence[Utterance]
    ) -> str:
        """The model's words, or the wording's."""
        wording = self._templates.say(speech, side, name, state, i, before)
        kept = [word for word in speech.slots(state, i).values() if word and _holds(wording, word)]
        seed = bits(int(state.key[i]), 2 * int(state.turn[i]) + side, STREAM_WORDS) >> 33
        chat = _rewording(speech.speakers[side], wording, kept, before)
        answer = self.model.generate([chat], replace(self._sampling, seeds=(seed,)))[0]
        text = " ".join(answer.text.split()) if answer.finish != "error" else ""
        numbers = set(_NUMBER.findall(text)) - set(_NUMBER.findall(wording))
        return text if text and not numbers and all(_holds(text, word) for word in kept) else wording


def _holds(text: str, word: str) -> bool:
    return word.lower() in text.lower()


def _rewording(speaker: str, wording: str, kept: Sequence[str], before: Sequence[Utterance]) -> Chat:
    told = "\n".join(f"The {one.speaker} says:\n{quote(one.text)}" for one in before[-4:])
    keep = f" Keep these to the letter: {'; '.join(kept)}." if kept else ""
    ask = (
        f"{told}\n\nNow the {speaker} wants to say:\n{quote(wording)}\nSay the same in other words, as the"
        f" {speaker} would in this conversation: one short sentence, nothing else.{keep}"
    )
    return (Message("system", f"You put into words what the {speaker} says."), Message("user", ask.strip()))


def opening(speech: Speech, realiser: Realiser, state: Any, i: int) -> list[Utterance]:
    """How the dialogue of copy ``i``, just started, begins."""
    return [answer(speech, realiser, state, i, [])]


def turn(
    speech: Speech, realiser: Realiser, act: int, state: Any, i: int, before: Sequence[Utterance]
) -> list[Utterance]:
    """The words of both sides for the turn that copy ``i`` has just taken."""
    system = _said(speech, realiser, 0, speech.task.acts[act], state, i, before)
    return [system, answer(speech, realiser, state, i, [*before, system])]


def answer(speech: Speech, realiser: Realiser, state: Any, i: int, before: Sequence[Utterance]) -> Utterance:
    """The person's words for the turn that copy ``i`` has just taken; what it answers is in ``before``."""
    return _said(speech, realiser, 1, speech.task.replies[state.reply[i]], state, i, before)


def transcript(speech: Speech, realiser: Realiser, key: int, acts: Sequence[int]) -> list[Utterance]:
    """The dialogue that ``acts`` lead to in the episode of ``key``: played again, and worded."""
    state = speech.task.start(np.array([key], np.uint64))
    said = opening(speech, realiser, state, 0)
    for act in acts:
        speech.task.step(state, np.array([act], np.int64))
        said += turn(speech, realiser, act, state, 0, said)
    return said


def _said(
    speech: Speech, realiser: Realiser, side: int, name: str, state: Any, i: int, before: Sequence[Utterance]
) -> Utterance:
    return Utterance(speech.speakers[side], realiser.say(speech, side, name, state, i, before), name)
