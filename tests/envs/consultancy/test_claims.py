"""The consultancy without words: one copy, many copies, and that they are the same to the last info."""

from collections.abc import Mapping
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import InvalidAction, ResetNeeded
from gymnasium.vector import AutoresetMode

import playout
from playout.core.errors import WrongUse
from playout.simulators.consultancy.claims import FEEDBACKS, PRICE_TRUE
from playout.simulators.consultancy.population import Population

ID = "playout/ConsultancyClaims-v0"


def honest(observation: np.ndarray) -> np.ndarray:
    return np.append(observation[:3], PRICE_TRUE)


def test_an_honest_assistant_serves_every_customer_as_well_as_can_be() -> None:
    env = gym.make(ID, visits=30)
    observation, info = env.reset(seed=0)
    assert info["price"].shape == (3,)
    ended = False
    while not ended:
        observation, reward, ended, truncated, info = env.step(honest(observation))
        assert reward == info["feedback"]["partial"]
        assert set(info["feedback"]) == set(FEEDBACKS)
        assert not truncated
    assert info["is_success"]
    assert info["metrics"]["utility_over_best"] == 1
    assert info["metrics"]["false_claims"] == info["metrics"]["omissions"] == 0
    assert observation[-1] == 30


def test_the_expert_is_honest() -> None:
    env = gym.make(ID)
    observation, _ = env.reset(seed=4)
    (plan,) = playout.privileged(env)["expert_plan"]
    assert plan.tolist() == honest(observation).tolist()


def test_the_limit_cuts_visits_short() -> None:
    env = gym.make(ID, visits=5, max_steps=2)
    env.reset(seed=1)
    assert env.step([3, 3, 3, 1])[2:4] == (False, False)
    assert env.step([3, 3, 3, 1])[2:4] == (False, True)
    with pytest.raises(ResetNeeded):
        env.step([3, 3, 3, 1])


@pytest.mark.parametrize("action", [[0, 0, 0], [0, 0, 4, 0], [0, 0, 0, 3], [-1, 0, 0, 0], [0.5, 0, 0, 0], 3])
def test_actions_outside_the_space_are_refused(action: Any) -> None:
    env = gym.make(ID, disable_env_checker=True)
    env.reset(seed=1)
    with pytest.raises(InvalidAction, match="expected 4 integers below 4, 4, 4, 3"):
        env.step(action)


@pytest.mark.parametrize(
    ("kwargs", "expected"),
    [
        ({"feedback": "likes"}, "feedback 'likes': expected one of immediate"),
        ({"people": "nice"}, "people: expected one of steady"),
        ({"mix": "20"}, "mix: expected one of 15, 34"),
        ({"domain": "zoo"}, "domain: expected some of shop"),
        ({"visits": 0}, "expected visits >= 1"),
        ({"discovery": 2.0}, "expected a discovery from 0 to 1"),
        ({"catalogue": "/nowhere"}, "catalogue: there is no"),
    ],
)
def test_what_cannot_be_right_is_refused_when_made(kwargs: dict[str, Any], expected: str) -> None:
    with pytest.raises(WrongUse, match=expected):
        gym.make(ID, **kwargs)


def exactly(one: Any, two: Any, place: str = "") -> None:
    if isinstance(one, Mapping):
        assert one.keys() == two.keys(), place
        for name in one:
            exactly(one[name], two[name], f"{place}/{name}")
    elif isinstance(one, np.ndarray) and one.dtype == object:
        for i, (a, b) in enumerate(zip(one, two, strict=True)):
            exactly(a, b, f"{place}[{i}]")
    else:
        np.testing.assert_array_equal(one, two, err_msg=place)
        assert np.asarray(one).dtype == np.asarray(two).dtype, place


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
@pytest.mark.parametrize(
    "kwargs",
    [
        {},
        {"visits": 3, "people": "adaptive", "feedback": "immediate", "likert": True},
        {"visits": 4, "max_steps": 2, "people": Population(temperature=0.5, diligence=0.5, vulnerable=0.4)},
        {"mix": "34", "domain": ["study", "shop"], "split": "test", "feedback": "horizon:2"},
    ],
)
def test_many_copies_are_many_single_ones(kwargs: dict[str, Any], mode: AutoresetMode) -> None:
    """Infos too, with every name, mask and type."""
    sync = gym.make_vec(ID, 6, vectorization_mode="sync", vector_kwargs={"autoreset_mode": mode}, **kwargs)
    vector = gym.make_vec(ID, 6, autoreset_mode=mode, **kwargs)
    draws = np.random.default_rng(0)
    one, two = sync.reset(seed=3), vector.reset(seed=3)
    for step in range(12):
        for a, b in zip(one, two, strict=True):
            exactly(a, b, f"step {step}")
        actions = draws.integers(0, [4, 4, 4, 3], (6, 4))
        one, two = sync.step(actions), vector.step(actions)


def test_without_autoreset_ended_copies_wait_for_a_masked_reset() -> None:
    vector = gym.make_vec(ID, 3, autoreset_mode=AutoresetMode.DISABLED)
    sync = gym.make_vec(
        ID, 3, vectorization_mode="sync", vector_kwargs={"autoreset_mode": AutoresetMode.DISABLED}
    )
    actions = np.tile([0, 0, 0, 0], (3, 1))
    for envs in (vector, sync):
        envs.reset(seed=1)
        envs.step(actions)
    with pytest.raises(ResetNeeded):
        vector.step(actions)
    mask = np.array([True, True, True])
    pairs = zip(
        vector.reset(options={"reset_mask": mask}), sync.reset(options={"reset_mask": mask}), strict=True
    )
    for one, two in pairs:
        exactly(one, two)


def test_a_copy_can_be_saved_and_brought_back() -> None:
    vector = gym.make_vec(ID, 4, visits=3, people="adaptive")
    vector.reset(seed=2)
    actions = np.tile([0, 0, 3, 2], (4, 1))
    vector.step(actions)
    saved = playout.core.Snapshot.from_json(playout.snapshot(vector, 2).to_json())
    first = [vector.step(actions) for _ in range(5)]
    playout.restore(vector, saved, 1)
    again = [vector.step(actions) for _ in range(5)]
    for a, b in zip(first, again, strict=True):
        assert a[0][2].tolist() == b[0][1].tolist()
        assert a[1][2] == b[1][1]
    assert playout.privileged(vector, 0)["customer_type"] == "careful"


@pytest.mark.parametrize("actions", [np.zeros((2, 4)), np.zeros((3, 4), int), np.full((2, 4), 3)])
def test_wrong_actions_of_many_copies_are_refused(actions: np.ndarray) -> None:
    vector = gym.make_vec(ID, 2)
    vector.reset(seed=0)
    with pytest.raises(WrongUse, match="step: expected"):
        vector.step(actions)
    with pytest.raises(ResetNeeded):
        gym.make_vec(ID, 2).step(np.zeros((2, 4), int))
