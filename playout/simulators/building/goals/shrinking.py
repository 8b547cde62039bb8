"""Makes large houses small without closing the ways through them.

After the ``area_sample`` of Laidlaw et al. 2025, from its description: the ways that people walk are
marked, the house is stretched to what it is to be times a power of two, then halved; in the end the ways
are open again and have a floor. *Ours: only narrow places of ways are marked, as doors are; the original
makes all ways thin.*
"""

from collections import deque

import numpy as np

from playout.simulators.building.blocks import AIR, BLOCKS, DIRT

_WAY = BLOCKS  # of a cell that somebody walks through
_HEADROOM = 2
Area = tuple[int, int, int]
Cell = tuple[int, ...]


def shrink(
    house: np.ndarray,
    area: Area,
    *,
    most_times: float = 2.0,
    most_uneven: float = 1.5,
    keep_ways: bool = True,
) -> np.ndarray | None:
    """A house that fits.

    Width and depth shrink alike, the height by itself, at most ``most_uneven`` times more or less.

    Args:
        house: uint8[w, h, d].
        area: width, height and depth to fit in.
        most_times: larger than this many times the area, it is given up.
        most_uneven: how far the scale of the height may be from that of the sides.
        keep_ways: whether ways from outside to the inside stay open.

    Returns:
        uint8, as it is if it fits already; None if it is given up.
    """
    times = [side / most for side, most in zip(house.shape, area, strict=True)]
    if max(times) > most_times:
        return None
    if max(times) <= 1:
        return house
    flat, up = max(times[0], times[2], 1.0), max(times[1], 1.0)
    up, flat = max(up, flat / most_uneven), max(flat, up / most_uneven)
    target = [
        max(1, min(most, round(side / scale)))
        for side, most, scale in zip(house.shape, area, (flat, up, flat), strict=True)
    ]
    cells = house.copy()
    if keep_ways:
        for cell in ways(house):
            cells[cell] = _WAY
    halvings = int(
        np.ceil(np.log2(max(side / least for side, least in zip(house.shape, target, strict=True))))
    )
    cells = _stretched(cells, [side << halvings for side in target])
    for _ in range(halvings):
        cells = _halved(cells)
    return _opened(cells)


def ways(house: np.ndarray) -> list[Cell]:
    """Cells where the ways from outside to the inside are narrow: walls to the left and to the right.

    Elsewhere a house has room enough to stay open when it shrinks.
    """
    stand = _standable(house)
    outside = [tuple(map(int, cell)) for cell in np.argwhere(stand & _open_air(house))]
    solid = np.pad(house != AIR, ((1, 1), (0, 0), (1, 1)))
    between_x = solid[:-2, :, 1:-1] & solid[2:, :, 1:-1]
    between_z = solid[1:-1, :, :-2] & solid[1:-1, :, 2:]
    return [cell for cell in _walk(stand, outside) if (between_x | between_z)[cell]]


def _standable(house: np.ndarray) -> np.ndarray:
    """Where feet and head find air above a block (or the ground): bool like the house."""
    air = np.pad(house == AIR, ((0, 0), (0, 1), (0, 0)), constant_values=True)
    below = np.pad(house != AIR, ((0, 0), (1, 0), (0, 0)), constant_values=True)
    return air[:, :-1] & air[:, 1:] & below[:, :-1]


def _open_air(house: np.ndarray) -> np.ndarray:
    """Air on the border of the house, and under the open sky: bool like the house."""
    air = house == AIR
    outside = np.flip(np.logical_and.accumulate(np.flip(air, 1), axis=1), 1)
    for edge in (0, -1):
        outside[edge] |= air[edge]
        outside[:, :, edge] |= air[:, :, edge]
    return outside


def _walk(stand: np.ndarray, starts: list[Cell]) -> list[Cell]:
    """Places that can be reached from ``starts``; a step may go one up or down."""
    found, queue = dict.fromkeys(starts), deque(starts)
    while queue:
        x, y, z = queue.popleft()
        for dx, dz in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            for dy in (0, 1, -1):
                at = (x + dx, y + dy, z + dz)
                inside = all(0 <= n < most for n, most in zip(at, stand.shape, strict=True))
                if inside and stand[at] and at not in found:
                    found[at] = None
                    queue.append(at)
    return list(found)


def _stretched(cells: np.ndarray, target: list[int]) -> np.ndarray:
    """In another size: for each kind linearly between cells, then the kind with most."""
    share = np.stack([(cells == kind).astype(np.float32) for kind in range(_WAY + 1)])
    for axis, side in enumerate(target, 1):
        share = np.apply_along_axis(_between, axis, share, side)
    return share.argmax(0).astype(np.uint8)


def _between(line: np.ndarray, side: int) -> np.ndarray:
    at = np.linspace(0, len(line) - 1, side)
    return np.interp(at, np.arange(len(line)), line)


def _halved(cells: np.ndarray) -> np.ndarray:
    """Of eight cells the kind found most often, air only if all are; of equals the last; ways first."""
    w, h, d = (side // 2 for side in cells.shape)
    eight = cells.reshape(w, 2, h, 2, d, 2).transpose(0, 2, 4, 1, 3, 5).reshape(w, h, d, 8)
    counts = np.stack([(eight == kind).sum(-1) for kind in range(_WAY + 1)], -1)
    counts[..., _WAY] *= 8
    counts[..., AIR] = counts[..., AIR] == 8
    return (_WAY - np.flip(counts, -1).argmax(-1)).astype(np.uint8)


def _opened(cells: np.ndarray) -> np.ndarray:
    """The ways as air with room for a head, and a floor of what is around under them."""
    out = np.where(cells == _WAY, AIR, cells).astype(np.uint8)
    for x, y, z in np.argwhere(cells == _WAY).tolist():
        y = max(y, 1)  # the lowest layer is the ground
        out[x, y : y + _HEADROOM, z] = AIR
        if out[x, y - 1, z] == AIR:
            out[x, y - 1, z] = _around(out[:, y - 1], x, z)
    return out


def _around(layer: np.ndarray, x: int, z: int) -> int:
    """The block that is around most often, dirt where nothing is."""
    near = layer[max(0, x - 1) : x + 2, max(0, z - 1) : z + 2]
    counts = np.bincount(near[near != AIR].ravel(), minlength=BLOCKS)
    return int(counts.argmax()) if counts.any() else DIRT
