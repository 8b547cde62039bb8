"""From answers to sequences of tokens: what a model read and wrote, in the form that losses take.

A step is one answer with its prompt. Where a step's prompt continues the tokens of the step before, as
in a conversation, both go into one sequence and the shared part is computed once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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

    @property
    def first(self) -> int:
        """Where the first chosen token stands; the length where there is none."""
        chosen = np.flatnonzero(self.step != NOT_CHOSEN)
        return int(chosen[0]) if chosen.size else len(self.ids)


def joined(rows: Iterable[StepRow]) -> list[TokenSequence]:
    """The rows as sequences; those of an episode must stand in order, others may stand between."""
    done: list[_Open] = []
    last: dict[int, _Open] = {}
    for number, row in enumerate(rows):
        found = last.get(row.episode)
        if found is None or row.prompt[: len(found.ids)] != tuple(found.ids):
            found = last[row.episode] = _Open([], [], [])
            done.append(found)
        found.add(number, row)
    return [found.close() for found in done]


class _Open(NamedTuple):
    ids: list[int]
    step: list[int]
    logprobs: list[float]

    def add(self, number: int, row: StepRow) -> None:
        read = row.prompt[len(self.ids) :]
        self.ids.extend((*read, *row.answer))
        self.step.extend([NOT_CHOSEN] * len(read))
        self.step.extend([number if chosen else NOT_CHOSEN for chosen in row.chosen])
        self.logprobs.extend([0.0] * len(read))
        self.logprobs.extend(row.logprobs or [0.0] * len(row.answer))

    def close(self) -> TokenSequence:
        return TokenSequence(
            np.array(self.ids, np.int64), np.array(self.step, np.int64), np.array(self.logprobs, np.float32)
        )


def padded(arrays: Sequence[NDArray], fill: float, *, left: bool = False) -> NDArray:
    """Rows of different lengths as one array [N, longest], filled up on the right or on the left."""
    longest = max(map(len, arrays), default=0)
    out = np.full((len(arrays), longest), fill, arrays[0].dtype if arrays else np.int64)
    for row, array in zip(out, arrays, strict=True):
        if left:
            row[longest - len(array) :] = array
        else:
            row[: len(array)] = array
    return out


def batches(
    lengths: Sequence[int], most: int, order: np.random.Generator, *, pool: int = 64
) -> list[NDArray[np.int64]]:
    """All sequences once, in random batches of sequences of similar length.

    Args:
        lengths: of the sequences, in tokens.
        most: tokens of a batch, padding included; a longer sequence is a batch of its own.
        order: decides the order.
        pool: sorted by length are always as many sequences as would fill so many batches.
    """
    size = np.asarray(lengths, np.int64)
    shuffled = order.permutation(len(size))
    per_pool = max(1, int(pool * most / max(1.0, size.mean()))) if len(size) else 1
    found: list[NDArray[np.int64]] = []
    for start in range(0, len(size), per_pool):
        part = shuffled[start : start + per_pool]
        part = part[np.argsort(size[part], kind="stable")]
        first = 0
        for end in range(1, len(part) + 1):
            if end == len(part) or (end + 1 - first) * size[part[end]] > most:
                found.append(part[first:end])
                first = end
    return [found[i] for i in order.permutation(len(found))]
