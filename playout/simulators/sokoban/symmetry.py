"""Canonical forms of Sokoban rooms: equal exactly for rooms that are one puzzle drawn differently.

Two rooms are the same puzzle when one of the 8 symmetries of the square, after trimming rows and
columns that are wall all through, turns the first into the second. A level is identified by the
canonical hash of all its tiles; its split (train, validation or test) by that of its walls alone,
so that splits share no *layout* and therefore no level. The positions of one episode are compared
elsewhere (rules and solver).
"""

from typing import Literal, get_args

import numpy as np
from numba import njit

from playout.core.compiled_random import philox
from playout.simulators.sokoban.tiles import WALL

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)

STREAM_HASH = 0x50_0B_0A_17  # keeps the hash of levels apart from all draws
SYMMETRIES = 8


@njit(cache=True)
def trimmed(tiles: np.ndarray) -> np.ndarray:
    """The smallest window of ``tiles`` (uint8[H, W]) that holds all that is not wall; [0, 0] if none."""
    height, width = tiles.shape
    top, bottom, left, right = height, -1, width, -1
    for row in range(height):
        for column in range(width):
            if tiles[row, column] != WALL:
                top, bottom = min(top, row), row
                left, right = min(left, column), max(right, column)
    if bottom < 0:
        return tiles[:0, :0]
    return tiles[top : bottom + 1, left : right + 1]


@njit(cache=True)
def _at(tiles: np.ndarray, symmetry: int, row: int, column: int) -> int:
    """The cell (row, column) of the image of ``tiles`` under ``symmetry``: bits transpose, flip, flip."""
    if symmetry & 4:
        row, column = column, row
    if symmetry & 2:
        row = tiles.shape[0] - 1 - row
    if symmetry & 1:
        column = tiles.shape[1] - 1 - column
    return tiles[row, column]


@njit(cache=True)
def _precedes(tiles: np.ndarray, one: int, other: int, height: int, width: int) -> bool:
    """Whether the image under symmetry ``one`` comes before that under ``other`` in reading order."""
    for row in range(height):
        for column in range(width):
            a, b = _at(tiles, one, row, column), _at(tiles, other, row, column)
            if a != b:
                return a < b
    return False


@njit(cache=True)
def _canonical(tiles: np.ndarray) -> np.ndarray:
    window = trimmed(tiles)
    height, width = min(window.shape), max(window.shape)
    best = 0 if window.shape[0] == height else 4
    for symmetry in range(best + 1, SYMMETRIES if window.shape[0] == window.shape[1] else best + 4):
        if _precedes(window, symmetry, best, height, width):
            best = symmetry
    image = np.empty((height, width), np.uint8)
    for row in range(height):
        for column in range(width):
            image[row, column] = _at(window, best, row, column)
    return image


@njit(cache=True)
def hash_of(tiles: np.ndarray) -> int:
    """:func:`canonical_hash` for compiled callers, a uint64."""
    image = _canonical(tiles)
    state = np.array([image.shape[0], image.shape[1], STREAM_HASH], np.uint64)  # hash, word, stream
    for i, tile in enumerate(image.ravel()):
        if i % 8 == 0:
            state[0] = philox(state[0], state[1], state[2])
            state[1] = 0
        state[1] = state[1] << np.uint64(8) | np.uint64(tile)
    return philox(state[0], state[1], state[2])  # pyright: ignore[reportReturnType]


@njit(cache=True)
def split_number(walls: np.ndarray) -> int:
    """:func:`split_of` as an index into ``SPLITS``, of a wall pattern (uint8[H, W], 0 wall, else 1)."""
    return int(max(7, np.int64(hash_of(walls) % np.uint64(10))) - 7)


@njit(cache=True)
def _hashes_of(rooms: np.ndarray) -> np.ndarray:
    hashes = np.empty(len(rooms), np.uint64)
    for i in range(len(rooms)):
        hashes[i] = hash_of(rooms[i])
    return hashes


def canonical(tiles: np.ndarray) -> np.ndarray:
    """The canonical form of a room.

    Args:
        tiles: uint8[H, W], any codes with 0 for wall.

    Returns:
        uint8[h, w] with h <= w: of the images of the trimmed room under the 8 symmetries that are
        not taller than wide, the first in reading order.
    """
    return _canonical(np.array(tiles, np.uint8))  # a copy, since numba compiles read-only arrays apart


def canonical_hash(tiles: np.ndarray) -> int:
    """64 bits that two rooms share if they are the same puzzle (and else with chance 2**-64).

    The same in every process and on every machine.

    Args:
        tiles: uint8[H, W].
    """
    return int(canonical_hashes(tiles[None])[0])


def canonical_hashes(rooms: np.ndarray) -> np.ndarray:
    """:func:`canonical_hash` of each room: uint8[N, H, W] to uint64[N]."""
    return _hashes_of(np.array(rooms, np.uint8))


def split_of(tiles: np.ndarray) -> Split:
    """The split that a room belongs to by the canonical hash of its walls, modulo 10.

    0 to 7 is train, 8 validation, 9 test. Goals, boxes and the player have no say, so all levels
    on one layout are in one split.

    Args:
        tiles: uint8[H, W].
    """
    return SPLITS[max(7, canonical_hash(tiles != WALL) % 10) - 7]
