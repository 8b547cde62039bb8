"""Comparison of two arms on equal seeds and levels: the paired difference with its interval.

Only pairs count: a level that one arm lacks under a seed is left out and counted as unpaired.
Which comparison is primary, and how many there are, is for the experiment to say.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from playout.core.errors import WrongUse
from playout.evaluation.intervals import CONFIDENCE, DRAWS, Interval, interval

Scores = Mapping[Any, Mapping[Any, float]]
"""Seed -> level -> value; NaN is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Arm ``a`` minus arm ``b`` on the pairs that both have."""

    difference: Interval
    by_seed: Mapping[Hashable, float]
    """Each seed's own mean difference."""
    a: Interval
    b: Interval
    pairs: int
    unpaired: int
    """Values of either arm without a partner."""

    @property
    def decided(self) -> bool:
        """Whether the interval of the difference leaves out zero."""
        return not self.difference.low <= 0 <= self.difference.high

    def to_json(self) -> dict[str, Any]:
        """Plain data for ``json.dumps``; seeds become strings."""
        return {
            "difference": self.difference.to_json(),
            "by_seed": {str(seed): value for seed, value in self.by_seed.items()},
            "a": self.a.to_json(),
            "b": self.b.to_json(),
            "pairs": self.pairs,
            "unpaired": self.unpaired,
        }


def compare(
    a: Scores | ArrayLike,
    b: Scores | ArrayLike,
    *,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
    seed: int = 0,
) -> Comparison:
    """Compare two arms by the two-level bootstrap of their paired differences.

    Seeds and levels are drawn once for both arms (``intervals``), so what makes a level hard for
    both cancels out.

    Args:
        a: float[S, E] of S seeds on the same E levels, or seed -> level -> value (``summary.scores``).
        b: the other arm, in the same form.
        confidence: share of the distribution inside the intervals.
        draws: bootstrap draws.
        seed: of the draws.

    Raises:
        WrongUse: the arms have no seed and level in common.
    """
    left, right = _flat(a), _flat(b)
    pairs = [key for key in left if key in right]
    if not pairs:
        raise WrongUse(
            "compare: the arms have no seed and level in common; run both with the same seeds on the "
            "same levels"
        )
    x, y = (np.array([arm[key] for key in pairs]) for arm in (left, right))
    groups, levels = [key[0] for key in pairs], [key[1] for key in pairs]

    def over(values: np.ndarray) -> Interval:
        return interval(values, groups, levels, confidence=confidence, draws=draws, seed=seed)

    own = {group: (x - y)[[g == group for g in groups]] for group in dict.fromkeys(groups)}
    return Comparison(
        difference=over(x - y),
        by_seed={group: float(differences.mean()) for group, differences in own.items()},
        a=over(x),
        b=over(y),
        pairs=len(pairs),
        unpaired=len(left) + len(right) - 2 * len(pairs),
    )


def _flat(arm: Scores | ArrayLike) -> dict[tuple[Hashable, Hashable], float]:
    """(seed, level) -> value of what is not missing."""
    if not isinstance(arm, Mapping):
        matrix = np.atleast_2d(np.asarray(arm, np.float64))
        arm = {s: dict(enumerate(row.tolist())) for s, row in enumerate(matrix)}
    return {
        (s, e): x for s, row in arm.items() for e, value in row.items() if not np.isnan(x := float(value))
    }
