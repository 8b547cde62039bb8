"""From answers to sequences of tokens: what a model read and wrote, in the form that trainers take.

A step is one answer with its prompt. Where a step's prompt continues the tokens of the step before, as
in a conversation, both go into one sequence and the shared part is computed once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from playout.rollouts.episodes import Episode, EpisodeStep

NOT_CHOSEN = -1


@dataclass(frozen=True, slots=True)
class StepRow:
    """One answer, as tokens. Nothing here is ever text again, so nothing is tokenised twice."""

    episode: int
    t: int
    prompt: tuple[int, ...]
    answer: tuple[int, ...]
    chosen: tuple[int, ...]
    """One per token of ``answer``: 1 where the model chose it, 0 in a prefill."""
    logprobs: tuple[float, ...] | None = None
    """One per token of ``answer``, of the policy that wrote it; None where nobody knows."""


class TokenSequence(NamedTuple):
    """Several steps of one episode, or one, as arrays of length L."""

    ids: NDArray[np.int64]
    step: NDArray[np.int64]
    """Number of the step row that each token was chosen in, ``NOT_CHOSEN`` where it was not."""
    logprobs: NDArray[np.float32]
    """0 where not chosen or not known."""
    read: NDArray[np.bool_]
    """False in the answers of the steps, chosen or not."""

    @property
    def first(self) -> int:
        """Where the first chosen token stands; the length where there is none."""
        chosen = np.flatnonzero(self.step != NOT_CHOSEN)
        return int(chosen[0]) if chosen.size else len(self.ids)


def written(episode: Episode) -> Iterator[tuple[EpisodeStep, StepRow]]:
    """The steps that a model decided, each with the answer that it was read from."""
    for t, step in enumerate(episode.steps):
        for last in step.completions[-1:]:
            if last.finish != "error":
                yield (
                    step,
                    StepRow(
                        episode.episode, t, last.prompt_token_ids, last.token_ids, last.mask, last.logprobs
                    ),
                )


def joined(rows: Iterable[StepRow]) -> list[TokenSequence]:
    """The rows as sequences; those of an episode must stand in order, others may stand between."""
    done: list[_Open] = []
    last: dict[int, _Open] = {}
    for number, row in enumerate(rows):
        found = last.get(row.episode)
        if found is None or row.prompt[: len(found.ids)] != tuple(found.ids):
            found = last[row.episode] = _Open([], [], [], [])
            done.append(found)
        found.add(number, row)
    return [found.close() for found in done]


class _Open(NamedTuple):
    ids: list[int]
    step: list[int]
    logprobs: list[float]
    read: list[bool]

    def add(self, number: int, row: StepRow) -> None:
        read = row.prompt[len(self.ids) :]
        self.ids.extend((*read, *row.answer))
        self.step.extend([NOT_CHOSEN] * len(read))
        self.step.extend([number if chosen else NOT_CHOSEN for chosen in row.chosen])
        self.logprobs.extend([0.0] * len(read))
        self.logprobs.extend(row.logprobs or [0.0] * len(row.answer))
        self.read.extend([True] * len(read) + [False] * len(row.answer))

    def close(self) -> TokenSequence:
        return TokenSequence(
            np.array(self.ids, np.int64),
            np.array(self.step, np.int64),
            np.array(self.logprobs, np.float32),
            np.array(self.read, np.bool_),
        )
