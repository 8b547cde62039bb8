"""Turns of the dialogue worlds."""

from collections.abc import Callable
from typing import Any

import pytest

from playout.core import Turn
from playout.rollouts import lookup


@pytest.fixture
def turn_of() -> Callable[..., Turn]:
    """The first turn of an episode of a world by its id, or the one after some actions."""

    def make(env: str, *actions: Any, seed: int = 0, episode: int = 0) -> Turn:
        world: Any = lookup.make_single(env)
        observation, info = world.env.reset(seed=seed)
        for action in actions:
            observation, _, _, _, info = world.env.step(action)
        return Turn(
            observation=observation, instructions=getattr(world.env.unwrapped, "instructions", ""),
            legal_actions=None, reward=0.0, info=info, episode=episode, t=len(actions),
            world=world.branchable(),
        )  # fmt: skip

    return make
