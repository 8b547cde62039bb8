"""Intervals: the one way in which this suite says how sure it is of a number.

Means of anything get a percentile interval from a bootstrap on two crossed levels, training seeds
and episodes; shares of successes in one run get Wilson's. Nothing here knows runs or episodes, and
nothing is corrected for looking at many numbers at once: name the primary ones beforehand.

With values ``x[s, e]`` of seed ``s`` on level ``e``, one draw takes S seeds and E levels, both with
replacement and independently, and averages ``x`` over their product: with counts ``m`` of the seeds
and ``n`` of the levels, ``sum m[s] n[e] x[s, e] / sum m[s] n[e]`` over what was observed. A level
that is hard under every seed so counts as one hard level, not as S (the pigeonhole bootstrap: Owen,
Annals of Applied Statistics 1, 2007; Owen & Eckles, ibid. 6, 2012). One seed leaves the ordinary
bootstrap over episodes (Efron & Tibshirani, 1993, chapter 13).

With few seeds an interval is somewhat too short, as any percentile interval is: its spread is that of
S seeds, smaller by (S - 1) / S, so that 5 seeds that differ much cover about 90% instead of 95%. Where
seeds and levels matter little it is too long, by up to the square root of 3: the safe side.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from playout.core.errors import WrongUse
from playout.core.random import bits

DRAWS = 10_000
CONFIDENCE = 0.95
STREAM_BOOTSTRAP = 8
_CHUNK = 1 << 20  # counts of draws held at once
_KEPT = 10 << 20  # most counts of one shape that are remembered: 20 MB


class Interval(NamedTuple):
    """A mean with its interval; all NaN where there was nothing to average."""

    mean: float
    low: float
    high: float

    def to_json(self) -> dict[str, float | None]:
        """``{"mean", "low", "high"}``, None for NaN."""
        return {name: None if np.isnan(value) else float(value) for name, value in self._asdict().items()}


NOTHING = Interval(np.nan, np.nan, np.nan)


def wilson(successes: int, n: int, *, confidence: float = CONFIDENCE) -> Interval:
    """The share of successes with its score interval.

    ``(p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)`` with z the normal quantile (Wilson,
    Journal of the American Statistical Association 22, 1927).

    Raises:
        WrongUse: not 0 <= successes <= n.
    """
    if not 0 <= successes <= n:
        raise WrongUse(f"wilson: expected 0 <= successes <= n, got {successes} of {n}")
    if n == 0:
        return NOTHING
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, weight = successes / n, z * z / n
    centre = (share + weight / 2) / (1 + weight)
    half = z * (share * (1 - share) / n + weight / (4 * n)) ** 0.5 / (1 + weight)
    # At the ends the formula is exact but for rounding.
    return Interval(share, 0.0 if successes == 0 else centre - half, 1.0 if successes == n else centre + half)


def interval(
    values: ArrayLike,
    groups: Sequence[Hashable] | None = None,
    levels: Sequence[Hashable] | None = None,
    *,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
    seed: int = 0,
) -> Interval:
    """The mean of ``values`` with a two-level bootstrap interval.

    Args:
        values: float[N], or float[S, E] of S seeds on the same E levels; NaN is missing.
        groups: the seed of each of N values; None: all of one seed.
        levels: the level of each of N values; None: its position within its group. Equal levels
            of different groups are the same level.
        confidence: share of the distribution between ``low`` and ``high``.
        draws: bootstrap draws.
        seed: of the draws; equal input gives equal output.

    Raises:
        WrongUse: lengths that do not agree, or infinite values.
    """
    sums, counts = _crossed(np.asarray(values, np.float64), groups, levels)
    if not counts.any():
        return NOTHING
    means = _resampled(sums, counts, draws, seed)
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(float(sums.sum() / counts.sum()), float(low), float(high))


def _crossed(
    values: np.ndarray, groups: Sequence[Hashable] | None, levels: Sequence[Hashable] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Sum and number of the values of each (group, level): both float64[S, E]."""
    if np.isinf(values).any():
        raise WrongUse("interval: expected finite values (NaN is missing), got an infinite one")
    if values.ndim == 2 and groups is None and levels is None:
        known = ~np.isnan(values)
        return np.where(known, values, 0.0), known.astype(np.float64)
    groups = [0] * len(values) if groups is None else groups
    levels = _positions(groups) if levels is None else levels
    if values.ndim != 1 or not len(values) == len(groups) == len(levels):
        raise WrongUse(
            f"interval: expected values[N] with N groups and N levels, got shape {values.shape}, "
            f"{len(groups)} groups and {len(levels)} levels"
        )
    rows, columns = _numbered(groups), _numbered(levels)
    shape = (max(rows, default=-1) + 1, max(columns, default=-1) + 1)
    sums, counts, known = np.zeros(shape), np.zeros(shape), ~np.isnan(values)
    at = (np.asarray(rows, np.intp)[known], np.asarray(columns, np.intp)[known])
    np.add.at(sums, at, values[known])
    np.add.at(counts, at, 1.0)
    return sums, counts


def _numbered(names: Sequence[Hashable]) -> list[int]:
    """Each name's number in order of appearance."""
    numbers: dict[Hashable, int] = {}
    return [numbers.setdefault(name, len(numbers)) for name in names]


def _positions(groups: Sequence[Hashable]) -> list[int]:
    """The number of earlier members of its group, for each."""
    seen: Counter[Hashable] = Counter()
    positions = []
    for group in groups:
        positions.append(seen[group])
        seen[group] += 1
    return positions


def _resampled(sums: np.ndarray, counts: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """The mean of each bootstrap draw: float64[at most draws]; draws that hit no value are left out."""
    (seeds, levels), means = sums.shape, []
    both = np.concatenate([sums, counts]).T
    # Many numbers of equally many seeds and levels are asked for one after the other.
    planned = _kept if draws * (seeds + levels) <= _KEPT else _planned
    for rows, columns in planned(seeds, levels, draws, seed):
        found = columns.astype(np.float64) @ both
        total, number = (np.einsum("ds,ds->d", part, rows) for part in np.split(found, 2, axis=1))
        means.append(total[number > 0] / number[number > 0])
    return np.concatenate(means)


def _planned(seeds: int, levels: int, draws: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """How often each draw takes each seed, uint16[d, S], and each level, uint16[d, E], chunk by chunk."""
    generator = np.random.Generator(np.random.Philox(key=bits(seed, 0, STREAM_BOOTSTRAP)))
    step = max(_CHUNK // levels, 1)
    for start in range(0, draws, step):
        size = min(step, draws - start)
        yield _counts(generator, size, seeds), _counts(generator, size, levels)


@lru_cache(maxsize=4)
def _kept(seeds: int, levels: int, draws: int, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    return list(_planned(seeds, levels, draws, seed))


def _counts(generator: np.random.Generator, draws: int, n: int) -> np.ndarray:
    """How often each of ``n`` things is taken in ``n`` picks with replacement: uint16[draws, n]."""
    picks = generator.integers(0, n, (draws, n)) + np.arange(draws)[:, None] * n
    # No count can pass 65,535: n picks of one thing are as good as impossible long before.
    return np.bincount(picks.ravel(), minlength=draws * n).reshape(draws, n).astype(np.uint16)
