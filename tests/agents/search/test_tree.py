"""The batched search on worlds whose best actions are known by trying all of them."""

from functools import cache

import numpy as np
import pytest

from playout.agents.search.gumbel import considered_visits
from playout.agents.search.planning import Arrived, Evaluated, Search, SearchSettings
from playout.agents.search.tree import NONE, Shape, bytes_per_node
from playout.core.errors import WrongUse

ACTIONS, DEPTH, DISCOUNT = 3, 3, 0.9


def reward_of(path: tuple[int, ...], luck: int) -> float:
    """Of the last action of a path, in a small world without any structure."""
    number = int.from_bytes(bytes((*path, luck, 7)), "big") * 2654435761 % 1000
    return number / 500 - 1


@cache
def exact(path: tuple[int, ...], lucks: int) -> float:
    """The value of a state with the best actions, chance averaged."""
    return 0.0 if len(path) == DEPTH else max(after(path, action, lucks) for action in range(ACTIONS))


def after(path: tuple[int, ...], action: int, lucks: int) -> float:
    """The value of an action."""
    # What chance does changes the reward, not where one is.
    rewards = [reward_of((*path, action), luck) for luck in range(lucks)]
    return sum(rewards) / lucks + DISCOUNT * exact((*path, action), lucks)


class Paths:
    """The world as a model whose network knows nothing: uniform priors, value 0."""

    def __init__(self, roots: list[tuple[int, ...]], lucks: int, edges: int = ACTIONS) -> None:
        self.roots, self.lucks, self.edges, self.steps = roots, lucks, edges, 0
        self.paths: list[dict[int, tuple[int, ...]]] = []

    def root(self, keys) -> Evaluated:
        self.paths = [{0: path} for path in self.roots]
        return self._evaluated()

    def step(self, node, edge, outcome, into) -> Arrived:
        n = len(node)
        reward, discount = np.zeros(n, np.float32), np.full(n, DISCOUNT, np.float32)
        for i in range(n):
            if edge[i] != NONE:
                self.steps += 1
                path = (*self.paths[i][node[i]], int(edge[i]))
                assert len(path) <= DEPTH, "an episode that has ended is not stepped"
                self.paths[i][into[i]] = path
                reward[i] = reward_of(path, int(outcome[i]))
                discount[i] = 0.0 if len(path) == DEPTH else DISCOUNT
        return Arrived(reward, discount, self._evaluated())

    def _evaluated(self) -> Evaluated:
        n = len(self.roots)
        action = np.full((n, self.edges), NONE, np.int32)
        action[:, :ACTIONS] = 10 + np.arange(ACTIONS)
        prior = (action != NONE).astype(np.float32) / ACTIONS
        chance = np.minimum(1, np.arange(1, 17) / self.lucks).astype(np.float32)
        other = np.broadcast_to(np.minimum(np.arange(16), self.lucks - 1), (n, 16)).astype(np.int32)
        kind = np.broadcast_to(np.arange(self.edges) % 2, action.shape).astype(np.int8)
        return Evaluated(
            action,
            kind,
            prior,
            0 * prior,
            np.zeros(n, np.float32),
            other,
            np.broadcast_to(chance, (n, 16)).copy(),
        )  # fmt: skip


@pytest.mark.parametrize("settings", [
    {"bilevel": True}, {"bilevel": False}, {"root": "gumbel", "considered": ACTIONS},
    {"root": "gumbel"},
])  # fmt: skip
@pytest.mark.parametrize("lucks", [1, 3])
def test_it_finds_what_trying_everything_finds(settings: dict, lucks: int) -> None:
    roots = [(), (0,), (1,), (2, 1)]
    chosen = SearchSettings(simulations=800, edges=4, **settings)
    found = Search(len(roots), chosen)(Paths(roots, lucks, edges=4), np.arange(4, dtype=np.uint64))
    for i, path in enumerate(roots):
        best = max(range(ACTIONS), key=lambda action: after(path, action, lucks))
        assert found.action[i, found.best[i]] == 10 + best
        assert found.policy[i].sum() == pytest.approx(1)
        assert found.policy[i, 3] == 0, "no edge, no chance"


def test_chance_is_averaged_over() -> None:
    found = Search(1, SearchSettings(simulations=3000, edges=3, bilevel=False, exploration=3.0))
    tree_search = found(Paths([(1, 1)], 3), np.zeros(1, np.uint64))
    values = found.tree.edge_sum[0, 0] / found.tree.edge_visits[0, 0]
    assert tree_search.visits.sum() == 3000
    assert values == pytest.approx([after((1, 1), action, 3) for action in range(3)], abs=0.06)


def test_roots_do_not_know_of_each_other_and_trees_are_used_again() -> None:
    settings = SearchSettings(simulations=60, edges=3)
    roots = [(), (1,), (2,)]
    search = Search(3, settings)
    first = search(Paths(roots, 2), np.array([5, 6, 7], np.uint64))
    second = search(Paths(roots, 2), np.array([5, 6, 7], np.uint64))
    alone = Search(1, settings)(Paths([(1,)], 2), np.array([6], np.uint64))
    assert (first.visits == second.visits).all()
    assert (first.visits[1] == alone.visits[0]).all()


def test_sequential_halving_gives_every_candidate_its_turn() -> None:
    planned = considered_visits(4, 16)
    assert planned[:4] == (0, 0, 0, 0)
    assert len(planned) == 16
    assert considered_visits(1, 3) == (0, 1, 2)


@pytest.mark.parametrize("considered", [ACTIONS, 2 * ACTIONS, 16])
def test_roots_with_fewer_edges_than_are_considered_halve_what_they_have(considered: int) -> None:
    roots = [(), (0,), (1,), (2, 1)]
    settings = SearchSettings(simulations=24, edges=20, root="gumbel", considered=considered)
    found = Search(len(roots), settings)(Paths(roots, 1, edges=20), np.arange(4, dtype=np.uint64))
    best = [max(range(ACTIONS), key=lambda action: after(path, action, 1)) for path in roots]
    assert found.best.tolist() == best
    assert (found.visits[:, :ACTIONS] > 0).all() and found.visits[:, ACTIONS:].sum() == 0


def test_an_ended_root_is_left_alone() -> None:
    world = Paths([(0, 1, 2)], 1)
    evaluated = world.root(np.zeros(1, np.uint64))

    class Ended(Paths):
        def root(self, keys) -> Evaluated:
            super().root(keys)
            return evaluated._replace(action=np.full_like(evaluated.action, NONE))

    found = Search(1, SearchSettings(simulations=5, edges=3))(Ended([(0, 1, 2)], 1), np.zeros(1, np.uint64))
    assert found.visits.sum() == 0


def test_nodes_are_small_and_wrong_settings_are_told() -> None:
    assert bytes_per_node(Shape(nodes=21, edges=32)) < 2_000
    with pytest.raises(WrongUse, match="simulations"):
        SearchSettings(simulations=0)
