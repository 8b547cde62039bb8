"""The compiled vector environment against Gymnasium's own loop over scalar ones."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode, SyncVectorEnv

import playout
from playout.core import Snapshot
from playout.core.errors import Unsupported, WrongUse
from playout.envs.sokoban.vector import make_vector

ID, N = "playout/Sokoban-v0", 5
MODES = list(AutoresetMode)


def pair(mode, **kwargs):
    """n scalar environments in a loop, and the vector environment."""
    options = {"size": (5, 5), "boxes": 1, "max_steps": 12, **kwargs}
    sync = gym.make_vec(ID, N, vectorization_mode="sync", vector_kwargs={"autoreset_mode": mode}, **options)
    vector = gym.make_vec(ID, N, autoreset_mode=mode, **options)
    assert isinstance(sync.unwrapped, SyncVectorEnv) and not isinstance(vector.unwrapped, SyncVectorEnv)
    return sync, vector


def assert_same_info(one, two, ignore=("pushes_over_optimal", "_pushes_over_optimal")):
    assert one.keys() - set(ignore) == two.keys() - set(ignore)
    for name in one.keys() - set(ignore):
        left, right = one[name], two[name]
        if isinstance(left, dict):
            assert_same_info(left, right)
        elif name == "final_obs":
            assert [a if a is None else a.tolist() for a in left] == [
                b if b is None else b.tolist() for b in right
            ]
        else:
            assert left.dtype == right.dtype
            np.testing.assert_array_equal(left, right, err_msg=name)


def assert_same(one, two):
    """Results of reset or step."""
    for left, right in zip(one[:-1], two[:-1], strict=True):
        np.testing.assert_array_equal(left, right)
    assert_same_info(one[-1], two[-1])


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "options",
    [{}, {"actions": "gym_sokoban", "deadlocks": "end"}, {"rewards": "dyna_mind", "deadlocks": "off"}],
    ids=str,
)
def test_the_vector_is_n_scalars(mode, options):
    sync, vector = pair(mode, **options)
    rng, solved = np.random.default_rng(0), 0
    assert_same(sync.reset(seed=3), vector.reset(seed=3))
    ended = np.zeros(N, bool)
    for _ in range(150):
        if mode == AutoresetMode.DISABLED and ended.any():
            one, two = (envs.reset(options={"reset_mask": ended}) for envs in (sync, vector))
            assert_same(one, two)
        actions = rng.integers(vector.single_action_space.n, size=N)
        one, two = sync.step(actions), vector.step(actions)
        assert_same(one, two)
        ended = one[2] | one[3]
        solved += int(one[2].sum())
    assert solved > 0


@pytest.mark.parametrize("mode", MODES)
def test_seeds_with_gaps_and_resets_of_some(mode):
    sync, vector = pair(mode, size=(7, 7), boxes=2, max_steps=100)
    seeds = [7, 1, 7, 0, 2**40]
    assert_same(sync.reset(seed=seeds), vector.reset(seed=seeds))
    mask = np.array([True, False, True, False, True])
    for seed in (None, [None, 5, 9, None, 3], 11):
        one, two = (envs.reset(seed=seed, options={"reset_mask": mask}) for envs in (sync, vector))
        assert_same(one, two)
        for action in (0, 2, 1, 3, 0):
            assert_same(sync.step(np.full(N, action)), vector.step(np.full(N, action)))
    assert_same(sync.reset(seed=[None, 5, None, None, 8]), vector.reset(seed=[None, 5, None, None, 8]))
    assert_same(sync.reset(), vector.reset())


def test_a_reset_in_the_middle_forgets_that_an_episode_had_ended():
    sync, vector = pair(AutoresetMode.NEXT_STEP)
    for envs in (sync, vector):
        envs.reset(seed=1)
        for t in range(12):
            *_, truncated, _ = envs.step(np.full(N, t % 4))
        assert truncated.any()
    assert_same(sync.reset(seed=2), vector.reset(seed=2))
    assert_same(sync.step(np.zeros(N, int)), vector.step(np.zeros(N, int)))


def test_results_are_the_callers_to_keep():
    _, vector = pair(AutoresetMode.NEXT_STEP)
    observation, info = vector.reset(seed=0)
    kept = observation.copy(), info["action_mask"].copy()
    observation[:], info["action_mask"][:] = 0, 9
    fresh = vector.reset(seed=0)
    assert np.array_equal(fresh[0], kept[0]) and np.array_equal(fresh[1]["action_mask"], kept[1])
    first = vector.step(np.zeros(N, int))
    reward = first[1].copy()
    vector.step(np.ones(N, int))
    assert np.array_equal(first[1], reward)


def test_without_a_seed_copies_differ():
    _, vector = pair(AutoresetMode.NEXT_STEP)
    observations = vector.reset()[0]
    assert len({room.tobytes() for room in observations}) > 1


def test_one_copy_can_be_saved_and_restored():
    _, vector = pair(AutoresetMode.NEXT_STEP)
    vector.reset(seed=0)
    vector.step(np.arange(N) % 4)
    saved = Snapshot.from_json(playout.snapshot(vector, 2).to_json())
    actions = np.random.default_rng(1).integers(4, size=(30, N))
    first = [vector.step(row) for row in actions]
    playout.restore(vector, saved, 2)
    for row, expected in zip(actions, first, strict=True):
        again = vector.step(row)
        for left, right in zip(again[:4], expected[:4], strict=True):
            assert np.array_equal(left[2], right[2])


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        (np.zeros(N + 1, int), r"expected 5 integers, got int64 of shape \(6,\)"),
        (np.zeros(N), "expected 5 integers, got float64"),
        (np.array([0, 1, 2, 3, 4]), "expected actions from 0 to 3, got 0 to 4"),
        (np.array([0, 1, 2, 3, -1]), "expected actions from 0 to 3, got -1 to 3"),
    ],
)
def test_wrong_actions(actions, message):
    _, vector = pair(AutoresetMode.NEXT_STEP)
    vector.reset(seed=0)
    with pytest.raises(WrongUse, match=message):
        vector.step(actions)


@pytest.mark.parametrize("dtype", [np.int32, np.uint8, np.int64])
def test_any_integers_are_actions(dtype):
    sync, vector = pair(AutoresetMode.NEXT_STEP)
    assert_same(sync.reset(seed=4), vector.reset(seed=4))
    assert_same(sync.step(np.arange(N) % 4), vector.step((np.arange(N) % 4).astype(dtype)))


def test_wrong_resets():
    _, vector = pair(AutoresetMode.NEXT_STEP)
    with pytest.raises(ResetNeeded, match=r"reset\(\)"):
        vector.step(np.zeros(N, int))
    with pytest.raises(WrongUse, match="expected 5 seeds, got 2"):
        vector.reset(seed=[1, 2])
    with pytest.raises(WrongUse, match="bool array"):
        vector.reset(options={"reset_mask": np.ones(N)})
    vector.reset(options={"reset_mask": np.arange(N) < 2})
    with pytest.raises(ResetNeeded):
        vector.step(np.zeros(N, int))


def test_make_vec_says_what_it_is():
    _, vector = pair(AutoresetMode.SAME_STEP)
    assert vector.metadata["autoreset_mode"] == AutoresetMode.SAME_STEP
    assert vector.observation_space.shape == (N, 5, 5)
    assert vector.spec.id == ID


@pytest.mark.parametrize("device", [None, "cpu"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"max_steps": 0},
        {"deadlocks": "ned"},
        {"split": "unseen"},
        {"boxes": 1.5},
        {"source": "fresh", "split": "x"},
    ],
)
def test_options_that_no_copy_has(wrong, device):
    with pytest.raises((WrongUse, Unsupported), match=next(reversed(wrong))):
        make_vector(2, device=device, **wrong)


def test_actions_that_no_copy_has():
    with pytest.raises(WrongUse, match="actions: expected one of push, gym_sokoban, got 'foo'"):
        make_vector(2, actions="foo")
