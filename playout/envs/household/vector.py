"""``gym.make_vec("playout/Household-v0", n)``: n games in one process, stepped in one call.

It is Gymnasium's ``SyncVectorEnv`` over ``HouseholdEnv`` with one source for all, so that games are opened
and compiled once, and with a ``step`` of its own in ``NEXT_STEP`` mode that costs little per copy.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from playout.core import Snapshot
from playout.core.errors import WrongUse
from playout.envs.household.env import Backend, Expert, HouseholdEnv
from playout.envs.household.rewards import Rewards
from playout.envs.household.sources import GameSource, Order, Split, source_of
from playout.simulators.household.tables import Wording


class HouseholdVectorEnv(SyncVectorEnv):
    """N copies of ``HouseholdEnv``; see there for observations, actions, rewards and info."""

    envs: list[HouseholdEnv]

    def __init__(
        self,
        num_envs: int = 1,
        *,
        source: str | GameSource = "generated",
        split: Split = "train",
        task_types: str | Iterable[str] | None = None,
        wording: Wording = "move",
        order: Order = "drawn",
        backend: Backend = "engine",
        expert: Expert = "knowing",
        rewards: str | Rewards = "sparse",
        max_steps: int = 50,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    ) -> None:
        """Make ``num_envs`` copies; the arguments are those of ``HouseholdEnv``."""
        shared = source_of(source, split=split, task_types=task_types, wording=wording, order=order)
        make = partial(
            HouseholdEnv,
            source=shared,
            wording=wording,
            order=order,
            backend=backend,
            expert=expert,
            rewards=rewards,
            max_steps=max_steps,
        )
        # Observations are texts: nobody can change them, so there is nothing to copy.
        super().__init__([make] * num_envs, copy=False, autoreset_mode=autoreset_mode)

    def step(
        self, actions: Sequence[str]
    ) -> tuple[tuple[str, ...], np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Step every copy.

        Args:
            actions: N commands; that of a copy which starts its next episode is not looked at.

        Raises:
            WrongUse: another number of commands.
        """
        if len(actions) != self.num_envs:
            raise WrongUse(f"step: expected {self.num_envs} commands, got {len(actions)}")
        if self.autoreset_mode != AutoresetMode.NEXT_STEP:
            return super().step(tuple(actions))
        results = [
            _begun(*env.reset()) if ended else env.step(action)
            for env, action, ended in zip(self.envs, actions, self._autoreset_envs.tolist(), strict=True)
        ]
        observations, rewards, terminated, truncated, infos = zip(*results, strict=True)
        ends = np.array(terminated), np.array(truncated)
        self._env_obs, self._autoreset_envs = list(observations), ends[0] | ends[1]
        return observations, np.array(rewards), *ends, self._joint(infos)

    def snapshot(self, index: int) -> Snapshot:
        """The state of copy ``index``."""
        saved = self.envs[index].snapshot()
        restarts = bool(self._autoreset_envs[index])
        return Snapshot(saved.world, {**saved.state, "restarts": restarts})

    def restore(self, snapshot: Snapshot, index: int) -> None:
        """Take copy ``index`` back to ``snapshot``."""
        self.envs[index].restore(snapshot)
        self._autoreset_envs[index] = snapshot.state["restarts"]

    def privileged(self, index: int) -> dict[str, Any]:
        """What copy ``index`` hides."""
        return self.envs[index].privileged()

    def _joint(self, infos: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Gymnasium's joint info. The legal actions, which every copy has, are put together at once."""
        listed = np.empty(self.num_envs, object)
        listed[:] = [info.pop("legal_actions") for info in infos]
        joint: dict[str, Any] = {"legal_actions": listed, "_legal_actions": np.ones(self.num_envs, np.bool_)}
        for i, info in enumerate(infos):
            if info:
                joint = self._add_info(joint, info, i)
        return joint


def _begun(observation: str, info: dict[str, Any]) -> tuple[str, float, bool, bool, dict[str, Any]]:
    return observation, 0.0, False, False, info
