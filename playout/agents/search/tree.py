"""Tree search over N roots at once: pure functions on arrays, in the manner of mctx, compiled for CPUs.

A tree has M nodes; a node has K *edges*, the actions that are looked at (the likeliest ones, so that
thousands of actions cost no more than dozens). What somebody else does between is chance: it is drawn at
every passage from the distribution that the node predicts, and an edge has a child for each of its first C
*outcomes*. Statistics are kept per edge and so average over chance (Laidlaw et al. 2025, appendix).

What has not been tried is taken to be worth what its node is, and what is known of its reward.
Selection is PUCT, on one level or on two (first the kind of action, then the action), or at the root
Gumbel's sequential halving (Danihelka et al. 2022). Values are scaled to [0, 1] by the least and largest
return seen at the node. The world, its states and the network are the caller's: ``model.Model``.

Axes: N roots, M nodes, K edges, C outcomes per edge, J candidates of the other's action.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from playout.core import compiled_random
from playout.core.random import STREAM_POLICY

NONE = -1
KINDS = 16
"""Kinds of action are 0 to 15."""
_SMALLEST_RANGE = 0.01

rule = njit(cache=True, error_model="numpy")


class Tree(NamedTuple):
    """N trees. Node 0 is the root."""

    action: np.ndarray
    """int32[N, M, K], numbers of the caller; ``NONE`` where there is no edge."""
    kind: np.ndarray
    """int8[N, M, K], what the action is of; for selection on two levels."""
    prior: np.ndarray
    """float32[N, M, K]; sums to 1 over the edges."""
    known: np.ndarray
    """float32[N, M, K]: what was known of an edge's reward before it was taken."""
    edge_visits: np.ndarray
    """int32[N, M, K]."""
    edge_sum: np.ndarray
    """float32[N, M, K]: of the returns after the edge, its reward included."""
    child: np.ndarray
    """int16[N, M, K, C]."""
    outcome: np.ndarray
    """int32[N, M, K, C]: what chance did on the way to the child."""
    other: np.ndarray
    """int32[N, M, J]: what chance may do."""
    chance: np.ndarray
    """float32[N, M, J], cumulative, the last is 1."""
    value: np.ndarray
    """float32[N, M], the network's."""
    reward: np.ndarray
    """float32[N, M], on the way into the node."""
    discount: np.ndarray
    """float32[N, M], of what follows; 0 where the episode ends."""
    least: np.ndarray
    """float32[N, M], return seen."""
    largest: np.ndarray
    """float32[N, M]."""
    parent: np.ndarray
    """int16[N, M]."""
    parent_edge: np.ndarray
    """int16[N, M]."""
    count: np.ndarray
    """int32[N], nodes so far."""


class Shape(NamedTuple):
    """How large trees are."""

    nodes: int
    edges: int
    outcomes: int = 4
    others: int = 16


class Rules(NamedTuple):
    """How edges are selected."""

    exploration: float = 1.0
    """c of PUCT."""
    bilevel: bool = True
    """First the kind, then the action."""
    deepest: int = 64
    """Edges of a simulation at most."""


class Leaf(NamedTuple):
    """Where the simulations of N trees arrived, and how."""

    node: np.ndarray
    """int64[N], the last node that was there already."""
    edge: np.ndarray
    """int64[N], taken from it; ``NONE`` where the simulation ended in ``node``, at an end or too deep."""
    outcome: np.ndarray
    """int64[N], what chance did then."""


def tree_of(n: int, shape: Shape) -> Tree:
    """Room for ``n`` trees without nodes."""
    nodes, edges, outcomes, others = shape
    at, on = (n, nodes), (n, nodes, edges)
    return Tree(
        action=np.full(on, NONE, np.int32),
        kind=np.zeros(on, np.int8),
        prior=np.zeros(on, np.float32),
        known=np.zeros(on, np.float32),
        edge_visits=np.zeros(on, np.int32),
        edge_sum=np.zeros(on, np.float32),
        child=np.full((*on, outcomes), NONE, np.int16),
        outcome=np.zeros((*on, outcomes), np.int32),
        other=np.zeros((*at, others), np.int32),
        chance=np.ones((*at, others), np.float32),
        value=np.zeros(at, np.float32),
        reward=np.zeros(at, np.float32),
        discount=np.zeros(at, np.float32),
        least=np.full(at, np.inf, np.float32),
        largest=np.full(at, -np.inf, np.float32),
        parent=np.full(at, NONE, np.int16),
        parent_edge=np.full(at, NONE, np.int16),
        count=np.zeros(n, np.int32),
    )


def bytes_per_node(shape: Shape) -> int:
    """Memory of a node of the tree, the caller's states left out."""
    tree = tree_of(1, shape)
    return sum(array.nbytes for array in tree[:-1]) // shape.nodes


