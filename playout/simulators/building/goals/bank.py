"""Banks of goals: houses made once per configuration, so that a reset costs microseconds."""

import hashlib
from collections.abc import Iterator
from typing import Literal

import numpy as np

from playout.core.errors import WrongUse
from playout.core.random import STREAM_LEVEL, bits
from playout.simulators import bank
from playout.simulators.building import people
from playout.simulators.building.blocks import Size, plain
from playout.simulators.building.goals.houses import house
from playout.simulators.building.rules import field_of

Split = Literal["train", "valid", "test"]
SIZES: dict[str, int] = {"train": 2048, "valid": 256, "test": 1024}
"""Goals of each split."""
VERSION = 1
"""Another number makes all banks anew."""


def area_of(size: Size, *, palette: bool = False) -> tuple[int, int, int]:
    """What can be built in: all but the border, and the palette of finite blocks."""
    return size.width - 2 - palette, size.height - 2, size.depth - 2


def placed(house: np.ndarray, size: Size, *, palette: bool = False) -> np.ndarray:
    """The world that a house makes: uint8[W, H, D].

    Args:
        house: uint8[w, h, d], layer 0 in the ground; smaller ones stand in the corner.
        size: of the world.
        palette: whether the last plane is the palette.

    Raises:
        WrongUse: it does not fit.
    """
    area = area_of(size, palette=palette)
    if any(side > room for side, room in zip(house.shape, area, strict=True)):
        raise WrongUse(f"goal: a house of {house.shape} is larger than the {area} that can be built in")
    world = plain(size, palette=palette)
    w, h, d = house.shape
    world[1 : 1 + w, 1 : 1 + h, 1 : 1 + d] = house
    return world


def goals_of(
    size: Size, split: Split = "train", *, palette: bool = False, number: int | None = None
) -> bank.LevelBank:
    """The generated goals of a split; no goal is in two of them.

    Args:
        size: of the world.
        split: which.
        palette: with the palette of finite blocks.
        number: how many; None for ``SIZES``.

    Returns:
        ``goals`` and ``rounds`` (``people.rounds_of``), uint8[G, V] each.

    Raises:
        WrongUse: there is no such split.
    """
    if split not in SIZES:
        raise WrongUse(f"split: expected one of {', '.join(SIZES)}, got {split!r}")
    count = SIZES[split] if number is None else number
    config = {"version": VERSION, "size": list(size), "split": split, "palette": palette, "number": count}
    return bank.open_or_make("building", config, lambda: _made(size, split, palette, count))


def goal_bank(worlds: np.ndarray, *, palette: bool = False) -> bank.LevelBank:
    """A bank of given goals, uint8[G, W, H, D]."""
    size = Size(*worlds.shape[1:])
    flat = np.ascontiguousarray(worlds, np.uint8).reshape(len(worlds), -1)
    field = field_of(size, finite=palette)
    ground = plain(size, palette=palette).reshape(-1)
    return bank.LevelBank({"goals": flat, "rounds": people.rounds_of(field, ground, flat)})


def _made(size: Size, split: Split, palette: bool, number: int) -> dict[str, np.ndarray]:
    worlds = np.stack(list(_distinct(size, split, palette, number)))
    return dict(goal_bank(worlds, palette=palette).arrays)


def _distinct(size: Size, split: str, palette: bool, number: int) -> Iterator[np.ndarray]:
    """Different houses; which split one is in follows from what it looks like."""
    found, key, area = set[bytes](), 0, area_of(size, palette=palette)
    while len(found) < number:
        made = house(bits(key, tuple(SIZES).index(split), STREAM_LEVEL), area)
        key += 1
        look = made.tobytes()
        if look in found or _split_of(made) != split or (made[:, 1:] == 0).all():
            continue
        found.add(look)
        yield placed(made, size, palette=palette)


def _split_of(house: np.ndarray) -> str:
    """Half of all houses are for training, a quarter for validation and a quarter for the test."""
    sixteenth = hashlib.sha256(house.tobytes()).digest()[0] >> 4
    return "train" if sixteenth < 8 else "valid" if sixteenth < 12 else "test"
