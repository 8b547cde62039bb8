from itertools import permutations

import numpy as np

from playout.core.random import Stream
from playout.simulators.sokoban.matching import FREE, UNREACHABLE, cheapest, match_all, match_row, total_cost


def random_costs(seed, n):
    draws = Stream(seed)
    return np.array(
        [[UNREACHABLE if draws.uniform() < 0.3 else draws.below(30) for _ in range(n)] for _ in range(n)],
        np.int64,
    ).reshape(n, n)


def by_permutation(cost):
    return min(
        sum(cost[row, column] for row, column in enumerate(order)) for order in permutations(range(len(cost)))
    )


def test_cheapest_is_the_least_over_all_permutations():
    for seed in range(100):
        cost = random_costs(seed, seed % 6)
        best = by_permutation(cost)
        assert cheapest(cost) == best if best < UNREACHABLE else cheapest(cost) >= UNREACHABLE


def test_one_phase_mends_a_matching_after_one_row_changes():
    n = 5
    duals, owner, scratch = np.empty((2, n), np.int64), np.empty(n, np.int64), np.empty((3, n), np.int64)
    for seed in range(100):
        cost, row = random_costs(seed, n), seed % n
        match_all(cost, duals, owner, scratch)
        cost[row] = random_costs(seed + 1000, n)[0]
        owner[owner == row] = FREE
        match_row(cost, row, duals, owner, scratch)
        assert sorted(owner) == list(range(n))
        assert total_cost(cost, owner) == cheapest(cost)
