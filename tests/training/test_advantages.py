import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playout.training.advantages import discounted, gae, group_normalised, leave_one_out, step_groups

returns = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20)


def test_a_group_is_compared_with_itself():
    found = group_normalised([0, 1, 5, 5, 10, 30], [7, 7, 2, 2, 3, 3], epsilon=0)
    assert found.values.tolist() == [-1, 1, 0, 0, -1, 1]
    assert found.flat.tolist() == [False, False, True, True, False, False]
    assert found.flat_share == pytest.approx(1 / 3)


def test_without_scale_the_mean_is_taken_off_only():
    assert group_normalised([1, 3], [0, 0], scale=False).values.tolist() == [-1, 1]


def test_leaving_one_out_by_hand():
    assert leave_one_out([1, 2, 6, 9], [0, 0, 0, 1]).values.tolist() == [-3, -1.5, 4.5, 0]


@given(returns, st.integers(1, 4))
def test_advantages_of_a_group_sum_to_nothing(values, modulus):
    groups = np.arange(len(values)) % modulus
    for found in (group_normalised(values, groups), leave_one_out(values, groups)):
        assert np.isfinite(found.values).all()
        for group in range(modulus):
            assert found.values[groups == group].sum() == pytest.approx(
                0, abs=1e-6 * (1 + np.abs(values).max())
            )


@given(st.floats(-1e9, 1e9), st.integers(1, 9))
def test_equal_returns_are_flat_whatever_their_size(value, count):
    found = group_normalised([value] * count, [0] * count)
    assert found.flat.all()
    assert not found.values.any()


def test_no_rows_are_no_problem():
    assert group_normalised([], []).flat_share == 0.0
    assert leave_one_out([], []).values.shape == (0,)


def test_steps_are_compared_within_their_state_and_their_group():
    found = step_groups([1, 3, 5, 7, 9], [0, 0, 0, 1, 1], [4, 4, 5, 4, 4], scale=False)
    assert found.values.tolist() == [-1, 1, 0, -1, 1]
    assert found.flat.tolist() == [False, False, True, False, False]


def test_discounting_keeps_episodes_apart():
    found = discounted([1, 10, 2, 20], [0, 1, 0, 1], discount=0.5)
    assert found.tolist() == [2, 20, 2, 20]


def test_gae_with_lambda_one_is_the_return_minus_the_value():
    rewards, values = [[1.0], [2.0], [4.0]], [[0.5], [0.25], [0.125]]
    after = [[0.25], [0.125], [8.0]]
    never = [[False]] * 3
    advantages, found = gae(rewards, values, after, never, never, discount=0.5, trace=1.0)
    assert found[:, 0].tolist() == [1 + 0.5 * (2 + 0.5 * (4 + 4)), 2 + 0.5 * (4 + 4), 8.0]
    assert advantages[:, 0] == pytest.approx(found[:, 0] - np.ravel(values))


def test_gae_stops_at_ends_and_looks_beyond_truncation_only():
    rewards, values, after = [1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [5.0, 5.0, 5.0]
    advantages, _ = gae(
        rewards, values, after, [True, False, False], [True, True, False], discount=1.0, trace=1.0
    )
    assert advantages.tolist() == [1.0, 6.0, 6.0]
