"""``gym.make_vec("playout/BuildingAssistant-v0", n)``: many copies, builders included, through the rules.

Observations, rewards, ends and infos are those of n scalar environments under ``SyncVectorEnv``, in each
of Gymnasium's autoreset modes.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from playout.core import Snapshot
from playout.core.errors import WrongUse
from playout.envs.building import views
from playout.envs.vectors import VectorKeys, chosen_of
from playout.simulators.bank import LevelBank
from playout.simulators.building.copies import ENDED
from playout.simulators.building.game import Game, GameConfig
from playout.simulators.building.goals.bank import Split
from playout.simulators.building.rewards import PAPER, Rewards


class _BuildingVector(gym.vector.VectorEnv):
    """N copies of one of the scalar environments; see there."""

    players: ClassVar[int]
    seat: ClassVar[int]

    def __init__(
        self,
        num_envs: int = 1,
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
        masks: bool = True,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    ) -> None:
        """Make ``num_envs`` copies; the other arguments are those of ``BuildingAssistant``.

        With ``masks`` infos hold ``action_mask`` (int8[N, A]), which is large; ``game.legal`` has the same
        in planes.
        """
        config = GameConfig(
            size=size, players=self.players, split=split, goals=goals,
            people=people, finite=finite, teleport=teleport,
            random_start=random_start, max_steps=max_steps, finish_at=finish_at, patience=patience,
            rewards=rewards,
        )  # fmt: skip
        self.game, self.num_envs, self._masks = Game(config, num_envs), num_envs, masks
        self._mode = AutoresetMode(autoreset_mode)
        self.metadata = {"render_modes": [], "autoreset_mode": self._mode}
        self.single_observation_space = views.observation_space(self.game)
        self.single_action_space = spaces.Discrete(self.game.numbering.count)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.keys = VectorKeys(num_envs)
        self.keys.key, self.keys.episode = self.game.state.key, self.game.state.episode
        self._everyone = np.ones(num_envs, np.bool_)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Start an episode in every copy, or in those of ``options["reset_mask"]`` (bool[N])."""
        chosen = chosen_of(options, self.num_envs)
        self.keys.seed(seed, chosen)
        self.game.start(chosen)
        return self._seen(), self._info(chosen)

    def step(
        self, actions: np.ndarray
    ) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Step every copy.

        Args:
            actions: integers [N] in the action space.

        Raises:
            WrongUse: the shape or a value of ``actions`` is wrong.
            ResetNeeded: a copy has not been started, or has ended where nothing restarts it.
        """
        game, before = self.game, self.game.state.counters[:, ENDED].astype(bool)
        joint = self._joint(np.asarray(actions), before)
        restarted = before if self._mode == AutoresetMode.NEXT_STEP else np.zeros_like(before)
        ends = game.step(joint)
        if restarted.any():
            self.keys.advance(restarted)
            game.start(restarted)
        out, seat = game.out, self.seat
        stepped = ~restarted
        if ends and self._mode == AutoresetMode.SAME_STEP:
            info = self._restart()
        else:
            info = self._info(self._everyone) | self._done(stepped)
            info |= self._final(stepped & game.state.counters[:, ENDED].astype(bool)) if ends else {}
        reward = out.reward[:, seat].astype(np.float64)
        return self._seen(), reward, out.terminated.copy(), out.truncated.copy(), info

    def snapshot(self, index: int) -> Snapshot:
        """The state of copy ``index``."""
        return Snapshot("building-vector", self.game.save(index))

    def restore(self, snapshot: Snapshot, index: int) -> None:
        """Take copy ``index`` back to ``snapshot``."""
        self.game.load(dict(snapshot.of("building-vector")), index)
        self.keys.load(index, self.keys.save(index))

    def _joint(self, actions: np.ndarray, ended: np.ndarray) -> np.ndarray:
        if actions.shape != (self.num_envs,):
            raise WrongUse(f"step: expected {self.num_envs} integers, got shape {actions.shape}")
        if not self.keys.ready or (self._mode == AutoresetMode.DISABLED and ended.any()):
            raise ResetNeeded(f"{type(self).__name__}.step: call reset() first")
        joint = np.empty((self.num_envs, self.players, 3), np.int64)
        joint[:, self.seat] = self.game.numbering.decode(actions)
        for other in range(self.players):
            if other != self.seat:
                joint[:, other], _ = self.game.person(other)
        return joint

    def _seen(self) -> dict[str, np.ndarray]:
        return views.observations(self.game, self.seat, goal_visible=self.seat == views.HUMAN)

    def _info(self, whose: np.ndarray) -> dict[str, Any]:
        """What ``whose`` copies (bool[N]) know at any time; zeros for the others."""
        if not self._masks:
            return {}
        mask = self.game.numbering.mask(self.game.legal(self.seat)).astype(np.int8)
        return {"action_mask": mask * whose[:, None], "_action_mask": whose.copy()}

    def _done(self, whose: np.ndarray) -> dict[str, Any]:
        """Whether the actions of ``whose`` copies (bool[N]) did something."""
        if not whose.any():
            return {}
        return {"effective": self.game.out.effective[:, self.seat] & whose, "_effective": whose.copy()}

    def _final(self, ended: np.ndarray) -> dict[str, Any]:
        """``is_success`` and ``metrics`` of the copies that have ended; zeros for the others."""
        success, values = self.game.outcome()
        metrics: dict[str, np.ndarray] = {}
        for name, value in values.items():
            metrics[name], metrics[f"_{name}"] = np.where(ended, value, 0.0), ended.copy()
        return {
            "is_success": success & ended, "_is_success": ended.copy(), "metrics": metrics,
            "_metrics": ended.copy(),
        }  # fmt: skip

    def _restart(self) -> dict[str, Any]:
        """``SAME_STEP``: keep the last observations and infos, start the next episodes at once."""
        ended, last = self.game.state.counters[:, ENDED].astype(bool), self._seen()
        final_info = {**self._info(ended), **self._done(ended), **self._final(ended)}
        final_obs = np.full(self.num_envs, None, object)
        for i in np.flatnonzero(ended):
            final_obs[i] = {name: np.array(array[i]) for name, array in last.items()}
        self.keys.advance(ended)
        self.game.start(ended)
        return self._info(self._everyone) | self._done(~ended) | {
            "final_obs": final_obs, "_final_obs": ended, "final_info": final_info, "_final_info": ended.copy()
        }  # fmt: skip


class BuildingAssistantVector(_BuildingVector):
    """N copies of ``BuildingAssistant``."""

    players, seat = 2, views.ASSISTANT

    def privileged(self, index: int) -> dict[str, Any]:
        """The goal of copy ``index``."""
        return {"goal": self.game.state.goal[index].reshape(self.game.size).copy()}


class BuildingSoloVector(_BuildingVector):
    """N copies of ``BuildingSolo``."""

    players, seat = 1, views.HUMAN
