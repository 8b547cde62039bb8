"""Wrappers for language worlds."""

from typing import Any

import gymnasium as gym

from playout.core import StepResult
from playout.language.parsing import parse_answer


class TaggedAnswer(gym.Wrapper[str, str, str, str], gym.utils.RecordConstructorArgs):
    """Takes raw responses of a model: the last ``<action>`` block is the action.

    A response without one reaches the world as an empty action, which no world that lists its legal
    actions takes, and ``info["parse_error"]`` says why.
    """

    def __init__(self, env: gym.Env[str, str]) -> None:
        """Wrap ``env``, a language world."""
        gym.utils.RecordConstructorArgs.__init__(self)
        gym.Wrapper.__init__(self, env)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[str, dict[str, Any]]:
        """Gymnasium's reset."""
        return self.env.reset(seed=seed, options=options)

    def step(self, action: str) -> StepResult:
        """Step with the action that the response ``action`` names."""
        parsed = parse_answer(action)
        observation, reward, terminated, truncated, info = self.env.step(parsed.action or "")
        if parsed.error:
            info = {**info, "parse_error": parsed.error}
        return observation, float(reward), terminated, truncated, info
