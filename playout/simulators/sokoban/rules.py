"""The rules of Sokoban, compiled: the readable reference and the fast path on CPU at once.

Rule book (gym-sokoban 0.0.6's dynamics):

* A room is ``uint8[H, W]`` of the seven tiles in ``tiles``; outside the room is wall.
* Action 0 waits; 1 to 4 push up, down, left, right; 5 to 8 move the same ways without pushing.
* A push moves the box ahead, if there is one with a free cell behind it, and the player after it;
  without a box ahead it is a move. A move goes to a free cell (floor or goal). Else nothing happens.
* The room is solved when every box stands on a goal. Boxes and goals are equally many.
* Every action counts as a step, also one that does nothing.

What a step did is one small int, the *event*: a sum of ``MOVED`` … ``SOLVED``. Rewards are a table
over events (``rewards.py``), so they are no part of the rules. Generators, deadlocks and the end of
an episode are elsewhere.
"""

import numpy as np
from numba import njit

from playout.simulators.sokoban.tiles import (
    BOX,
    BOX_ON_GOAL,
    COLUMN_STEP,
    EMPTIED,
    FLOOR,
    GOAL,
    PLAYER,
    PLAYER_ON_GOAL,
    ROW_STEP,
    WITH_BOX,
    WITH_PLAYER,
)

ACTIONS = 9

# Events.
MOVED, PUSHED, BOX_ON, BOX_OFF, SOLVED = 1, 2, 4, 8, 16
EVENTS = 32

# Columns of the counters int32[4] beside each room.
PLAYER_AT, BOXES_OFF, STEPS, PUSHES = range(4)
COUNTERS = 4


@njit(cache=True, inline="always")
def _free(tile: int) -> bool:
    return tile == FLOOR or tile == GOAL


@njit(cache=True, inline="always")
def _is_box(tile: int) -> bool:
    return tile == BOX or tile == BOX_ON_GOAL


@njit(cache=True)
def count(tiles: np.ndarray, counters: np.ndarray) -> None:
    """Fill the counters of a room at the start of an episode.

    Args:
        tiles: uint8[H, W].
        counters: int32[4], overwritten.
    """
    counters[:] = 0
    height, width = tiles.shape
    for row in range(height):
        for column in range(width):
            tile = tiles[row, column]
            if tile == PLAYER or tile == PLAYER_ON_GOAL:
                counters[PLAYER_AT] = row * width + column
            elif tile == BOX:
                counters[BOXES_OFF] += 1


@njit(cache=True)
def step(tiles: np.ndarray, counters: np.ndarray, action: int) -> int:
    """Take one action, in place.

    Args:
        tiles: uint8[H, W], changed in at most three cells.
        counters: int32[4] of :func:`count`, kept up to date.
        action: 0 to 8.

    Returns:
        The event.
    """
    counters[STEPS] += 1
    if action == 0:
        return 0
    direction = (action - 1) & 3
    height, width = tiles.shape
    row, column = divmod(counters[PLAYER_AT], width)
    next_row, next_column = row + ROW_STEP[direction], column + COLUMN_STEP[direction]
    if not (0 <= next_row < height and 0 <= next_column < width):
        return 0
    event = 0
    if _is_box(tiles[next_row, next_column]) and action <= 4:
        event = _push(tiles, counters, next_row, next_column, direction)
    if not _free(tiles[next_row, next_column]):
        return event
    tiles[row, column] = EMPTIED[tiles[row, column]]
    tiles[next_row, next_column] = WITH_PLAYER[tiles[next_row, next_column]]
    counters[PLAYER_AT] = next_row * width + next_column
    return event | MOVED


@njit(cache=True)
def _push(tiles: np.ndarray, counters: np.ndarray, row: int, column: int, direction: int) -> int:
    """Move the box at (row, column) one cell on, if that cell is free."""
    height, width = tiles.shape
    to_row, to_column = row + ROW_STEP[direction], column + COLUMN_STEP[direction]
    if not (0 <= to_row < height and 0 <= to_column < width) or not _free(tiles[to_row, to_column]):
        return 0
    event = PUSHED
    if tiles[row, column] == BOX_ON_GOAL and tiles[to_row, to_column] == FLOOR:
        event |= BOX_OFF
        counters[BOXES_OFF] += 1
    elif tiles[row, column] == BOX and tiles[to_row, to_column] == GOAL:
        event |= BOX_ON
        counters[BOXES_OFF] -= 1
        if counters[BOXES_OFF] == 0:
            event |= SOLVED
    tiles[row, column] = EMPTIED[tiles[row, column]]
    tiles[to_row, to_column] = WITH_BOX[tiles[to_row, to_column]]
    counters[PUSHES] += 1
    return event


@njit(cache=True)
def legal(tiles: np.ndarray, counters: np.ndarray, mask: np.ndarray) -> None:
    """Which actions would change the room.

    Args:
        tiles: uint8[H, W].
        counters: int32[4].
        mask: int8[4] for the pushes 1 to 4, or int8[9] for all actions; overwritten with 0 and 1.
    """
    width = tiles.shape[1]
    offset = 0 if len(mask) == 4 else 1
    mask[0] = 0
    row, column = divmod(counters[PLAYER_AT], width)
    for direction in range(4):
        row_step, column_step = ROW_STEP[direction], COLUMN_STEP[direction]
        ahead = _tile(tiles, row + row_step, column + column_step)
        moves = _free(ahead)
        pushes = _is_box(ahead) and _free(_tile(tiles, row + 2 * row_step, column + 2 * column_step))
        mask[offset + direction] = moves or pushes
        if offset:
            mask[offset + 4 + direction] = moves


@njit(cache=True, inline="always")
def _tile(tiles: np.ndarray, row: int, column: int) -> int:
    height, width = tiles.shape
    inside = 0 <= row < height and 0 <= column < width
    return tiles[row, column] if inside else 0
