"""Worlds small enough to be solved: a Markov decision process, and a corridor whose every step is known."""

from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from playout.core.random import bits_array

CHAIN, COPYCAT = "small_worlds:test/Chain-v0", "small_worlds:test/Copycat-v0"
STATES, ACTIONS, DISCOUNT, STOP = 6, 3, 0.9, 0.1


def chain_tables() -> tuple[np.ndarray, np.ndarray]:
    """Transitions [S, A, S] and rewards [S, A] of a process in which the best action looks bad at first."""
    words = bits_array(np.arange(STATES * ACTIONS * STATES, dtype=np.uint64), 7) / 2.0**64
    transitions = words.reshape(STATES, ACTIONS, STATES) ** 4
    transitions /= transitions.sum(-1, keepdims=True)
    rewards = np.tile([0.0, 0.1, 0.0], (STATES, 1))
    rewards[-1] = [0.0, 0.0, 1.0]
    return transitions, rewards


def solve() -> np.ndarray:
    """The best value of each state, by value iteration; an episode stops after a step with chance STOP."""
    transitions, rewards = chain_tables()
    values = np.zeros(STATES)
    for _ in range(500):
        values = (rewards + DISCOUNT * (1 - STOP) * transitions @ values).max(1)
    return values


def value_of(policy: np.ndarray) -> np.ndarray:
    """The exact value of each state under ``policy`` [S, A]."""
    transitions, rewards = chain_tables()
    moves = np.einsum("sa,sat->st", policy, transitions)
    gained = (policy * rewards).sum(1)
    return np.linalg.solve(np.eye(STATES) - DISCOUNT * (1 - STOP) * moves, gained)


class Chain(gym.Env[int, int]):
    """The process above; it may start anywhere, and is cut off after ``max_steps``."""

    def __init__(self, max_steps: int = 20) -> None:
        self.observation_space, self.action_space = spaces.Discrete(STATES), spaces.Discrete(ACTIONS)
        transitions, self._rewards = chain_tables()
        self._sums, self._max_steps = transitions.cumsum(-1), max_steps

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[int, dict[str, Any]]:
        super().reset(seed=seed)
        self._state, self._t = int(self.np_random.integers(STATES)), 0
        return self._state, {}

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        self._t += 1
        reward = self._rewards[self._state, action]
        self._state = int((self.np_random.random() > self._sums[self._state, action]).sum())
        terminated = bool(self.np_random.random() < STOP)
        return self._state, float(reward), terminated, self._t == self._max_steps, {}


class Corridor(gym.Env[dict[str, np.ndarray], np.ndarray]):
    """Shows (number of the episode, step). Odd episodes terminate after 3 steps, even ones are cut after 2.

    The reward is the step's number; the action has two parts, and the second may only be what the mask says.
    """

    def __init__(self, first: int = 0) -> None:
        self.observation_space = spaces.Dict({"at": spaces.Box(0, 99, (2,), np.int64)})
        self.action_space = spaces.MultiDiscrete([2, 3], start=[5, 0])
        self._episode = first - 1

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self._episode, self._t = self._episode + 1, 0
        return self._seen(), {"action_mask": self._mask()}

    def step(self, action: np.ndarray) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        assert self.action_space.contains(action), action
        assert self._mask()[2 + action[1]], action
        self._t += 1
        terminated = self._episode % 2 == 1 and self._t == 3
        truncated = self._episode % 2 == 0 and self._t == 2
        info: dict[str, Any] = {"action_mask": self._mask()}
        if terminated or truncated:
            info |= {"is_success": terminated, "metrics": {"episode": self._episode}}
        return self._seen(), float(self._t), terminated, truncated, info

    def _seen(self) -> dict[str, np.ndarray]:
        return {"at": np.array([self._episode, self._t])}

    def _mask(self) -> np.ndarray:
        return np.array([1, 1, *(np.arange(3) == (self._episode + self._t) % 3)], np.int8)


class Copycat(gym.Env[dict[str, np.ndarray], np.ndarray]):
    """Both parts of the action should be what is wished for; each is worth 1. One step, and it is over."""

    def __init__(self) -> None:
        self.observation_space = spaces.Dict(
            {"wish": spaces.MultiDiscrete([3, 4]), "noise": spaces.Box(-1, 1, (2,))}
        )
        self.action_space = spaces.MultiDiscrete([3, 4], start=[10, 0])

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        noise = self.np_random.uniform(-1, 1, 2).astype(np.float32)
        self._seen = {"wish": self.np_random.integers([3, 4]), "noise": noise}
        return self._seen, {}

    def step(self, action: np.ndarray) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        assert self.action_space.contains(action), action
        seen = {name: part.copy() for name, part in self._seen.items()}
        return seen, float((action - [10, 0] == self._seen["wish"]).sum()), True, False, {}


def corridors(mode: AutoresetMode, copies: int = 2) -> SyncVectorEnv:
    return SyncVectorEnv([lambda i=i: Corridor(i) for i in range(copies)], autoreset_mode=mode)


gym.register("test/Chain-v0", entry_point=Chain)
gym.register("test/Copycat-v0", entry_point=Copycat)
