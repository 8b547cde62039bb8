"""A dialogue at act level, of one question or more: which of two doors does this person like?"""

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces

from playout.core.random import Stream
from playout.envs.episodes import EpisodeKeys

WORLD = "doors:test/Doors-v0"
ASK, LEFT, RIGHT = range(3)
MOST = 4


class _Task:
    acts = ("ask", "left", "right")
    replies = ("left", "right")
    features = ("turn",)


class Doors(gym.Env[dict[str, np.ndarray], np.int64]):
    """To ask costs .1 and is answered truly nine times in ten; a door ends it, with +1 or -1."""

    task = _Task()

    def __init__(self, split: str = "train") -> None:
        self.observation_space = spaces.Dict(
            acts=spaces.Box(0, 5, (16,), np.int8), features=spaces.Box(-2, 2, (1,), np.float32)
        )
        self.action_space = spaces.Discrete(3)
        self.split, self._keys = split, EpisodeKeys()

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict]:
        super().reset(seed=seed)
        self._draws = Stream(self._keys.next(self, seed) + {"train": 0, "valid": 1, "unseen": 2}[self.split])
        self._likes = self._draws.below(2)
        self._acts, self._t = np.zeros(16, np.int8), 0
        return self._seen(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self._t += 1
        if action == ASK:
            said = self._likes if self._draws.uniform() < 0.9 else 1 - self._likes
            self._acts = np.concatenate([self._acts[2:], [1 + ASK, 4 + said]]).astype(np.int8)
            reward, ended = -0.1, False
        else:
            reward, ended = (1.0 if action - LEFT == self._likes else -1.0), True
        truncated = not ended and self._t >= MOST
        info = {}
        if ended or truncated:
            info = {"is_success": reward == 1.0, "metrics": {"persona": float(self._likes)}}
        return self._seen(), reward, ended, truncated, info

    def _seen(self) -> dict[str, np.ndarray]:
        return {"acts": self._acts.copy(), "features": np.array([self._t / MOST], np.float32)}


gym.register("test/Doors-v0", entry_point=Doors)
