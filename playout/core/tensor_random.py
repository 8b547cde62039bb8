"""``core.random`` for torch: the same numbers on any device.

torch has no unsigned 64-bit arithmetic, so words are int64 with the same 64 bits. Importing this
module imports torch.
"""

import torch
from torch import Tensor

from playout.core import random

_MASK32 = int(random.MASK32)
_MULTIPLIER_0, _MULTIPLIER_1 = int(random.MULTIPLIER_0), int(random.MULTIPLIER_1)
_WEYL_0, _WEYL_1 = int(random.WEYL_0), int(random.WEYL_1)


def _high(word: Tensor) -> Tensor:
    # The shift of a signed word copies its sign; the mask removes it.
    return (word >> 32) & _MASK32


def bits(key: Tensor, counter: Tensor, stream: int = 0) -> Tensor:
    """64 random bits elementwise: int64 tensors in and out (two's complement of the uint64)."""
    c0, c1 = counter & _MASK32, _high(counter)
    c2 = torch.full_like(c0, stream & _MASK32)
    c3 = torch.full_like(c0, stream >> 32)
    k0, k1 = key & _MASK32, _high(key)
    for _ in range(random.ROUNDS):
        p0, p1 = _MULTIPLIER_0 * c0, _MULTIPLIER_1 * c2
        c0, c1, c2, c3 = _high(p1) ^ c1 ^ k0, p1 & _MASK32, _high(p0) ^ c3 ^ k1, p0 & _MASK32
        k0, k1 = (k0 + _WEYL_0) & _MASK32, (k1 + _WEYL_1) & _MASK32
    return c0 | (c1 << 32)


def below(word: Tensor, n: int) -> Tensor:
    """Map 64 random bits to [0, n) as ``compiled_random.below`` does, for n < 2**31."""
    return (_high(word) * n) >> 32
