"""Search with a model: N roots, one call of the model per simulation for all of them.

The model keeps the states of nodes and evaluates them; the tree (``tree``) decides where to look. Works for
every world with a batched simulator.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import numpy as np

from playout.agents.search import gumbel as halving
from playout.agents.search import tree as trees
from playout.core.errors import WrongUse
from playout.core.random import STREAM_POLICY, bits_array


class Evaluated(NamedTuple):
    """What a model says of N nodes."""

    action: np.ndarray
    """int32[N, K], the edges; -1 for none."""
    kind: np.ndarray
    """int8[N, K]."""
    prior: np.ndarray
    """float32[N, K]."""
    known: np.ndarray
    """float32[N, K]: what is known of the reward of an edge before it is taken; 0 for nothing."""
    value: np.ndarray
    """float32[N]."""
    other: np.ndarray
    """int32[N, J], what chance may do next."""
    chance: np.ndarray
    """float32[N, J], cumulative."""


class Arrived(NamedTuple):
    """What came of a step of N nodes."""

    reward: np.ndarray
    """float32[N]."""
    discount: np.ndarray
    """float32[N]; 0 where the episode ended."""
    evaluated: Evaluated


class Model(Protocol):
    """A world and a network. Nodes are numbered as the tree does; the root is 0."""

    def root(self, keys: np.ndarray) -> Evaluated:
        """The states to search from; ``keys`` (uint64[N]) decide what is drawn."""
        ...

    def step(self, node: np.ndarray, edge: np.ndarray, outcome: np.ndarray, into: np.ndarray) -> Arrived:
        """Go from nodes over edges.

        Args:
            node: int64[N].
            edge: int64[N], -1 where there is nothing to be done.
            outcome: int64[N], what chance does.
            into: int64[N], the number of the new node.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class SearchSettings:
    """How much is searched, and how."""

    simulations: int = 16
    """Of each root."""
    edges: int = 32
    """K, actions that a node looks at."""
    outcomes: int = 4
    """C, things that chance did which an edge tells apart."""
    others: int = 16
    """J, things that chance may do."""
    root: Literal["puct", "gumbel"] = "puct"
    """How the root's edges are picked."""
    exploration: float = 1.0
    """c of PUCT."""
    bilevel: bool = True
    """PUCT first picks the kind of action."""
    considered: int = 16
    """Gumbel: edges of the root that are tried."""
    exponent: float = 1.5
    """PUCT: the policy to learn is visits to this power."""
    noise: float = 0.0
    """Share of exploration that the model mixes into the roots' priors; 0: nothing is drawn there."""

    def __post_init__(self) -> None:
        for name in ("simulations", "edges", "outcomes", "others", "considered"):
            if getattr(self, name) < 1:
                raise WrongUse(f"search: expected {name} >= 1, got {getattr(self, name)}")
        if self.simulations + 1 > np.iinfo(np.int16).max:
            raise WrongUse(f"search: expected simulations below 32767, got {self.simulations}")


class Found(NamedTuple):
    """What N searches recommend."""

    action: np.ndarray
    """int32[N, K], the roots' edges."""
    policy: np.ndarray
    """float64[N, K], to be learnt or sampled from."""
    best: np.ndarray
    """int64[N], the edge to take."""
    visits: np.ndarray
    """int32[N, K]."""
    value: np.ndarray
    """float64[N]: mean return at the root."""


def _gumbel(keys: np.ndarray, edges: int) -> np.ndarray:
    """Gumbel distributed numbers, float64[N, K]."""
    words = bits_array(keys[:, None], np.arange(edges, dtype=np.uint64), STREAM_POLICY)
    share = ((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    return -np.log(-np.log(share))


class Search:
    """Trees that are used again and again."""

    def __init__(self, n: int, settings: SearchSettings) -> None:
        """Make room for ``n`` roots."""
        self.settings = settings
        shape = trees.Shape(settings.simulations + 1, settings.edges, settings.outcomes, settings.others)
        self.tree = trees.tree_of(n, shape)
        self._rules = trees.Rules(settings.exploration, settings.bilevel)
        self._nothing = trees.Leaf(*(np.full(n, trees.NONE, np.int64) for _ in range(3)))

    def __call__(self, model: Model, keys: np.ndarray) -> Found:
        """Search.

        Args:
            model: of the world.
            keys: uint64[N], decide all that is drawn.
        """
        settings, tree = self.settings, self.tree
        trees.clear(tree)
        evaluated = model.root(keys)
        n = len(keys)
        added = np.empty(n, np.int64)
        ones = np.ones(n, np.float32)
        self._expand(self._nothing, 0 * ones, ones, evaluated, added)
        gumbel = halving.Gumbel(_gumbel(keys, settings.edges) * (settings.noise > 0))
        first, planned = np.full(n, trees.NONE, np.int64), None
        if settings.root == "gumbel":
            planned = halving.plans(tree, settings.considered, settings.simulations)
        for simulation in range(settings.simulations):
            if planned is not None:
                first = halving.first_edges(tree, gumbel, planned[:, simulation])
            leaf = trees.select(tree, self._rules, keys, simulation, first)
            into = tree.count.astype(np.int64)
            arrived = model.step(leaf.node, leaf.edge, leaf.outcome, into)
            self._expand(leaf, arrived.reward, arrived.discount, arrived.evaluated, added)
            trees.backup(tree, added)
        return self._found(gumbel)

    def _expand(
        self, leaf: trees.Leaf, reward: np.ndarray, discount: np.ndarray, found: Evaluated, added: np.ndarray
    ) -> None:
        trees.expand(
            self.tree, leaf, reward, discount, found.action, found.kind, found.prior, found.known,
            found.value, found.other, found.chance, added,
        )  # fmt: skip

    def _found(self, gumbel: halving.Gumbel) -> Found:
        tree = self.tree
        if self.settings.root == "gumbel":
            policy, best = halving.improved_policy(tree, gumbel), halving.best_edges(tree, gumbel)
        else:
            policy = trees.visit_policy(tree, self.settings.exponent)
            best = policy.argmax(1)
        visits = tree.edge_visits[:, 0]
        total = tree.value[:, 0] + tree.edge_sum[:, 0].sum(1)
        return Found(
            tree.action[:, 0].copy(), policy, best, visits.copy(), total / (1 + visits.sum(1))
        )  # fmt: skip
