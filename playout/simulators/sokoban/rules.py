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
    HAS_PLAYER,
    ROW_STEP,
    WALL,
    WITH_BOX,
    WITH_PLAYER,
)

ACTIONS = 9
WAIT, LAST_PUSH = 0, 4

# Events.
MOVED, PUSHED, BOX_ON, BOX_OFF, SOLVED = 1, 2, 4, 8, 16
EVENTS = 32

# Columns of the counters int32[4] beside each room.
PLAYER_AT, BOXES_OFF, STEPS, PUSHES = range(4)
COUNTERS = 4

# Inlined: to hand a slice to a function costs more than a whole step. And where play would be a branch,
# which no processor predicts, there is a comparison or a table. Numba's cache does not see through files:
# after a change here, delete the *.nbi files that __pycache__ holds for the callers.
rule = njit(cache=True, inline="always", error_model="numpy")


@rule
def tile_at(tiles: np.ndarray, row: int, column: int) -> int:
    """The tile of a cell; wall outside the room."""
    height, width = tiles.shape
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    return tiles[row, column] if inside else WALL


@rule
def is_free(tile: int) -> bool:
    """Whether the player or a box can come onto a cell."""
    return (tile == FLOOR) | (tile == GOAL)


@rule
def is_box(tile: int) -> bool:
    """Whether a box stands on a cell."""
    return (tile == BOX) | (tile == BOX_ON_GOAL)


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
            if HAS_PLAYER[tile]:
                counters[PLAYER_AT] = row * width + column
            elif tile == BOX:
                counters[BOXES_OFF] += 1


@rule
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
    width = tiles.shape[1]
    direction = (action - 1) & 3
    down, right = ROW_STEP[direction], COLUMN_STEP[direction]
    row = counters[PLAYER_AT] // width
    column = counters[PLAYER_AT] - row * width
    ahead = tile_at(tiles, row + down, column + right)
    beyond = tile_at(tiles, row + 2 * down, column + 2 * right)
    pushed = is_box(ahead) & is_free(beyond) & (action <= LAST_PUSH)
    if action == WAIT or not (is_free(ahead) | pushed):
        return 0
    event = MOVED
    if pushed:
        on = (ahead == BOX) & (beyond == GOAL)
        off = (ahead == BOX_ON_GOAL) & (beyond == FLOOR)
        counters[BOXES_OFF] += int(off) - int(on)
        counters[PUSHES] += 1
        solved = on & (counters[BOXES_OFF] == 0)
        event |= PUSHED | BOX_ON * on | BOX_OFF * off | SOLVED * solved
        tiles[row + 2 * down, column + 2 * right] = WITH_BOX[beyond]
    tiles[row + down, column + right] = WITH_PLAYER[EMPTIED[ahead]]
    tiles[row, column] = EMPTIED[tiles[row, column]]
    counters[PLAYER_AT] += down * width + right
    return event


@rule
def legal(tiles: np.ndarray, counters: np.ndarray, mask: np.ndarray) -> None:
    """Which actions would change the room.

    Args:
        tiles: uint8[H, W].
        counters: int32[4].
        mask: int8[4] for the pushes 1 to 4, or int8[9] for all actions; overwritten with 0 and 1.
    """
    width = tiles.shape[1]
    row = counters[PLAYER_AT] // width
    column = counters[PLAYER_AT] - row * width
    every = len(mask) == ACTIONS
    first = 1 if every else 0
    mask[WAIT] = 0
    for direction in range(4):
        down, right = ROW_STEP[direction], COLUMN_STEP[direction]
        ahead = tile_at(tiles, row + down, column + right)
        beyond = tile_at(tiles, row + 2 * down, column + 2 * right)
        moves = is_free(ahead)
        mask[first + direction] = moves | (is_box(ahead) & is_free(beyond))
        if every:
            mask[LAST_PUSH + 1 + direction] = moves
