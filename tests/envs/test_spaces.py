"""``Language``: membership, sampling, batching, and shared memory across worker processes."""

import copy
from functools import partial

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.spaces.utils import flatdim, flatten, flatten_space, unflatten
from gymnasium.vector import AsyncVectorEnv, SyncVectorEnv
from hypothesis import given
from hypothesis import strategies as st

from playout.envs.spaces import Language, code_points, from_code_points

ANY_TEXT = st.text(st.characters(codec=None), max_size=50)


@given(ANY_TEXT)
def test_any_unicode_is_a_member_up_to_the_length(text: str) -> None:
    assert text in Language(50)
    assert (text in Language(10)) == (len(text) <= 10)


@given(ANY_TEXT)
def test_code_points_round_trip(text: str) -> None:
    assert from_code_points(code_points(text)) == text
    space = Language(50)
    assert unflatten(space, flatten(space, text)) == text
    assert flatten(space, text) in flatten_space(space)
    assert flatdim(space) == 50


def test_samples_are_members_and_seeded() -> None:
    space = Language(8)
    space.seed(3)
    first = [space.sample() for _ in range(20)]
    space.seed(3)
    assert first == [space.sample() for _ in range(20)]
    assert all(text in space and text.isprintable() for text in first)
    with pytest.raises(ValueError, match="masks"):
        space.sample(mask=np.ones(3))  # type: ignore[arg-type]


def test_equality_and_bad_arguments() -> None:
    assert Language(5) == Language(5) != Language(6)
    assert 5 not in Language(5)
    with pytest.raises(ValueError, match="max_length >= 1"):
        Language(0)


class Echo(gym.Env):
    """Says something new at each step; inside a ``Dict`` where asked."""

    def __init__(self, nested: bool = False) -> None:
        text = Language(40)
        self.observation_space = gym.spaces.Dict(said=text, at=gym.spaces.Discrete(9)) if nested else text
        self.action_space, self.nested, self.t = Language(40), nested, 0

    def _observe(self) -> object:
        text = f"{self.t} ü√\ud800 " + "x" * self.t
        return {"said": text, "at": self.t} if self.nested else text

    def reset(self, *, seed: int | None = None, options: dict | None = None) -> tuple:
        super().reset(seed=seed)
        self.t = 0
        return self._observe(), {}

    def step(self, action: str) -> tuple:
        self.t += 1
        return self._observe(), float(len(action)), self.t == 4, False, {}


@pytest.mark.parametrize("nested", [False, True])
def test_async_text_is_sync_text_over_three_episodes(nested: bool) -> None:
    makers = [partial(Echo, nested) for _ in range(2)]
    sync, asynchronous = SyncVectorEnv(makers), AsyncVectorEnv(makers, shared_memory=True)
    try:
        for env in (sync, asynchronous):
            env.reset(seed=0)
        for t in range(14):
            actions = ("a" * t, "\ud800")
            one, two = (env.step(actions) for env in (sync, asynchronous))
            texts = [obs["said"] if nested else obs for obs in (one[0], two[0])]
            assert tuple(texts[0]) == tuple(texts[1])
            np.testing.assert_array_equal(one[1], two[1])
        held = two[0]["said"] if nested else two[0]
        kept = tuple(held)
        asynchronous.step(actions)
        assert tuple(held) == kept, "an observation must not change once it was handed out"
        assert copy.deepcopy(held) == kept
    finally:
        asynchronous.close()
