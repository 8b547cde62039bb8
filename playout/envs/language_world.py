"""``LanguageWorld``: the base of worlds that are spoken to, so that a new one is only its rules.

A subclass keeps everything that changes in ``self.state`` (plain data) and writes five short methods.
Steps, step limit, invalid actions, info, snapshots and rendering are done here. How a model's
response becomes an action is not: see ``language.parse_answer`` and ``wrappers.TaggedAnswer``.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.error import ResetNeeded

from playout.core import Frame, Snapshot, StepResult
from playout.envs.drawn import Drawn
from playout.envs.episodes import EpisodeKeys
from playout.envs.spaces import Language


class LanguageWorld(Drawn, gym.Env[str, str]):
    """A world whose observations and actions are text.

    Info holds ``legal_actions`` (tuple of str, where listed), after ``reset`` also ``instructions``,
    after an action that was not taken ``invalid`` (why), and at the end ``is_success`` and ``metrics``.
    """

    instructions: str = ""
    """Role, rules and answer format; constant for the environment."""

    def __init__(
        self,
        *,
        max_steps: int,
        max_length: int = 4096,
        invalid_reward: float = 0.0,
        render_mode: str | None = None,
    ) -> None:
        """Make a world.

        Args:
            max_steps: steps after which an episode is truncated; invalid actions count.
            max_length: most code points of an observation; a longer action is invalid.
            invalid_reward: reward of a step whose action was not taken.
            render_mode: ``ansi``, ``rgb_array``, ``human`` (draws in the terminal) or None.
        """
        if max_steps < 1:
            raise ValueError(f"{type(self).__name__}: expected max_steps >= 1, got {max_steps}")
        self.observation_space, self.action_space = Language(max_length), Language(max_length)
        self.max_length, self.max_steps = max_length, max_steps
        self.invalid_reward, self.render_mode = invalid_reward, render_mode
        self.state: Any = None
        self._keys, self._t, self._ended = EpisodeKeys(), 0, True

    # What a world writes.

    def begin(self, key: int) -> None:
        """Set ``self.state`` to the start of the episode that ``key`` decides."""
        raise NotImplementedError

    def observe(self) -> str:
        """What the agent reads now."""
        raise NotImplementedError

    def legal_actions(self) -> tuple[str, ...] | None:
        """The actions that would be taken now; None where any text is one."""
        return None

    def act(self, action: str) -> tuple[float, bool]:
        """Take a legal action; return its reward and whether the episode has ended."""
        raise NotImplementedError

    def outcome(self) -> tuple[bool, Mapping[str, float]]:
        """At the end: success, and flat numbers for evaluation."""
        raise NotImplementedError

    def frame(self) -> Frame:
        """What the world looks like now."""
        return Frame("chat", {"messages": [{"speaker": "world", "text": self.observe(), "note": ""}]})

    def takes(self, action: str) -> bool:
        """Whether to hand ``action`` to :meth:`act`: a legal one, or any short one where none is listed."""
        legal = self.legal_actions()
        return len(action) <= self.max_length if legal is None else action in legal

    def ignore(self) -> float:
        """Let a step pass in which nothing was done; return its reward."""
        return self.invalid_reward

    def refuse(self, action: str) -> str:
        """Why ``action`` was not taken: one line, put before the next observation."""
        shown = action if len(action) <= 40 else action[:40] + "…"
        return f"Invalid action {shown!r}: expected one of the legal actions."

    # What every language world does.

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Start an episode; Gymnasium's contract."""
        super().reset(seed=seed)
        self.begin(self._keys.next(self, seed))
        self._t, self._ended = 0, False
        self.show()
        return self.observe(), {"instructions": self.instructions, **self._info()}

    def step(self, action: str) -> StepResult:
        """Take ``action``; one that is not legal leaves the world as it is, but the step counts.

        Raises:
            TypeError: ``action`` is not a str.
            ResetNeeded: the episode has ended.
        """
        if not isinstance(action, str):
            raise TypeError(f"{type(self).__name__}.step: expected a str, got {type(action).__name__}")
        if self._ended:
            raise ResetNeeded(f"{type(self).__name__}.step: the episode has ended; call reset()")
        taken = self.takes(action)
        reward, terminated = self.act(action) if taken else (self.ignore(), False)
        self._t += 1
        truncated = not terminated and self._t >= self.max_steps
        self._ended = terminated or truncated
        observation, info = self.observe(), self._info()
        if not taken:
            info["invalid"] = self.refuse(action)
            observation = f"{info['invalid']}\n{observation}"
        if self._ended:
            info["is_success"], info["metrics"] = self._outcome()
        self.show()
        return observation, float(reward), terminated, truncated, info

    def snapshot(self) -> Snapshot:
        """The state, step count and keys as plain data."""
        state = {"state": deepcopy(self.state), "t": self._t, "ended": self._ended, "keys": self._keys.save()}
        return Snapshot(type(self).__qualname__, state)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to ``snapshot``."""
        saved = snapshot.of(type(self).__qualname__)
        self.state, self._t, self._ended = deepcopy(saved["state"]), saved["t"], saved["ended"]
        self._keys.load(saved["keys"])

    def _info(self) -> dict[str, Any]:
        legal = () if self._ended else self.legal_actions()
        return {} if legal is None else {"legal_actions": legal}

    def _outcome(self) -> tuple[bool, dict[str, float]]:
        success, metrics = self.outcome()
        return bool(success), {name: float(np.asarray(value)) for name, value in metrics.items()}
