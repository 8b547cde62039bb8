"""``gym.make_vec("playout/Household-v0", n)``: n games in one process, stepped in one call.

Observations, rewards, ends and infos are those of n ``HouseholdEnv`` under ``SyncVectorEnv`` in
Gymnasium's ``NEXT_STEP`` mode, without its cost per copy.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import gymnasium as gym
import numpy as np
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from playout.core import Snapshot
from playout.core.errors import WrongUse
from playout.envs.household.env import HouseholdEnv
from playout.envs.household.rewards import Rewards
from playout.envs.household.sources import GameSource, Split, source_of
from playout.simulators.household.tables import Wording


class HouseholdVectorEnv(gym.vector.VectorEnv):
    """N copies of ``HouseholdEnv``; see there for observations, actions, rewards and info."""

    metadata: ClassVar[dict[str, Any]] = {"render_modes": [], "autoreset_mode": AutoresetMode.NEXT_STEP}

    def __init__(
        self,
        num_envs: int = 1,
        *,
        source: str | GameSource = "generated",
        split: Split = "train",
        task_types: Iterable[str] | None = None,
        wording: Wording = "move",
        rewards: str | Rewards = "sparse",
        max_steps: int = 50,
    ) -> None:
        """Make ``num_envs`` copies; the arguments are those of ``HouseholdEnv``."""
        # The copies share one source, so that its games are opened and compiled once.
        shared = source_of(source, split=split, task_types=task_types, wording=wording)
        self.copies = [
            HouseholdEnv(source=shared, wording=wording, rewards=rewards, max_steps=max_steps)
            for _ in range(num_envs)
        ]
        first = self.copies[0]
        self.num_envs = num_envs
        self.single_observation_space, self.single_action_space = first.observation_space, first.action_space
        self.observation_space = batch_space(first.observation_space, num_envs)
        self.action_space = batch_space(first.action_space, num_envs)
        self._ended = np.zeros(num_envs, np.bool_)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[tuple[str, ...], dict[str, Any]]:
        """Start an episode in every copy."""
        seeds = [seed + i for i in range(self.num_envs)] if isinstance(seed, int) else seed
        seeds = [None] * self.num_envs if seeds is None else list(seeds)
        if len(seeds) != self.num_envs:
            raise WrongUse(f"seed: expected {self.num_envs} seeds, got {len(seeds)}")
        self._ended[:] = False
        results = [copy.reset(seed=one) for copy, one in zip(self.copies, seeds, strict=True)]
        return tuple(observation for observation, _ in results), self._infos([info for _, info in results])

    def step(
        self, actions: Sequence[str]
    ) -> tuple[tuple[str, ...], np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Step every copy; one whose episode has ended starts its next one instead.

        Args:
            actions: N commands.
        """
        if len(actions) != self.num_envs:
            raise WrongUse(f"step: expected {self.num_envs} commands, got {len(actions)}")
        results = [
            (*copy.reset(), 0.0, False, False) if ended else _ordered(copy.step(action))
            for copy, action, ended in zip(self.copies, actions, self._ended.tolist(), strict=True)
        ]
        observations, infos, rewards, terminated, truncated = zip(*results, strict=True)
        ends = np.array(terminated), np.array(truncated)
        self._ended = ends[0] | ends[1]
        return observations, np.array(rewards), *ends, self._infos(infos)

    def snapshot(self, index: int) -> Snapshot:
        """The state of copy ``index``."""
        saved = self.copies[index].snapshot()
        return Snapshot(saved.world, {**saved.state, "restarts": bool(self._ended[index])})

    def restore(self, snapshot: Snapshot, index: int) -> None:
        """Take copy ``index`` back to ``snapshot``."""
        self.copies[index].restore(snapshot)
        self._ended[index] = snapshot.state["restarts"]

    def privileged(self, index: int) -> dict[str, Any]:
        """What copy ``index`` hides."""
        return self.copies[index].privileged()

    def _infos(self, infos: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Gymnasium's joint info. The legal actions, which every copy has, are put together at once."""
        listed = np.empty(self.num_envs, object)
        listed[:] = [info.pop("legal_actions") for info in infos]
        joint: dict[str, Any] = {"legal_actions": listed, "_legal_actions": np.ones(self.num_envs, np.bool_)}
        for i, info in enumerate(infos):
            if info:
                joint = self._add_info(joint, info, i)
        return joint


def _ordered(result: tuple[str, float, bool, bool, dict[str, Any]]) -> tuple[Any, ...]:
    observation, reward, terminated, truncated, info = result
    return observation, info, reward, terminated, truncated
