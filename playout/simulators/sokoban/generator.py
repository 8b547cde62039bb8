"""Seeded level generator: rooms carved by a walk or scattered with wall, boxes placed by playing backwards.

In the manner of Racaniere et al., "Imagination-augmented agents for deep reinforcement learning"
(NeurIPS 2017), appendix on Sokoban:

1. Walls: a random walk stamps small masks of floor into solid wall.
2. Goals: random floor cells, each with a box on it.
3. Boxes: the boxes are pulled. Of all arrangements with every box off the goals, the one with the
   greatest ``box swaps x box displacement x pulls`` is kept (the paper has the first two factors;
   the third is what gym-sokoban's count of swaps comes to).

The paper searches depth-first over single moves. Here a state is a set of boxes with the region
in which the player can walk, visited once, breadth-first over pulls: small rooms are searched to
the end, and the first visit is the shortest solution. Of a layer of more than ``LAYER`` states a
random part is followed, up to ``MAX_STATES`` in all. A level is the best of ``CANDIDATES`` rooms
and is solvable by construction. ``scattered`` walls are ours: cells of wall here and there, and the
first room that can be played, so many more layouts of a small room; ``mixed`` is either. Splits,
banks and files are in ``sources``.

A cell is an index into the flat room. The border is always wall, so no step leaves the room.
"""

from typing import Literal, NamedTuple, get_args

import numpy as np
from numba import njit

from playout.core.compiled_random import below, next_bits, uniform
from playout.core.errors import WrongUse
from playout.core.random import STREAM_GENERATE
from playout.simulators.sokoban.geometry import flood, steps_of
from playout.simulators.sokoban.symmetry import SPLITS, Split, split_number
from playout.simulators.sokoban.tiles import (
    BOX,
    COLUMN_STEP,
    FLOOR,
    GOAL,
    ROW_STEP,
    WALL,
    WITH_PLAYER,
)

Walls = Literal["carved", "scattered", "mixed"]
WALLS: tuple[Walls, ...] = get_args(Walls)

VERSION = 1  # raise it when the same key gives another level: cached banks are then made anew

# The walk: steps per unit of height + width (gym-sokoban's 1.7 makes more rooms that are the same
# small one), chance of a new direction, what a step stamps.
WALK_LENGTH = 2.0
TURN = 0.35
MASKS = np.array(
    [
        [[0, 0, 0], [1, 1, 1], [0, 0, 0]],
        [[0, 1, 0], [0, 1, 0], [0, 1, 0]],
        [[0, 0, 0], [1, 1, 0], [0, 1, 0]],
        [[0, 0, 0], [0, 1, 1], [0, 1, 0]],
        [[0, 0, 0], [1, 1, 0], [1, 1, 0]],
    ],
    np.uint8,
)

SCATTERED = 0.7  # the greatest share of wall that is scattered

CANDIDATES = 4  # rooms per level, of which the best is kept
TRIES = 10_000  # rooms carved for one level before giving up
LAYER = 512  # states with equal pulls that are pulled further
MAX_STATES = 1 << 13  # states per room

# What `generate_many` is told when a caller wants rooms of any split.
ANY_SPLIT = -1


class Search(NamedTuple):
    """A backward search: the room, scratch space, and one row per state found (S = ``MAX_STATES``)."""

    goals: np.ndarray  # int64[boxes]
    blocked: np.ndarray  # bool[cells]: walls, and the boxes of the state at hand
    steps: np.ndarray  # int64[4]: what each direction adds to a cell
    words: np.ndarray  # uint64[2, cells]: Zobrist words of a box and of the player on a cell
    mark: np.ndarray  # int32[cells]: the last walk that reached the cell
    queue: np.ndarray  # int64[cells]: cells of that walk
    boxes: np.ndarray  # int32[S, boxes]: cell of the box that started on each goal
    sides: np.ndarray  # uint8[S, boxes]: bit d is set if the player can stand in direction d of the box
    player: np.ndarray  # int32[S]: a cell of the player's region
    last: np.ndarray  # int32[S]: the box pulled last, -1 if none
    swaps: np.ndarray  # int32[S]: how often another box than before was pulled, the first included


