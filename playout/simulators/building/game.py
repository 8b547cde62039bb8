"""The building game in play, N copies at once: configuration, goals, people and what an episode came to.

All interfaces hold one of these: those of one copy with N = 1. Leaves out spaces and wording.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from playout.core.errors import WrongUse
from playout.core.snapshots import fitting
from playout.simulators.bank import LevelBank
from playout.simulators.building import copies, people, rules
from playout.simulators.building.actions import Action, Numbering, Planes
from playout.simulators.building.blocks import BLOCKS, FIRST_PLACEABLE, Size, plain, size_of
from playout.simulators.building.copies import ENDED, STEPS
from playout.simulators.building.goals.bank import Split, goals_of
from playout.simulators.building.goals.loaders import goals_in
from playout.simulators.building.rewards import PAPER, Rewards

METRICS = ("goal_percentage", "human_actions", "assistant_goal_percentage", "steps")
"""Of an episode: share of the goal done; places, breaks and moves of the first seat; the share of the goal
that the second seat made right, less what it spoilt; steps."""


@dataclass(frozen=True, kw_only=True)
class GameConfig:
    """A game; the defaults are those of Laidlaw et al. 2025 but for the size."""

    size: str | Sequence[int] = "small"
    """``tiny``, ``small``, ``paper``, or width, height and depth."""
    players: int = 2
    """Seats."""
    split: Split = "train"
    """Which generated goals: ``train``, ``valid`` or ``test``."""
    goals: LevelBank | str | None = None
    """Goals to build in place of generated ones (``goals.bank.goal_bank``), or a folder of houses from
    CraftAssist or GrabCraft (``goals.loaders.goals_in``)."""
    people: str | Sequence[str] = "train"
    """Builders in seats that nobody takes: ``train``, ``unseen``, or names of ``people``."""
    finite: bool = False
    """Blocks are taken from a palette, owned, and can be given."""
    teleport: bool = False
    """No moves; players are where they need to be."""
    own_cell: bool = False
    """A block may be placed where the player itself stands, as in the released code."""
    random_start: bool = True
    """Players start anywhere they can stand, else in a row."""
    max_steps: int = 1500
    """Truncated then."""
    finish_at: float = 1.0
    """Terminated at this share of the goal."""
    patience: int = 0
    """Truncated after so many steps without progress; 0: never."""
    rewards: Rewards = PAPER
    """What actions are worth."""

    def __post_init__(self) -> None:
        if not 1 <= self.players <= rules.MOST_PLAYERS:
            raise WrongUse(f"players: expected 1 to {rules.MOST_PLAYERS}, got {self.players}")
        if self.max_steps < 1 or not 0 < self.finish_at <= 1 or self.patience < 0:
            raise WrongUse(
                "building: expected max_steps >= 1, 0 < finish_at <= 1 and patience >= 0, got"
                f" {self.max_steps}, {self.finish_at} and {self.patience}"
            )


class Game:
    """N copies of a game."""

    def __init__(self, config: GameConfig, n: int = 1) -> None:
        """Make room; nothing has started.

        Args:
            config: of the game.
            n: copies.
        """
        self.config, self.n = config, n
        self.size: Size = size_of(config.size)
        self.bank = _goals(config, self.size)
        if self.bank["goals"].shape[1:] != (self.size.cells,):
            raise WrongUse(
                f"goals: expected {self.size.cells} cells for a world of {tuple(self.size)}, got"
                f" {self.bank['goals'].shape[1:]}"
            )
        self.numbering = Numbering(self.size, teleport=config.teleport, finite=config.finite)
        self.field = rules.field_of(
            self.size, finite=config.finite, teleport=config.teleport, own_cell=config.own_cell
        )
        self.state = copies.copies_of(n, config.players, self.field)
        self.state.counters[:, ENDED] = 1
        self.out = copies.outputs_of(n, config.players)
        self.ground = plain(self.size, palette=config.finite).reshape(-1)
        """uint8[V], the world before anybody has built."""
        self._people = people.people_of(config.people)
        self._rewards = config.rewards.table()
        self._ends = copies.Ends(config.max_steps, float(config.finish_at), config.patience)
        self._everyone = np.ones(n, np.bool_)

    def start(self, chosen: np.ndarray | None = None) -> None:
        """Start the episodes that ``state.key`` and ``state.episode`` decide, in the ``chosen`` copies."""
        which = self._everyone if chosen is None else chosen
        copies.start_where(
            self.field, self.state, self.ground, self.bank["goals"], which, self.config.random_start
        )

    def step(self, actions: np.ndarray) -> int:
        """Step all copies; ``out`` then holds what came of it.

        Args:
            actions: int64[N, P, 3]: type, cell, block.

        Returns:
            How many episodes ended.
        """
        return copies.step(self.field, self.state, actions, self._rewards, self._ends, self.out)

    def person(self, who: int) -> tuple[np.ndarray, np.ndarray]:
        """What the builder in seat ``who`` would do now, int64[N, 3], and which persona it is, int64[N]."""
        actions, persona = np.empty((self.n, 3), np.int64), np.empty(self.n, np.int64)
        people.act(self.field, self.state, self.bank["rounds"], who, self._people, actions, persona)
        return actions, persona

    def expert(self, who: int, i: int = 0) -> int:
        """The flat action of a builder without faults in seat ``who`` of copy ``i``."""
        actions, persona = np.empty((self.n, 3), np.int64), np.empty(self.n, np.int64)
        people.act(self.field, self.state, self.bank["rounds"], who, people.EXPERT, actions, persona)
        return self.numbering.encode(Action(*map(int, actions[i])))

    def observe(self, who: int, *, goal_visible: bool, out: np.ndarray | None = None) -> np.ndarray:
        """What a seat sees, uint8[N, 6, W, H, D]; the planes are those of ``copies.observe``.

        Args:
            who: the seat.
            goal_visible: whether it knows the goal.
            out: such an array to be overwritten: new memory costs ten times what is written into it.
        """
        shape = (self.n, copies.PLANES, *self.size)
        world = np.empty(shape, np.uint8) if out is None else out
        copies.observe(self.field, self.state, who, goal_visible, world.reshape(self.n, copies.PLANES, -1))
        return world

    def observation_of(self, state: copies.Copies, who: int, *, goal_visible: bool) -> dict[str, np.ndarray]:
        """What a seat sees of any copies of this game, as the environments give it.

        ``world``, ``inventory`` (one's own first) and ``timestep``.
        """
        n = len(state.counters)
        world = np.empty((n, copies.PLANES, self.size.cells), np.uint8)
        copies.observe(self.field, state, who, goal_visible, world)
        order = [who, *(other for other in range(self.config.players) if other != who)]
        return {
            "world": world.reshape(n, copies.PLANES, *self.size),
            "inventory": state.scene.inventory[:, order].astype(np.int32),
            "timestep": state.counters[:, STEPS].copy(),
        }

    def legal(self, who: int) -> Planes:
        """What a seat can do now, each [N, ...]."""
        return self.legal_of(self.state, who)

    def legal_of(self, state: copies.Copies, who: int) -> Planes:
        """What a seat can do in any copies of this game."""
        n, cells = len(state.counters), self.size.cells
        place, remove, give = (np.empty((n, cells), np.uint8) for _ in range(3))
        move = np.empty((n, 6), np.uint8)
        copies.legal(self.field, state, who, place, remove, move, give)
        owned = (state.scene.inventory[:, who] > 0).astype(np.uint8)
        blocks = owned.copy() if self.config.finite else np.ones((n, BLOCKS), np.uint8)
        blocks[:, :FIRST_PLACEABLE] = 0
        return Planes(place, remove, move, give, blocks, owned)

    def shares(self) -> np.ndarray:
        """The share of the goal that is done, float64[N]; see ``copies.share_of``."""
        counters, worth = self.state.counters, self._rewards.place_wrong
        start = counters[:, copies.START_CORRECT] + worth * counters[:, copies.START_WRONG]
        now = counters[:, copies.CORRECT] + worth * counters[:, copies.WRONG]
        todo = self.size.cells - start
        return np.where(todo > 0, (now - start) / np.where(todo > 0, todo, 1), 1.0)

    def outcome(self) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Success, bool[N], and ``METRICS``, float64[N] each."""
        shares, tallies, counters = self.shares(), self.state.tallies, self.state.counters
        todo = np.maximum(1, self.size.cells - counters[:, copies.START_CORRECT])
        helped = tallies[:, 1:, copies.HELPED] - tallies[:, 1:, copies.HARMED]
        values = (
            shares,
            tallies[:, 0, : copies.GAVE].sum(1).astype(np.float64),
            helped.sum(1) / todo,
            counters[:, STEPS].astype(np.float64),
        )
        return shares >= self.config.finish_at - 1e-9, dict(zip(METRICS, values, strict=True))

    def save(self, i: int = 0) -> dict[str, Any]:
        """Copy ``i`` as plain data."""
        return {name: array[i].copy() for name, array in self.arrays().items()}

    def load(self, saved: dict[str, Any], i: int = 0) -> None:
        """Take copy ``i`` back to what :meth:`save` gave."""
        for name, array in self.arrays().items():
            array[i] = fitting(saved[name], array.shape[1:])

    def arrays(self) -> dict[str, np.ndarray]:
        """All that changes, by name, each [N, ...]; the arrays themselves."""
        state = self.state
        scene = dict(zip(state.scene._fields, state.scene, strict=True))
        return {**scene, **{name: getattr(state, name) for name in state._fields if name != "scene"}}


def _goals(config: GameConfig, size: Size) -> LevelBank:
    if isinstance(config.goals, str):
        return goals_in(config.goals, size, palette=config.finite)
    return config.goals or goals_of(size, config.split, palette=config.finite)
