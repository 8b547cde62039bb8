"""A person played by a language model: any ``ChatModel``, with the dialogue in its state."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from playout.core import Chat, ChatModel, Message, Reaction, Sampling
from playout.core.random import STREAM_PERSON, bits

_LABEL = re.compile(r"(?:^|\n)\s*\**\w[\w ]{0,20}\**\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Case:
    """Who is played, and how the dialogue begins."""

    role: str
    """Instructions to the model."""
    speakers: tuple[str, str]
    """The other side's role and this person's."""
    opening: str
    """What this person says first."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """The state of a person: plain data."""

    case: Case
    key: int
    said: tuple[tuple[int, str], ...]
    """(0 the other side, 1 this person; text), in order."""
    error: str = ""
    """Why the last answer is missing, where the model failed."""


def save(state: Remembered) -> dict[str, Any]:
    """Plain data for a snapshot."""
    return asdict(state)


def load(saved: Mapping[str, Any]) -> Remembered:
    """Take back what :func:`save` gave."""
    case, said = saved["case"], tuple((side, text) for side, text in saved["said"])
    speakers = tuple(case["speakers"])
    return Remembered(Case(case["role"], speakers, case["opening"]), saved["key"], said, saved["error"])


class ModelPerson:
    """Answers as the person of a case would; a ``core.Person``."""

    def __init__(self, model: ChatModel, *, temperature: float = 0.7, max_tokens: int = 64) -> None:
        """Let ``model`` speak.

        Args:
            model: any.
            temperature: of its answers.
            max_tokens: most tokens of one.
        """
        self.model, self.temperature, self.max_tokens = model, temperature, max_tokens

    def start(self, cases: Sequence[Case], keys: Sequence[int]) -> list[Remembered]:
        """Persons who have said their opening."""
        return [Remembered(case, key, ((1, case.opening),)) for case, key in zip(cases, keys, strict=True)]

    def react(
        self, states: Sequence[Remembered], heard: Sequence[str]
    ) -> tuple[list[Remembered], list[Reaction]]:
        """Let each person answer; one whose model fails says nothing, and its state tells why."""
        asked = [
            replace(state, said=(*state.said, (0, text))) for state, text in zip(states, heard, strict=True)
        ]
        seeds = tuple(bits(state.key, len(state.said), STREAM_PERSON) >> 33 for state in asked)
        sampling = Sampling(max_tokens=self.max_tokens, temperature=self.temperature, seeds=seeds)
        completions = self.model.generate([_chat(state) for state in asked], sampling)
        after, reactions = [], []
        for state, completion in zip(asked, completions, strict=True):
            failed = completion.finish == "error"
            text = "" if failed else own_words(completion.text, state.case.speakers[1])
            error = (completion.error or "the model gave no reason") if failed else ""
            after.append(replace(state, said=(*state.said, (1, text)), error=error))
            reactions.append(Reaction(act="", offer=None, text=text, done=False))
        return after, reactions


def own_words(text: str, speaker: str) -> str:
    """What ``speaker`` says in ``text``: without its label, and cut where another speaker's line begins."""
    text = re.sub(rf"^\s*\**{re.escape(speaker)}\**\s*:\s*", "", text, flags=re.IGNORECASE)
    label = _LABEL.search(text)
    return " ".join((text[: label.start()] if label and label.start() else text).split())


def _chat(state: Remembered) -> Chat:
    """The dialogue as this person's model sees it: its own turns are the assistant's."""
    roles = ("user", "assistant")
    messages = [Message(roles[side], text) for side, text in state.said]
    return (Message("system", state.case.role), Message("user", "Please begin."), *messages)