@rule
def clear(tree: Tree) -> None:
    """Forget all nodes."""
    for i in range(len(tree.count)):
        used = tree.count[i]
        tree.action[i, :used], tree.child[i, :used] = NONE, NONE
        tree.edge_visits[i, :used], tree.edge_sum[i, :used] = 0, 0.0
        tree.least[i, :used], tree.largest[i, :used] = np.inf, -np.inf
        tree.count[i] = 0


@rule
def expand(
    tree: Tree,
    leaf: Leaf,
    reward: np.ndarray,
    discount: np.ndarray,
    action: np.ndarray,
    kind: np.ndarray,
    prior: np.ndarray,
    known: np.ndarray,
    value: np.ndarray,
    other: np.ndarray,
    chance: np.ndarray,
    added: np.ndarray,
) -> None:
    """Add the node that each leaf's edge leads to; a leaf without an edge adds none.

    Args:
        tree: changed in place.
        leaf: of :func:`select`; in empty trees the new node is the root and ``leaf`` does not count.
        reward: float32[N], on the way into the node.
        discount: float32[N], 0 where the episode has ended.
        action: int32[N, K], ``NONE`` for no edge.
        kind: int8[N, K].
        prior: float32[N, K]; edges without an action have 0.
        known: float32[N, K], what is known of the edges' rewards.
        value: float32[N].
        other: int32[N, J].
        chance: float32[N, J], cumulative.
        added: int64[N], overwritten: where the simulation has arrived, be it new or not.
    """
    for i in range(len(tree.count)):
        new, at, edge = tree.count[i], leaf.node[i], leaf.edge[i]
        if new and edge == NONE:
            added[i] = at
            continue
        if new:
            slot = 0
            while tree.child[i, at, edge, slot] != NONE:
                slot += 1
            tree.child[i, at, edge, slot], tree.outcome[i, at, edge, slot] = new, leaf.outcome[i]
            tree.parent[i, new], tree.parent_edge[i, new] = at, edge
        tree.action[i, new], tree.kind[i, new], tree.prior[i, new] = action[i], kind[i], prior[i]
        tree.known[i, new] = known[i]
        tree.value[i, new], tree.reward[i, new], tree.discount[i, new] = value[i], reward[i], discount[i]
        tree.other[i, new], tree.chance[i, new] = other[i], chance[i]
        tree.count[i], added[i] = new + 1, new


@rule
def backup(tree: Tree, arrived: np.ndarray) -> None:
    """Tell every edge on the way what came of it.

    Args:
        tree: changed in place.
        arrived: int64[N], the nodes where the simulations ended.
    """
    for i in range(len(arrived)):
        node = arrived[i]
        back = tree.value[i, node] if tree.discount[i, node] > 0 else np.float32(0.0)
        _see(tree, i, node, float(back))
        while tree.parent[i, node] != NONE:
            back = tree.reward[i, node] + tree.discount[i, node] * back
            edge, node = tree.parent_edge[i, node], tree.parent[i, node]
            tree.edge_visits[i, node, edge] += 1
            tree.edge_sum[i, node, edge] += back
            _see(tree, i, node, back)


@rule
def _see(tree: Tree, i: int, node: int, back: float) -> None:
    tree.least[i, node] = min(tree.least[i, node], back)
    tree.largest[i, node] = max(tree.largest[i, node], back)


@rule
def select(tree: Tree, rules: Rules, keys: np.ndarray, simulation: int, first: np.ndarray) -> Leaf:
    """Walk down from each root to where a node is missing.

    Args:
        tree: N trees with their roots.
        rules: of the selection.
        keys: uint64[N], decide what chance does.
        simulation: number of the simulation.
        first: int64[N], the edge to take at the root; ``NONE`` lets the rules decide.

    Returns:
        Where the simulations end.
    """
    n = len(keys)
    leaf = Leaf(np.zeros(n, np.int64), np.full(n, NONE, np.int64), np.zeros(n, np.int64))
    for i in range(n):
        node = 0
        for depth in range(rules.deepest):
            if tree.discount[i, node] == 0 or tree.action[i, node, 0] == NONE:
                break
            edge = first[i] if depth == 0 and first[i] != NONE else pick(tree, rules, i, node)
            outcome = _draw(tree, i, node, keys[i], simulation, depth)
            child = _child(tree, i, node, edge, outcome)
            if child == NONE:
                leaf.edge[i], leaf.outcome[i] = edge, outcome
                break
            node = child
        leaf.node[i] = node
    return leaf


