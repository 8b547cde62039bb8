"""Open-loop tree search over the snapshots of any world (``core.Branchable``), as GDP-Zero plans dialogues.

A node is a sequence of acts, not a state: the world is restored to the root and the acts are played again,
so what it answers may differ from visit to visit (Yu et al. 2023, section 3). A leaf is worth what playing
on with the prior policy brings. The world itself is searched, hidden state included, so agents that do
this are oracles; every simulated step is counted. Batched search on arrays is left out.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from playout.core import Branchable, WrongUse

Floats = NDArray[np.float64]
Prior = Callable[[Any, dict[str, Any]], Floats]
"""From observation and info to the probabilities of A acts, float[A]."""
Word = Callable[[int, Any, dict[str, Any]], Any]
"""From an act, observation and info to the action that the world takes."""


@dataclass(frozen=True, kw_only=True)
class SearchConfig:
    """How much is searched."""

    simulations: int = 40
    """Sequences of acts that are played from the root."""
    exploration: float = 1.0
    """Weight of the prior against what was found (``c`` of PUCT)."""
    discount: float = 1.0
    """Of rewards."""
    horizon: int = 64
    """Most steps of one simulation."""

    def __post_init__(self) -> None:
        if self.simulations < 1 or self.horizon < 1:
            raise WrongUse(f"search: expected simulations and horizon of at least 1, got {self}")


class Searched(NamedTuple):
    """What was found at the root."""

    visits: NDArray[np.int64]
    """int64[A]."""
    values: Floats
    """float64[A]: mean discounted return after each act; NaN where it was never tried."""
    steps: int
    """Steps of the world that were simulated."""


@dataclass(slots=True)
class _Node:
    prior: Floats
    visits: NDArray[np.int64] = field(init=False)
    sums: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.visits, self.sums = np.zeros(len(self.prior), np.int64), np.zeros(len(self.prior))

    def means(self) -> Floats:
        return self.sums / np.maximum(self.visits, 1)


class _Seen(NamedTuple):
    """Where a simulation stands."""

    observation: Any
    info: dict[str, Any]
    ended: bool


def search(
    world: Branchable,
    observation: Any,
    info: dict[str, Any],
    prior: Prior,
    config: SearchConfig = SearchConfig(),
    *,
    word: Word = lambda act, observation, info: act,
) -> Searched:
    """Search from where ``world`` stands; it stands there again when this returns.

    Args:
        world: is stepped and restored.
        observation: the present one.
        info: the present one.
        prior: which acts look good; also plays on from the leaves, taking the likeliest.
        config: how much.
        word: turns an act into an action; by default acts are actions.
    """
    return _Search(world, prior, word, config).run(_Seen(observation, info, False))


class _Search:
    def __init__(self, world: Branchable, prior: Prior, word: Word, config: SearchConfig) -> None:
        self.world, self.prior, self.word, self.config = world, prior, word, config
        self.nodes: dict[tuple[int, ...], _Node] = {}
        self.steps, self.low, self.high = 0, np.inf, -np.inf

    def run(self, seen: _Seen) -> Searched:
        root, saved = self._node((), seen), self.world.snapshot()
        for _ in range(self.config.simulations):
            self._simulate(seen)
            self.world.restore(saved)
        values = np.where(root.visits > 0, root.means(), np.nan)
        return Searched(root.visits, values, self.steps)

    def _simulate(self, seen: _Seen) -> None:
        """Down the tree, one node further, on to the end, and back."""
        path: tuple[int, ...] = ()
        passed, rewards = list[tuple[_Node, int]](), list[float]()
        while path in self.nodes and self._goes_on(seen, rewards):
            node = self.nodes[path]
            act = self._select(node)
            passed.append((node, act))
            seen, path = self._step(act, seen, rewards), (*path, act)
        if not seen.ended:
            self._node(path, seen)
        while self._goes_on(seen, rewards):
            seen = self._step(int(np.argmax(self.prior(seen.observation, seen.info))), seen, rewards)
        worth = 0.0
        for depth in range(len(rewards) - 1, -1, -1):
            worth = rewards[depth] + self.config.discount * worth
            if depth < len(passed):
                node, act = passed[depth]
                node.visits[act] += 1
                node.sums[act] += worth
                self.low, self.high = min(self.low, worth), max(self.high, worth)

    def _select(self, node: _Node) -> int:
        """PUCT with values scaled to [0, 1] over all that was found; what is unknown counts as the mean."""
        spread = self.high - self.low
        tried = node.visits > 0
        means = (node.means() - self.low) / spread if spread > 0 else np.full(len(node.prior), 0.5)
        means = np.where(tried, means, means[tried].mean() if tried.any() else 0.5)
        bonus = node.prior * np.sqrt(node.visits.sum() + 1) / (1 + node.visits)
        return int(np.argmax(means + self.config.exploration * bonus))

    def _node(self, path: tuple[int, ...], seen: _Seen) -> _Node:
        node = self.nodes[path] = _Node(np.asarray(self.prior(seen.observation, seen.info), np.float64))
        return node

    def _step(self, act: int, seen: _Seen, rewards: list[float]) -> _Seen:
        action = self.word(act, seen.observation, seen.info)
        observation, reward, terminated, truncated, info = self.world.step(action)
        self.steps += 1
        rewards.append(float(reward))
        return _Seen(observation, info, terminated or truncated)

    def _goes_on(self, seen: _Seen, rewards: list[float]) -> bool:
        return not seen.ended and len(rewards) < self.config.horizon
