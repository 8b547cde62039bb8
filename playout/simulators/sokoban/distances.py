"""Exact distances to the solved room, for every state of a small Sokoban layout.

A layout is a room's walls and goals. A table holds the distance of each of its states (player's
square and box squares), found backwards from the solved ones, so it also knows which states are
lost and which moves are optimal. One box takes well under a millisecond to tabulate, three boxes in
an 8x8 room some tens. Rooms with too many states are for ``solver``.
"""

from math import comb
from typing import Literal, NamedTuple

import numpy as np
from numba import njit

from playout.core.errors import WrongUse
from playout.simulators.sokoban.deadlocks import dead_squares
from playout.simulators.sokoban.geometry import check_room
from playout.simulators.sokoban.tiles import (
    COLUMN_STEP,
    FLOOR,
    GOAL,
    HAS_BOX,
    HAS_GOAL,
    HAS_PLAYER,
    ROW_STEP,
    WALL,
    WITH_BOX,
    WITH_PLAYER,
)

MAX_STATES = 1 << 24
"""Most states of a table: 200 MB while it is made, 67 MB kept."""

LOST = int(np.iinfo(np.int32).max)
MISFIT = -2
_PUSH = 1 << 15


class Layout(NamedTuple):
    """The states of a layout: M open cells, L of them live (a box there is not lost), n boxes."""

    walls: np.ndarray
    """bool[H, W]."""
    goals: np.ndarray
    """bool[H, W]."""
    cell_at: np.ndarray
    """int16[H, W], number of each open cell in row-major order, -1 at walls."""
    squares: np.ndarray
    """int16[M, 2], row and column of each cell."""
    live: np.ndarray
    """int16[M], number of each live cell, else -1."""
    next_cell: np.ndarray
    """int16[M, 4], the neighbour in each direction, else -1."""
    box_sets: np.ndarray
    """int16[S, n], the box cells of each set of n live cells, in rising order."""
    ranks: np.ndarray
    """int32[n, L], so that a set of live cells l0 < l1 < ... has number sum of ranks[i, li]."""


