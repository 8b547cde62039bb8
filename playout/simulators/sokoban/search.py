"""The compiled push-level A* of the Sokoban solver: its node table, hash table and priority queue.

A node is a set of box squares and the region the player is in, named by its lowest square. Nodes
live in flat arrays; the hash table compares whole nodes, so no two different ones are ever merged.
:func:`run` stops when the arrays are full, and ``solver`` grows them and calls it again. Leaves out
macro moves and corral pruning.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from playout.simulators.sokoban.deadlocks import NONE, after_push
from playout.simulators.sokoban.geometry import flood, is_open, steps_of
from playout.simulators.sokoban.matching import UNREACHABLE, match_all, match_row, total_cost
from playout.simulators.sokoban.tiles import EMPTIED, WITH_BOX

SOLVED, EXHAUSTED, LIMIT, FULL = range(4)
COUNT, QUEUED, LAST, STAMP = range(4)

# A queue key packs, from the highest bits: 26 bits of f = g + weight * h in 64ths, 14 bits of h and
# 23 bits of the inverted node number. So of equal f the lowest h comes first, then the newest node.
WEIGHT_ONE = 64
MAX_WEIGHT = 16
NODE_BITS = 23
H_BITS = 14
H_MASK = (1 << H_BITS) - 1
NODE_MASK = (1 << NODE_BITS) - 1
MAX_NODES = 8_000_000


class Board(NamedTuple):
    """What stays the same during a search; N squares, n boxes."""

    tiles: np.ndarray
    """uint8[H + 2, W + 2], walls and goals; boxes come and go while a node is looked at."""
    dead: np.ndarray
    """bool[H + 2, W + 2]."""
    cost: np.ndarray
    """int64[N, n], pushes from a square to each goal or UNREACHABLE."""
    zobrist: np.ndarray
    """uint64[2, N], hash of a box and of the player's region at each square."""


class Nodes(NamedTuple):
    """The nodes found so far and where they are found again; capacity c, n boxes."""

    boxes: np.ndarray
    """int16[c, n], squares in rising order."""
    player: np.ndarray
    """int16[c], lowest square of the player's region."""
    pushes: np.ndarray
    """int32[c], fewest pushes found from the root (g)."""
    estimate: np.ndarray
    """int32[c], least pushes still needed (h)."""
    parent: np.ndarray
    """int32[c], -1 for the root."""
    push: np.ndarray
    """int32[c], the push from the parent: 4 * square of the box + direction."""
    hash: np.ndarray
    """uint64[c]."""
    closed: np.ndarray
    """bool[c], expanded already."""
    slots: np.ndarray
    """int32[power of two above 1.5 c], hash table with linear probing of node number + 1, 0 where empty."""
    queue: np.ndarray
    """int64[2 c], binary heap of keys."""


class Scratch(NamedTuple):
    """Work space of one expansion; N squares, n boxes."""

    seen: np.ndarray
    """int64[2, N], stamps of the player's reach before and after a push."""
    stack: np.ndarray
    """int64[N]."""
    cost: np.ndarray
    """int64[n, n], rows are boxes."""
    duals: np.ndarray
    """int64[2, 2, n], of the node and of its child."""
    owner: np.ndarray
    """int64[2, n], of the node and of its child."""
    matching: np.ndarray
    """int64[3, n]."""


