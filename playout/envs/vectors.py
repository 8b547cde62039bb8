"""What vector environments of compiled rules have in common: seeds, keys of episodes, partial resets."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from playout.core.errors import WrongUse
from playout.core.random import STREAM_EPISODE, STREAM_KEY, bits_array


class VectorKeys:
    """``EpisodeKeys`` of n copies; copy ``i`` of seed ``s`` has the key of a scalar one with ``s + i``."""

    def __init__(self, n: int) -> None:
        self.key, self.episode = np.zeros(n, np.uint64), np.zeros(n, np.uint64)
        self._keyed = np.zeros(n, np.bool_)

    @property
    def ready(self) -> bool:
        """Whether every copy has been seeded."""
        return bool(self._keyed.all())

    def seed(self, seed: int | Sequence[int | None] | None, chosen: np.ndarray) -> None:
        """Take the chosen copies to episode 0 of their seed; those without one to their next episode."""
        seeds, given = seeds_of(seed, len(self.key))
        self.episode[chosen & ~given] += np.uint64(1)
        unseeded = chosen & ~given & ~self._keyed
        seeds[unseeded] = np.random.default_rng().integers(2**62, size=int(unseeded.sum()))
        anew = chosen & (given | unseeded)
        self.key[anew] = bits_array(seeds.astype(np.uint64), 0, STREAM_KEY)[anew]
        self.episode[anew] = 0
        self._keyed |= chosen

    def advance(self, chosen: np.ndarray) -> None:
        """Take the chosen copies to their next episode."""
        self.episode[chosen] += np.uint64(1)

    def episodes(self, chosen: np.ndarray) -> np.ndarray:
        """The keys of the chosen copies' episodes: uint64[number of chosen]."""
        return bits_array(self.key[chosen], self.episode[chosen], STREAM_EPISODE)

    def save(self, i: int) -> tuple[int, int]:
        """Copy ``i`` as plain data."""
        return int(self.key[i]), int(self.episode[i])

    def load(self, i: int, saved: tuple[int, int]) -> None:
        """Take copy ``i`` back to what :meth:`save` gave."""
        self.key[i], self.episode[i] = saved
        self._keyed[i] = True


def chosen_of(options: dict[str, Any] | None, n: int) -> np.ndarray:
    """Which of n copies a reset is for: bool[n], all of them without ``options["reset_mask"]``.

    Raises:
        WrongUse: the mask is no bool array of that shape.
    """
    chosen = (options or {}).get("reset_mask")
    if chosen is None:
        return np.ones(n, np.bool_)
    if not isinstance(chosen, np.ndarray) or chosen.shape != (n,) or chosen.dtype != np.bool_:
        raise WrongUse(f"reset_mask: expected a bool array of shape ({n},), got {chosen!r}")
    return chosen


def seeds_of(seed: int | Sequence[int | None] | None, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Gymnasium's seeds for n copies: values int64[n], and bool[n] where one was given.

    Raises:
        WrongUse: a list of another length.
    """
    if isinstance(seed, (int, np.integer)):
        return np.arange(seed, seed + n, dtype=np.int64), np.ones(n, np.bool_)
    listed = [None] * n if seed is None else list(seed)
    if len(listed) != n:
        raise WrongUse(f"seed: expected {n} seeds, got {len(listed)}")
    given = np.array([value is not None for value in listed])
    return np.array([value or 0 for value in listed], np.int64), given