@njit(cache=True)
def _stamp(floor: np.ndarray, row: int, column: int, mask: np.ndarray) -> None:
    """Turn the cells of a 3x3 ``mask`` around (row, column) into floor, but for the border."""
    height, width = floor.shape
    for r in range(max(row - 1, 1), min(row + 2, height - 1)):
        for c in range(max(column - 1, 1), min(column + 2, width - 1)):
            floor[r, c] |= mask[r - row + 1, c - column + 1]


@njit(cache=True)
def carve(height: int, width: int, draws: np.ndarray) -> np.ndarray:
    """Floor (1) and wall (0), uint8[height, width]: connected floor within a border of wall."""
    floor = np.zeros((height, width), np.uint8)
    row, column = 1 + below(draws, height - 2), 1 + below(draws, width - 2)
    direction = below(draws, 4)
    for _ in range(int(WALK_LENGTH * (height + width))):
        if uniform(draws) < TURN:
            direction = below(draws, 4)
        row = min(max(row + ROW_STEP[direction], 1), height - 2)
        column = min(max(column + COLUMN_STEP[direction], 1), width - 2)
        _stamp(floor, row, column, MASKS[below(draws, len(MASKS))])
    return floor


@njit(cache=True)
def scatter(height: int, width: int, draws: np.ndarray) -> np.ndarray:
    """Floor (1) and wall (0), uint8[height, width]: all floor that is connected with a random cell of it."""
    floor = np.zeros((height, width), np.uint8)
    share = SCATTERED * uniform(draws)
    for row in range(1, height - 1):
        for column in range(1, width - 1):
            floor[row, column] = FLOOR if uniform(draws) >= share else WALL
    row, column = 1 + below(draws, height - 2), 1 + below(draws, width - 2)
    floor[row, column] = FLOOR
    seen = np.zeros(floor.size, np.int64)
    stack = np.empty(floor.size, np.int64)
    flood(floor.ravel(), steps_of(width), row * width + column, seen, 1, stack)
    return seen.reshape(floor.shape).astype(np.uint8)


@njit(cache=True)
def choose_goals(floor: np.ndarray, boxes: int, draws: np.ndarray) -> np.ndarray:
    """Distinct random floor cells, int64[boxes]; fewer if boxes and player would fill the floor."""
    cells = np.flatnonzero(floor)
    if len(cells) < boxes + 2:
        return cells[:0]
    for i in range(boxes):
        other = i + below(draws, len(cells) - i)
        cells[i], cells[other] = cells[other], cells[i]
    return cells[:boxes]


@njit(cache=True)
def _zobrist(cells: int) -> np.ndarray:
    draws = np.array([0, STREAM_GENERATE, 0], np.uint64)
    words = np.empty((2, cells), np.uint64)
    for cell in range(cells):
        words[0, cell], words[1, cell] = next_bits(draws), next_bits(draws)
    return words


@njit(cache=True)
def _search(floor: np.ndarray, goals: np.ndarray, words: np.ndarray) -> Search:
    width, cells, boxes = floor.shape[1], floor.size, len(goals)
    return Search(
        goals,
        floor.ravel() == 0,
        np.array([-width, width, -1, 1]),
        words,
        np.zeros(cells, np.int32),
        np.empty(cells, np.int64),
        np.empty((MAX_STATES, boxes), np.int32),
        np.empty((MAX_STATES, boxes), np.uint8),
        np.empty(MAX_STATES, np.int32),
        np.empty(MAX_STATES, np.int32),
        np.empty(MAX_STATES, np.int32),
    )


@njit(cache=True)
def _walk(search: Search, start: int, stamp: int) -> int:
    """Mark all cells that the player reaches from ``start``; returns how many (in ``queue``)."""
    queue, mark, blocked = search.queue, search.mark, search.blocked
    queue[0], count, head = start, 1, 0
    mark[start] = stamp
    while head < count:
        cell = queue[head]
        head += 1
        for step in search.steps:
            after = cell + step
            if mark[after] != stamp and not blocked[after]:
                mark[after] = stamp
                queue[count] = after
                count += 1
    return count


