import numpy as np
import pytest

from playout.evaluation.act_use import act_entropy, act_information, success_by_turn


def test_entropy_of_the_marginal():
    assert act_entropy([0, 1, 0, 1]) == pytest.approx(np.log(2))
    assert act_entropy(["a"] * 5) == 0
    assert act_entropy([]) == 0


def test_information_is_that_between_act_and_kind():
    kinds = np.arange(3000) % 3
    assert act_information(kinds, kinds) == pytest.approx(np.log(3), abs=0.01)
    independent = np.random.default_rng(0).integers(0, 5, 3000)
    assert act_information(independent, kinds) < 0.003
    assert act_information([], []) == 0


def test_success_by_turn_counts_failures_to_the_end():
    np.testing.assert_allclose(success_by_turn([True, False, True, True], [1, 3, 2, 2]), [0.25, 0.75, 0.75])
    assert len(success_by_turn([], [])) == 0
