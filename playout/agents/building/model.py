"""The building game as a model to search in: the rules are known, the goal and the human are predicted.

Rewards are expectations over the predicted goal (Laidlaw et al. 2025, appendix): what the assistant changes
is judged by what was predicted when it acted, what the human changes by what is predicted once it is seen.
"""

from typing import NamedTuple, Protocol

import numpy as np
from numba import njit

from playout.agents.building.beliefs import BELIEFS, Beliefs
from playout.agents.building.choices import Exploration, Goal, likeliest, worth_of
from playout.agents.search.planning import Arrived, Evaluated, SearchSettings
from playout.envs.building.views import ASSISTANT
from playout.simulators.building import copies as games
from playout.simulators.building import rules
from playout.simulators.building.actions import PLACE, Planes
from playout.simulators.building.blocks import AIR, BLOCKS
from playout.simulators.building.game import Game
from playout.simulators.building.rules import Field, Scene


class Said(NamedTuple):
    """A network's words on N observations, as numpy arrays."""

    policy: np.ndarray
    """float32[N, A], logits of flat actions."""
    human: np.ndarray
    """float32[N, A], logits of flat actions."""
    goal: np.ndarray
    """float32[N, 10, V], probabilities."""
    value: np.ndarray
    """float32[N]."""


class Oracle(Protocol):
    """Whatever evaluates nodes; recurrent ones keep what they remember of each node."""

    def __call__(
        self, observation: dict[str, np.ndarray], node: np.ndarray | None, into: np.ndarray | None
    ) -> Said:
        """Evaluate N observations of the assistant.

        Args:
            observation: ``world`` uint8[N, 6, W, H, D], ``inventory``, ``timestep``.
            node: int64[N], where they come from; None at the root.
            into: int64[N], the numbers of the nodes.
        """
        ...


