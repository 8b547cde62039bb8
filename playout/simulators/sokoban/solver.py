"""Solves Sokoban rooms by a search over pushes: optimal (A*) or fast (weighted A*).

The estimate is the cheapest matching of boxes to goals over exact lone-box push distances; dead
squares and freezes prune. Rooms are uint8[H, W] with sides up to 64; the number of boxes is bounded
by the search alone (16 is fine, and 4 in a Boxoban room take milliseconds). ``search`` holds the
compiled loop; fewest *moves* instead of pushes are found by ``distances``, for small rooms.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from playout.core.errors import WrongUse
from playout.core.random import bits_array
from playout.simulators.sokoban import search
from playout.simulators.sokoban.deadlocks import dead_squares
from playout.simulators.sokoban.geometry import (
    check_room,
    player_square,
    push_distances,
    steps_of,
    walk,
    with_wall_ring,
)
from playout.simulators.sokoban.matching import UNREACHABLE
from playout.simulators.sokoban.tiles import EMPTIED, HAS_BOX, WITH_BOX

DEFAULT_MAX_NODES = 4_000_000
"""Stored nodes at which a search gives up: 0.4 GB with 16 boxes."""

FAST_WEIGHT = 2.0
"""Weight of :func:`solve_fast`."""

_FIRST_CAPACITY = 1 << 12
_ZOBRIST_KEY = 0x536F6B6F62616E


@dataclass(frozen=True)
class Solution:
    """What a search found."""

    solved: bool
    """Whether a solution was found."""
    proved_unsolvable: bool
    """Whether all that can be reached was searched in vain; if neither, the node limit was met."""
    pushes: int
    """Pushes of the solution; 0 without one."""
    moves: tuple[int, ...]
    """Directions 0 to 3 of the player, walking included; empty without a solution."""
    nodes: int
    """Nodes stored: distinct sets of box squares and player region."""


def solve(tiles: np.ndarray, *, weight: float = 1.0, max_nodes: int = DEFAULT_MAX_NODES) -> Solution:
    """Find a solution with few pushes, or prove that there is none.

    Args:
        tiles: uint8[H, W], a room with sides up to 64.
        weight: Of the estimate, 1 to 16. At 1 the pushes are the fewest possible; above, at most
            ``weight`` times as many, found sooner.
        max_nodes: Nodes to store before giving up, up to 8,000,000.

    Raises:
        WrongUse: If ``tiles`` is not a room with as many boxes as goals, or an option is outside
            its range.
    """
    tiles = check_room(tiles)
    if not 1 <= weight <= search.MAX_WEIGHT or not 1 <= max_nodes <= search.MAX_NODES:
        raise WrongUse(
            f"solve: expected 1 <= weight <= {search.MAX_WEIGHT} and 1 <= max_nodes <= "
            f"{search.MAX_NODES}, got weight {weight} and max_nodes {max_nodes}"
        )
    tiles = with_wall_ring(tiles)
    board, boxes = _board(tiles), np.flatnonzero(HAS_BOX[tiles])
    most = max_nodes + search.children(boxes.size)
    nodes = search.nodes_of_capacity(min(_FIRST_CAPACITY, most), boxes.size)
    scaled = round(weight * search.WEIGHT_ONE)
    counts = search.start(board, nodes, boxes, player_square(tiles), scaled)
    while (status := search.run(board, nodes, counts, scaled, max_nodes)) == search.FULL:
        if nodes.player.size == most:
            break
        nodes = _grown(nodes, int(counts[search.COUNT]), min(4 * nodes.player.size, most))
    count = int(counts[search.COUNT])
    if status != search.SOLVED:
        return Solution(False, status == search.EXHAUSTED, 0, (), count)
    pushes = _pushes(nodes, int(counts[search.LAST]))
    return Solution(True, False, len(pushes), _moves(tiles, pushes), count)


def solve_fast(tiles: np.ndarray, *, max_nodes: int = DEFAULT_MAX_NODES) -> Solution:
    """:func:`solve` with the weight that solves Boxoban rooms with the least time."""
    return solve(tiles, weight=FAST_WEIGHT, max_nodes=max_nodes)


@cache
def _zobrist(squares: int) -> np.ndarray:
    """Hash words of boxes and of player regions: uint64[2, squares]."""
    return bits_array(np.array(_ZOBRIST_KEY, np.uint64), np.arange(2 * squares).reshape(2, squares))


def _board(tiles: np.ndarray) -> search.Board:
    cost = push_distances(tiles).reshape(-1, tiles.size).T.astype(np.int64, order="C")
    cost[cost < 0] = UNREACHABLE
    return search.Board(EMPTIED[tiles], dead_squares(tiles), cost, _zobrist(tiles.size))


def _grown(nodes: search.Nodes, count: int, capacity: int) -> search.Nodes:
    """The first ``count`` nodes in larger arrays."""
    grown = search.nodes_of_capacity(capacity, nodes.boxes.shape[1])
    for name, old, new in zip(nodes._fields, nodes, grown, strict=True):
        if name != "slots":
            new[: len(old)] = old
    search.rehash(grown, count)
    return grown


def _pushes(nodes: search.Nodes, node: int) -> list[tuple[int, int]]:
    """Box square and direction of each push from the root to a node."""
    pushes = []
    while nodes.parent[node] >= 0:
        pushes.append(divmod(int(nodes.push[node]), 4))
        node = nodes.parent[node]
    return pushes[::-1]


def _moves(tiles: np.ndarray, pushes: list[tuple[int, int]]) -> tuple[int, ...]:
    """The player's whole way: between pushes a shortest walk."""
    player, cells, steps = player_square(tiles), tiles.ravel(), steps_of(tiles.shape[1])
    cells[player] = EMPTIED[cells[player]]
    moves: list[int] = []
    for square, direction in pushes:
        target = square + steps[direction]
        moves += walk(cells, steps, player, square - steps[direction]).tolist()
        moves.append(direction)
        cells[square], cells[target] = EMPTIED[cells[square]], WITH_BOX[cells[target]]
        player = square
    return tuple(moves)
