"""What every language world gets from its base, shown on the example world."""

import gymnasium as gym
import own_world  # noqa: F401
import pytest
from gymnasium.error import ResetNeeded
from hypothesis import given
from hypothesis import strategies as st

from playout.envs.wrappers import TaggedAnswer

ID = "example/GuessNumber-v0"
ANY_TEXT = st.text(st.characters(codec=None), max_size=60)


@given(ANY_TEXT)
def test_any_text_is_answered_and_counts(text: str) -> None:
    env = gym.make(ID, max_steps=2).unwrapped
    env.reset(seed=1)
    observation, reward, terminated, truncated, info = env.step(text)
    if text not in info["legal_actions"]:
        assert info["invalid"] in observation
        assert (reward, terminated, truncated) == (0.0, False, False)
    *_, truncated, info = env.step(text)
    assert truncated
    assert info["is_success"] is False


def test_a_megabyte_is_refused_in_one_line() -> None:
    env = gym.make(ID).unwrapped
    env.reset(seed=1)
    observation, *_, info = env.step("x" * 1_000_000)
    assert len(info["invalid"]) < 200
    assert observation in env.observation_space


def test_misuse_raises_and_names_what_was_expected() -> None:
    env = gym.make(ID).unwrapped
    with pytest.raises(ResetNeeded):
        env.step("guess 1")
    env.reset(seed=1)
    with pytest.raises(TypeError, match="expected a str, got int"):
        env.step(3)
    with pytest.raises(ValueError, match="max_steps >= 1"):
        gym.make(ID, max_steps=0)


def test_success_ends_the_episode_with_metrics() -> None:
    env = gym.make(ID)
    _, info = env.reset(seed=7)
    assert "Find my number" in info["instructions"]
    _, reward, terminated, truncated, info = env.step("guess 14")
    assert (reward, terminated, truncated) == (1.0, True, False)
    assert info["is_success"] is True
    assert info["metrics"] == {"guesses": 1.0}
    assert info["legal_actions"] == ()


def test_seeds_decide_the_episode_and_plain_resets_go_on_from_them() -> None:
    numbers = []
    for _ in range(2):
        env = gym.make(ID)
        env.reset(seed=5)
        sequence = [env.unwrapped.privileged()["number"]]
        for _ in range(5):
            env.reset()
            sequence.append(env.unwrapped.privileged()["number"])
        numbers.append(sequence)
    assert numbers[0] == numbers[1]
    assert len(set(numbers[0])) > 1


def test_raw_responses_reach_the_world_through_the_wrapper() -> None:
    env = TaggedAnswer(gym.make(ID))
    env.reset(seed=7)
    *_, info = env.step("<think>low</think> <action>guess 3</action>")
    assert "invalid" not in info
    assert "parse_error" not in info
    observation, *_, info = env.step("I would guess 3")
    assert info["parse_error"]
    assert observation.endswith("Higher.")
