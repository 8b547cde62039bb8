"""Sequences of tokens in batches. The sequences themselves are those of ``rollouts.rows``."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from playout.rollouts.rows import NOT_CHOSEN, StepRow, TokenSequence, joined

__all__ = ["NOT_CHOSEN", "StepRow", "TokenSequence", "batches", "joined", "padded"]


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
