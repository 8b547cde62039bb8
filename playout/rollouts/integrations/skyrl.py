"""SkyRL's text environments: ``register("playout", "playout.rollouts.integrations.skyrl:PlayoutTextEnv")``.

Rows of the data set have ``env_class`` (the name registered), any ``prompt``, ``env`` (an id), and ``seed``;
``env_kwargs`` and ``mode`` if wanted. What all rows share may stand in the environment's configuration.
"""

from collections.abc import Mapping
from typing import Any

from playout.core import MissingPackage, WrongUse
from playout.rollouts.episodes import listed
from playout.rollouts.integrations.seats import TextSeat

try:
    from skyrl_gym.envs.base_text_env import BaseTextEnv, BaseTextEnvStepOutput  # type: ignore[reportMissingImports]
except ModuleNotFoundError as error:
    raise MissingPackage(error.name or "skyrl_gym", "pip install skyrl-gym, or SkyRL with it") from error


class PlayoutTextEnv(BaseTextEnv):
    """One episode of a language world of one seat; SkyRL's ``max_turns`` plays no part, the world ends it."""

    def __init__(self, env_config: Mapping[str, Any] | None = None, extras: Mapping[str, Any] = {}) -> None:
        """Make the world.

        Args:
            env_config: what all rows share.
            extras: the row of the data set, which comes first.

        Raises:
            WrongUse: ``env`` or ``seed`` is missing, or not right.
        """
        super().__init__()
        given = {**(env_config or {}), **extras}
        missing = [name for name in ("env", "seed") if given.get(name) is None]
        self._mode = given.get("mode", "answer")
        if missing:
            raise WrongUse(f"skyrl: expected {' and '.join(missing)} in every row of the data set")
        if self._mode not in ("answer", "think"):
            raise WrongUse(f"skyrl: mode: expected answer or think, got {self._mode!r}")
        self._seed = int(given["seed"])
        # What comes from a configuration of OmegaConf has lists that are none to a world.
        self._seat = TextSeat(given["env"], listed(given.get("env_kwargs") or {}))

    def init(self, prompt: list[dict[str, str]]) -> tuple[list[dict[str, str]], dict[str, Any]]:
        """Start the episode.

        Args:
            prompt: of the row; the world's own takes its place.
        """
        self._seat.begin(self._seed)
        chat = self._seat.chat(self._mode)
        return [{"role": message.role, "content": message.content} for message in chat], {}

    def step(self, action: str) -> BaseTextEnvStepOutput:
        """Take the action that the response ``action`` names between its tags."""
        self.turns += 1
        self._seat.answer(action)
        return BaseTextEnvStepOutput(
            observations=[] if self._seat.over else [{"role": "user", "content": self._seat.shown}],
            reward=self._seat.reward,
            done=self._seat.over,
            metadata={},
        )

    def get_metrics(self) -> dict[str, Any]:
        """Of the episode: return, success and what the world counts."""
        outcome = self._seat.record().outcome
        success = {} if outcome.is_success is None else {"success": float(outcome.is_success)}
        return {"return": outcome.total, **success, **outcome.metrics}

    def close(self) -> None:
        """Free the world."""
        self._seat.close()
