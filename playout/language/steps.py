"""One token more for each of several texts, which is what writing spends its time on.

A small decoder takes transformers twice as long as its arithmetic: modules within modules, and a cache that
is copied for every token. So what is made as GPT-2 is steps on its own weights here; whatever else
transformers loads steps by its own forward. Leaves out what is picked, and when a text ends.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional as F
from transformers import DynamicCache, GPT2LMHeadModel

_ROOM = 32  # tokens until keys and values are copied to where there is room for so many more


class Steps(Protocol):
    """N texts that are written on."""

    def __call__(self, tokens: Tensor) -> Tensor:
        """Take the next token of each, int64[N]; return the logits of those after, float32[N, V]."""
        ...

    def keep(self, rows: Tensor) -> None:
        """Go on with some of the texts, int64[K], in that order."""
        ...


def steps_of(model: Any, cache: DynamicCache, mask: Tensor) -> Steps:
    """How ``model`` goes on from what it has read.

    Args:
        model: a causal language model of transformers.
        cache: what it has read: L columns, padded on the left. The steps may change it.
        mask: int64[N, L], 1 where there is a token.
    """
    plain = type(model) is GPT2LMHeadModel and not model.training and not model.config.add_cross_attention
    return _GPT2Steps(model, cache, mask) if plain else _AnySteps(model, cache, mask)


def forward(model: Any, ids: Tensor, mask: Tensor, cache: DynamicCache, keep: int) -> Tensor:
    """The logits of the last ``keep`` columns, float32[N, keep, V]; ``cache`` grows by ``ids``."""
    positions = (mask.cumsum(1) - 1).clamp_min(0)[:, -ids.shape[1] :]
    out = model(
        input_ids=ids,
        attention_mask=mask,
        position_ids=positions,
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=keep,
    )
    return out.logits.float()


class _AnySteps:
    def __init__(self, model: Any, cache: DynamicCache, mask: Tensor) -> None:
        self._model, self._cache, self._mask = model, cache, mask

    def __call__(self, tokens: Tensor) -> Tensor:
        self._mask = F.pad(self._mask, (0, 1), value=1)
        return forward(self._model, tokens[:, None], self._mask, self._cache, 1)[:, -1]

    def keep(self, rows: Tensor) -> None:
        self._cache.batch_select_indices(rows)
        self._mask = self._mask[rows]


class _GPT2Steps:
    def __init__(self, model: Any, cache: DynamicCache, mask: Tensor) -> None:
        self._body, self._head = model.transformer, model.lm_head
        self._heads = model.config.num_attention_heads
        self._length, self._position, self._mask = mask.shape[1], mask.sum(1), mask.bool()
        layers: list[Any] = list(cache.layers)
        self._parts: list[Tensor] = [part for layer in layers for part in (layer.keys, layer.values)]

    def __call__(self, tokens: Tensor) -> Tensor:
        if self._length == self._mask.shape[1]:
            self._parts = [F.pad(part, (0, 0, 0, _ROOM)) for part in self._parts]
            self._mask = F.pad(self._mask, (0, _ROOM), value=True)
        self._length += 1
        body = self._body
        hidden = body.wte.weight[tokens] + body.wpe.weight[self._position]
        self._position = self._position + 1
        for block, keys, values in zip(body.h, self._parts[::2], self._parts[1::2], strict=True):
            hidden = hidden + self._attended(block.attn, _normed(block.ln_1, hidden), (keys, values))
            inner = block.mlp.act(_affine(block.mlp.c_fc, _normed(block.ln_2, hidden)))
            hidden = hidden + _affine(block.mlp.c_proj, inner)
        return F.linear(_normed(body.ln_f, hidden), self._head.weight).float()

    def keep(self, rows: Tensor) -> None:
        self._parts = [part[rows] for part in self._parts]
        self._mask, self._position = self._mask[rows], self._position[rows]

    def _attended(self, attention: Any, hidden: Tensor, known: Sequence[Tensor]) -> Tensor:
        """What the texts' last tokens see, float[N, W]; ``known`` keys and values get those of ``hidden``."""
        asked, *own = (
            part.view(len(hidden), self._heads, 1, -1)
            for part in _affine(attention.c_attn, hidden).chunk(3, 1)
        )
        seen = []
        for part, new in zip(known, own, strict=True):
            part[:, :, self._length - 1] = new[:, :, 0]
            seen.append(part[:, :, : self._length])
        mask = self._mask[:, None, None, : self._length]
        found = F.scaled_dot_product_attention(asked, *seen, attn_mask=mask, scale=attention.scaling)
        return _affine(attention.c_proj, found.reshape(len(hidden), -1))


def _normed(norm: torch.nn.LayerNorm, hidden: Tensor) -> Tensor:
    return F.layer_norm(hidden, norm.normalized_shape, norm.weight, norm.bias, norm.eps)


def _affine(layer: Any, hidden: Tensor) -> Tensor:
    """A layer of GPT-2, whose weights are [inputs, outputs]."""
    return torch.addmm(layer.bias, hidden, layer.weight)
