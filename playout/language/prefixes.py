"""What a local model has read of conversations that go on: keys and values of their tokens, kept by prompt.

A turn's prompt is the turn before, an answer and a few more words; with these only the end of it is read.
"""

from collections import Counter, OrderedDict
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

Ids = tuple[int, ...]
MOST_BYTES = 1 << 29


class Prefixes:
    """Keys and values of prompts, true as long as the model's weights are; what was longest unused goes.

    Models whose layers keep less than everything (sliding windows) are read from the beginning as ever.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Remember at most ``most_bytes``."""
        self._most = most_bytes
        self.bytes = 0
        """Of what is remembered."""
        self._kept: OrderedDict[Ids, Tensor] = OrderedDict()  # [2 * layers, heads, tokens, width]
        self._lengths: Counter[int] = Counter()

    def clear(self) -> None:
        """Forget all, as has to be done when weights change."""
        self._kept.clear()
        self._lengths.clear()
        self.bytes = 0

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
        found = [self._longest(prompt, len(prompt) - keep, lengths) for prompt in prompts]
        sizes = [0 if one is None else one.shape[2] for one in found]
        longest = max(sizes)
        mask = torch.zeros(len(prompts), longest, dtype=torch.long, device=device)
        some = next((one for one in found if one is not None), None)
        if some is not None:
            shape = (some.shape[0], len(prompts), some.shape[1], longest, some.shape[3])
            whole = some.new_zeros(shape)
            for row, (one, size) in enumerate(zip(found, sizes, strict=True)):
                if one is not None:
                    whole[:, row, :, longest - size :] = one
                    mask[row, longest - size :] = 1
            for layer in range(len(some) // 2):
                cache.update(whole[2 * layer], whole[2 * layer + 1], layer)
        return sizes, mask

    def keep(self, cache: DynamicCache, prompts: Sequence[Ids], mask: Tensor) -> None:
        """Remember the ``prompts`` that ``cache`` holds where ``mask`` is set."""
        layers: list[Any] = [layer for layer in cache.layers if type(layer) is DynamicLayer]
        if len(layers) < len(cache.layers):
            return
        whole = torch.stack([part for layer in layers for part in (layer.keys, layer.values)])
        for row, prompt in enumerate(prompts):
            if prompt not in self._kept:
                self._add(prompt, whole[:, row, :, mask[row].bool()])

    def _add(self, prompt: Ids, kept: Tensor) -> None:
        self._kept[prompt] = kept
        self._lengths[len(prompt)] += 1
        self.bytes += kept.nbytes
        while self.bytes > self._most:
            oldest, gone = self._kept.popitem(last=False)
            self.bytes -= gone.nbytes
            self._lengths[len(oldest)] -= 1
            if not self._lengths[len(oldest)]:
                del self._lengths[len(oldest)]

    def _longest(self, prompt: Ids, most: int, lengths: Sequence[int]) -> Tensor | None:
        for length in lengths:
            if length <= most and (kept := self._kept.get(prompt[:length])) is not None:
                self._kept.move_to_end(prompt[:length])
                return kept
        return None
