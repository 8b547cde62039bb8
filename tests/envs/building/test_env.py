"""The assistant's and the solo builder's environments: what is seen, done and refused."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import InvalidAction, ResetNeeded

import playout
from playout.core.errors import WrongUse
from playout.envs.building.env import BuildingAssistant
from playout.simulators.building.blocks import PRESETS, plain
from playout.simulators.building.goals.bank import goal_bank, goals_of

ID, SOLO = "playout/BuildingAssistant-v0", "playout/BuildingSolo-v0"


def made(name: str = ID, **options: Any) -> gym.Env:
    return gym.make(name, **{"size": "tiny", **options})


def test_the_goal_is_the_human_s_alone() -> None:
    assistant, solo = made(), made(SOLO)
    seen, _ = assistant.reset(seed=1)
    assert seen["world"].shape == (6, 5, 5, 5)
    assert not seen["world"][2].any()
    goal = playout.privileged(assistant)["goal"]
    assert (goal != plain(PRESETS["tiny"])).any()
    own, _ = solo.reset(seed=1)
    assert own["world"][2].any()


def test_an_expert_finishes_the_house() -> None:
    env = made(SOLO)
    env.reset(seed=3)
    total, ended, info = 0.0, False, {}
    while not ended:
        (action,) = playout.privileged(env)["expert_plan"]
        _, reward, ended, _, info = env.step(action)
        total += float(reward)
        assert info["effective"]
    assert info["is_success"]
    assert info["metrics"]["goal_percentage"] == 1
    assert total > 0


def test_help_makes_it_shorter() -> None:
    steps = {}
    for helps in (False, True):
        env, steps[helps] = made(people=["neighbour"]), 0
        for seed in range(8):
            env.reset(seed=seed)
            ended = False
            while not ended:
                action = playout.privileged(env)["expert_plan"][0] if helps else 0
                _, _, terminated, truncated, info = env.step(action)
                ended = terminated or truncated
            steps[helps] += info["metrics"]["human_actions"]
    assert steps[True] < 0.8 * steps[False]


def test_masks_may_be_ignored() -> None:
    """An action that cannot be done does nothing: the world stays, the step counts."""
    env = made(max_steps=400)
    _, info = env.reset(seed=0)
    rng = np.random.default_rng(0)
    for _ in range(60):
        unwrapped = env.unwrapped
        assert isinstance(unwrapped, BuildingAssistant)
        forbidden = np.flatnonzero(info["action_mask"] == 0)
        before = unwrapped.game.save()
        seen, _, terminated, truncated, info = env.step(int(rng.choice(forbidden)))
        assert seen["timestep"] == before["counters"][0] + 1
        touched = unwrapped.game.state.scene.last[0] != before["last"]
        assert (unwrapped.game.state.scene.last[0][touched] == 0).all(), "only the human did something"
        assert not info["effective"] or unwrapped.game.state.tallies[0, 1].sum()
        if terminated or truncated:
            break


@pytest.mark.parametrize("action", [-1, 1507, 10**9, 2.5, "up", None])
def test_what_is_no_action_is_refused_and_nothing_happens(action: Any) -> None:
    env = gym.make(ID, size="tiny", disable_env_checker=True)
    env.reset(seed=1)
    before = playout.snapshot(env)
    with pytest.raises(InvalidAction, match=r"expected 0 <= action < 1382"):
        env.step(action)
    after = playout.snapshot(env)
    assert before.state.keys() == after.state.keys()
    assert env.step(0)[0]["timestep"] == 1


def test_an_episode_that_has_ended_wants_a_reset() -> None:
    env = gym.make(ID, size="tiny", max_steps=2)
    env.reset(seed=1)
    assert env.step(0)[3] is False
    assert env.step(0)[3] is True
    with pytest.raises(ResetNeeded):
        env.unwrapped.step(0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"size": "huge"}, "size: expected one of tiny, small, paper"),
        ({"size": [2, 4, 4]}, "size: expected width, height and depth"),
        ({"size": 5}, "size: expected width, height and depth from .* got 5"),
        ({"size": [4, 5, 5]}, "area: expected at least 3 cells along each axis to build in, got 2 x 3 x 3"),
        ({"people": "nobody"}, "people: expected"),
        ({"split": "all"}, "split: expected one of train, valid, test"),
        ({"max_steps": 0}, "max_steps >= 1"),
        ({"goals": goal_bank(plain(PRESETS["small"])[None])}, "goals: expected 125 cells"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(WrongUse, match=said):
        BuildingAssistant(**{"size": "tiny", **options})


def test_finite_blocks_and_teleport_are_variants() -> None:
    goals = goals_of(PRESETS["small"], number=4, palette=True)
    variants: list[dict[str, Any]] = [
        {"finite": True, "size": "small", "goals": goals},
        {"teleport": True},
    ]
    for options in variants:
        env = made(**options)
        seen, info = env.reset(seed=2)
        assert env.observation_space.contains(seen)
        assert info["action_mask"].shape == (env.action_space.n,)  # type: ignore[attr-defined]
        env.step(int(np.flatnonzero(info["action_mask"])[-1]))
