"""What a player can see and touch: a constant table, since players stand at the centres of cells.

A player looks from 1.6 above its feet at nine points on each face of a block, no farther than 4.5 away.
A point lies between the block and the cell before the face. Whether that block is broken or another is
placed before it, the line is the same, so one table serves both. Lines are told as the cells they pass
after the player's head; lines that begin alike share their beginning in a *trie*.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from playout.simulators.building.blocks import FACES, STEPS

EYE = 1.6
REACH = 4.5
POINTS = (0.1, 0.5, 0.9)
RANGE = 6
"""No cell in sight is farther than this along an axis."""
SIDE = 2 * RANGE + 1
_SHIFT = 1e-4  # of a point, off the face
_LONGEST = 12


class Rays(NamedTuple):
    """The table. Cells are relative to the feet; the head is (0, 1, 0)."""

    node: np.ndarray
    """int64[T, 3], the cell of each node of the trie, parents before children."""
    parent: np.ndarray
    """int16[T], -1 for the nodes next to the head."""
    faces: np.ndarray
    """uint8[T], bit f set where a line ends here, at the face f of the cell."""
    cells: np.ndarray
    """int64[C, 3], where lines end, but for the head itself."""
    first: np.ndarray
    """int64[C + 1]: the lines to cell c end at the nodes ``ends[first[c]:first[c + 1]]``."""
    ends: np.ndarray
    """int16[E], nodes; for each cell the shortest lines first."""
    number: np.ndarray
    """int16[SIDE, SIDE, SIDE]: which of ``cells`` a relative cell is, RANGE added; -1 none."""
    head_faces: int
    """Bits of the head's own faces: what stands beside a head is always in sight."""
    lines: int
    """How many points can be seen at most."""


def _table() -> Rays:
    paths, head_faces, lines = _paths()
    nodes = sorted({path[:end] for path in paths for end in range(1, len(path) + 1)})
    index = {path: i for i, path in enumerate(nodes)}
    ending = sorted(paths, key=lambda path: (path[-1], len(path), path))
    cells = np.array(sorted({path[-1] for path in ending}), np.int64)
    number = np.full((SIDE,) * 3, -1, np.int16)
    number[tuple((cells + RANGE).T)] = np.arange(len(cells))
    of_cell = [number[tuple(np.array(path[-1]) + RANGE)] for path in ending]
    return Rays(
        node=np.array([path[-1] for path in nodes], np.int64),
        parent=np.array([index.get(path[:-1], -1) for path in nodes], np.int16),
        faces=np.array([paths.get(path, 0) for path in nodes], np.uint8),
        cells=cells,
        first=np.searchsorted(of_cell, np.arange(len(cells) + 1)),
        ends=np.array([index[path] for path in ending], np.int16),
        number=number,
        head_faces=head_faces,
        lines=lines,
    )


def _paths() -> tuple[dict[tuple, int], int, int]:
    """Cells that a line passes after the head -> bits of the faces it ends at; the empty path's; lines."""
    steps, length, face = _lines(STEPS)
    found: dict[tuple, int] = {}
    for cells, n, f in zip(steps.tolist(), length.tolist(), face.tolist(), strict=True):
        path = tuple(map(tuple, cells[:n]))
        found[path] = found.get(path, 0) | 1 << f
    return found, found.pop((), 0), len(length)


@njit(cache=True)
def _lines(directions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All lines to points in reach: cells passed int64[L, 12, 3], how many int64[L], the face int64[L]."""
    most = SIDE**3 * FACES * len(POINTS) ** 2 // 4  # a sixth of the points is in reach
    cells = np.zeros((most, _LONGEST, 3), np.int64)
    length, face = np.zeros(most, np.int64), np.zeros(most, np.int64)
    eye, point, count = np.array([0.5, EYE, 0.5]), np.zeros(3), 0
    for place in range(SIDE**3):
        corner = np.array([place // SIDE**2, place // SIDE % SIDE, place % SIDE]) - RANGE
        for f in range(FACES):
            axis, up = f // 2, directions[f].sum() > 0
            for u in POINTS:
                for v in POINTS:
                    point[axis] = corner[axis] + (1 - _SHIFT if up else _SHIFT)
                    point[(axis + 1) % 3] = corner[(axis + 1) % 3] + u
                    point[(axis + 2) % 3] = corner[(axis + 2) % 3] + v
                    if np.sqrt(((point - eye) ** 2).sum()) <= REACH:
                        length[count], face[count] = _traverse(eye, point, corner, cells[count]), f
                        count += 1
    return cells[:count], length[:count], face[:count]


@njit(cache=True)
def _traverse(start: np.ndarray, end: np.ndarray, last: np.ndarray, cells: np.ndarray) -> int:
    """The cells between two points without the first (Amanatides and Woo 1987); returns how many."""
    cell = np.floor(start).astype(np.int64)
    way = end - start
    next_at, gap = np.full(3, np.inf), np.full(3, np.inf)
    for axis in range(3):
        if way[axis] != 0:
            border = cell[axis] + (1 if way[axis] > 0 else 0)
            next_at[axis], gap[axis] = (border - start[axis]) / way[axis], abs(1 / way[axis])
    count = 0
    while (cell != last).any():
        axis = np.argmin(next_at)
        cell[axis] += 1 if way[axis] > 0 else -1
        next_at[axis] += gap[axis]
        cells[count] = cell
        count += 1
    return count


RAYS = _table()
"""Made when imported, in a fifth of a second; compiled rules take it as a constant."""
