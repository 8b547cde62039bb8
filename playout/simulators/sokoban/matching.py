"""Which box goes to which goal: the cheapest perfect matching, by the Hungarian method.

One phase (:func:`match_row`) adds one box in O(n^2), so a search that moves one box at a time frees
that box's goal and runs one phase. Leaves out maximum matchings of fewer boxes than goals.
"""

import numpy as np
from numba import njit

UNREACHABLE = 1 << 20
"""Cost of a box that cannot reach a goal; a matching that costs as much is no matching."""

FREE = -1


@njit(cache=True)
def match_row(cost: np.ndarray, row: int, duals: np.ndarray, owner: np.ndarray, scratch: np.ndarray) -> None:
    """Match one more row along the cheapest augmenting path (Kuhn 1955, in the O(n^2) form).

    Args:
        cost: int64[n, n], rows are boxes and columns goals.
        row: A row that owns no column.
        duals: int64[2, n], potentials of rows and columns; updated.
        owner: int64[n], the row each column belongs to or FREE; updated.
        scratch: int64[3, n].
    """
    slack, previous, used = scratch[0], scratch[1], scratch[2]
    slack[:] = 1 << 40
    used[:] = 0
    duals[0, row] = 0
    at_row, at_column = row, -1
    while True:
        delta, best = 1 << 40, -1
        for column in range(owner.size):
            if used[column]:
                continue
            reduced = cost[at_row, column] - duals[0, at_row] - duals[1, column]
            if reduced < slack[column]:
                slack[column] = reduced
                previous[column] = at_column
            if slack[column] < delta:
                delta, best = slack[column], column
        duals[0, row] += delta
        for column in range(owner.size):
            if used[column]:
                duals[0, owner[column]] += delta
                duals[1, column] -= delta
            else:
                slack[column] -= delta
        at_column = best
        if owner[at_column] == FREE:
            break
        used[at_column] = 1
        at_row = owner[at_column]
    while previous[at_column] >= 0:
        owner[at_column] = owner[previous[at_column]]
        at_column = previous[at_column]
    owner[at_column] = row


@njit(cache=True)
def total_cost(cost: np.ndarray, owner: np.ndarray) -> int:
    """The cost of a perfect matching; at least UNREACHABLE if one of its pairs is."""
    total = 0
    for column in range(owner.size):
        total += cost[owner[column], column]
    return total


@njit(cache=True)
def match_all(cost: np.ndarray, duals: np.ndarray, owner: np.ndarray, scratch: np.ndarray) -> int:
    """Cheapest perfect matching from nothing; fills ``duals`` and ``owner`` and returns its cost."""
    duals[:] = 0
    owner[:] = FREE
    for row in range(owner.size):
        match_row(cost, row, duals, owner, scratch)
    return total_cost(cost, owner)


@njit(cache=True)
def cheapest(cost: np.ndarray) -> int:
    """Cost of the cheapest perfect matching of int64[n, n]; at least UNREACHABLE if there is none."""
    n = cost.shape[0]
    return match_all(cost, np.empty((2, n), np.int64), np.empty(n, np.int64), np.empty((3, n), np.int64))
