"""How actions of the building game are numbered. Leaves out what they do (``rules``)."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit

from playout.core.errors import WrongUse
from playout.simulators.building.blocks import BLOCKS, Size

NOOP, PLACE, BREAK, MOVE, GIVE = 0, 1, 2, 3, 9
"""Types of action; the moves are 3 to 8: +x -x +y -y +z -z."""
TYPES = 10
TYPE_NAMES = ("noop", "place", "break", "+x", "-x", "+y", "-y", "+z", "-z", "give")


class Action(NamedTuple):
    """An action in parts; those that a type has no use for are 0."""

    type: int
    cell: int = 0
    block: int = 0


@dataclass(frozen=True, slots=True)
class Numbering:
    """Flat numbers as in the released code of Laidlaw et al. 2025, for a world of V cells.

    0 does nothing; 1 + block * V + cell places; then V to break a cell; then six moves, unless players
    teleport; then, with finite blocks, block * V + cell gives a block to the player whose feet are there.
    """

    size: Size
    teleport: bool = False
    finite: bool = False

    @property
    def breaks(self) -> int:
        """The first number that breaks."""
        return 1 + BLOCKS * self.size.cells

    @property
    def moves(self) -> int:
        """The first number that moves."""
        return self.breaks + self.size.cells

    @property
    def gives(self) -> int:
        """The first number that gives."""
        return self.moves + (0 if self.teleport else 6)

    @property
    def count(self) -> int:
        """How many actions there are: 12,107 at paper size."""
        return self.gives + (BLOCKS * self.size.cells if self.finite else 0)

    def decode(self, flat: np.ndarray) -> np.ndarray:
        """Flat numbers [...] as parts, int64[..., 3]: type, cell, block.

        Raises:
            WrongUse: a number that is no action.
        """
        flat = np.asarray(flat)
        if flat.dtype.kind not in "iu" or (flat.size and (flat.min() < 0 or flat.max() >= self.count)):
            shown = f"{flat.min()} to {flat.max()}" if flat.dtype.kind in "iu" else flat.dtype
            raise WrongUse(f"action: expected integers from 0 to {self.count - 1}, got {shown}")
        parts = np.empty((flat.size, 3), np.int64)
        _decode(
            flat.reshape(-1).astype(np.int64), self.breaks, self.moves, self.gives, self.size.cells, parts
        )
        return parts.reshape(*flat.shape, 3)

    def encode(self, action: Action) -> int:
        """The flat number of an action.

        Raises:
            WrongUse: this world has no such action.
        """
        kind, cell, block = action
        if not (0 <= kind < TYPES and 0 <= cell < self.size.cells and 0 <= block < BLOCKS):
            raise WrongUse(f"action: {action} is outside a world of {tuple(self.size)}")
        if (kind == GIVE and not self.finite) or (MOVE <= kind < GIVE and self.teleport):
            raise WrongUse(f"action: {TYPE_NAMES[kind]!r} is no action of this world")
        if kind == NOOP:
            return 0
        if MOVE <= kind < GIVE:
            return self.moves + kind - MOVE
        first = {PLACE: 1, BREAK: self.breaks, GIVE: self.gives}[kind]
        return first + (0 if kind == BREAK else block) * self.size.cells + cell

    def flat(self, parts: np.ndarray) -> np.ndarray:
        """Valid actions in parts, int64[..., 3], as flat numbers int64[...]; undoes :meth:`decode`."""
        kind, cell, block = parts[..., 0], parts[..., 1], parts[..., 2]
        cells = self.size.cells
        return np.select(
            [kind == PLACE, kind == BREAK, kind == GIVE, kind >= MOVE],
            [
                1 + block * cells + cell,
                self.breaks + cell,
                self.gives + block * cells + cell,
                self.moves + kind - MOVE,
            ],
            0,
        )

    def mask(self, planes: "Planes") -> np.ndarray:
        """The planes of legal actions as one mask over flat numbers, uint8[..., A]."""
        batch, breaks, moves, gives = planes.place.shape[:-1], self.breaks, self.moves, self.gives
        by_block = (*batch, BLOCKS, self.size.cells)
        out = np.empty((*batch, self.count), np.uint8)
        out[..., 0] = 1
        places = out[..., 1:breaks].reshape(by_block)  # a view
        np.multiply(planes.blocks[..., None], planes.place[..., None, :], out=places)
        out[..., breaks:moves] = planes.remove
        if not self.teleport:
            out[..., moves:gives] = planes.move
        if self.finite:
            gifts = out[..., gives:].reshape(by_block)
            np.multiply(planes.owned[..., None], planes.give[..., None, :], out=gifts)
        return out


@njit(cache=True)
def _decode(flat: np.ndarray, breaks: int, moves: int, gives: int, cells: int, parts: np.ndarray) -> None:
    """Flat numbers int64[K] as ``parts``, int64[K, 3], overwritten."""
    for i in range(len(flat)):
        number, kind, cell, block = flat[i], NOOP, 0, 0
        if number >= gives:
            kind, cell, block = GIVE, (number - gives) % cells, (number - gives) // cells
        elif number >= moves:
            kind = MOVE + number - moves
        elif number >= breaks:
            kind, cell = BREAK, number - breaks
        elif number >= 1:
            kind, cell, block = PLACE, (number - 1) % cells, (number - 1) // cells
        parts[i, 0], parts[i, 1], parts[i, 2] = kind, cell, block


class Planes(NamedTuple):
    """Legal actions by what they have in common; uint8 of 0 and 1. NOOP is always legal."""

    place: np.ndarray
    """[..., V]: a block can be placed in the cell."""
    remove: np.ndarray
    """[..., V]: the block in the cell can be broken."""
    move: np.ndarray
    """[..., 6]."""
    give: np.ndarray
    """[..., V]: a player stands there who can be given blocks."""
    blocks: np.ndarray
    """[..., 10]: blocks that can be placed."""
    owned: np.ndarray
    """[..., 10]: blocks that can be given."""
