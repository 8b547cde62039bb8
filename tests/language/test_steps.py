from typing import Any

import pytest

pytest.importorskip("transformers")

import torch
from transformers import DynamicCache, GPT2Config, GPT2LMHeadModel

from playout.language.steps import _AnySteps, _GPT2Steps, forward, steps_of


@pytest.fixture
def model():
    torch.manual_seed(0)
    config = GPT2Config(vocab_size=50, n_positions=200, n_embd=32, n_layer=2, n_head=4)
    return GPT2LMHeadModel(config).eval()


def read(model, rows=5, columns=9):
    """A cache of texts of several lengths, padded on the left."""
    draws = torch.Generator().manual_seed(1)
    ids = torch.randint(50, (rows, columns), generator=draws)
    mask = (torch.arange(columns) >= torch.arange(rows)[:, None]).long()
    cache = DynamicCache(config=model.config)
    forward(model, ids, mask, cache, 1)
    return cache, mask


@torch.inference_mode()
def test_gpt2_steps_are_those_of_transformers(model):
    ours, theirs = _GPT2Steps(model, *read(model)), _AnySteps(model, *read(model))
    draws, rows = torch.Generator().manual_seed(2), 5
    for step in range(80):  # more than there is room for at first
        if step in (3, 40):
            kept = torch.arange(rows - 1).flip(0)
            ours.keep(kept)
            theirs.keep(kept)
            rows -= 1
        tokens = torch.randint(50, (rows,), generator=draws)
        found = ours(tokens)
        assert found.shape == (rows, 50)
        torch.testing.assert_close(found, theirs(tokens))


@torch.inference_mode()
def test_steps_leave_what_was_read_as_it_is(model):
    cache, mask = read(model)
    layers: list[Any] = list(cache.layers)
    before = [layer.keys.clone() for layer in layers]
    steps = _GPT2Steps(model, cache, mask)
    for _ in range(3):
        steps(torch.zeros(5, dtype=torch.long))
    assert all(torch.equal(layer.keys, keys) for layer, keys in zip(layers, before, strict=True))


def test_only_plain_gpt2_steps_on_its_weights(model):
    cache, mask = read(model)
    assert isinstance(steps_of(model, cache, mask), _GPT2Steps)
    assert isinstance(steps_of(model.train(), cache, mask), _AnySteps)
