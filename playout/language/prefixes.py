"""What a local model has read of conversations that go on: keys and values of their tokens, found by prompt.

A turn's prompt is the turn before, an answer and a few more words; with these only the end of it is read.
"""

from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

Ids = tuple[int, ...]
MOST_BYTES = 1 << 29


@dataclass(frozen=True)
class _Batch:
    """Prompts that were read together."""

    prompts: list[Ids]
    parts: list[Tensor]
    """Keys and values of each layer in turn, [N, heads, L, width]."""
    mask: Tensor
    """int64[N, L], 1 where there is a token."""

    @property
    def bytes(self) -> int:
        return sum(part.nbytes for part in self.parts)


class Prefixes:
    """Keys and values of prompts, true as long as the model's weights are; what was longest unused goes.

    Models whose layers keep less than everything (sliding windows) are read from the beginning as ever.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Remember at most ``most_bytes``."""
        self._most = most_bytes
        self.bytes = 0
        """Of what is remembered."""
        self._batches: OrderedDict[int, _Batch] = OrderedDict()
        self._places: dict[Ids, tuple[int, int]] = {}  # prompt -> batch and row
        self._lengths: Counter[int] = Counter()
        self._next = 0

    def clear(self) -> None:
        """Forget all, as has to be done when weights change."""
        while self._batches:
            self._forget_one()

    def begin(
        self, cache: DynamicCache, prompts: Sequence[Ids], keep: int, device: torch.device
    ) -> tuple[list[int], Tensor]:
        """Put what is known of the N ``prompts`` into the empty ``cache``, padded on the left.

        Args:
            cache: of the model.
            prompts: ids.
            keep: so many ids at the end of each are to be read in any case.
            device: of torch.

        Returns:
            How many ids of each prompt are known, and the mask of the cache, int64[N, longest of them].
        """
        lengths = sorted(self._lengths, reverse=True)
        sizes = [self._longest(prompt, len(prompt) - keep, lengths) for prompt in prompts]
        mask = torch.zeros(len(prompts), max(sizes), dtype=torch.long, device=device)
        rows: dict[int, list[tuple[int, int]]] = {}  # batch -> rows here and there
        for here, (prompt, size) in enumerate(zip(prompts, sizes, strict=True)):
            if size:
                number, there = self._places[prompt[:size]]
                rows.setdefault(number, []).append((here, there))
        whole: list[Tensor] = []
        for number, pairs in rows.items():
            self._batches.move_to_end(number)
            here, there = torch.tensor(pairs, device=device).unbind(1)
            parts, its_mask = _aligned(self._batches[number], there)
            width = min(mask.shape[1], its_mask.shape[1])
            mask[here, -width:] = its_mask[:, -width:]
            if len(pairs) == len(prompts):
                whole = parts
                break
            if not whole:
                shapes = [(len(prompts), part.shape[1], mask.shape[1], part.shape[3]) for part in parts]
                whole = [part.new_zeros(shape) for part, shape in zip(parts, shapes, strict=True)]
            for to, part in zip(whole, parts, strict=True):
                to[here, :, -width:] = part[:, :, -width:]
        for layer in range(len(whole) // 2):
            cache.update(whole[2 * layer], whole[2 * layer + 1], layer)
        return sizes, mask

    def keep(self, cache: DynamicCache, prompts: Sequence[Ids], mask: Tensor) -> None:
        """Remember the ``prompts`` that ``cache`` holds where ``mask`` is set."""
        layers: list[Any] = [layer for layer in cache.layers if type(layer) is DynamicLayer]
        if len(layers) < len(cache.layers):
            return
        parts = [part for layer in layers for part in (layer.keys, layer.values)]
        batch = _Batch(list(prompts), parts, mask)
        self._batches[self._next] = batch
        for row, prompt in enumerate(prompts):
            self._lengths[len(prompt)] += prompt not in self._places
            self._places[prompt] = self._next, row
        self._next += 1
        self.bytes += batch.bytes
        while self.bytes > self._most:
            self._forget_one()

    def _forget_one(self) -> None:
        number, batch = self._batches.popitem(last=False)
        self.bytes -= batch.bytes
        for prompt in batch.prompts:
            if self._places[prompt][0] == number:  # else it was read again
                del self._places[prompt]
                self._lengths[len(prompt)] -= 1
        self._lengths += Counter()  # without those that are 0

    def _longest(self, prompt: Ids, most: int, lengths: Sequence[int]) -> int:
        """How many ids of ``prompt`` are known."""
        return next((n for n in lengths if n <= most and prompt[:n] in self._places), 0)


def _aligned(batch: _Batch, rows: Tensor) -> tuple[list[Tensor], Tensor]:
    """Some rows of a batch without holes: padding, of which only so much stays as is needed, then tokens."""
    mask = batch.mask[rows]
    longest = int(mask.sum(1).max())
    mask, columns = mask.sort(dim=1, stable=True)
    mask, columns = mask[:, -longest:], columns[:, -longest:]
    return [part[rows[:, None], :, columns].transpose(1, 2) for part in batch.parts], mask
