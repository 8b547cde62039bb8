"""Procedural houses: footprints, storeys, rooms, doors, windows, roofs, furniture and a bit of age.

A key decides a house. How many there can be at paper size (9 x 8 x 8 cells to build in), counted from below
by one kind alone: a house of two storeys on the whole area has at least 366 blocks in floors, walls and a
flat roof, and age can turn each of them into any of the eight materials: 8 ** 366 > 10 ** 330. Furniture
can be any material or missing on at least 76 free cells of the two floors: 9 ** 76 > 10 ** 72. So there
are more than 10 ** 402 different goals.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from playout.core.errors import WrongUse
from playout.core.random import STREAM_GENERATE, Stream, bits_array
from playout.simulators.building.blocks import (
    AIR,
    BLOCKS,
    COBBLESTONE,
    DIRT,
    FIRST_PLACEABLE,
    GLASS,
    LOG,
    PLANKS,
    STONE,
    STONEBRICK,
    WOOL,
)  # fmt: skip

LEAST_SIDE = 3
"""Of a footprint."""
_AGE = 1 << 20  # counters of the draws that age a house

WALLS = (COBBLESTONE, LOG, PLANKS, STONE, STONEBRICK, WOOL)
FLOORS = (PLANKS, STONE, COBBLESTONE, WOOL, STONEBRICK, LOG)
ROOFS = (PLANKS, STONEBRICK, COBBLESTONE, STONE, WOOL, DIRT, GLASS)
POSTS = (LOG, STONEBRICK, COBBLESTONE, STONE)
FURNITURE = (PLANKS, WOOL, LOG, STONE, GLASS, COBBLESTONE, STONEBRICK, DIRT)
ROOF_STYLES = ("flat", "hip", "gable_x", "gable_z", "parapet")


class Box(NamedTuple):
    """A rectangle of the ground: from x, z on, width by depth cells."""

    x: int
    z: int
    width: int
    depth: int

    def inset(self, by: int) -> "Box":
        """Smaller by ``by`` cells on each side."""
        return Box(self.x + by, self.z + by, self.width - 2 * by, self.depth - 2 * by)

    @property
    def slices(self) -> tuple[slice, slice]:
        """For the axes x and z of an array."""
        return slice(self.x, self.x + self.width), slice(self.z, self.z + self.depth)


@dataclass(frozen=True, kw_only=True)
class HouseStyle:
    """How often houses have what."""

    wing: float = 0.35
    """Share with a second rectangle, which makes the footprint an L, a T or a cross."""
    posts: float = 0.4
    """Share with corner posts of another material."""
    partition: float = 0.5
    """Share of storeys, large enough, that are parted into two rooms."""
    window: float = 0.5
    """Share of wall cells at eye height, corners left out, that are windows, where a house has any."""
    chimney: float = 0.25
    """Share with a chimney."""
    furniture: float = 0.12
    """Share of free floor cells with a piece of furniture."""
    age: float = 0.03
    """Most blocks of a house that have been replaced by anything; the share is drawn from 0 to this."""


def house(key: int, area: tuple[int, int, int], style: HouseStyle = HouseStyle()) -> np.ndarray:
    """The house of a key.

    Args:
        key: decides everything.
        area: width, height and depth to build in, each at least 3; layer 0 is the ground.
        style: how often houses have what.

    Returns:
        uint8[area]; dirt where the ground is left as it is, air above it.

    Raises:
        WrongUse: the area is too small for a house.
    """
    if min(area) < LEAST_SIDE:
        shown = " x ".join(map(str, area))
        raise WrongUse(f"area: expected at least {LEAST_SIDE} cells along each axis to build in, got {shown}")
    draw = Stream(key, STREAM_GENERATE)
    cells = np.full(area, AIR, np.uint8)
    cells[:, 0] = DIRT
    main = _footprint(draw, area)
    parts = [main]
    if draw.uniform() < style.wing:
        parts.append(_wing(draw, area, main))
    plan = np.zeros((area[0], area[2]), bool)
    for part in parts:
        plan[part.slices] = True
    top = _storeys(draw, cells, plan, main, style)
    _roof(draw, cells, plan, main, top)
    if draw.uniform() < style.chimney:
        _chimney(draw, cells, plan)
    _weather(draw, cells, key, style)
    return _connected(cells)


def _footprint(draw: Stream, area: tuple[int, int, int]) -> Box:
    width = LEAST_SIDE + draw.below(area[0] - LEAST_SIDE + 1)
    depth = LEAST_SIDE + draw.below(area[2] - LEAST_SIDE + 1)
    return Box(draw.below(area[0] - width + 1), draw.below(area[2] - depth + 1), width, depth)


def _wing(draw: Stream, area: tuple[int, int, int], main: Box) -> Box:
    """A rectangle that overlaps ``main``: it spans from a cell in it to a cell anywhere."""
    ends = []
    for start, length, side in ((main.x, main.width, area[0]), (main.z, main.depth, area[2])):
        inside, any_cell = start + draw.below(length), draw.below(side)
        low, high = min(inside, any_cell), max(inside, any_cell)
        low = min(low, max(0, high - LEAST_SIDE + 1))
        high = max(high, min(side - 1, low + LEAST_SIDE - 1))
        ends.append((low, high - low + 1))
    (x, width), (z, depth) = ends
    return Box(x, z, width, depth)


def _edge(plan: np.ndarray) -> np.ndarray:
    """Cells of a plan that have a side outside it, bool[W, D]."""
    padded = np.pad(plan, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return plan & ~inner


def _corners(plan: np.ndarray) -> np.ndarray:
    """Cells of a plan with a side outside it along both axes, bool[W, D]."""
    padded = np.pad(plan, 1)
    across = padded[:-2, 1:-1] & padded[2:, 1:-1]
    along = padded[1:-1, :-2] & padded[1:-1, 2:]
    return plan & ~across & ~along


def _storeys(draw: Stream, cells: np.ndarray, plan: np.ndarray, main: Box, style: HouseStyle) -> int:
    """Floors, walls, doors, windows, rooms and furniture; returns the height the roof begins at."""
    height = cells.shape[1]
    most = max(1, (height - 1) // 3)
    storeys = 1 + draw.below(min(2, most))
    clear = 1 if height < 4 else 2 + draw.below(max(1, min(2, (height - 1) // storeys - 2)))
    wall, floor = draw.choice(WALLS), draw.choice(FLOORS)
    post = draw.choice(POSTS) if draw.uniform() < style.posts else wall
    glazed = draw.uniform() < 0.8
    cells[:, 0][plan] = floor
    base = 1
    for storey in range(storeys):
        here = plan if storey == 0 else _upper(plan, main)
        if storey:
            cells[:, base][here] = floor
            base += 1
        top = min(base + clear, height)
        edge, corner = _edge(here), _corners(here)
        for y in range(base, top):
            cells[:, y][edge] = wall
            cells[:, y][corner] = post
        if glazed:
            _windows(draw, cells, edge & ~corner, min(base + 1, top - 1), style.window)
        if storey == 0:
            _door(draw, cells, edge & ~corner, base, top)
        if draw.uniform() < style.partition:
            _partition(draw, cells, main, base, top, wall)
        _furnish(draw, cells, here & ~edge, base, style.furniture)
        base = top
    return base


def _upper(plan: np.ndarray, main: Box) -> np.ndarray:
    """The plan of an upper storey: the main rectangle, without the wing."""
    upper = np.zeros_like(plan)
    upper[main.slices] = True
    return upper


def _windows(draw: Stream, cells: np.ndarray, wall: np.ndarray, y: int, share: float) -> None:
    places = np.argwhere(wall)
    every = 2 if draw.uniform() < 0.5 else 0  # in a rhythm, or anywhere
    for number, (x, z) in enumerate(places):
        if number % every == 0 if every else draw.uniform() < share:
            cells[x, y, z] = GLASS


def _door(draw: Stream, cells: np.ndarray, wall: np.ndarray, base: int, top: int) -> None:
    places = np.argwhere(wall)
    if len(places):
        x, z = places[draw.below(len(places))]
        cells[x, base : min(base + 2, top), z] = AIR


def _partition(draw: Stream, cells: np.ndarray, main: Box, base: int, top: int, wall: int) -> None:
    """A wall across the main rectangle, with a doorway."""
    along_x = main.width >= main.depth
    long, short = (main.width, main.depth) if along_x else (main.depth, main.width)
    if long < 5 or short < 3:
        return
    at, gap = 2 + draw.below(long - 4), 1 + draw.below(short - 2)
    for y in range(base, top):
        for across in range(1, short - 1):
            if across == gap and y < base + 2:
                continue
            x, z = (main.x + at, main.z + across) if along_x else (main.x + across, main.z + at)
            cells[x, y, z] = wall


def _furnish(draw: Stream, cells: np.ndarray, inside: np.ndarray, base: int, share: float) -> None:
    for x, z in np.argwhere(inside):
        if cells[x, base, z] == AIR and draw.uniform() < share:
            cells[x, base, z] = draw.choice(FURNITURE)


def _roof(draw: Stream, cells: np.ndarray, plan: np.ndarray, main: Box, base: int) -> None:
    """A roof over the main rectangle; over a wing, a flat one on its own walls."""
    style, block = draw.choice(ROOF_STYLES), draw.choice(ROOFS)
    _cover(cells, plan & ~_upper(plan, main), block)
    height = cells.shape[1]
    for level in range(height - base):
        box = _roof_layer(main, style, level)
        if box is None:
            break
        layer = np.zeros_like(plan)
        layer[box.slices] = True
        if style == "parapet" and level == 1:
            layer = _edge(layer) & (np.add.outer(np.arange(len(layer)), np.arange(layer.shape[1])) % 2 == 0)
        cells[:, base + level][layer] = block


def _cover(cells: np.ndarray, wing: np.ndarray, block: int) -> None:
    """A flat roof on the walls of a wing, as high as they are."""
    above = cells[:, 1:] != AIR
    tops = np.where(above.any(1), 1 + above.shape[1] - np.argmax(above[:, ::-1], axis=1), 0)[wing]
    top = int(tops.max(initial=0))
    if 0 < top < cells.shape[1]:
        layer = cells[:, top]
        layer[wing & (layer == AIR)] = block


def _roof_layer(main: Box, style: str, level: int) -> Box | None:
    """Which cells the roof covers so many layers up; None above its top."""
    if style in ("flat", "parapet"):
        return main if level <= (style == "parapet") else None
    box = main.inset(level)
    if style == "gable_x":
        box = Box(main.x, box.z, main.width, box.depth)
    if style == "gable_z":
        box = Box(box.x, main.z, box.width, main.depth)
    return box if box.width > 0 and box.depth > 0 else None


def _chimney(draw: Stream, cells: np.ndarray, plan: np.ndarray) -> None:
    places = np.argwhere(_edge(plan))
    x, z = places[draw.below(len(places))]
    top = int(np.flatnonzero(cells[x, :, z])[-1])
    end = min(cells.shape[1], top + 2)
    cells[x, 1:end, z] = draw.choice((COBBLESTONE, STONEBRICK, STONE))


def _weather(draw: Stream, cells: np.ndarray, key: int, style: HouseStyle) -> None:
    """Some blocks have been replaced by others."""
    share = draw.uniform(0.0, style.age)
    words = bits_array(np.uint64(key % (1 << 64)), _AGE + np.arange(cells.size), STREAM_GENERATE)
    chance = (words >> np.uint64(40)).astype(np.float64) / (1 << 24)
    block = FIRST_PLACEABLE + (words % np.uint64(BLOCKS - FIRST_PLACEABLE)).astype(np.uint8)
    old = (chance.reshape(cells.shape) < share) & (cells != AIR)
    old[:, 0] &= cells[:, 0] != DIRT
    cells[old] = block.reshape(cells.shape)[old]


def _connected(cells: np.ndarray) -> np.ndarray:
    """Without what hangs in the air: blocks that no others join to the ground."""
    solid = cells != AIR
    held = np.zeros_like(solid)
    held[:, 0] = solid[:, 0]
    while True:
        grown = held.copy()
        for axis in range(3):
            ahead = [slice(None)] * 3
            behind = [slice(None)] * 3
            ahead[axis], behind[axis] = slice(1, None), slice(None, -1)
            grown[tuple(ahead)] |= held[tuple(behind)]
            grown[tuple(behind)] |= held[tuple(ahead)]
        grown &= solid
        if (grown == held).all():
            return np.where(held, cells, AIR).astype(np.uint8)
        held = grown
