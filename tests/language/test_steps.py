from typing import Any

import pytest

pytest.importorskip("transformers")

import torch
from transformers import AutoModelForCausalLM, DynamicCache, GPT2Config, LlamaConfig

from playout.language.steps import _AnySteps, _GPT2Steps, _LlamaSteps, forward, steps_of

GPT2 = GPT2Config(vocab_size=50, n_positions=200, n_embd=32, n_layer=2, n_head=4)
LLAMA = LlamaConfig(
    vocab_size=50, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
    num_key_value_heads=2,
)  # fmt: skip


@pytest.fixture(params=[(GPT2, _GPT2Steps), (LLAMA, _LlamaSteps)], ids=["gpt2", "llama"])
def made(request):
    """A model, and how it steps on its own weights."""
    config, steps = request.param
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return AutoModelForCausalLM.from_config(config).eval(), steps


def read(model, rows=5, columns=9):
    """A cache of texts of several lengths, padded on the left."""
    draws = torch.Generator().manual_seed(1)
    ids = torch.randint(50, (rows, columns), generator=draws)
    mask = (torch.arange(columns) >= torch.arange(rows)[:, None]).long()
    cache = DynamicCache(config=model.config)
    forward(model, ids, mask, cache, 1)
    return cache, mask


@torch.inference_mode()
def test_steps_on_own_weights_are_those_of_transformers(made):
    model, steps = made
    ours, theirs = steps(model, *read(model)), _AnySteps(model, *read(model))
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
def test_steps_leave_what_was_read_as_it_is(made):
    model, kind = made
    cache, mask = read(model)
    layers: list[Any] = list(cache.layers)
    before = [layer.keys.clone() for layer in layers]
    steps = kind(model, cache, mask)
    for _ in range(3):
        steps(torch.zeros(5, dtype=torch.long))
    assert all(torch.equal(layer.keys, keys) for layer, keys in zip(layers, before, strict=True))


def test_what_is_in_training_steps_by_transformers(made):
    model, kind = made
    cache, mask = read(model)
    assert type(steps_of(model, cache, mask)) is kind
    assert type(steps_of(model.train(), cache, mask)) is _AnySteps
