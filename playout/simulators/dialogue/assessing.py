"""Noisy verdicts inside compiled rules: the same numbers as ``assessors`` gets from sentences.

An assessor reads a dialogue ``samples`` times; with probability ``confusion`` a reading goes wrong. What
is drawn is a function of (key of the episode, turn, sample), apart from the person's draws, so the same
dialogue happens whoever assesses it.
"""

import numpy as np
from numba import njit

from playout.core import random
from playout.core.compiled_random import philox

_ASSESSOR = np.uint64(random.STREAM_ASSESSOR)
MOST_SAMPLES = 256
"""Samples per turn that have draws of their own."""


@njit(cache=True)
def reading(key: np.uint64, turn: int, sample: int, exact: int, verdicts: int, confusion: float) -> int:
    """The verdict of one reading: ``exact``, or with probability ``confusion`` another of ``verdicts``.

    Each of the others is equally likely.
    """
    word = philox(key, np.uint64(turn * MOST_SAMPLES + sample), _ASSESSOR)
    share = np.float64(word >> np.uint64(11)) * 2.0**-53
    if share >= confusion:
        return exact
    other = int(share / confusion * (verdicts - 1))
    return other + 1 if other >= exact else other


@njit(cache=True)
def mean_value(
    key: np.uint64, turn: int, exact: int, values: np.ndarray, confusion: float, samples: int
) -> float:
    """The mean of ``values`` (float64[V]) over the readings: PPDPP's reward (Deng et al. 2024, Eq. 6)."""
    if confusion <= 0.0:
        return values[exact]
    total = 0.0
    for sample in range(samples):
        total += values[reading(key, turn, sample, exact, len(values), confusion)]
    return total / samples


@njit(cache=True)
def all_say(key: np.uint64, turn: int, exact: int, wanted: int, confusion: float, samples: int) -> bool:
    """Whether every reading of a verdict of two gives ``wanted``: how PPDPP decides on a deal."""
    agreeing = 0
    for sample in range(samples):
        agreeing += reading(key, turn, sample, exact, 2, confusion) == wanted
    return agreeing == samples