@njit(cache=True)
def _place(search: Search, state: int, cells: np.ndarray) -> None:
    # Numba takes seconds to compile the assignment of a whole row.
    for i, cell in enumerate(cells):
        search.boxes[state, i] = cell


@njit(cache=True)
def _block(search: Search, state: int, value: bool) -> np.uint64:
    """Put the boxes of a state into the room or take them out; returns the word of their set."""
    word = np.uint64(0)
    for cell in search.boxes[state]:
        search.blocked[cell] = value
        word ^= search.words[0, cell]
    return word


@njit(cache=True)
def _enter(search: Search, seen: set, state: int, word: np.uint64) -> None:
    """Complete a new state, whose boxes are in the room: note the sides of boxes the player reaches.

    A pull ends with the player beside a box, so to have ``seen`` these cells is to have seen the
    state, and a pull that leads back to it is known without another walk.
    """
    stamp = state + 1
    _walk(search, search.player[state], stamp)
    for i, cell in enumerate(search.boxes[state]):
        search.sides[state, i] = 0
        for direction, step in enumerate(search.steps):
            if search.mark[cell + step] == stamp:
                search.sides[state, i] |= 1 << direction
                seen.add(word ^ search.words[1, cell + step])


@njit(cache=True)
def _enter_goals(search: Search, seen: set) -> int:
    """Enter the solved states, one for each region beside a box; returns how many."""
    count = 0
    _place(search, 0, search.goals)
    word = _block(search, 0, True)
    for goal in search.goals:
        for step in search.steps:
            beside = goal + step
            if not search.blocked[beside] and word ^ search.words[1, beside] not in seen:
                _place(search, count, search.goals)
                search.player[count], search.last[count], search.swaps[count] = beside, -1, 0
                _enter(search, seen, count, word)
                count += 1
    _block(search, 0, False)
    return count


@njit(cache=True)
def _pull_all(search: Search, seen: set, state: int, count: int) -> int:
    """Enter every new state that one pull leads to, from row ``count``; returns the new count."""
    word = _block(search, state, True)
    for i, cell in enumerate(search.boxes[state]):
        for direction, step in enumerate(search.steps):
            near, far = cell + step, cell + 2 * step
            if not search.sides[state, i] >> direction & 1 or search.blocked[far] or count == MAX_STATES:
                continue
            after = word ^ search.words[0, cell] ^ search.words[0, near]
            if after ^ search.words[1, far] in seen:
                continue
            _place(search, count, search.boxes[state])
            search.boxes[count, i] = near
            search.player[count], search.last[count] = far, i
            search.swaps[count] = search.swaps[state] + (search.last[state] != i)
            search.blocked[cell], search.blocked[near] = False, True
            _enter(search, seen, count, after)
            search.blocked[cell], search.blocked[near] = True, False
            count += 1
    _block(search, state, False)
    return count


