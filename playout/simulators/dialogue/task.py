"""What a dialogue task is at act level: the system picks an act, a simulated person replies.

A task is compiled rules over N copies at once, the people included. Words are another matter: a task's
:class:`Speech` knows what was meant, and ``realisers`` words it when somebody asks. The environments over
it are ``envs.dialogue``; the same state machine stands behind the worlds of free text.

A state is a NamedTuple of arrays ``[N, ...]`` that a step changes in place. Every task's state has the
fields of :class:`StateFields`; the others are its own.
"""

from math import nan
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

import numpy as np

from playout.simulators.dialogue.assessors import Assessor, Scale
from playout.simulators.dialogue.grammar import Grammar

Split = Literal["train", "valid", "unseen"]
SPLITS: tuple[Split, ...] = ("train", "valid", "unseen")
"""``valid`` is for choices, ``unseen`` for the final test; each has people and cases of its own."""

HISTORY = 16
"""Turns of either side that an observation's ``acts`` holds."""
FEATURE_BOUND = 2.0
"""Features lie in [-2, 2]."""

S = TypeVar("S", bound=tuple)


class StateFields(Protocol):
    """What every task's state holds, of N copies."""

    key: np.ndarray  # uint64[N]: of the episode; all draws are at (key, turn and purpose)
    turn: np.ndarray  # int64[N]: acts of the system so far
    reply: np.ndarray  # int64[N]: the person's last act; at the start how they opened
    success: np.ndarray  # bool[N]
    verdict: np.ndarray  # int64[N]: exact, by its number on the task's scale


class ActTask(Protocol):
    """A task at act level."""

    name: str
    acts: tuple[str, ...]
    """Of the system, in the order of ``acts``."""
    replies: tuple[str, ...]
    """Acts of the person."""
    features: tuple[str, ...]
    """Names of the numbers a planner may see beside the acts."""
    metrics: tuple[str, ...]
    """Names of the numbers of an episode."""
    max_turns: int
    """Acts of the system after which the environment truncates."""
    assessor: Assessor
    """Who decides the rewards."""

    def start(self, keys: np.ndarray) -> Any:
        """The states of new episodes, one for each of ``keys`` (uint64[N])."""
        ...

    def step(
        self, state: Any, acts: np.ndarray, details: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """One act of the system and the person's reply, in place, for every copy.

        Copies whose episode has ended may be among them; what they give is not used.

        Args:
            state: of :meth:`start`.
            acts: int64[N], in range.
            details: float64[N], what the act is about where words have said so (a price, a part of the
                sentence); NaN, or None for all, lets the task's own rule decide.

        Returns:
            Rewards float32[N], as the task's assessor sees it, and terminated bool[N].
        """
        ...

    def observe(self, state: Any) -> np.ndarray:
        """The features: float32[N, F] in [-2, 2]."""
        ...

    def outcome(self, state: Any) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Success bool[N] and metrics float64[N] by name: exact, whatever the assessor says."""
        ...

    def privileged(self, state: Any, i: int) -> dict[str, Any]:
        """What the system must not know of copy ``i``; ``expert_plan`` is the best next act known."""
        ...

    def case_text(self, state: Any, i: int) -> str:
        """The case of copy ``i`` as the system is told it before the dialogue."""
        ...

    def human_acts(self) -> np.ndarray:
        """How often people chose each act after each id of a history: float64[codes, A], rows sum to 1."""
        ...

    def speech(self) -> "Speech":
        """How it is talked about."""
        ...


class Heard(NamedTuple):
    """What an utterance of the system does, as far as its words tell."""

    act: int
    detail: float = nan
    """As in ``ActTask.step``."""
    note: str = ""
    """What could not be taken as it was said, for the speaker; empty where nothing was odd."""


class Speech(Protocol):
    """How the two sides of a task talk: from acts to words and back."""

    @property
    def task(self) -> ActTask:
        """What is talked about."""
        ...

    speakers: tuple[str, str]
    """The system's and the person's role as shown: ``("tutor", "student")``."""
    instructions: str
    """Role and rules for whoever speaks as the system."""
    grammar: Grammar
    """Has a rule for each of the task's acts and replies, by its name."""
    scale: Scale
    """On which a dialogue is assessed."""
    exact: bool
    """Whether :meth:`record` tells from the words alone whether the goal is reached."""

    def slots(self, state: Any, i: int) -> dict[str, str]:
        """What the wordings of the last act and the last reply of copy ``i`` may fill in."""
        ...

    def hear(self, text: str, state: Any, i: int) -> Heard:
        """What ``text``, said by the system to the person of copy ``i``, does."""
        ...

    def values(self, state: Any, i: int) -> tuple[float, ...]:
        """What each verdict of the scale is worth for copy ``i`` now."""
        ...

    def price(self, state: Any, i: int) -> str:
        """The price of the deal that copy ``i`` may have made, as said; empty where there are no prices."""
        ...

    def facts(self, state: Any, i: int) -> dict[str, str]:
        """What a viewer sees beside the words of copy ``i``: nothing that is hidden from the system."""
        ...

    def track(self, state: Any, i: int) -> dict[str, float]:
        """Those of the facts that are numbers, to be followed from turn to turn; NaN where none is yet."""
        ...

    def person_role(self, state: Any, i: int) -> str:
        """Instructions for a model that plays the person of copy ``i``."""
        ...

    def record(self, state: Any, i: int, heard: Heard, text: str) -> tuple[float, bool]:
        """Let ``text`` be the person's answer to ``heard`` instead of the rules' own, in place.

        Returns:
            Reward and terminated, as ``ActTask.step`` gives them.
        """
        ...


def system_code(act: int) -> int:
    """The id of the system's ``act`` in a history; 0 is no turn."""
    return 1 + act


def reply_code(task: ActTask, reply: int) -> int:
    """The id of the person's ``reply`` in a history."""
    return 1 + len(task.acts) + reply


def codes(task: ActTask) -> int:
    """How many ids a history of ``task`` may hold, that of no turn included."""
    return 1 + len(task.acts) + len(task.replies)


def put(state: S, chosen: np.ndarray, other: S) -> None:
    """Write the rows of ``other`` to the rows of ``state`` that ``chosen`` (bool[N]) marks, in order."""
    rows = np.flatnonzero(chosen)
    for mine, new in zip(state, other, strict=True):
        mine[rows] = new


def row(state: tuple, i: int) -> dict[str, np.ndarray]:
    """Copy ``i`` as plain data."""
    return {name: array[i].copy() for name, array in zip(_fields(state), state, strict=True)}


def set_row(state: tuple, i: int, saved: dict[str, Any]) -> None:
    """Take copy ``i`` back to what :func:`row` gave."""
    for name, array in zip(_fields(state), state, strict=True):
        array[i] = saved[name]


def _fields(state: Any) -> tuple[str, ...]:
    return state._fields
