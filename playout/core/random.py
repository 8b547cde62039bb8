"""Counter-based randomness: a number is a pure function of (key, counter, stream).

The one hash of the suite is Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as
1, 2, 3", SC 2011), so a world's state needs to hold only a key and a counter to be restored
exactly. The functions here run on Python ints and on numpy arrays; ``compiled_random`` has the
same for numba and ``tensor_random`` for torch. All three are tested against the paper's vectors.
"""

from collections.abc import MutableSequence, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")
Words = np.ndarray | np.uint64

ROUNDS = 10
MASK32 = np.uint64(0xFFFFFFFF)
SHIFT32 = np.uint64(32)
MULTIPLIER_0 = np.uint64(0xD2511F53)
MULTIPLIER_1 = np.uint64(0xCD9E8D57)
WEYL_0 = np.uint64(0x9E3779B9)
WEYL_1 = np.uint64(0xBB67AE85)

# Streams keep draws for different purposes apart under one key.
STREAM_KEY = 1  # seed -> key of an environment
STREAM_EPISODE = 2  # key, episode number -> key of that episode
STREAM_LEVEL = 3  # key of an episode -> which level of a bank
STREAM_GENERATE = 4  # draws of a level generator
STREAM_PERSON = 5  # draws of simulated people
STREAM_POLICY = 6  # draws of agents
STREAM_WORLD = 7  # draws of a world's own dynamics
STREAM_ASSESSOR = 8  # draws of noisy assessors
STREAM_WORDS = 9  # draws of how something is worded

_WORD = 1 << 64
_M0, _M1 = int(MULTIPLIER_0), int(MULTIPLIER_1)


def philox(key: Words, counter: Words, stream: Words) -> Any:
    """Philox4x32-10 of 64-bit words.

    Args:
        key: uint64 scalar or array, any shape that broadcasts.
        counter: uint64, the low two words of the block counter.
        stream: uint64, the high two words of the block counter.

    Returns:
        uint64, the first two of the four output words (low word first).
    """
    c0 = counter & MASK32
    c1 = counter >> SHIFT32
    c2 = stream & MASK32
    c3 = stream >> SHIFT32
    k0 = key & MASK32
    k1 = key >> SHIFT32
    for _ in range(ROUNDS):
        p0 = MULTIPLIER_0 * c0
        p1 = MULTIPLIER_1 * c2
        c0 = (p1 >> SHIFT32) ^ c1 ^ k0
        c1 = p1 & MASK32
        c2 = (p0 >> SHIFT32) ^ c3 ^ k1
        c3 = p0 & MASK32
        k0 = (k0 + WEYL_0) & MASK32
        k1 = (k1 + WEYL_1) & MASK32
    return c0 | (c1 << SHIFT32)


def bits(key: int, counter: int, stream: int = 0) -> int:
    """64 random bits at ``(key, counter, stream)`` as a Python int in [0, 2**64).

    :func:`philox` once more, on Python's ints: with numpy's scalars a number takes five times as long.
    """
    mask, m0, m1 = 0xFFFFFFFF, _M0, _M1
    c0, c1, c2, c3 = counter & mask, counter >> 32 & mask, stream & mask, stream >> 32 & mask
    for k0, k1 in _round_keys(key):
        p0, p1 = m0 * c0, m1 * c2
        c0, c1, c2, c3 = p1 >> 32 ^ c1 ^ k0, p1 & mask, p0 >> 32 ^ c3 ^ k1, p0 & mask
    return c0 | c1 << 32


@lru_cache(maxsize=1024)  # an episode draws many numbers with one key
def _round_keys(key: int) -> tuple[tuple[int, int], ...]:
    mask, w0, w1 = 0xFFFFFFFF, int(WEYL_0), int(WEYL_1)
    return tuple(((key & mask) + i * w0 & mask, (key >> 32 & mask) + i * w1 & mask) for i in range(ROUNDS))


def bits_array(key: Words, counter: Words | int, stream: int = 0) -> np.ndarray:
    """:func:`bits` elementwise: uint64 array of the broadcast shape of ``key`` and ``counter``."""
    return np.asarray(philox(np.asarray(key, np.uint64), np.asarray(counter, np.uint64), np.uint64(stream)))


def key_of_seed(seed: int) -> int:
    """The key that ``reset(seed=seed)`` gives an environment."""
    return bits(seed, 0, STREAM_KEY)


def key_of_episode(key: int, episode: int) -> int:
    """The key of the ``episode``-th episode (from 0) of an environment with ``key``."""
    return bits(key, episode, STREAM_EPISODE)


class Stream:
    """A sequence of draws from one key: plain data (``key, stream, counter``) with named draws."""

    __slots__ = ("counter", "key", "stream")

    def __init__(self, key: int, stream: int = 0, counter: int = 0) -> None:
        """Start at ``counter`` of ``stream`` under ``key``."""
        self.key, self.stream, self.counter = key % _WORD, stream, counter

    def bits(self) -> int:
        """The next 64 bits."""
        value = bits(self.key, self.counter, self.stream)
        self.counter += 1
        return value

    def below(self, n: int) -> int:
        """An int in [0, n); the bias of the multiply-shift is below n / 2**64."""
        if n < 1:
            raise ValueError(f"Stream.below: expected n >= 1, got {n}")
        return self.bits() * n >> 64

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """A float in [low, high) from 53 bits."""
        return low + (high - low) * (self.bits() >> 11) * 2.0**-53

    def choice(self, items: Sequence[T]) -> T:
        """One of ``items``, each equally likely."""
        return items[self.below(len(items))]

    def shuffle(self, items: MutableSequence[T]) -> None:
        """Permute ``items`` in place (Fisher-Yates)."""
        for last in range(len(items) - 1, 0, -1):
            other = self.below(last + 1)
            items[last], items[other] = items[other], items[last]
