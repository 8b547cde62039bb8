"""The compiled vector environment against Gymnasium's own loop over scalar ones."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import playout
from playout.core import Snapshot
from playout.core.errors import WrongUse
from playout.envs.registration import CATALOGUE

IDS = [entry.id for entry in CATALOGUE.values() if entry.world == "dialogue" and entry.vector_entry_point]
N = 7


def pair(name: str, mode: AutoresetMode, **kwargs):
    """n scalar environments in a loop, and the vector environment."""
    sync = gym.make_vec(name, N, vectorization_mode="sync", vector_kwargs={"autoreset_mode": mode}, **kwargs)
    vector = gym.make_vec(name, N, autoreset_mode=mode, **kwargs)
    assert isinstance(sync.unwrapped, SyncVectorEnv) and not isinstance(vector.unwrapped, SyncVectorEnv)
    return sync, vector


def assert_equal(one, two, where: str = "") -> None:
    """Equality of whatever observations and infos are made of, dtypes of arrays included."""
    if isinstance(one, dict):
        assert one.keys() == two.keys(), where
        for name in one:
            assert_equal(one[name], two[name], f"{where}.{name}")
    elif isinstance(one, np.ndarray) and one.dtype == object:
        assert len(one) == len(two)
        for left, right in zip(one, two, strict=True):
            assert_equal(left, right, where)
    else:
        assert getattr(one, "dtype", None) == getattr(two, "dtype", None), where
        np.testing.assert_array_equal(one, two, err_msg=where)


@pytest.mark.parametrize("mode", list(AutoresetMode))
@pytest.mark.parametrize(
    "options", [{}, {"split": "unseen", "assessor": "noisy=0.05", "max_steps": 5}], ids=str
)
@pytest.mark.parametrize("name", IDS)
def test_the_vector_is_n_scalars(name: str, options: dict, mode: AutoresetMode) -> None:
    sync, vector = pair(name, mode, **options)
    assert sync.observation_space == vector.observation_space
    rng, solved, ended = np.random.default_rng(0), 0, np.zeros(N, bool)
    for left, right in zip(sync.reset(seed=3), vector.reset(seed=3), strict=True):
        assert_equal(left, right)
    for _ in range(60):
        if mode == AutoresetMode.DISABLED and ended.any():
            one, two = (envs.reset(options={"reset_mask": ended.copy()}) for envs in (sync, vector))
            for left, right in zip(one, two, strict=True):
                assert_equal(left, right)
        acts = rng.integers(vector.single_action_space.n, size=N)
        one, two = sync.step(acts), vector.step(acts)
        for left, right in zip(one[1:4], two[1:4], strict=True):
            np.testing.assert_array_equal(left, right)
        assert_equal(one[0], two[0])
        assert_equal(one[4], two[4])
        assert vector.single_observation_space.contains({n: a[0] for n, a in two[0].items()})
        ended = two[2] | two[3]
        solved += int(two[2].sum())
    assert solved or "Support" in name


@pytest.mark.parametrize("name", IDS)
def test_one_copy_is_saved_and_put_back(name: str) -> None:
    envs, rng = gym.make_vec(name, N), np.random.default_rng(1)
    envs.reset(seed=0)
    acts = rng.integers(envs.single_action_space.n, size=(20, N))
    for row in acts[:5]:
        envs.step(row)
    saved = Snapshot.from_json(playout.snapshot(envs, 2).to_json())
    said = envs.unwrapped.transcript(2)
    first = [envs.step(row) for row in acts[5:]]
    playout.restore(envs, saved, 2)
    assert envs.unwrapped.transcript(2) == said
    again = [envs.step(row) for row in acts[5:]]
    for one, two in zip(first, again, strict=True):
        assert one[0]["acts"][2].tolist() == two[0]["acts"][2].tolist()
        assert (one[1][2], one[2][2], one[3][2]) == (two[1][2], two[2][2], two[3][2])


@pytest.mark.parametrize("name", IDS)
def test_the_words_of_a_copy_are_those_of_the_scalar(name: str) -> None:
    scalar, envs = gym.make(name), gym.make_vec(name, 3)
    scalar.reset(seed=12)
    envs.reset(seed=10)
    for act in (0, 2, 4, 1):
        *_, terminated, truncated, _ = scalar.step(act)
        envs.step(np.full(3, act))
        if terminated or truncated:
            break
    assert scalar.unwrapped.transcript("unseen") == envs.unwrapped.transcript(2, "unseen")
    assert playout.privileged(scalar) == playout.privileged(envs, 2)


def test_misuse_is_refused() -> None:
    envs = gym.make_vec("playout/TutoringActs-v0", 2)
    with pytest.raises(ResetNeeded):
        envs.step(np.zeros(2, int))
    envs.reset(seed=1)
    for wrong in (np.zeros(3, int), np.zeros(2), np.array([0, 5]), np.array([-1, 0])):
        with pytest.raises(WrongUse, match="expected"):
            envs.step(wrong)
    envs = gym.make_vec("playout/TutoringActs-v0", 2, autoreset_mode="Disabled", max_steps=1)
    envs.reset(seed=1)
    envs.step(np.full(2, 3))
    with pytest.raises(ResetNeeded, match="reset_mask"):
        envs.step(np.full(2, 3))
