"""Signs that a Sokoban room can no longer be solved, from the cheapest to the dearest.

Every check is sound: a flagged room has no solution. None is complete, so an unflagged room may
still be lost (``solver`` and ``distances`` decide that). Corrals are left out.

What a check needs besides the room depends on walls and goals only and is computed once a level:
``distances = push_distances(tiles)`` and ``dead = dead_squares(tiles)``.
"""

import numpy as np
from numba import njit

from playout.simulators.sokoban.geometry import push_distances, tile_at
from playout.simulators.sokoban.matching import UNREACHABLE, cheapest
from playout.simulators.sokoban.tiles import BOX, COLUMN_STEP, FLOOR, HAS_BOX, ROW_STEP, WALL

NONE, CORNER, DEAD_SQUARE, BLOCK_2X2, FREEZE, BIPARTITE = range(6)
NAMES = ("none", "corner", "dead_square", "block_2x2", "freeze", "bipartite")
"""Name of each code. A room with several is given the first of this order that a box shows."""


@njit(cache=True)
def dead_squares(tiles: np.ndarray) -> np.ndarray:
    """Squares from which a lone box can be pushed to no goal: bool[H, W], walls included.

    Args:
        tiles: uint8[H, W]; only walls and goals matter.
    """
    distances = push_distances(tiles)
    dead = np.ones(tiles.shape, np.bool_)
    for goal in range(distances.shape[0]):
        dead &= distances[goal] < 0
    return dead


@njit(cache=True)
def after_push(tiles: np.ndarray, dead: np.ndarray, row: int, column: int) -> int:
    """The deadlock that a push has just made, as far as the pushed box and its neighbours show it.

    Args:
        tiles: uint8[H, W], the room after the push.
        dead: bool[H, W] of :func:`dead_squares`.
        row: Row of the pushed box.
        column: Its column.

    Returns:
        NONE, CORNER, DEAD_SQUARE, BLOCK_2X2 or FREEZE.
    """
    if dead[row, column]:
        return CORNER if _in_corner(tiles, row, column) else DEAD_SQUARE
    # A box that can move along one axis, whatever other boxes do, is neither in a block nor frozen.
    if _axis_is_free(tiles, dead, row, column, 0) or _axis_is_free(tiles, dead, row, column, 2):
        return NONE
    if _in_block(tiles, row, column):
        return BLOCK_2X2
    return FREEZE if _freezes(tiles, dead) else NONE


@njit(cache=True)
def find(tiles: np.ndarray, dead: np.ndarray, distances: np.ndarray) -> int:
    """The first deadlock found in a whole room, box by box and then by matching boxes to goals.

    Args:
        tiles: uint8[H, W] with as many boxes as goals.
        dead: bool[H, W] of :func:`dead_squares`.
        distances: int16[goals, H, W] of ``push_distances``.

    Returns:
        A code of NAMES; NONE does not promise that the room can be solved.
    """
    goals = distances.shape[0]
    cost = np.empty((goals, goals), np.int64)
    box = 0
    for row in range(tiles.shape[0]):
        for column in range(tiles.shape[1]):
            if not HAS_BOX[tiles[row, column]]:
                continue
            code = after_push(tiles, dead, row, column)
            if code != NONE:
                return code
            for goal in range(goals):
                pushes = distances[goal, row, column]
                cost[box, goal] = pushes if pushes >= 0 else UNREACHABLE
            box += 1
    return BIPARTITE if cheapest(cost) >= UNREACHABLE else NONE


@njit(cache=True)
def _in_corner(tiles: np.ndarray, row: int, column: int) -> bool:
    vertical = tile_at(tiles, row - 1, column) == WALL or tile_at(tiles, row + 1, column) == WALL
    return vertical and (tile_at(tiles, row, column - 1) == WALL or tile_at(tiles, row, column + 1) == WALL)


@njit(cache=True)
def _in_block(tiles: np.ndarray, row: int, column: int) -> bool:
    """Whether the box is in a 2x2 square of walls and boxes with a box that is on no goal."""
    for top in range(row - 1, row + 1):
        for left in range(column - 1, column + 1):
            filled, stray = 0, False
            for corner in range(4):
                tile = tile_at(tiles, top + corner // 2, left + corner % 2)
                filled += tile == WALL or HAS_BOX[tile]
                stray |= tile == BOX
            if filled == 4 and stray:
                return True
    return False


@njit(cache=True)
def _axis_is_free(tiles: np.ndarray, dead: np.ndarray, row: int, column: int, direction: int) -> bool:
    """Whether neither a wall, nor a box, nor dead squares on both sides block a box along an axis.

    ``direction`` is the first of the axis' two directions. A push onto a dead square loses, so a box
    between two of them may count as held.
    """
    safe = False
    for side in range(direction, direction + 2):
        next_row, next_column = row + ROW_STEP[side], column + COLUMN_STEP[side]
        tile = tile_at(tiles, next_row, next_column)
        if tile == WALL or HAS_BOX[tile]:
            return False
        safe |= not dead[next_row, next_column]
    return safe


@njit(cache=True)
def _freezes(tiles: np.ndarray, dead: np.ndarray) -> bool:
    """Whether boxes hold each other for good with one of them on no goal.

    Starts from all boxes and takes away those that can move along an axis, until none can: what is
    left is the largest set of boxes none of which can be the first to move without a loss.
    """
    held = tiles.copy()
    moved = True
    while moved:
        moved = False
        for row in range(tiles.shape[0]):
            for column in range(tiles.shape[1]):
                if HAS_BOX[held[row, column]] and (
                    _axis_is_free(held, dead, row, column, 0) or _axis_is_free(held, dead, row, column, 2)
                ):
                    held[row, column] = FLOOR
                    moved = True
    return bool(np.any(held == BOX))
