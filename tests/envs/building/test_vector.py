"""The compiled vector environments against Gymnasium's own loop over scalar ones."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode, SyncVectorEnv, VectorEnv

from playout.core.errors import WrongUse
from playout.envs.building.vector import BuildingAssistantVector

N, MODES = 4, list(AutoresetMode)
IDS = ("playout/BuildingAssistant-v0", "playout/BuildingSolo-v0")


def pair(name: str, mode: AutoresetMode, **kwargs: Any) -> tuple[VectorEnv, VectorEnv]:
    """n scalar environments in a loop, and the vector environment."""
    options = {"size": "tiny", "max_steps": 12, **kwargs}
    sync = gym.make_vec(name, N, vectorization_mode="sync", vector_kwargs={"autoreset_mode": mode}, **options)
    vector = gym.make_vec(name, N, autoreset_mode=mode, **options)
    assert isinstance(sync.unwrapped, SyncVectorEnv)
    assert not isinstance(vector.unwrapped, SyncVectorEnv)
    return sync, vector


def assert_same(one: Any, two: Any, where: str = "") -> None:
    """Dicts, arrays of objects and numbers, all the way down."""
    if isinstance(one, dict):
        assert one.keys() == two.keys(), where
        for name in one:
            assert_same(one[name], two[name], f"{where}/{name}")
    elif isinstance(one, tuple) or (isinstance(one, np.ndarray) and one.dtype == object):
        for number, (left, right) in enumerate(zip(one, two, strict=True)):
            assert_same(left, right, f"{where}/{number}")
    else:
        np.testing.assert_array_equal(one, two, err_msg=where)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", IDS)
def test_the_vector_is_n_scalars(name: str, mode: AutoresetMode) -> None:
    sync, vector = pair(name, mode, finish_at=0.05, people=["neighbour"])
    rng, successes = np.random.default_rng(0), 0
    one, two = sync.reset(seed=3), vector.reset(seed=3)
    assert_same(one, two)
    ended = np.zeros(N, bool)
    for _ in range(40):
        if mode == AutoresetMode.DISABLED and ended.any():
            one, two = (envs.reset(options={"reset_mask": ended.copy()}) for envs in (sync, vector))
            assert_same(one, two)
        masks = one[-1]["action_mask"]
        actions = (masks * rng.random(masks.shape)).argmax(1) * (rng.random(N) < 0.2)
        one, two = sync.step(actions), vector.step(actions)
        assert_same(one, two)
        ended = one[2] | one[3]
        successes += int(one[2].sum())
    assert successes or "Solo" in name, "ends of both kinds are part of the test"


def test_seeds_with_gaps_and_resets_of_some() -> None:
    sync, vector = pair(IDS[0], AutoresetMode.NEXT_STEP)
    mask = np.array([True, False, True, False])
    seeds: list[Any] = [[7, 1, 7, 2**40], None, [7, None, 7, 2**40], 11]
    for number, seed in enumerate(seeds):
        one, two = (
            envs.reset(seed=seed, options={"reset_mask": mask} if number else None) for envs in (sync, vector)
        )
        assert_same(one, two)
        for action in (0, 5):
            one, two = (envs.step(np.full(N, action)) for envs in (sync, vector))
            assert_same(one, two)


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        ([0, 0, 0], "expected 4 integers, got shape"),
        ([0, 0, 0, 1382], "expected integers from 0 to 1381"),
        ([0, 0, -1, 0], "expected integers from 0 to 1381"),
        ([0.0, 1.0, 0.0, 0.0], "expected integers"),
    ],
)
def test_bad_actions_are_refused_and_nothing_happens(actions: list, said: str) -> None:
    envs = BuildingAssistantVector(N, size="tiny")
    envs.reset(seed=0)
    before = envs.game.state.scene.blocks.copy()
    with pytest.raises(WrongUse, match=said):
        envs.step(np.array(actions))
    assert (envs.game.state.scene.blocks == before).all()
    assert not envs.game.state.counters[:, 0].any()


def test_a_copy_must_have_been_started() -> None:
    with pytest.raises(ResetNeeded):
        BuildingAssistantVector(N, size="tiny").step(np.zeros(N, int))


def test_a_copy_s_snapshot_goes_into_another() -> None:
    envs = BuildingAssistantVector(N, size="tiny")
    envs.reset(seed=0)
    for _ in range(5):
        envs.step(np.zeros(N, int))
    envs.restore(envs.snapshot(2), 0)
    seen, *_ = envs.step(np.zeros(N, int))
    assert (seen["world"][0] == seen["world"][2]).all()
    assert (envs.privileged(0)["goal"] == envs.privileged(2)["goal"]).all()


def test_masks_can_be_left_out() -> None:
    envs = gym.make_vec(IDS[0], N, size="tiny", masks=False)
    assert "action_mask" not in envs.reset(seed=0)[1]
