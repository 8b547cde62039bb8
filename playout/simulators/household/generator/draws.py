"""Fast draws of a generator: the same numbers as ``core.random.Stream``, many hashed at a time."""

from bisect import bisect
from collections.abc import Mapping
from itertools import accumulate
from statistics import NormalDist
from typing import Generic, TypeVar

import numpy as np

from playout.core.random import Stream, bits_array

T = TypeVar("T")

BLOCK = 512  # words hashed at once; a game takes about as many
_NORMAL = NormalDist()


class Weighted(Generic[T]):
    """Items and how often each is to be drawn."""

    __slots__ = ("items", "totals")

    def __init__(self, weights: Mapping[T, float]) -> None:
        """Weights of at least 0, with a positive sum."""
        self.items = tuple(item for item, weight in weights.items() if weight > 0)
        self.totals = tuple(accumulate(weight for weight in weights.values() if weight > 0))

    def at(self, share: float) -> T:
        """The item at ``share`` in [0, 1) of the weight: for counts, the quantile."""
        return self.items[min(bisect(self.totals, share * self.totals[-1]), len(self.items) - 1)]

    def __bool__(self) -> bool:
        return bool(self.items)

    def __iter__(self):
        return iter(self.items)


class Draws(Stream):
    """A ``Stream`` that hashes ``BLOCK`` counters at once; draw for draw the same."""

    __slots__ = ("_words",)

    def __init__(self, key: int, stream: int = 0, counter: int = 0) -> None:
        """Start at ``counter`` of ``stream`` under ``key``."""
        super().__init__(key, stream, counter)
        self._words: list[int] = []

    def bits(self) -> int:
        """The next 64 bits."""
        if not self._words:
            counters = np.arange(self.counter, self.counter + BLOCK, dtype=np.uint64)
            self._words = bits_array(np.uint64(self.key), counters, self.stream)[::-1].tolist()
        self.counter += 1
        return self._words.pop()

    def share(self) -> float:
        """A float in [0, 1): ``uniform()`` without its arithmetic."""
        return (self.bits() >> 11) * 2.0**-53

    def weighted(self, items: Weighted[T]) -> T:
        """One of the items by weight."""
        return items.at(self.share())

    def normal(self) -> float:
        """A standard normal number."""
        return _NORMAL.inv_cdf(self.share() or 2.0**-54)

    def correlated(self, factor: float, loading: float) -> float:
        """A float in [0, 1], uniform, whose normal quantile goes with a standard normal ``factor``.

        Args:
            factor: shared by all numbers that are to go together.
            loading: their correlation with it, in [-1, 1].
        """
        return _NORMAL.cdf(loading * factor + (1 - loading * loading) ** 0.5 * self.normal())
