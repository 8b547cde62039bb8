"""Known values, coverage on simulated data, and what crossing the levels means."""

import numpy as np
import pytest

from playout.core.errors import WrongUse
from playout.evaluation.intervals import NOTHING, Interval, interval, wilson


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(8, 10, 0.49016, 0.94331), (0, 10, 0.0, 0.27753), (10, 10, 0.72247, 1.0), (50, 100, 0.40383, 0.59617)],
)
def test_wilson_gives_the_published_values(successes, n, low, high):
    assert wilson(successes, n) == pytest.approx((successes / n, low, high), abs=1e-5)


def test_wilson_of_nothing_is_nothing_and_impossible_counts_are_named():
    assert wilson(0, 0).to_json() == {"mean": None, "low": None, "high": None}
    with pytest.raises(WrongUse, match="11 of 10"):
        wilson(11, 10)


def covers(draw, truth, repeats=150):
    rng = np.random.default_rng(0)
    estimates = [interval(draw(rng), draws=400, seed=i) for i in range(repeats)]
    return np.mean([estimate.low <= truth <= estimate.high for estimate in estimates])


def test_one_seed_covers_the_mean_of_skewed_values():
    assert 0.88 <= covers(lambda rng: rng.exponential(size=80), 1.0) <= 0.99


def test_two_levels_cover_where_seeds_and_levels_both_matter():
    def draw(rng):
        return rng.normal(size=(12, 1)) * 0.5 + rng.normal(size=(1, 60)) + rng.normal(size=(12, 60))

    assert 0.86 <= covers(draw, 0.0) <= 0.99


def test_hard_levels_shared_by_all_seeds_are_not_counted_once_per_seed():
    levels = np.random.default_rng(1).normal(size=100)
    shared, alone = interval(np.tile(levels, (10, 1))), interval(levels)
    assert shared.high - shared.low == pytest.approx(alone.high - alone.low, rel=0.05)
    naive = interval(np.tile(levels, 10))
    assert shared.high - shared.low > 2 * (naive.high - naive.low)


def test_seeds_that_differ_widen_the_interval():
    noise = np.random.default_rng(2).normal(size=(5, 200))
    same, different = interval(noise), interval(noise + np.arange(5)[:, None])
    assert different.high - different.low > 3 * (same.high - same.low)


def test_equal_input_gives_equal_output_and_another_seed_another():
    values = np.random.default_rng(3).normal(size=(3, 30))
    assert interval(values) == interval(values) != interval(values, seed=1)
    assert interval([2.0, 2.0, 2.0]) == Interval(2.0, 2.0, 2.0)


def test_flat_values_with_groups_and_levels_are_the_matrix():
    values = np.random.default_rng(4).normal(size=(3, 20))
    groups, levels = np.repeat([7, 8, 9], 20).tolist(), list(range(20)) * 3
    assert interval(values.ravel(), groups, levels) == pytest.approx(interval(values))
    assert interval(values.ravel(), groups) == pytest.approx(interval(values))


def test_missing_values_stay_out():
    values = np.array([[1.0, np.nan, 3.0], [2.0, 4.0, np.nan]])
    estimate = interval(values)
    assert estimate.mean == 2.5 and 1.0 <= estimate.low <= estimate.high <= 4.0
    assert interval([1.0, np.nan, 3.0]).mean == 2.0
    assert interval([np.nan]) is NOTHING and interval([]) is NOTHING


@pytest.mark.parametrize(
    ("values", "groups", "said"), [([1.0, np.inf], None, "infinite"), ([1.0, 2.0], [0], "1 groups")]
)
def test_wrong_input_is_named(values, groups, said):
    with pytest.raises(WrongUse, match=said):
        interval(values, groups)
