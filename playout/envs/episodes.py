"""From seeds to the key of each episode: the one rule by which sync, async and vector copies agree.

``reset(seed=s)`` starts episode 0 under the key of ``s``; each ``reset()`` after it starts the next
episode under the same key. Copy ``i`` of a vector environment is seeded ``s + i``, as in Gymnasium.
"""

from typing import Protocol

import numpy as np

from playout.core import random


class _Seeded(Protocol):
    """Whatever has a generator of its own, as Gymnasium's environments do."""

    @property
    def np_random(self) -> np.random.Generator: ...


class EpisodeKeys:
    """The key and episode number of one environment."""

    __slots__ = ("episode", "key")

    def __init__(self) -> None:
        self.key: int | None = None
        self.episode = 0

    def next(self, env: "_Seeded", seed: int | None) -> int:
        """Advance to the next episode, or to episode 0 of ``seed``; return the episode's key."""
        if seed is not None:
            self.key, self.episode = random.key_of_seed(int(seed)), 0
        elif self.key is None:
            self.key = int(env.np_random.integers(np.iinfo(np.int64).max))
        else:
            self.episode += 1
        return random.key_of_episode(self.key, self.episode)

    def save(self) -> tuple[int | None, int]:
        """Plain data for a snapshot."""
        return self.key, self.episode

    def load(self, saved: tuple[int | None, int]) -> None:
        """Take back what :meth:`save` gave."""
        self.key, self.episode = saved
