"""What turns a house of any size into a goal; the chain of Laidlaw et al. 2025 is :func:`as_goal`.

A house is uint8[w, h, d] of block numbers, y up. Functions give a new house, or None where it is unfit:
whoever draws houses then draws another.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numba import njit

from playout.core.random import Stream
from playout.simulators.building.blocks import AIR, DIRT
from playout.simulators.building.goals.shrinking import shrink

House = np.ndarray
Transform = Callable[[House], "House | None"]
Area = tuple[int, int, int]

MIN_SIZE = (4, 4, 4)
LOW_DENSITY = 0.1
MOST_TIMES_TOO_LARGE = 2.0
MOST_UNEVEN = 1.5


def crop_air(house: House) -> House | None:
    """Without the layers of air around it; None if there is nothing else."""
    solid = np.argwhere(house != AIR)
    if not len(solid):
        return None
    low, high = solid.min(0), solid.max(0) + 1
    return house[low[0] : high[0], low[1] : high[1], low[2] : high[2]].copy()


def largest_component(house: House) -> House:
    """Its largest connected part, of two the one that comes first; cells join that share an edge (18)."""
    labels, sizes = _components(house != AIR)
    return (
        np.where(labels == 1 + np.argmax(sizes), house, AIR).astype(np.uint8) if len(sizes) else house.copy()
    )


def one_component(house: House) -> House | None:
    """The house as it is; None if it falls into parts."""
    return house if len(_components(house != AIR)[1]) == 1 else None


def at_least(house: House, sides: Area = MIN_SIZE) -> House | None:
    """The house as it is; None if a side is smaller."""
    return house if all(side >= least for side, least in zip(house.shape, sides, strict=True)) else None


def dense(house: House, low: float = 0.0, high: float = 1.0) -> House | None:
    """The house as it is; None if its share of cells that are not air is not in [low, high]."""
    return house if low <= float((house != AIR).mean()) <= high else None


def crop_sparse_bottom(house: House, least: float = LOW_DENSITY) -> House | None:
    """Without the lowest layers whose share of blocks is below ``least``; None if all are so."""
    shares = (house != AIR).mean((0, 2))
    full = np.flatnonzero(shares >= least)
    return house[:, full[0] :].copy() if len(full) else None


def place(house: House, area: Area, draw: Stream) -> House | None:
    """The house anywhere on the ground of an area, air around it; None if it does not fit."""
    if any(side > most for side, most in zip(house.shape, area, strict=True)):
        return None
    x, z = draw.below(area[0] - house.shape[0] + 1), draw.below(area[2] - house.shape[2] + 1)
    out = np.full(area, AIR, np.uint8)
    out[x : x + house.shape[0], : house.shape[1], z : z + house.shape[2]] = house
    return out


def add_grass(house: House) -> House:
    """With dirt for the air of its lowest layer."""
    out = house.copy()
    out[:, 0][out[:, 0] == AIR] = DIRT
    return out


def mirror(house: House, draw: Stream) -> House:
    """Mirrored along x, z, both or neither."""
    for axis in (0, 2):
        if draw.below(2):
            house = np.flip(house, axis)
    return house.copy()


def one_material(house: House, block: int) -> House:
    """With one block for all that is not air."""
    return np.where(house != AIR, block, AIR).astype(np.uint8)


def without_hidden(house: House) -> House:
    """With dirt for the blocks that no face of can be seen; below the lowest layer is ground."""
    padded = np.pad(house != AIR, ((1, 1), (1, 1), (1, 1)))
    padded[:, 0] = True
    inner = padded[1:-1, 1:-1, 1:-1].copy()
    for axis in range(3):
        for shift in (1, -1):
            inner &= np.roll(padded, shift, axis)[1:-1, 1:-1, 1:-1]
    return np.where(inner, DIRT, house).astype(np.uint8)


def as_goal(house: House, area: Area, draw: Stream) -> House | None:
    """The chain of Laidlaw et al. 2025, from a house to what is built in ``area``; None if it is unfit.

    Args:
        house: uint8[w, h, d].
        area: width, height and depth to build in.
        draw: where it stands.
    """
    sides = [min(side, most) for side, most in zip(MIN_SIZE, area, strict=True)]
    steps: tuple[Transform, ...] = (
        largest_component,
        crop_air,
        crop_sparse_bottom,
        partial(at_least, sides=(sides[0], sides[1], sides[2])),
        partial(shrink, area=area, most_times=MOST_TIMES_TOO_LARGE, most_uneven=MOST_UNEVEN),
        dense,
        partial(place, area=area, draw=draw),
        add_grass,
        one_component,
    )
    found: House | None = house
    for step in steps:
        if found is None:
            break
        found = step(found)
    return found


@njit(cache=True)
def _components(solid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Connected parts (18): labels from 1, int32 of the shape of ``solid``, and their sizes."""
    width, height, depth = solid.shape
    labels, sizes = np.zeros(solid.shape, np.int32), np.zeros(solid.size, np.int64)
    stack, count = np.empty(solid.size, np.int64), 0
    for start in range(solid.size):
        x, y, z = start // (height * depth), start // depth % height, start % depth
        if not solid[x, y, z] or labels[x, y, z]:
            continue
        labels[x, y, z], stack[0], top = count + 1, start, 1
        while top:
            top -= 1
            cell = stack[top]
            sizes[count] += 1
            x, y, z = cell // (height * depth), cell // depth % height, cell % depth
            for step in range(27):
                dx, dy, dz = step // 9 - 1, step // 3 % 3 - 1, step % 3 - 1
                nx, ny, nz = x + dx, y + dy, z + dz
                inside = (0 <= nx < width) & (0 <= ny < height) & (0 <= nz < depth)
                if (
                    abs(dx) + abs(dy) + abs(dz) < 3
                    and inside
                    and solid[nx, ny, nz]
                    and not labels[nx, ny, nz]
                ):
                    labels[nx, ny, nz] = count + 1
                    stack[top] = (nx * height + ny) * depth + nz
                    top += 1
        count += 1
    return labels, sizes[:count]
