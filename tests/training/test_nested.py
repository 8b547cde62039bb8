from collections import namedtuple

import pytest

pytest.importorskip("torch")

import numpy as np
import torch

from playout.training import nested

Pair = namedtuple("Pair", "one two")


def example(number):
    return {"a": torch.full((2, 3), number), "b": Pair(torch.tensor([number, 0]), (torch.zeros(2),))}


def test_nestings_keep_their_form():
    found = nested.stack([example(1), example(2)], 1)
    assert found["a"].shape == (2, 2, 3)
    assert type(found["b"]) is Pair
    assert found["b"].one.tolist() == [[1, 2], [0, 0]]
    assert nested.flatten(found, 2)["b"].one.tolist() == [1, 2, 0, 0]
    assert nested.take(found, torch.tensor([1]), 1)["b"].one.tolist() == [[2], [0]]
    assert [leaf.shape[0] for leaf in nested.leaves(found)] == [2, 2, 2]


def test_arrays_become_tensors_that_share_their_memory():
    array = np.zeros(3, np.uint8)
    found = nested.to({"x": array}, "cpu")["x"]
    array[0] = 7
    assert found.dtype == torch.uint8
    assert found[0] == 7
