"""Lines of sight in exact numbers: whether what somebody sees hangs on a line that meets an edge.

Where a line meets an edge between cells exactly, it passes on one side of it or on the other as
coordinates are rounded, and two programs may differ. Here such a line is taken on all sides.
"""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from playout.simulators.building import rules
from playout.simulators.building.actions import PLACE
from playout.simulators.building.blocks import AIR, BLOCKS, FACES, STEPS

_EYE = (Fraction(1, 2), Fraction(16, 10), Fraction(1, 2))
_POINTS = (Fraction(1, 10), Fraction(1, 2), Fraction(9, 10))
_SHIFT = Fraction(1, 10_000)
_REACH = Fraction(9, 2)
Cell = tuple[int, ...]


def depends_on_an_edge(field: rules.Field, scene: rules.Scene, who: int, action: np.ndarray) -> bool:
    """Whether placing or breaking is possible on one side of an edge and not on the other."""
    possibly, surely = in_sight(field, scene, who, action)
    return possibly and not surely


def in_sight(field: rules.Field, scene: rules.Scene, who: int, action: np.ndarray) -> tuple[bool, bool]:
    """Whether a player sees where it would place or break something.

    Args:
        field: of the world.
        scene: one copy.
        who: the player.
        action: int64[3]: type, cell, block.

    Returns:
        Whether it sees it if lines pass edges on the better side, and if they do on the worse one.
    """
    kind, cell = int(action[0]), int(action[1])
    shape = (field.width, field.height, field.depth)
    at = tuple(map(int, np.unravel_index(cell, shape)))
    feet = tuple(map(int, scene.players[who]))
    solid = _solid(scene, who, shape)
    seen, surely = False, False
    for face in range(FACES):
        beside = tuple(map(int, np.array(at) + STEPS[face]))
        if kind == PLACE:
            if beside not in solid or solid[beside] == BLOCKS:
                continue
            ends, side = at, face
        else:
            ends, side = beside, face ^ 1
        if not all(0 <= n < most for n, most in zip(ends, shape, strict=True)):
            continue
        for line in _lines(feet, ends, side):
            clear = [all(cell not in solid for cell in way) for way in line]
            seen |= any(clear)
            surely |= all(clear)
    return seen, surely


def _solid(scene: rules.Scene, who: int, shape: Cell) -> dict[Cell, int]:
    """Cells that hide what is behind them, and the block; ``BLOCKS`` for another player."""
    world = scene.blocks.reshape(shape)
    solid = {tuple(map(int, cell)): int(world[tuple(cell)]) for cell in np.argwhere(world != AIR)}
    for other, (x, y, z) in enumerate(scene.players.tolist()):
        if other != who:
            solid |= {(x, y, z): BLOCKS, (x, y + 1, z): BLOCKS}
    return solid


def _lines(feet: Cell, cell: Cell, face: int) -> Iterator[list[list[Cell]]]:
    """For each point in reach on a face of a cell, seen from inside it: the ways of the line to it."""
    eye = [Fraction(n) + shift for n, shift in zip(feet, _EYE, strict=True)]
    axis, up = face // 2, STEPS[face].sum() > 0
    for u in _POINTS:
        for v in _POINTS:
            point = [Fraction(0)] * 3
            point[axis] = cell[axis] + (1 - _SHIFT if up else _SHIFT)
            point[(axis + 1) % 3] = cell[(axis + 1) % 3] + u
            point[(axis + 2) % 3] = cell[(axis + 2) % 3] + v
            if sum((b - a) ** 2 for a, b in zip(eye, point, strict=True)) <= _REACH**2:
                head = (feet[0], feet[1] + 1, feet[2])
                yield list(_ways(eye, point, head, cell))


def _ways(eye: list[Fraction], point: list[Fraction], at: Cell, last: Cell) -> Iterator[list[Cell]]:
    """All sequences of cells from the head's to the last, without the first: two where an edge is met."""
    if at == last:
        yield []
        return
    when = []
    for axis in range(3):
        way = point[axis] - eye[axis]
        if at[axis] != last[axis]:
            border = at[axis] + (1 if way > 0 else 0)
            when.append(((border - eye[axis]) / way, axis))
    first = min(when)[0]
    for moment, axis in when:
        if moment == first:
            step = 1 if point[axis] > eye[axis] else -1
            beyond = tuple(n + step * (i == axis) for i, n in enumerate(at))
            for rest in _ways(eye, point, beyond, last):
                yield [beyond, *rest]
