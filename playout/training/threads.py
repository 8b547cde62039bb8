"""How many threads of torch a training takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playout.core import MissingExtra

try:
    import torch
except ModuleNotFoundError as error:
    raise MissingExtra("torch", "torch") from error


def is_small(model: Any) -> bool:
    """Whether the model (a ``torch.nn.Module``) has less than ten million parameters."""
    return sum(weight.numel() for weight in model.parameters()) < 10_000_000


@contextmanager
def threads(model: Any, number: int | None) -> Iterator[None]:
    """With ``number`` threads of torch; None is one for small models, else as many as there are."""
    before = torch.get_num_threads()
    torch.set_num_threads(number or (1 if is_small(model) else before))
    try:
        yield
    finally:
        torch.set_num_threads(before)
