"""The protocols by which the floors of the suite know each other: structural, not subclassed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from playout.core.records import (
        Chat,
        Completion,
        Decision,
        Reaction,
        Sampling,
        Score,
        Step,
        StepResult,
        Turn,
    )
    from playout.core.snapshots import Snapshot


@runtime_checkable
class ChatModel(Protocol):
    """Writes one completion per chat."""

    def generate(self, chats: Sequence[Chat], sampling: Sampling) -> list[Completion]:
        """Answer all chats; one that fails gets ``finish="error"``, never an exception for all."""
        ...


@runtime_checkable
class Scorer(Protocol):
    """Scores given answers."""

    def score(self, chats: Sequence[Chat], answers: Sequence[Sequence[str]]) -> list[list[Score]]:
        """The log-likelihood of each of a chat's answers.

        Raises:
            Unsupported: the backend cannot score; the message names the way out.
        """
        ...


class Person(Protocol):
    """A simulated human: pure functions of a state that is part of the world's state."""

    def start(self, cases: Sequence[Any], keys: Sequence[int]) -> list[Any]:
        """One state per case, its random key included."""
        ...

    def react(self, states: Sequence[Any], heard: Sequence[str]) -> tuple[list[Any], list[Reaction]]:
        """The next states and what each person says."""
        ...


@runtime_checkable
class Branchable(Protocol):
    """A world that can be saved, restored and stepped: all that search and hindsight need."""

    def snapshot(self) -> Snapshot:
        """The whole state as plain data."""
        ...

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to ``snapshot``; what follows is as it was then."""
        ...

    def step(self, action: Any) -> StepResult:
        """Gymnasium's step."""
        ...


@runtime_checkable
class Agent(Protocol):
    """Whatever picks actions, batched over the live episodes.

    Optional methods: ``reset(episodes: Sequence[int])`` when episodes start, ``close()`` at the end.
    """

    needs: frozenset[str]
    """Of {"legal_actions", "world", "privileged"}; the last two mark the agent as an oracle."""

    def act(self, turns: Sequence[Turn]) -> list[Decision]:
        """One decision per turn, in order."""
        ...


class BatchedWorld(Protocol):
    """N copies of a world as arrays ``[N, ...]`` or tensors on one device."""

    def reset(self, keys: Any) -> Any:
        """States of new episodes, one per key."""
        ...

    def step(self, state: Any, actions: Any) -> Step:
        """All copies one step on; no copy is reset."""
        ...

    def observe(self, state: Any) -> Any:
        """Observations ``[N, ...]``."""
        ...

    def legal(self, state: Any) -> Any:
        """Masks ``bool[N, A]``."""
        ...
