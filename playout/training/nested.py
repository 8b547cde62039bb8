"""Nestings of tensors: what observations are made of, taken apart and put together as one.

A nesting is a tensor, a mapping of nestings by name, or a tuple of them (named ones stay named).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

Nested = Any
"""Tensor | Mapping[str, Nested] | tuple[Nested, ...]"""


def apply(function: Callable[..., Any], *nestings: Nested) -> Nested:
    """``function`` of the tensors that stand at the same place in all ``nestings``."""
    first = nestings[0]
    if isinstance(first, Mapping):
        return {name: apply(function, *(nesting[name] for nesting in nestings)) for name in first}
    if isinstance(first, tuple | list):
        parts = [apply(function, *found) for found in zip(*nestings, strict=True)]
        return type(first)(*parts) if hasattr(first, "_fields") else tuple(parts)
    return function(*nestings)


def leaves(nesting: Nested) -> Iterator[Any]:
    """The tensors in it."""
    if isinstance(nesting, Mapping):
        nesting = tuple(nesting.values())
    if isinstance(nesting, tuple | list):
        for part in nesting:
            yield from leaves(part)
    else:
        yield nesting


def stack(nestings: Sequence[Nested], dim: int = 0) -> Nested:
    """Nestings of one form as one with a new dimension."""
    return apply(lambda *tensors: torch.stack(tensors, dim), *nestings)


def take(nesting: Nested, index: Tensor, dim: int = 0) -> Nested:
    """The entries ``index`` (int64[n]) of dimension ``dim``."""
    return apply(lambda tensor: tensor.index_select(dim, index), nesting)


def flatten(nesting: Nested, leading: int) -> Nested:
    """The first ``leading`` dimensions as one."""
    return apply(lambda tensor: tensor.flatten(0, leading - 1), nesting)


def to(nesting: Nested, device: torch.device | str) -> Nested:
    """Arrays or tensors as tensors on ``device``; memory is shared where it can be."""
    return apply(lambda found: torch.as_tensor(found, device=device), nesting)
