"""One token more for each of several texts, which is what writing spends its time on.

A small decoder takes transformers twice as long as its arithmetic: modules within modules, and a cache that
is copied for every token. So what is made as GPT-2 or Llama are steps on its own weights here; whatever else
transformers loads steps by its own forward. Leaves out what is picked, and when a text ends.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional as F
from transformers import DynamicCache, GPT2LMHeadModel, LlamaForCausalLM
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

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
    made = _AnySteps
    if type(model) is GPT2LMHeadModel and not model.config.add_cross_attention:
        made = _GPT2Steps
    elif type(model) is LlamaForCausalLM:
        made = _LlamaSteps
    return (_AnySteps if model.training else made)(model, cache, mask)


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


class _OwnSteps:
    """Steps on a model's own weights; its keys and values have room for more columns."""

    def __init__(self, model: Any, cache: DynamicCache, mask: Tensor) -> None:
        self._model, self._length = model, mask.shape[1]
        self._position, self._mask = mask.sum(1), mask.bool()
        layers: list[Any] = list(cache.layers)
        self._known: list[list[Tensor]] = [[layer.keys, layer.values] for layer in layers]

    def __call__(self, tokens: Tensor) -> Tensor:
        if self._length == self._mask.shape[1]:
            self._known = [[F.pad(part, (0, 0, 0, _ROOM)) for part in layer] for layer in self._known]
            self._mask = F.pad(self._mask, (0, _ROOM), value=True)
        self._length += 1
        logits = self._logits(tokens)
        self._position = self._position + 1
        return logits.float()

    def keep(self, rows: Tensor) -> None:
        self._known = [[part[rows] for part in layer] for layer in self._known]
        self._mask, self._position = self._mask[rows], self._position[rows]

    def _logits(self, tokens: Tensor) -> Tensor:
        """The model's pass over ``tokens``, which sees what was before by :meth:`_attended`."""
        raise NotImplementedError

    def _attended(
        self, asked: Tensor, own: Sequence[Tensor], known: Sequence[Tensor], scale: float
    ) -> Tensor:
        """What the N last tokens see, float[N, W].

        Args:
            asked: float[N, heads, D].
            own: keys and values of the last tokens, float[N, K, D] each; ``known`` gets them.
            known: of all tokens, float[N, K, columns, D] each.
            scale: of the products.
        """
        seen = []
        for part, new in zip(known, own, strict=True):
            part[:, :, self._length - 1] = new
            seen.append(part[:, :, : self._length])
        mask = self._mask[:, None, None, : self._length]
        shared = seen[0].shape[1] < asked.shape[1]
        found = F.scaled_dot_product_attention(
            asked[:, :, None], *seen, attn_mask=mask, scale=scale, enable_gqa=shared
        )
        return found.reshape(len(asked), -1)


class _GPT2Steps(_OwnSteps):
    def _logits(self, tokens: Tensor) -> Tensor:
        body = self._model.transformer
        hidden = body.wte.weight[tokens] + body.wpe.weight[self._position]
        for block, known in zip(body.h, self._known, strict=True):
            attention, mlp = block.attn, block.mlp
            parts = _affine(attention.c_attn, _normed(block.ln_1, hidden)).chunk(3, 1)
            asked, *own = (part.view(len(tokens), attention.num_heads, -1) for part in parts)
            seen = self._attended(asked, own, known, attention.scaling)
            hidden = hidden + _affine(attention.c_proj, seen)
            inner = mlp.act(_affine(mlp.c_fc, _normed(block.ln_2, hidden)))
            hidden = hidden + _affine(mlp.c_proj, inner)
        return F.linear(_normed(body.ln_f, hidden), self._model.lm_head.weight)


class _LlamaSteps(_OwnSteps):
    def _logits(self, tokens: Tensor) -> Tensor:
        body = self._model.model
        hidden = body.embed_tokens(tokens)
        cos, sin = (part[:, 0] for part in body.rotary_emb(hidden, self._position[:, None]))
        for layer, known in zip(body.layers, self._known, strict=True):
            attention, normed = layer.self_attn, layer.input_layernorm(hidden)
            shape = (len(tokens), -1, attention.head_dim)
            asked, key, value = (
                part(normed).view(shape) for part in (attention.q_proj, attention.k_proj, attention.v_proj)
            )
            asked, key = apply_rotary_pos_emb(asked, key, cos, sin)
            seen = self._attended(asked, (key, value), known, attention.scaling)
            hidden = hidden + attention.o_proj(seen)
            hidden = hidden + layer.mlp(layer.post_attention_layernorm(hidden))
        return self._model.lm_head(body.norm(hidden))


def _normed(norm: torch.nn.LayerNorm, hidden: Tensor) -> Tensor:
    return F.layer_norm(hidden, norm.normalized_shape, norm.weight, norm.bias, norm.eps)


def _affine(layer: Any, hidden: Tensor) -> Tensor:
    """A layer of GPT-2, whose weights are [inputs, outputs]."""
    return torch.addmm(layer.bias, hidden, layer.weight)
