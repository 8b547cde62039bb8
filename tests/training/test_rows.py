import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from playout.training.rows import batches, padded


def test_padding_on_either_side():
    arrays = [np.array([1, 2]), np.array([3])]
    assert padded(arrays, 0).tolist() == [[1, 2], [3, 0]]
    assert padded(arrays, 7, left=True).tolist() == [[1, 2], [7, 3]]
    assert padded([], 0).shape == (0, 0)


@given(st.lists(st.integers(1, 50), max_size=80), st.integers(1, 120))
def test_batches_hold_everything_once_and_are_not_too_large(lengths, most):
    found = batches(lengths, most, np.random.default_rng(0), pool=3)
    assert sorted(i for batch in found for i in batch) == list(range(len(lengths)))
    for batch in found:
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= most
