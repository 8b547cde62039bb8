"""Copies of a dialogue world in free text, driven by acts: the world words them, planners read the words."""

from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium as gym
import numpy as np

from playout.agents.planner.encoders import Seen
from playout.agents.planner.reading import said, seen_in
from playout.core import privileged


class WordCopies:
    """N worlds stepped one after the other; see ``act_episodes.Copies``."""

    def __init__(self, env: str, n: int, **kwargs: Any) -> None:
        """Make ``n`` worlds ``env`` with ``kwargs``, as ``gym.make_vec`` would."""
        self.num_envs = n
        self.worlds = [gym.make(env, disable_env_checker=True, **kwargs) for _ in range(n)]
        self.task: Any = getattr(self.worlds[0].unwrapped, "task", None)
        self._infos: list[Mapping[str, Any]] = [{}] * n
        self._ended = np.ones(n, np.bool_)

    def reset(self, *, seed: Sequence[int], options: Any = None) -> tuple[Seen, dict[str, Any]]:
        """Start the episode of each seed."""
        for i, (world, number) in enumerate(zip(self.worlds, seed, strict=True)):
            _, self._infos[i] = world.reset(seed=number, options=options)
        self._ended[:] = False
        return seen_in(self._infos), {}

    def step(self, actions: np.ndarray) -> tuple[Seen, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Say an act in each world that has not ended."""
        n = self.num_envs
        rewards, terminated, truncated = np.zeros(n), np.zeros(n, np.bool_), np.zeros(n, np.bool_)
        for i in np.flatnonzero(~self._ended):
            words = said(self.task.acts[actions[i]])
            _, rewards[i], terminated[i], truncated[i], self._infos[i] = self.worlds[i].step(words)
        self._ended |= terminated | truncated
        return seen_in(self._infos), rewards, terminated, truncated, self._outcomes()

    def privileged(self, index: int) -> dict[str, Any]:
        """What the person of copy ``index`` hides."""
        return privileged(self.worlds[index])

    def _outcomes(self) -> dict[str, Any]:
        """``is_success`` and ``metrics`` of the episodes that have ended."""
        ends = [info.get("metrics", {}) for info in self._infos]
        names = dict.fromkeys(name for metrics in ends for name in metrics)
        metrics = {name: np.array([end.get(name, np.nan) for end in ends], np.float64) for name in names}
        return {
            "is_success": np.array([bool(info.get("is_success")) for info in self._infos]),
            "metrics": metrics,
        }
