"""``core.random`` for numba: the same numbers inside compiled rules and generators.

A generator's state is ``uint64[3]``: key, stream, counter. It is passed as an array so that
compiled functions can advance it. Importing this module imports numba.
"""

import numpy as np
from numba import njit

from playout.core import random

philox = njit(cache=True, inline="never")(random.philox)
_inlined_philox = njit(cache=True, inline="always")(random.philox)


def generator(key: int, stream: int = 0) -> np.ndarray:
    """The state of a generator at counter 0: uint64[3]."""
    return np.array([key % (1 << 64), stream, 0], np.uint64)


@njit(cache=True)
def bits_array(keys: np.ndarray, counters: np.ndarray, stream: np.uint64) -> np.ndarray:
    """A word for each of N keys and counters (uint64[N] both): uint64[N].

    Compilers make this loop work on several keys at once, so a word costs a fifth of one drawn alone.
    """
    words = np.empty(len(keys), np.uint64)
    for i in range(len(keys)):
        words[i] = _inlined_philox(keys[i], counters[i], stream)
    return words


@njit(cache=True)
def uniforms(key: np.uint64, counter: np.uint64, stream: np.uint64, out: np.ndarray) -> None:
    """Fill ``out`` (float64[N]) with numbers in [0, 1) from 53 bits, at ``counter`` and those after it.

    As cheap as a fifth of so many draws made one by one.
    """
    for i in range(len(out)):
        word = _inlined_philox(key, counter + np.uint64(i), stream)
        out[i] = np.float64(word >> np.uint64(11)) * 2.0**-53


@njit(cache=True)
def next_bits(state: np.ndarray) -> np.uint64:
    """The next 64 bits; advances ``state``."""
    value = philox(state[0], state[2], state[1])
    state[2] += np.uint64(1)
    return value


@njit(cache=True)
def below(state: np.ndarray, n: int) -> int:
    """An int in [0, n) for n < 2**32; the bias of the multiply-shift is below n / 2**32."""
    high = next_bits(state) >> np.uint64(32)
    return int((high * np.uint64(n)) >> np.uint64(32))


@njit(cache=True)
def uniform(state: np.ndarray) -> float:
    """A float in [0, 1) from 53 bits."""
    return np.float64(next_bits(state) >> np.uint64(11)) * 2.0**-53