@njit(cache=True)
def _score(search: Search, state: int, pulls: int) -> int:
    """How hard a state promises to be; 0 with a box on a goal."""
    width = search.steps[1]
    displacement = 0
    for i, cell in enumerate(search.boxes[state]):
        for goal in search.goals:
            if cell == goal:
                return 0
        home = search.goals[i]
        displacement += abs(cell // width - home // width) + abs(cell % width - home % width)
    return search.swaps[state] * displacement * pulls


@njit(cache=True)
def _play_backwards(search: Search, draws: np.ndarray) -> tuple[int, int]:
    """The best state and its score, 0 if none has all boxes off the goals."""
    seen = {np.uint64(0)}
    best, best_score, pulls = 0, 0, 0
    start, end = 0, _enter_goals(search, seen)
    while start < end:
        pulls += 1
        layer = np.arange(start, end)
        for i in range(LAYER if len(layer) > LAYER else 0):
            other = i + below(draws, len(layer) - i)
            layer[i], layer[other] = layer[other], layer[i]
        start = count = end
        for state in layer[:LAYER]:
            count = _pull_all(search, seen, state, count)
        for state in range(start, count):
            score = _score(search, state, pulls)
            if score > best_score:
                best, best_score = state, score
        end = count
    return best, best_score


@njit(cache=True)
def _fill(tiles: np.ndarray, search: Search, state: int, draws: np.ndarray) -> None:
    """Write a state into flat ``tiles``, the player anywhere in its region."""
    for cell, blocked in enumerate(search.blocked):
        tiles[cell] = WALL if blocked else FLOOR
    _block(search, state, True)
    reached = _walk(search, search.player[state], -1)
    for goal in search.goals:
        tiles[goal] = GOAL
    for cell in search.boxes[state]:
        tiles[cell] = BOX
    player = search.queue[below(draws, reached)]
    tiles[player] = WITH_PLAYER[tiles[player]]


@njit(cache=True)
def _generate(
    tiles: np.ndarray, boxes: int, split: int, walls: int, words: np.ndarray, draws: np.ndarray
) -> bool:
    """Write the best of the candidates into ``tiles`` (uint8[H, W]); False if there is none."""
    height, width = tiles.shape
    found, best_score = 0, 0
    is_carved = walls == 0 or (walls == 2 and below(draws, 2) == 0)
    candidates = CANDIDATES if is_carved else 1
    for _ in range(TRIES):
        floor = carve(height, width, draws) if is_carved else scatter(height, width, draws)
        if split != ANY_SPLIT and split != split_number(floor):
            continue
        goals = choose_goals(floor, boxes, draws)
        search = _search(floor, goals, words)
        state, score = _play_backwards(search, draws)
        found += score > 0
        if score > best_score:
            best_score = score
            _fill(tiles.reshape(-1), search, state, draws)
        if found == candidates:
            break
    return found > 0


@njit(cache=True)
def _generate_many(tiles: np.ndarray, boxes: int, keys: np.ndarray, split: int, walls: int) -> bool:
    words = _zobrist(tiles.shape[1] * tiles.shape[2])
    for i, key in enumerate(keys):
        draws = np.array([key, np.uint64(STREAM_GENERATE), np.uint64(0)])
        if not _generate(tiles[i], boxes, split, walls, words, draws):
            return False
    return True


def generate_many(
    height: int,
    width: int,
    boxes: int,
    keys: np.ndarray,
    *,
    split: Split | None = None,
    walls: Walls = "carved",
) -> np.ndarray:
    """One level for each key; row i is what :func:`generate` gives for ``keys[i]``.

    Args:
        height: of the room, border included, at least 3.
        width: of the room, border included, at least 3.
        boxes: number of boxes and of goals, at least 1.
        keys: uint64[N].
        split: only layouts of this split (see ``symmetry.split_of``); None for all.
        walls: of ``WALLS``.

    Returns:
        uint8[N, height, width], the codes of ``tiles``; no box is on a goal.

    Raises:
        WrongUse: the room is too small for the boxes.
    """
    asked = f"a {height}x{width} room with {boxes} boxes"
    if min(height, width) < 3 or boxes < 1:
        raise WrongUse(f"cannot generate {asked}: expected height and width >= 3 and boxes >= 1")
    if walls not in WALLS:
        raise WrongUse(f"cannot generate {asked}: expected walls of {', '.join(WALLS)}, got {walls!r}")
    rooms = np.full((len(keys), height, width), WALL, np.uint8)
    number = ANY_SPLIT if split is None else SPLITS.index(split)
    if not _generate_many(rooms, boxes, np.asarray(keys, np.uint64), number, WALLS.index(walls)):
        of_split = f" of split {split!r}" if split else ""
        raise WrongUse(
            f"cannot generate {asked}{of_split}: none solvable among {TRIES} rooms; "
            "expected a larger room or fewer boxes"
        )
    return rooms


def generate(
    height: int, width: int, boxes: int, key: int, *, split: Split | None = None, walls: Walls = "carved"
) -> np.ndarray:
    """One level, a function of the arguments alone: uint8[height, width]; see :func:`generate_many`."""
    keys = np.array([key % (1 << 64)], np.uint64)
    return generate_many(height, width, boxes, keys, split=split, walls=walls)[0]
