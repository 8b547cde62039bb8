"""Gumbel's way at the root: actions drawn without replacement, halved by what the search finds.

Danihelka et al. 2022, "Policy improvement by planning with Gumbel": few simulations already improve the
policy. The rest of the tree is ``tree``'s.
"""

from functools import cache
from math import ceil, floor, log2
from typing import NamedTuple

import numpy as np

from playout.agents.search.tree import NONE, Tree, root_values


class Gumbel(NamedTuple):
    """The draws of N roots and how values count against them."""

    draws: np.ndarray
    """float64[N, K], Gumbel distributed."""
    visit_offset: float = 50.0
    scale: float = 1.0


@cache
def considered_visits(considered: int, simulations: int) -> tuple[int, ...]:
    """How often an edge must have been taken to be taken in each simulation (sequential halving).

    All of ``considered`` edges once, and so on in rounds; after each phase the better half goes on.
    """
    if considered <= 1:
        return tuple(range(simulations))
    phases = ceil(log2(considered))
    found: list[int] = []
    visits, left = [0] * considered, considered
    while len(found) < simulations:
        rounds = max(1, floor(simulations / (phases * left)))
        for _ in range(rounds):
            found += visits[:left]
            visits[:left] = [visit + 1 for visit in visits[:left]]
        left = max(2, left // 2)
    return tuple(found[:simulations])


def plans(tree: Tree, considered: int, simulations: int) -> np.ndarray:
    """:func:`considered_visits` of each root, int64[N, S]: of ``considered`` edges, or as many as it has."""
    edges = np.minimum((tree.action[:, 0] != NONE).sum(1), considered)
    return np.array([considered_visits(count, simulations) for count in range(edges.max() + 1)])[edges]


def first_edges(tree: Tree, gumbel: Gumbel, visits: np.ndarray) -> np.ndarray:
    """The edge of each root to take next, int64[N]: the best of those taken ``visits`` (int64[N]) times."""
    score = gumbel.draws + _logits(tree) + _weight(tree, gumbel)
    score[(tree.edge_visits[:, 0] != visits[:, None]) | (tree.action[:, 0] == NONE)] = -np.inf
    return score.argmax(1)


def best_edges(tree: Tree, gumbel: Gumbel) -> np.ndarray:
    """The edge that each search recommends, int64[N]: the best of the most visited."""
    most = tree.edge_visits[:, 0].max(1, keepdims=True)
    score = gumbel.draws + _logits(tree) + _weight(tree, gumbel)
    score[(tree.edge_visits[:, 0] != most) | (tree.action[:, 0] == NONE)] = -np.inf
    return score.argmax(1)


def improved_policy(tree: Tree, gumbel: Gumbel) -> np.ndarray:
    """The policy to learn, float64[N, K]: softmax of logits and completed values (equation 11)."""
    score = _logits(tree) + _weight(tree, gumbel)
    score -= score.max(1, keepdims=True)
    raised = np.exp(score)
    return raised / raised.sum(1, keepdims=True)


def _logits(tree: Tree) -> np.ndarray:
    prior = tree.prior[:, 0].astype(np.float64)
    with np.errstate(divide="ignore"):
        return np.where(tree.action[:, 0] == NONE, -np.inf, np.log(np.maximum(prior, 1e-30)))


def _weight(tree: Tree, gumbel: Gumbel) -> np.ndarray:
    """Sigma of the completed values (equations 8 and 10): edges never taken have the mixed value."""
    values, visits = root_values(tree), tree.edge_visits[:, 0]
    prior, taken = tree.prior[:, 0].astype(np.float64), visits > 0
    mass = (prior * taken).sum(1)
    weighted = (prior * np.where(taken, np.nan_to_num(values), 0.0)).sum(1) / np.maximum(mass, 1e-30)
    total = visits.sum(1)
    network = tree.value[:, 0].astype(np.float64)
    mixed = np.where(mass > 0, (network + total * weighted) / (1 + total), network)
    completed = np.where(taken, values, mixed[:, None] + tree.known[:, 0])
    least, largest = completed.min(1, keepdims=True), completed.max(1, keepdims=True)
    scaled = (completed - least) / np.maximum(largest - least, 1e-8)
    return (gumbel.visit_offset + visits.max(1, keepdims=True)) * gumbel.scale * 0.1 * scaled
