"""The ten blocks of the building game and the shape of its worlds. What can be done is in ``rules``."""

from collections.abc import Sequence, Sized
from typing import NamedTuple

import numpy as np

from playout.core.errors import WrongUse

NAMES = (
    "air", "bedrock", "dirt", "cobblestone", "glass", "log", "planks", "stone", "stonebrick", "wool",
)  # fmt: skip
BLOCKS = len(NAMES)
AIR, BEDROCK, DIRT, COBBLESTONE, GLASS, LOG, PLANKS, STONE, STONEBRICK, WOOL = range(BLOCKS)
FIRST_PLACEABLE = DIRT
"""Blocks from here on can be placed."""

# Faces of a cell, and the moves, in one order: +x -x +y -y +z -z. y is up.
FACES = 6
STEPS = np.array([(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)], np.int64)


class Size(NamedTuple):
    """A world's width (x), height (y) and depth (z) in cells.

    A cell's number is in C order: ``(x * height + y) * depth + z``.
    """

    width: int
    height: int
    depth: int

    @property
    def cells(self) -> int:
        """V, how many cells there are."""
        return self.width * self.height * self.depth


PRESETS = {"tiny": Size(5, 5, 5), "small": Size(7, 6, 7), "paper": Size(11, 10, 10)}
"""Named sizes; ``paper`` is that of Laidlaw et al. 2025."""
LEAST = Size(3, 4, 3)
"""Ground below, and room for a player above it."""


def size_of(size: str | Sequence[int]) -> Size:
    """The size called ``size``, or of these three numbers.

    Raises:
        WrongUse: no such preset, or not three numbers of at least ``LEAST``.
    """
    if isinstance(size, str):
        if size not in PRESETS:
            raise WrongUse(f"size: expected one of {', '.join(PRESETS)} or three numbers, got {size!r}")
        return PRESETS[size]
    if (
        not isinstance(size, Sized)
        or len(size) != 3
        or any(not least <= n <= 127 for n, least in zip(size, LEAST, strict=True))
    ):
        raise WrongUse(f"size: expected width, height and depth from {tuple(LEAST)} to 127, got {size!r}")
    return Size(*(int(n) for n in size))


def plain(size: Size, *, palette: bool = False) -> np.ndarray:
    """The world before anybody has built: bedrock, dirt on it, air; uint8[W, H, D].

    Args:
        size: of the world.
        palette: whether the last plane along x holds one of each placeable block to be taken.
    """
    world = np.full(size, AIR, np.uint8)
    world[:, 0], world[:, 1] = BEDROCK, DIRT
    if palette:
        for number, block in enumerate(range(FIRST_PLACEABLE, BLOCKS)):
            row, z = divmod(number, size.depth)
            if 2 + row >= size.height:
                raise WrongUse(f"size: {tuple(size)} has no room for the palette of finite blocks")
            world[size.width - 1, 2 + row, z] = block
    return world