class DistanceTable:
    """Distances from every state of a room's layout to the solved room."""

    def __init__(
        self,
        tiles: np.ndarray,
        metric: Literal["moves", "pushes"] = "moves",
        *,
        max_states: int = MAX_STATES,
    ) -> None:
        """Tabulate the layout of a room.

        Args:
            tiles: uint8[H, W], a room with sides up to 64; its player and boxes may be anywhere.
            metric: ``"moves"`` counts every step of the player, ``"pushes"`` only those that move a
                box (and of equal pushes prefers fewer moves).
            max_states: Refuse layouts with more states.

        Raises:
            WrongUse: If ``tiles`` is not a room with as many boxes as goals, or has too many states.
        """
        if metric not in ("moves", "pushes"):
            raise WrongUse(f"DistanceTable: expected metric 'moves' or 'pushes', got {metric!r}")
        self.metric = metric
        self._layout = _layout(check_room(tiles), max_states)
        self._push_cost = 1 if metric == "moves" else _PUSH + 1
        self._cost = _tabulate(self._layout, self._push_cost)

    def distance(self, tiles: np.ndarray) -> int | None:
        """Moves or pushes to the solved room, None if it cannot be solved any more.

        Raises:
            WrongUse: If ``tiles`` is not a state of the table's layout.
        """
        distance = int(self.distances_of(tiles[None])[0])
        return None if distance < 0 else distance

    def best_directions(self, tiles: np.ndarray) -> tuple[int, ...]:
        """All optimal directions, in rising order; none if the room is solved or lost."""
        return tuple(np.flatnonzero(self.best_directions_of(tiles[None])[0]).tolist())

    def solution(self, tiles: np.ndarray) -> tuple[int | None, tuple[int, ...]]:
        """:meth:`distance` and :meth:`best_directions` at once."""
        state, cost, best = MISFIT, LOST, 0
        if tiles.dtype == np.uint8 and tiles.shape == self._layout.walls.shape:
            state, cost, best = _solution(self._layout, self._cost, self._push_cost, tiles)
        if state == MISFIT:
            self.states_of(tiles[None])  # says what is wrong
        directions = tuple(direction for direction in range(4) if best >> direction & 1)
        return None if cost == LOST else cost if self.metric == "moves" else cost // _PUSH, directions

    def distances_of(self, tiles: np.ndarray) -> np.ndarray:
        """:meth:`distance` of many states.

        Args:
            tiles: uint8[K, H, W], states of the table's layout.

        Returns:
            int16[K], -1 where the room cannot be solved any more.

        Raises:
            WrongUse: If one of them is not a state of the table's layout.
        """
        return self._distances(self.states_of(tiles))

    def best_directions_of(self, tiles: np.ndarray) -> np.ndarray:
        """:meth:`best_directions` of many states: bool[K, 4] for uint8[K, H, W]."""
        return _best(self._layout, self._cost, self._push_cost, self.states_of(tiles))

    def _distances(self, states: np.ndarray) -> np.ndarray:
        cost = self._cost[states]
        return np.where(cost == LOST, -1, cost if self.metric == "moves" else cost // _PUSH).astype(np.int16)

    def states_of(self, tiles: np.ndarray) -> np.ndarray:
        """Numbers of many states: int64[K] for uint8[K, H, W], -1 where a box is on a dead square.

        Raises:
            WrongUse: If one of them is not a state of the table's layout.
        """
        shape = self._layout.walls.shape
        if tiles.dtype != np.uint8 or tiles.ndim != 3 or tiles.shape[1:] != shape:
            raise WrongUse(
                f"the table is of uint8[K, {shape[0]}, {shape[1]}], got {tiles.dtype}{list(tiles.shape)}"
            )
        states = _numbers(self._layout, tiles)
        if states.min(initial=0) == MISFIT:
            raise WrongUse(
                f"room {int(states.argmin())} is not a state of the table's layout: its walls or goals "
                f"differ, or it does not have one player and {self._layout.box_sets.shape[1]} boxes"
            )
        return states

    def solvable(self) -> np.ndarray:
        """Numbers of all states that can be solved, solved ones included: int64[K], rising."""
        return np.flatnonzero(self._cost != LOST)

    def near(self, most: int) -> np.ndarray:
        """Those of :meth:`solvable` that 1 to ``most`` moves solve, or pushes if those are counted."""
        states = self.solvable()
        distances = self._distances(states)
        return states[(distances > 0) & (distances <= most)]

    def rooms(self, states: np.ndarray) -> np.ndarray:
        """The rooms with the numbers of :meth:`solvable`: uint8[K, H, W] for int64[K]."""
        return _rooms(self._layout, np.ascontiguousarray(states, np.int64))


def _layout(tiles: np.ndarray, max_states: int) -> Layout:
    walls, live = tiles == WALL, ~dead_squares(tiles)
    squares = np.argwhere(~walls).astype(np.int16)
    boxes, live_cells = int(HAS_BOX[tiles].sum()), int(live.sum())
    sets = comb(live_cells, boxes)
    if sets * len(squares) > max_states:
        raise WrongUse(
            f"a room with {boxes} boxes on {live_cells} squares and {len(squares)} squares for the player "
            f"has {sets * len(squares):,} states, more than max_states = {max_states:,}; use solver.solve"
        )
    live_number = np.where(live, np.cumsum(live).reshape(live.shape) - 1, -1)
    ranks = [[comb(cell, box + 1) for cell in range(live_cells)] for box in range(boxes)]
    return _connected(
        walls,
        HAS_GOAL[tiles],
        squares,
        live_number[~walls].astype(np.int16),
        np.array(ranks, np.int32).reshape(boxes, live_cells),
        sets,
    )


@njit(cache=True)
def _connected(
    walls: np.ndarray, goals: np.ndarray, squares: np.ndarray, live: np.ndarray, ranks: np.ndarray, sets: int
) -> Layout:
    """The layout, with its neighbours found and its box sets listed in colexicographic order."""
    cell_at = np.full(walls.shape, -1, np.int16)
    for cell in range(len(squares)):
        cell_at[squares[cell, 0], squares[cell, 1]] = cell
    next_cell = np.full((len(squares), 4), -1, np.int16)
    for cell in range(len(squares)):
        for direction in range(4):
            row, column = squares[cell, 0] + ROW_STEP[direction], squares[cell, 1] + COLUMN_STEP[direction]
            if 0 <= row < walls.shape[0] and 0 <= column < walls.shape[1]:
                next_cell[cell, direction] = cell_at[row, column]
    cells = np.flatnonzero(live >= 0)
    boxes = ranks.shape[0]
    chosen = np.arange(boxes)
    box_sets = np.empty((sets, boxes), np.int16)
    for number in range(sets):
        for box in range(boxes):
            box_sets[number, box] = cells[chosen[box]]
        box = 0
        while box < boxes - 1 and chosen[box] + 1 == chosen[box + 1]:
            chosen[box] = box
            box += 1
        if number < sets - 1:
            chosen[box] += 1
    return Layout(walls, goals, cell_at, squares, live, next_cell, box_sets, ranks)


@njit(cache=True)
def _tabulate(layout: Layout, push_cost: int) -> np.ndarray:
    """Cost of every state and LOST at the end for number -1: int32[states + 1].

    Dijkstra's algorithm backwards with one queue per kind of step: with two step costs, what enters
    each queue costs ever more, so the cheaper of the two heads is next.
    """
    cells = len(layout.squares)
    states = len(layout.box_sets) * cells
    cost = np.full(states + 1, LOST, np.int32)
    queues = np.empty((2, states), np.int32)
    head, tail = np.zeros(2, np.int64), np.zeros(2, np.int64)
    goals = 0
    for box, cell in enumerate(_cells_of(layout, layout.goals)):
        goals += int(layout.ranks[box, layout.live[cell]])
    for player in range(cells):
        if not _holds(layout.box_sets[goals], player):
            _reach(cost, queues[0], tail[:1], goals * cells + player, 0)
    while head[0] < tail[0] or head[1] < tail[1]:
        pushed = head[0] == tail[0] or (
            head[1] < tail[1] and cost[queues[1, head[1]]] < cost[queues[0, head[0]]]
        )
        kind = 1 if pushed else 0
        state = int(queues[kind, head[kind]])
        head[kind] += 1
        _go_back(layout, cost, queues, tail, state, push_cost)
    return cost


@njit(cache=True)
def _go_back(
    layout: Layout, cost: np.ndarray, queues: np.ndarray, tail: np.ndarray, state: int, push_cost: int
) -> None:
    """Relax all states from which one step leads to ``state``."""
    cells = len(layout.squares)
    box_set, player = state // cells, state % cells
    boxes = layout.box_sets[box_set]
    for direction in range(4):
        before = layout.next_cell[player, direction ^ 1]
        if before < 0 or _holds(boxes, before):
            continue
        _reach(cost, queues[0], tail[:1], state - player + before, cost[state] + 1)
        ahead = layout.next_cell[player, direction]
        if layout.live[player] >= 0 and ahead >= 0 and _holds(boxes, ahead):
            former = _rank(layout, boxes, ahead, player) * cells + before
            _reach(cost, queues[1], tail[1:], former, cost[state] + push_cost)


@njit(cache=True)
def _reach(cost: np.ndarray, queue: np.ndarray, tail: np.ndarray, state: int, new_cost: int) -> None:
    """Lower a state's cost and queue it. Costs in a queue rise, so it enters each at most once."""
    if new_cost < cost[state]:
        cost[state] = new_cost
        queue[tail[0]] = state
        tail[0] += 1


@njit(cache=True)
def _holds(boxes: np.ndarray, cell: int) -> bool:
    found = False
    for box in boxes:
        found |= box == cell
    return found


@njit(cache=True)
def _rank(layout: Layout, boxes: np.ndarray, removed: int, added: int) -> int:
    """Number of the set ``boxes`` with one cell replaced."""
    rank, at, waiting = np.int64(0), 0, True
    for box in boxes:
        if waiting and box > added:
            rank += layout.ranks[at, layout.live[added]]
            at += 1
            waiting = False
        if box != removed:
            rank += layout.ranks[at, layout.live[box]]
            at += 1
    if waiting:
        rank += layout.ranks[at, layout.live[added]]
    return int(rank)


@njit(cache=True)
def _cells_of(layout: Layout, mask: np.ndarray) -> np.ndarray:
    """Cells of the open squares in bool[H, W], in rising order."""
    return np.array(
        [cell for cell, square in enumerate(layout.squares) if mask[square[0], square[1]]], np.int64
    )


@njit(cache=True)
def _numbers(layout: Layout, tiles: np.ndarray) -> np.ndarray:
    """Numbers of rooms uint8[K, H, W]: int64[K]; -1 if a box is on a dead square, else MISFIT."""
    numbers = np.empty(len(tiles), np.int64)
    for at in range(len(tiles)):
        numbers[at] = _number(layout, tiles[at])
    return numbers


@njit(cache=True)
def _number(layout: Layout, tiles: np.ndarray) -> int:
    player, box, rank, dead = -1, 0, np.int64(0), False
    for row in range(tiles.shape[0]):
        for column in range(tiles.shape[1]):
            tile, cell = tiles[row, column], layout.cell_at[row, column]
            if (tile == WALL) != (cell < 0) or HAS_GOAL[tile] != layout.goals[row, column]:
                return MISFIT
            if HAS_PLAYER[tile]:
                if player >= 0:
                    return MISFIT
                player = cell
            elif HAS_BOX[tile]:
                if box == len(layout.ranks):
                    return MISFIT
                if layout.live[cell] < 0:
                    dead = True
                else:
                    rank += layout.ranks[box, layout.live[cell]]
                box += 1
    if player < 0 or box < len(layout.ranks):
        return MISFIT
    return -1 if dead else int(rank) * len(layout.squares) + player


@njit(cache=True)
def _best(layout: Layout, cost: np.ndarray, push_cost: int, states: np.ndarray) -> np.ndarray:
    """Whether each direction is on an optimal way: bool[K, 4] for int64[K]."""
    best = np.zeros((len(states), 4), np.bool_)
    cells = len(layout.squares)
    for at, state in enumerate(states):
        if cost[state] == LOST:
            continue
        boxes, player = layout.box_sets[state // cells], state % cells
        for direction in range(4):
            cell = layout.next_cell[player, direction]
            if cell < 0:
                continue
            following, step = state - player + cell, 1
            if _holds(boxes, cell):
                ahead = layout.next_cell[cell, direction]
                if ahead < 0 or layout.live[ahead] < 0 or _holds(boxes, ahead):
                    continue
                following, step = _rank(layout, boxes, cell, ahead) * cells + cell, push_cost
            best[at, direction] = cost[state] - cost[following] == step
    return best


@njit(cache=True)
def _solution(layout: Layout, cost: np.ndarray, push_cost: int, tiles: np.ndarray) -> tuple[int, int, int]:
    """Of a room uint8[H, W]: its number or MISFIT, its cost, and a bit for each direction of ``_best``."""
    state = _number(layout, tiles)
    if state < 0:
        return state, LOST, 0
    best = _best(layout, cost, push_cost, np.array([state]))[0]
    bits = 0
    for direction in range(4):
        bits |= int(best[direction]) << direction
    return state, int(cost[state]), bits


@njit(cache=True)
def _rooms(layout: Layout, states: np.ndarray) -> np.ndarray:
    rooms = np.empty((len(states), *layout.walls.shape), np.uint8)
    cells = len(layout.squares)
    for at, state in enumerate(states):
        room = rooms[at]
        for row in range(room.shape[0]):
            for column in range(room.shape[1]):
                room[row, column] = (
                    WALL if layout.walls[row, column] else GOAL if layout.goals[row, column] else FLOOR
                )
        for cell in layout.box_sets[state // cells]:
            row, column = layout.squares[cell]
            room[row, column] = WITH_BOX[room[row, column]]
        row, column = layout.squares[state % cells]
        room[row, column] = WITH_PLAYER[room[row, column]]
    return rooms