class BuildingModel:
    """N games from where they are now; see ``agents.search.planning.Model``.

    Nodes hold blocks, who touched them, players, belongings and the step: some 3.5 kB at paper size.
    """

    def __init__(
        self,
        game: Game,
        oracle: Oracle,
        settings: SearchSettings,
        *,
        discount: float = 0.95,
        beliefs: Beliefs = BELIEFS,
        seat: int = ASSISTANT,
    ) -> None:
        """Make room.

        Args:
            game: N copies to be searched from.
            oracle: of their nodes.
            settings: of the search.
            discount: of rewards per step.
            beliefs: what of the predictions the search takes.
            seat: who searches.
        """
        self._me, self._other, self._alone = seat, 1 - seat, game.config.players == 1
        self._sees_goal = beliefs.goal == "seen"
        self.game, self.oracle, self.settings, self.discount = game, oracle, settings, discount
        self._beliefs = beliefs
        n, nodes, edges = game.n, settings.simulations + 1, settings.edges
        scene = game.state.scene
        self._kept = Scene(*(np.zeros((n, nodes, *array.shape[1:]), array.dtype) for array in scene))
        self._steps = np.zeros((n, nodes), np.int32)
        self._edges = np.zeros((n, nodes, edges, 4), np.int32)  # type, cell, block, flat
        self._gain = np.zeros((n, nodes, edges), np.float32)
        self._now = games.copies_of(n, game.config.players, game.field)
        self._rows = np.arange(n)
        self._changes = np.zeros((n, game.config.players, 3), np.int64)
        self._explore: Exploration | None = None
        self.root_said: Said
        """What the oracle said of the roots."""
        self.root_planes: Planes
        """What the searching seat could do there."""

    @property
    def bytes_per_node(self) -> int:
        """Memory of a node, the tree's share left out."""
        arrays = (*self._kept, self._steps, self._edges, self._gain)
        return sum(array.nbytes for array in arrays) // self._steps.size

    def root(self, keys: np.ndarray) -> Evaluated:
        """The game as it is; with noise in the settings the roots' actions are drawn."""
        self._explore = Exploration(self.settings.noise, keys) if self.settings.noise else None
        for mine, real in zip(self._now.scene, self.game.state.scene, strict=True):
            mine[:] = real
        self._now.counters[:, games.STEPS] = self.game.state.counters[:, games.STEPS]
        if self._sees_goal:
            self._now.goal[:] = self.game.state.goal
        into = np.zeros(self.game.n, np.int64)
        said, planes, found = self._evaluate(None, into)
        self.root_said, self.root_planes = said, planes
        return found

    def step(self, node: np.ndarray, edge: np.ndarray, outcome: np.ndarray, into: np.ndarray) -> Arrived:
        """Both act, the other as ``outcome`` says (a flat action)."""
        rows, now = self._rows, self._now
        for mine, kept in zip(now.scene, self._kept, strict=True):
            mine[:] = kept[rows, node]
        acts = edge >= 0
        now.counters[:, games.STEPS] = self._steps[rows, node] + acts
        chosen = self._edges[rows, node, np.maximum(edge, 0)]
        joint = np.zeros((len(rows), self.game.config.players, 3), np.int64)
        if not self._alone:
            joint[:, self._other] = self.game.numbering.decode(np.where(acts, outcome, 0))
        joint[acts, self._me] = chosen[acts, :3]
        _advance(self.game.field, now.scene, joint, self._changes)
        said, _, found = self._evaluate(node, np.where(acts, into, node))
        own = self._gain[rows, node, np.maximum(edge, 0)] * (self._changes[:, self._me, 1] >= 0)
        theirs = np.float32(0.0)
        if not self._alone:
            worth, other = self.game.config.rewards.place_wrong, self._other
            theirs = gained(said.goal, self._changes[:, other], joint[:, other], worth)
        ended = now.counters[:, games.STEPS] >= self.game.config.max_steps
        reward = np.where(acts, own + theirs, 0.0).astype(np.float32)
        return Arrived(reward, np.where(ended, 0.0, self.discount).astype(np.float32), found)

    def _believed(self, said: Said) -> Said:
        if self._beliefs.goal == "likeliest":
            said = said._replace(goal=_certain(said.goal.argmax(1)))
        if self._sees_goal:
            said = said._replace(goal=_certain(self._now.goal))
        if not self._beliefs.human:
            human = np.full_like(said.human, -50.0)
            human[:, 0] = 50.0
            said = said._replace(human=human)
        return said if self._beliefs.value else said._replace(value=np.zeros_like(said.value))

    def _evaluate(self, node: np.ndarray | None, into: np.ndarray) -> tuple[Said, Planes, Evaluated]:
        """Ask the oracle of where the games are now, and keep them as the nodes ``into``."""
        game, now, rows = self.game, self._now, self._rows
        seen = game.observation_of(now, self._me, goal_visible=self._sees_goal)
        said = self._believed(self.oracle(seen, node, into))
        planes = game.legal_of(now, self._me)
        explore = self._explore if node is None else None
        goal = Goal(said.goal, now.scene.blocks, game.config.rewards.place_wrong)
        mine = likeliest(
            said.policy, planes, game.numbering, self.settings.edges, goal=goal, explore=explore
        )  # fmt: skip
        other, chance = self._others(said)
        for kept, array in zip(self._kept, now.scene, strict=True):
            kept[rows, into] = array
        self._steps[rows, into] = now.counters[:, games.STEPS]
        parts = np.stack([mine.kind, mine.cell, mine.block, mine.action], -1)
        self._edges[rows, into] = parts
        self._gain[rows, into] = mine.gain
        found = Evaluated(
            action=mine.action,
            kind=mine.kind,
            prior=mine.prior,
            known=mine.gain,
            value=said.value,
            other=other,
            chance=chance,
        )
        return said, planes, found

    def _others(self, said: Said) -> tuple[np.ndarray, np.ndarray]:
        """What the other may do next, and the cumulative chances, [N, J] each; nothing, without another."""
        if self._alone:
            shape = (len(self._rows), self.settings.others)
            return np.zeros(shape, np.int32), np.ones(shape, np.float32)
        planes = self.game.legal_of(self._now, self._other)
        theirs = likeliest(said.human, planes, self.game.numbering, self.settings.others)
        return np.maximum(theirs.action, 0), _cumulative(theirs.prior)


def _certain(blocks: np.ndarray) -> np.ndarray:
    """All probability on the block of each cell: [N, V] to float32[N, 10, V]."""
    return (blocks[:, None] == np.arange(BLOCKS)[:, None]).astype(np.float32)


def _cumulative(prior: np.ndarray) -> np.ndarray:
    total = prior.cumsum(1, dtype=np.float32)
    total[:, -1] = 1.0
    return total


@njit(cache=True)
def _advance(field: Field, scene: Scene, joint: np.ndarray, changes: np.ndarray) -> None:
    for i in range(len(joint)):
        rules.step(field, games.scene_at(scene, i), joint[i], changes[i])


@njit(cache=True)
def gained(goal: np.ndarray, changes: np.ndarray, actions: np.ndarray, place_wrong: float) -> np.ndarray:
    """By how much a change raised the expected worth of its cell.

    Args:
        goal: float32[N, 10, V], probabilities.
        changes: int64[N, 3], of ``rules.step``.
        actions: int64[N, 3]: type, cell, block.
        place_wrong: of the rewards.

    Returns:
        float32[N], 0 where nothing changed.
    """
    found = np.zeros(len(changes), np.float32)
    for i in range(len(changes)):
        cell = changes[i, 1]
        if cell >= 0:
            new = actions[i, 2] if actions[i, 0] == PLACE else AIR
            found[i] = worth_of(goal[i], cell, new, place_wrong)
            found[i] -= worth_of(goal[i], cell, changes[i, 2], place_wrong)
    return found
