"""One hash in Python, numpy, numba and torch, against the vectors published with Philox."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from playout.core import compiled_random, random, tensor_random

# Random123's known-answer vectors for philox4x32-10: (counter, key) words, first two output words.
VECTORS = [
    ((0, 0, 0), 0xE169C58D6627E8D5),
    ((2**64 - 1, 2**64 - 1, 2**64 - 1), 0x41C83B0E408F276D),
    ((0x299F31D0A4093822, 0x85A308D3243F6A88, 0x0370734413198A2E), 0x94FDCCEBD16CFE09),
]
WORD = st.integers(0, 2**64 - 1)


@pytest.mark.parametrize(("words", "expected"), VECTORS)
def test_published_vectors(words: tuple[int, int, int], expected: int) -> None:
    assert random.bits(*words) == expected


@given(WORD, WORD, st.integers(0, 2**31))
def test_numpy_numba_and_torch_agree(key: int, counter: int, stream: int) -> None:
    expected = random.bits(key, counter, stream)
    assert int(random.bits_array(np.array([key], np.uint64), counter, stream)[0]) == expected
    assert int(compiled_random.philox(np.uint64(key), np.uint64(counter), np.uint64(stream))) == expected
    pair = np.array([[key, counter], [counter, key]], np.uint64)
    assert compiled_random.bits_array(*pair, np.uint64(stream)).tolist() == [
        expected, random.bits(counter, key, stream),
    ]  # fmt: skip
    words = torch.from_numpy(np.array([key, counter], np.uint64).view(np.int64))
    tensor = tensor_random.bits(words[:1], words[1:], stream)
    assert int(tensor.numpy().view(np.uint64)[0]) == expected


@given(WORD, st.integers(1, 2**31 - 1))
def test_draws_below_n_agree(key: int, n: int) -> None:
    drawn = compiled_random.below(compiled_random.generator(key, 3), n)
    word = torch.from_numpy(np.array([random.bits(key, 0, 3)], np.uint64).view(np.int64))
    assert drawn == int(tensor_random.below(word, n)[0])
    assert 0 <= drawn < n


def test_streams_are_reproducible_and_fair() -> None:
    first, second = random.Stream(7, 1), random.Stream(7, 1)
    assert [first.below(10) for _ in range(50)] == [second.below(10) for _ in range(50)]
    compiled = np.empty(50)
    compiled_random.uniforms(np.uint64(7), np.uint64(50), np.uint64(1), compiled)
    assert compiled.tolist() == [first.uniform() for _ in range(50)]
    stream = random.Stream(0)
    counts = np.bincount([stream.below(4) for _ in range(4000)], minlength=4)
    assert abs(counts - 1000).max() < 120
    values = [stream.uniform(2.0, 3.0) for _ in range(1000)]
    assert 2.0 <= min(values) < max(values) < 3.0
    items = list(range(20))
    stream.shuffle(items)
    assert sorted(items) == list(range(20)) != items
    assert stream.choice("abc") in "abc"


def test_a_stream_continues_from_its_counter() -> None:
    stream = random.Stream(5, 2)
    draws = [stream.bits() for _ in range(5)]
    assert random.Stream(5, 2, counter=3).bits() == draws[3]


def test_a_draw_from_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="n >= 1"):
        random.Stream(0).below(0)


def test_keys_of_episodes_differ() -> None:
    keys = {
        random.key_of_episode(random.key_of_seed(seed), episode)
        for seed in range(50)
        for episode in range(20)
    }
    assert len(keys) == 1000
