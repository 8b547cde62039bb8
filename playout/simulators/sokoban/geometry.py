"""Where boxes and players can get to in a Sokoban room: pull distances, floods and walks.

Shared by the deadlock checks, the solver and the distance tables. Floods and walks run on the flat
view of a *board*: a room with a ring of wall added, so that no neighbour is ever out of bounds.
Leaves out everything that depends on more than one box (``deadlocks``, ``matching``).
"""

import numpy as np
from numba import njit

from playout.core.errors import WrongUse
from playout.simulators.sokoban.tiles import (
    COLUMN_STEP,
    HAS_BOX,
    HAS_GOAL,
    HAS_PLAYER,
    PLAYER,
    PLAYER_ON_GOAL,
    ROW_STEP,
    TILES,
    WALL,
)

MAX_SIDE = 64
"""Longest side of a room that the solver and the tables take, in cells."""


def check_room(tiles: np.ndarray) -> np.ndarray:
    """``tiles`` as a contiguous array, if it is a room that can be played.

    Args:
        tiles: uint8[H, W] with H, W <= 64, one player, and as many boxes as goals.

    Raises:
        WrongUse: If it is anything else; the message says what was found.
    """
    tiles = np.ascontiguousarray(tiles)
    if tiles.dtype != np.uint8 or tiles.ndim != 2 or not 0 < max(tiles.shape) <= MAX_SIDE:
        raise WrongUse(
            f"a room is uint8[H, W] with sides of at most {MAX_SIDE}, got {tiles.dtype}{list(tiles.shape)}"
        )
    if tiles.max(initial=0) >= TILES:
        raise WrongUse(f"a room holds tile codes below {TILES}, got {tiles.max()}")
    counts = np.bincount(tiles.ravel(), minlength=TILES)
    players, boxes, goals = counts @ HAS_PLAYER, counts @ HAS_BOX, counts @ HAS_GOAL
    if players != 1 or boxes != goals:
        raise WrongUse(
            f"a room has one player and as many boxes as goals, "
            f"got {players} players, {boxes} boxes and {goals} goals"
        )
    return tiles


def with_wall_ring(tiles: np.ndarray) -> np.ndarray:
    """The board of a room: uint8[H + 2, W + 2], ``tiles`` inside a ring of wall."""
    board = np.full((tiles.shape[0] + 2, tiles.shape[1] + 2), WALL, np.uint8)
    board[1:-1, 1:-1] = tiles
    return board


@njit(cache=True)
def tile_at(tiles: np.ndarray, row: int, column: int) -> int:
    """The tile of a cell; WALL outside the room."""
    if row < 0 or row >= tiles.shape[0] or column < 0 or column >= tiles.shape[1]:
        return WALL
    return tiles[row, column]


@njit(cache=True)
def push_distances(tiles: np.ndarray) -> np.ndarray:
    """Pushes that bring a lone box to each goal, by pulling it backwards from there.

    The player is taken to be always on the right side of the box, so these are lower bounds for
    rooms with more boxes, and an unreachable goal stays unreachable. Only walls and goals matter.

    Args:
        tiles: uint8[H, W], any room.

    Returns:
        int16[goals, H, W], goals in row-major order; -1 where no push sequence leads to the goal.
    """
    height, width = tiles.shape
    goals = 0
    for tile in tiles.flat:
        goals += HAS_GOAL[tile]
    distances = np.full((goals, height, width), -1, np.int16)
    queue = np.empty(height * width, np.int64)
    goal = 0
    for square in range(height * width):
        if HAS_GOAL[tiles[square // width, square % width]]:
            queue[0] = square
            _pull_everywhere(tiles, distances[goal], queue)
            goal += 1
    return distances


@njit(cache=True)
def _pull_everywhere(tiles: np.ndarray, distance: np.ndarray, queue: np.ndarray) -> None:
    """Fill ``distance`` (int16[H, W], all -1) breadth first from the square in ``queue[0]``."""
    width = tiles.shape[1]
    distance[queue[0] // width, queue[0] % width] = 0
    head, tail = 0, 1
    while head < tail:
        row, column = queue[head] // width, queue[head] % width
        head += 1
        for direction in range(4):
            from_row, from_column = row - ROW_STEP[direction], column - COLUMN_STEP[direction]
            if tile_at(tiles, from_row, from_column) == WALL or distance[from_row, from_column] >= 0:
                continue
            if tile_at(tiles, from_row - ROW_STEP[direction], from_column - COLUMN_STEP[direction]) == WALL:
                continue
            distance[from_row, from_column] = distance[row, column] + 1
            queue[tail] = from_row * width + from_column
            tail += 1


def player_square(board: np.ndarray) -> int:
    """The flat index of the cell that holds the player."""
    return int(np.flatnonzero((board == PLAYER) | (board == PLAYER_ON_GOAL))[0])


@njit(cache=True)
def steps_of(width: int) -> np.ndarray:
    """Flat index differences of the four directions on a board of that width: int64[4]."""
    return ROW_STEP * width + COLUMN_STEP


@njit(cache=True)
def is_open(tile: int) -> bool:
    """Whether a player or box may enter a cell (nothing there but floor, goal or the player)."""
    return tile != WALL and not HAS_BOX[tile]


@njit(cache=True)
def flood(
    cells: np.ndarray, steps: np.ndarray, start: int, seen: np.ndarray, stamp: int, stack: np.ndarray
) -> int:
    """Mark all squares that the player can walk to.

    Args:
        cells: uint8[N], flat board.
        steps: int64[4] of :func:`steps_of`.
        start: The player's square.
        seen: int64[N], set to ``stamp`` where the player gets to (a new stamp saves clearing).
        stamp: A number not in ``seen`` yet.
        stack: int64[N], scratch.

    Returns:
        The lowest of these squares: the name of the region.
    """
    lowest = start
    seen[start] = stamp
    stack[0] = start
    size = 1
    while size > 0:
        size -= 1
        square = int(stack[size])
        lowest = min(lowest, square)
        for direction in range(4):
            neighbour = square + int(steps[direction])
            if seen[neighbour] != stamp and is_open(cells[neighbour]):
                seen[neighbour] = stamp
                stack[size] = neighbour
                size += 1
    return lowest


@njit(cache=True)
def walk(cells: np.ndarray, steps: np.ndarray, start: int, end: int) -> np.ndarray:
    """A shortest walk between two squares that touches no box: int64[length], directions 0 to 3.

    Args:
        cells: uint8[N], flat board.
        steps: int64[4] of :func:`steps_of`.
        start: Where the player stands.
        end: A square that :func:`flood` reaches from there.
    """
    # Backwards from the end, so that following the directions from the start needs no reversal.
    onward = np.full(cells.size, -1, np.int64)
    distance = np.zeros(cells.size, np.int64)
    queue = np.empty(cells.size, np.int64)
    queue[0] = end
    onward[end] = 4
    head, tail = 0, 1
    while onward[start] < 0:
        square = int(queue[head])
        head += 1
        for direction in range(4):
            neighbour = square - int(steps[direction])
            if onward[neighbour] < 0 and is_open(cells[neighbour]):
                onward[neighbour] = direction
                distance[neighbour] = distance[square] + 1
                queue[tail] = neighbour
                tail += 1
    directions = np.empty(distance[start], np.int64)
    for at in range(directions.size):
        directions[at] = onward[start]
        start += int(steps[onward[start]])
    return directions