@rule
def _draw(tree: Tree, i: int, node: int, key: np.uint64, simulation: int, depth: int) -> int:
    """What chance does: one of the node's candidates."""
    counter = np.uint64((np.uint64(simulation) << np.uint64(16)) | np.uint64(depth))
    word = compiled_random.philox(key, counter, np.uint64(STREAM_POLICY))
    share = np.float64(word >> np.uint64(11)) * 2.0**-53
    for number in range(tree.chance.shape[2]):
        if share < tree.chance[i, node, number]:
            return tree.other[i, node, number]
    return tree.other[i, node, tree.chance.shape[2] - 1]


@rule
def _child(tree: Tree, i: int, node: int, edge: int, outcome: int) -> int:
    """The child for an outcome; where all places are taken, that of another outcome; ``NONE``: none yet."""
    outcomes = tree.child.shape[3]
    for slot in range(outcomes):
        child = tree.child[i, node, edge, slot]
        if child == NONE or tree.outcome[i, node, edge, slot] == outcome:
            return child
    return tree.child[i, node, edge, outcome % outcomes]


@rule
def node_value(tree: Tree, i: int, node: int) -> float:
    """The mean return seen at a node, its network's value counted once."""
    visits, total = 1, float(tree.value[i, node])
    for edge in range(tree.action.shape[2]):
        visits += tree.edge_visits[i, node, edge]
        total += tree.edge_sum[i, node, edge]
    return total / visits


@rule
def _scaled(tree: Tree, i: int, node: int, value: float) -> float:
    least, largest = tree.least[i, node], tree.largest[i, node]
    return (value - least) / max(largest - least, _SMALLEST_RANGE)


@rule
def pick(tree: Tree, rules: Rules, i: int, node: int) -> int:
    """The edge of largest upper bound (PUCT)."""
    edges, mean = tree.action.shape[2], node_value(tree, i, node)
    if not rules.bilevel:
        visits = tree.edge_visits[i, node].sum()
        return _best(tree, rules, i, node, NONE, visits, mean, 1.0)
    visits, sums, priors, known = np.zeros(KINDS), np.zeros(KINDS), np.zeros(KINDS), np.full(KINDS, -np.inf)
    for edge in range(edges):
        if tree.action[i, node, edge] != NONE:
            kind = tree.kind[i, node, edge]
            visits[kind] += tree.edge_visits[i, node, edge]
            sums[kind] += tree.edge_sum[i, node, edge]
            priors[kind] += tree.prior[i, node, edge]
            known[kind] = max(known[kind], tree.known[i, node, edge])
    root, best, found = np.sqrt(visits.sum()), -np.inf, 0
    for kind in range(KINDS):
        if priors[kind] > 0:
            value = sums[kind] / visits[kind] if visits[kind] else mean + known[kind]
            bound = _scaled(tree, i, node, value)
            bound += rules.exploration * root * priors[kind] / (1 + visits[kind])
            if bound > best:
                best, found = bound, kind
    inside = sums[found] / visits[found] if visits[found] else mean
    return _best(tree, rules, i, node, found, visits[found], inside, priors[found])


@rule
def _best(
    tree: Tree, rules: Rules, i: int, node: int, kind: int, visits: float, unknown: float, mass: float
) -> int:
    """The best edge of a kind (``NONE``: of all), whose priors sum to ``mass``."""
    root, best, found = np.sqrt(visits), -np.inf, 0
    for edge in range(tree.action.shape[2]):
        if tree.action[i, node, edge] == NONE or (kind != NONE and tree.kind[i, node, edge] != kind):
            continue
        passed = tree.edge_visits[i, node, edge]
        value = tree.edge_sum[i, node, edge] / passed if passed else unknown + tree.known[i, node, edge]
        bound = _scaled(tree, i, node, value)
        bound += rules.exploration * root * tree.prior[i, node, edge] / mass / (1 + passed)
        # Before any visit the bounds differ by the prior alone.
        bound += 1e-6 * tree.prior[i, node, edge]
        if bound > best:
            best, found = bound, edge
    return found


def root_values(tree: Tree) -> np.ndarray:
    """The mean return after each edge of the roots, float64[N, K]; NaN where it was never taken."""
    visits = tree.edge_visits[:, 0]
    return np.where(visits > 0, tree.edge_sum[:, 0] / np.maximum(1, visits), np.nan).astype(np.float64)


def visit_policy(tree: Tree, exponent: float = 1.0) -> np.ndarray:
    """What the search recommends at the roots: visits to a power, normalised, float64[N, K]."""
    visits = tree.edge_visits[:, 0].astype(np.float64)
    raised = np.where(visits > 0, visits, 0.0) ** exponent
    total = raised.sum(1, keepdims=True)
    prior = tree.prior[:, 0].astype(np.float64)
    return np.where(total > 0, raised / np.maximum(total, 1e-300), prior)
