"""Paired differences on equal seeds and levels."""

import json

import numpy as np
import pytest

from playout.core.errors import WrongUse
from playout.evaluation import compare


def test_pairing_finds_a_small_difference_that_the_arms_alone_hide():
    rng = np.random.default_rng(0)
    levels = rng.normal(size=(1, 100)) * 3 + rng.normal(size=(5, 1))
    a, b = levels + 0.3 + rng.normal(size=(5, 100)) * 0.2, levels + rng.normal(size=(5, 100)) * 0.2
    found = compare(a, b)
    assert found.decided and found.difference.low < 0.3 < found.difference.high
    assert found.a.low < found.b.high
    assert found.pairs == 500 and found.unpaired == 0


def test_each_seeds_own_difference_is_shown_and_they_average_to_the_whole():
    a, b = np.array([[1.0, 2.0], [5.0, 5.0]]), np.array([[0.0, 0.0], [5.0, 7.0]])
    found = compare(a, b)
    assert found.by_seed == {0: 1.5, 1: -1.0}
    assert found.difference.mean == pytest.approx(0.25)
    assert compare(b, a).difference.mean == pytest.approx(-0.25)


def test_equal_arms_differ_by_exactly_nothing():
    values = np.random.default_rng(1).normal(size=(3, 10))
    assert compare(values, values).difference == (0.0, 0.0, 0.0)
    assert not compare(values, values).decided


def test_only_what_both_have_is_compared():
    a = {"s1": {10: 1.0, 11: 1.0, 12: float("nan")}, "s2": {10: 1.0}}
    b = {"s1": {10: 0.0, 12: 0.0}, "s3": {10: 0.0}}
    found = compare(a, b)
    assert found.pairs == 1 and found.unpaired == 4
    assert json.loads(json.dumps(found.to_json()))["by_seed"] == {"s1": 1.0}


def test_arms_without_a_common_level_are_refused_with_the_way_out():
    with pytest.raises(WrongUse, match="same seeds"):
        compare({0: {1: 1.0}}, {0: {2: 1.0}})
