"""OpenEnv: a language world behind its server.

``create_app(partial(PlayoutEnvironment, "playout/Household-v0"), PlayoutAction, PlayoutObservation)`` is the
FastAPI application; each session has a world of its own.
"""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from playout.core import MissingPackage
from playout.rollouts.integrations.seats import TextSeat

try:
    from openenv.core.env_server.interfaces import Environment  # type: ignore[reportMissingImports]
    from openenv.core.env_server.types import (  # type: ignore[reportMissingImports]
        Action,
        EnvironmentMetadata,
        Observation,
        State,
    )
except ModuleNotFoundError as error:
    raise MissingPackage(error.name or "openenv", "pip install openenv-core") from error


class PlayoutAction(Action):
    """What to do: the bare action, such as ``go to desk 1``."""

    text: str


class PlayoutObservation(Observation):
    """What the world says."""

    text: str
    instructions: str = ""
    """Role, rules and answer format; told at the start of an episode."""
    legal_actions: list[str] | None = None
    """What would be taken now; None where the world does not list it."""
    is_success: bool | None = None
    """At the end; None where the world does not say."""
    metrics: dict[str, float] | None = None
    """At the end: what the world counts."""


class PlayoutEnvironment(Environment[PlayoutAction, PlayoutObservation, State]):
    """A language world of one seat."""

    SUPPORTS_CONCURRENT_SESSIONS = True

    def __init__(self, env: str, env_kwargs: Mapping[str, Any] = {}) -> None:
        """Make the world.

        Args:
            env: its id.
            env_kwargs: its arguments.
        """
        super().__init__()
        self._id, self._seat = env, TextSeat(env, env_kwargs)
        self._state = State()

    def reset(
        self, seed: int | None = None, episode_id: str | None = None, **kwargs: Any
    ) -> PlayoutObservation:
        """Start an episode.

        Args:
            seed: equal seeds start alike; None for any.
            episode_id: what the client calls it.
            kwargs: not looked at.
        """
        name = uuid4()
        self._seat.begin(name.int % 2**31 if seed is None else seed)
        self._state = State(episode_id=episode_id or str(name), step_count=0)
        return self._observation(reward=None, instructions=self._seat.instructions)

    def step(
        self, action: PlayoutAction, timeout_s: float | None = None, **kwargs: Any
    ) -> PlayoutObservation:
        """Take an action; one that is not legal leaves the world as it is, but the step counts.

        Args:
            action: what to do.
            timeout_s: not looked at.
            kwargs: not looked at.
        """
        self._seat.act(action.text)
        self._state.step_count += 1
        return self._observation(reward=self._seat.reward)

    @property
    def state(self) -> State:
        """The episode's name and how many steps it has had."""
        return self._state

    def get_metadata(self) -> EnvironmentMetadata:
        """What the server says of itself."""
        return EnvironmentMetadata(name=self._id, description=f"{self._id} of Playout", version="1.0.0")

    def close(self) -> None:
        """Free the world."""
        self._seat.close()

    def _observation(self, *, reward: float | None, instructions: str = "") -> PlayoutObservation:
        seat, legal = self._seat, self._seat.legal_actions
        outcome = seat.record().outcome if seat.over else None
        return PlayoutObservation(
            text=seat.observation,
            instructions=instructions,
            legal_actions=None if legal is None else list(legal),
            done=seat.over,
            reward=reward,
            is_success=outcome and outcome.is_success,
            metrics=outcome and dict(outcome.metrics),
        )