def nodes_of_capacity(capacity: int, boxes: int) -> Nodes:
    """Empty arrays: some 53 + 2 * boxes bytes a node."""
    return Nodes(
        boxes=np.empty((capacity, boxes), np.int16),
        player=np.empty(capacity, np.int16),
        pushes=np.empty(capacity, np.int32),
        estimate=np.empty(capacity, np.int32),
        parent=np.empty(capacity, np.int32),
        push=np.empty(capacity, np.int32),
        hash=np.empty(capacity, np.uint64),
        closed=np.zeros(capacity, np.bool_),
        slots=np.zeros(1 << (3 * capacity // 2).bit_length(), np.int32),
        queue=np.empty(2 * capacity, np.int64),
    )


@njit(cache=True)
def children(boxes: int) -> int:
    """Array rows that one expansion may need: every push of every box, and one to look up."""
    return 4 * boxes + 1


@njit(cache=True)
def start(board: Board, nodes: Nodes, boxes: np.ndarray, player: int, weight: int) -> np.ndarray:
    """Add the root.

    Args:
        board: The room.
        nodes: Empty arrays.
        boxes: int64[n], squares in rising order.
        player: The player's square.
        weight: Weight of h in 64ths.

    Returns:
        int64[4], the counters that :func:`run` goes on from.
    """
    counts = np.zeros(4, np.int64)
    scratch = _scratch(board)
    cells = board.tiles.reshape(-1)
    node_hash = np.uint64(0)
    for box, square in enumerate(boxes):
        nodes.boxes[0, box] = square
        node_hash ^= board.zobrist[0, square]
        cells[square] = WITH_BOX[cells[square]]
        scratch.cost[box] = board.cost[square]
    region = flood(cells, steps_of(board.tiles.shape[1]), player, scratch.seen[0], 1, scratch.stack)
    for square in boxes:
        cells[square] = EMPTIED[cells[square]]
    nodes.player[0] = region
    nodes.hash[0] = node_hash ^ board.zobrist[1, region]
    nodes.parent[0], nodes.pushes[0], nodes.push[0] = -1, 0, 0
    estimate = match_all(scratch.cost, scratch.duals[0], scratch.owner[0], scratch.matching)
    if estimate < UNREACHABLE:
        nodes.estimate[0] = estimate
        nodes.slots[_slot(nodes, 0)] = 1
        counts[COUNT] = 1
        _enqueue(nodes, counts, 0, weight)
    return counts


@njit(cache=True)
def run(board: Board, nodes: Nodes, counts: np.ndarray, weight: int, max_nodes: int) -> int:
    """Expand nodes in the order of g + weight * h.

    Args:
        board: The room.
        nodes: The nodes so far; updated.
        counts: int64[4] of :func:`start`; updated. ``counts[LAST]`` is the solved node.
        weight: Weight of h in 64ths.
        max_nodes: Stop when so many nodes are stored.

    Returns:
        SOLVED, EXHAUSTED (no solution exists), LIMIT, or FULL (grow ``nodes`` and call again).
    """
    scratch = _scratch(board)
    room = children(nodes.boxes.shape[1])
    while counts[QUEUED] > 0:
        if counts[COUNT] >= max_nodes:
            return LIMIT
        if counts[COUNT] + room > nodes.player.size or counts[QUEUED] + room > nodes.queue.size:
            return FULL
        node = _dequeue(nodes, counts)
        if nodes.closed[node]:
            continue
        if nodes.estimate[node] == 0:
            counts[LAST] = node
            return SOLVED
        nodes.closed[node] = True
        _expand(board, nodes, counts, scratch, node, weight)
    return EXHAUSTED


@njit(cache=True)
def rehash(nodes: Nodes, count: int) -> None:
    """Fill the empty ``slots`` of grown arrays with the first ``count`` nodes."""
    mask = nodes.slots.size - 1
    for node in range(count):
        slot = np.int64(nodes.hash[node]) & mask
        while nodes.slots[slot] != 0:
            slot = (slot + 1) & mask
        nodes.slots[slot] = node + 1


@njit(cache=True)
def _scratch(board: Board) -> Scratch:
    squares, boxes = board.cost.shape
    return Scratch(
        np.zeros((2, squares), np.int64),
        np.empty(squares, np.int64),
        np.empty((boxes, boxes), np.int64),
        np.empty((2, 2, boxes), np.int64),
        np.empty((2, boxes), np.int64),
        np.empty((3, boxes), np.int64),
    )


@njit(cache=True)
def _expand(board: Board, nodes: Nodes, counts: np.ndarray, scratch: Scratch, node: int, weight: int) -> None:
    """Add all pushes of a node that are not seen to be lost."""
    cells, dead, width = board.tiles.reshape(-1), board.dead.reshape(-1), board.tiles.shape[1]
    steps, boxes = steps_of(width), nodes.boxes[node]
    for box, square in enumerate(boxes):
        cells[square] = WITH_BOX[cells[square]]
        scratch.cost[box] = board.cost[square]
    match_all(scratch.cost, scratch.duals[0], scratch.owner[0], scratch.matching)
    counts[STAMP] += 1
    stamp, reach = counts[STAMP], scratch.seen[0]
    flood(cells, steps, nodes.player[node], reach, stamp, scratch.stack)
    for box, square in enumerate(boxes):
        for direction in range(4):
            target = int(square + steps[direction])
            if dead[target] or reach[square - steps[direction]] != stamp or not is_open(cells[target]):
                continue
            cells[square], cells[target] = EMPTIED[cells[square]], WITH_BOX[cells[target]]
            if after_push(board.tiles, board.dead, target // width, target % width) == NONE:
                _add_child(board, nodes, counts, scratch, node, box, direction, weight)
            cells[square], cells[target] = WITH_BOX[cells[square]], EMPTIED[cells[target]]
    for square in boxes:
        cells[square] = EMPTIED[cells[square]]


@njit(cache=True)
def _add_child(
    board: Board,
    nodes: Nodes,
    counts: np.ndarray,
    scratch: Scratch,
    node: int,
    box: int,
    direction: int,
    weight: int,
) -> None:
    """Store the node after a push (``board.tiles`` shows it), or the shorter way to a known one."""
    cells, steps = board.tiles.reshape(-1), steps_of(board.tiles.shape[1])
    square = int(nodes.boxes[node, box])
    target = square + int(steps[direction])
    counts[STAMP] += 1
    region = flood(cells, steps, square, scratch.seen[1], counts[STAMP], scratch.stack)
    child = counts[COUNT]
    _replace_box(nodes.boxes[node], box, target, nodes.boxes[child])
    nodes.player[child] = region
    nodes.hash[child] = (
        nodes.hash[node]
        ^ board.zobrist[0, square]
        ^ board.zobrist[0, target]
        ^ board.zobrist[1, nodes.player[node]]
        ^ board.zobrist[1, region]
    )
    pushes = nodes.pushes[node] + 1
    slot = _slot(nodes, child)
    if nodes.slots[slot] != 0:
        child = nodes.slots[slot] - 1
        # The estimate is consistent, so a closed node is within the weight of its best already.
        if nodes.closed[child] or nodes.pushes[child] <= pushes:
            return
    else:
        estimate = _estimate_child(board, scratch, box, square, target)
        if estimate >= UNREACHABLE:
            return
        nodes.estimate[child] = estimate
        nodes.closed[child] = False
        nodes.slots[slot] = child + 1
        counts[COUNT] += 1
    nodes.pushes[child], nodes.parent[child] = pushes, node
    nodes.push[child] = 4 * square + direction
    _enqueue(nodes, counts, child, weight)


@njit(cache=True)
def _replace_box(boxes: np.ndarray, box: int, target: int, out: np.ndarray) -> None:
    """``boxes`` with one moved to ``target``, in rising order."""
    out[:] = boxes
    while box > 0 and out[box - 1] > target:
        out[box] = out[box - 1]
        box -= 1
    while box < out.size - 1 and out[box + 1] < target:
        out[box] = out[box + 1]
        box += 1
    out[box] = target


@njit(cache=True)
def _estimate_child(board: Board, scratch: Scratch, box: int, square: int, target: int) -> int:
    """The matching's cost after one box moved, by one phase from its parent's matching."""
    scratch.duals[1], scratch.owner[1] = scratch.duals[0], scratch.owner[0]
    owner = scratch.owner[1]
    for column in range(owner.size):
        if owner[column] == box:
            owner[column] = -1
    scratch.cost[box] = board.cost[target]
    match_row(scratch.cost, box, scratch.duals[1], owner, scratch.matching)
    estimate = total_cost(scratch.cost, owner)
    scratch.cost[box] = board.cost[square]
    return estimate


@njit(cache=True)
def _slot(nodes: Nodes, node: int) -> int:
    """The slot that holds a node equal to ``node``, or the empty one where it belongs."""
    mask = nodes.slots.size - 1
    slot = int(np.int64(nodes.hash[node]) & mask)
    while nodes.slots[slot] != 0:
        other = nodes.slots[slot] - 1
        if nodes.hash[other] == nodes.hash[node] and nodes.player[other] == nodes.player[node]:
            same = True
            for box in range(nodes.boxes.shape[1]):
                same &= nodes.boxes[other, box] == nodes.boxes[node, box]
            if same:
                break
        slot = (slot + 1) & mask
    return slot


@njit(cache=True)
def _enqueue(nodes: Nodes, counts: np.ndarray, node: int, weight: int) -> None:
    estimate = np.int64(nodes.estimate[node])
    f = WEIGHT_ONE * np.int64(nodes.pushes[node]) + weight * estimate
    tie = min(estimate, H_MASK)
    key = (f << (H_BITS + NODE_BITS)) | (tie << NODE_BITS) | (NODE_MASK - node)
    heap, at = nodes.queue, counts[QUEUED]
    counts[QUEUED] += 1
    while at > 0 and heap[(at - 1) // 2] > key:
        heap[at] = heap[(at - 1) // 2]
        at = (at - 1) // 2
    heap[at] = key


@njit(cache=True)
def _dequeue(nodes: Nodes, counts: np.ndarray) -> int:
    heap = nodes.queue
    node = NODE_MASK - (heap[0] & NODE_MASK)
    counts[QUEUED] -= 1
    size = counts[QUEUED]
    key, at = heap[size], 0
    while 2 * at + 1 < size:
        below = 2 * at + 1
        if below + 1 < size and heap[below + 1] < heap[below]:
            below += 1
        if heap[below] >= key:
            break
        heap[at] = heap[below]
        at = below
    heap[at] = key
    return node
