from abc import ABC
from typing import Any, Generic, TypeVar

import pytest

from playout.core import MissingPackage, PlayoutError

pydantic = pytest.importorskip("pydantic")

GUESS = "own_world:example/GuessNumber-v0"
ActT, ObsT, StateT = TypeVar("ActT"), TypeVar("ObsT"), TypeVar("StateT")


class Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", validate_assignment=True)
    metadata: dict[str, Any] = pydantic.Field(default_factory=dict)


class Action(Strict):
    """As in openenv-core 0.3."""


class Observation(Strict):
    done: bool = False
    reward: bool | int | float | None = None


class State(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow", validate_assignment=True)
    episode_id: str | None = None
    step_count: int = 0


class EnvironmentMetadata(pydantic.BaseModel):
    name: str
    description: str
    version: str | None = None


class Environment(ABC, Generic[ActT, ObsT, StateT]):
    def __init__(self, transform: Any = None, rubric: Any = None) -> None:
        self.transform, self.rubric = transform, rubric


FAKE = {
    "openenv.core.env_server.interfaces": {"Environment": Environment},
    "openenv.core.env_server.types": {
        "Action": Action,
        "EnvironmentMetadata": EnvironmentMetadata,
        "Observation": Observation,
        "State": State,
    },
}


def test_an_episode_as_the_server_plays_it(adapter: Any):
    openenv = adapter("openenv", FAKE)
    env = openenv.PlayoutEnvironment(GUESS, {"max_steps": 2})
    begun = env.reset(seed=5, episode_id="mine")
    assert (begun.text, begun.done, begun.reward) == ("Begin.", False, None)
    assert "Find my number" in begun.instructions and len(begun.legal_actions) == 16
    assert (env.state.episode_id, env.state.step_count) == ("mine", 0)
    wrong = env.step(openenv.PlayoutAction(text="sing"))
    assert "Invalid action 'sing'" in wrong.text and wrong.instructions == ""
    last = env.step(openenv.PlayoutAction(text="guess 1"), timeout_s=3.0)
    assert (last.done, last.reward, last.legal_actions, env.state.step_count) == (True, 0.0, [], 2)
    assert (last.is_success, last.metrics["guesses"], wrong.is_success) == (False, 1.0, None)
    assert env.get_metadata().name == GUESS
    env.close()


def test_seeds_start_alike_and_without_one_episodes_differ(adapter: Any):
    openenv = adapter("openenv", FAKE)
    env = openenv.PlayoutEnvironment("playout/Household-v0")
    assert env.reset(seed=7).text == env.reset(seed=7).text
    assert env.reset().text != env.reset().text
    assert env.state.episode_id


def test_a_step_before_a_reset_is_refused(adapter: Any):
    openenv = adapter("openenv", FAKE)
    with pytest.raises(PlayoutError, match="no episode has begun"):
        openenv.PlayoutEnvironment(GUESS).step(openenv.PlayoutAction(text="guess 1"))


def test_a_missing_library_names_the_line_to_type(adapter: Any):
    with pytest.raises(MissingPackage, match="pip install openenv-core"):
        adapter("openenv", {"openenv.core.env_server.interfaces": None})
