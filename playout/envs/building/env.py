"""``playout/BuildingAssistant-v0`` and ``playout/BuildingSolo-v0``: the building game for one agent."""

from collections.abc import Sequence
from typing import Any, ClassVar

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.error import InvalidAction, ResetNeeded

from playout.core import Frame, Snapshot, StepResult
from playout.envs.building import views
from playout.envs.drawn import Drawn
from playout.envs.episodes import EpisodeKeys
from playout.simulators.bank import LevelBank
from playout.simulators.building.copies import ENDED
from playout.simulators.building.game import Game, GameConfig
from playout.simulators.building.goals.bank import Split
from playout.simulators.building.rewards import PAPER, Rewards


class _Building(Drawn, gym.Env[Any, Any]):
    """What both environments share; see them for what is seen and done."""

    players: ClassVar[int]
    seat: ClassVar[int]
    """Of the agent."""

    def __init__(
        self,
        *,
        size: str | Sequence[int] = "small",
        split: Split = "train",
        goals: LevelBank | str | None = None,
        people: str | Sequence[str] = "train",
        finite: bool = False,
        teleport: bool = False,
        random_start: bool = True,
        max_steps: int = 1500,
        finish_at: float = 1.0,
        patience: int = 0,
        rewards: Rewards = PAPER,
        render_mode: str | None = None,
    ) -> None:
        """Make the environment; for the arguments see ``simulators.building.game.GameConfig``."""
        config = GameConfig(
            size=size, players=self.players, split=split, goals=goals,
            people=people, finite=finite, teleport=teleport,
            random_start=random_start, max_steps=max_steps, finish_at=finish_at, patience=patience,
            rewards=rewards,
        )  # fmt: skip
        self.game, self._keys = Game(config), EpisodeKeys()
        self.observation_space = views.observation_space(self.game)
        self.action_space = spaces.Discrete(self.game.numbering.count)
        self.render_mode = render_mode

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Start an episode; Gymnasium's contract."""
        super().reset(seed=seed)
        self._keys.next(self, seed)
        self.game.state.key[0], self.game.state.episode[0] = self._keys.key, self._keys.episode
        self.game.start()
        self.show()
        return self._observation(), self._info()

    def step(self, action: int | np.int64) -> StepResult:
        """Take an action; one that cannot be done does nothing.

        Raises:
            InvalidAction: ``action`` is not in the action space.
            ResetNeeded: the episode has ended.
        """
        game = self.game
        if game.state.counters[0, ENDED]:
            raise ResetNeeded(f"{type(self).__name__}.step: the episode has ended; call reset()")
        if not isinstance(action, int | np.integer) or not 0 <= action < game.numbering.count:
            raise InvalidAction(
                f"{type(self).__name__}.step: expected 0 <= action < {game.numbering.count}, got {action!r}"
            )
        joint = np.empty((1, self.players, 3), np.int64)
        joint[:, self.seat] = game.numbering.decode(np.array([action]))
        for other in range(self.players):
            if other != self.seat:
                joint[:, other], _ = game.person(other)
        game.step(joint)
        self.show()
        info = {**self._info(), "effective": bool(game.out.effective[0, self.seat])}
        if game.state.counters[0, ENDED]:
            info["is_success"], info["metrics"] = views.outcome(game)
        reward, out = float(game.out.reward[0, self.seat]), game.out
        return self._observation(), reward, bool(out.terminated[0]), bool(out.truncated[0]), info

    def action_masks(self) -> np.ndarray:
        """bool[A]: the actions that would do something, and doing nothing."""
        return self.game.numbering.mask(self.game.legal(self.seat))[0].view(np.bool_)

    def snapshot(self) -> Snapshot:
        """The world, its counters and the episode's keys; the builders have no state of their own."""
        return Snapshot("building", {**self.game.save(), "keys": self._keys.save()})

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to ``snapshot``."""
        state = dict(snapshot.of("building"))
        self._keys.load(state.pop("keys"))
        self.game.load(state)

    def privileged(self) -> dict[str, Any]:
        """``goal`` (uint8[W, H, D]) and ``expert_plan``, what one who knows it would do next."""
        return views.hidden(self.game, self.seat)

    def frame(self) -> Frame:
        """The world as a ``voxels`` frame."""
        return views.frame(self.game)

    def _observation(self) -> dict[str, np.ndarray]:
        return views.observation(self.game, self.seat, goal_visible=self.seat == views.HUMAN)

    def _info(self) -> dict[str, Any]:
        return {"action_mask": self.game.numbering.mask(self.game.legal(self.seat))[0].view(np.int8)}


class BuildingAssistant(_Building):
    """Help somebody build a house that only they know.

    Observation: ``world`` uint8[6, W, H, D]: blocks, their states (0), the goal (0: hidden), its states
    (0), players (1 oneself, 2 the human), who touched a cell last; ``inventory`` int32[2, 10];
    ``timestep``.

    Actions: numbers of ``simulators.building.actions.Numbering``.

    Reward: of both players together, by how much the world is nearer to the goal (``Rewards``).

    Info: ``action_mask`` (int8[A]), after a step ``effective``; at the end ``is_success`` and
    ``metrics``.

    Version history: v0 first release.
    """

    players, seat = 2, views.ASSISTANT


class BuildingSolo(_Building):
    """Build a house that one knows, alone; see ``BuildingAssistant``, whose human sees the goal so.

    ``expert_plan`` is no secret of somebody else's here, but the goal is in the observation: what hides
    nothing is not in ``privileged()``.

    Version history: v0 first release.
    """

    players, seat = 1, views.HUMAN

    def privileged(self) -> dict[str, Any]:
        """``expert_plan``, what a good builder would do next."""
        return {"expert_plan": views.hidden(self.game, self.seat)["expert_plan"]}
