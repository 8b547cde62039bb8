"""The torch vector environment against the numpy one."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import ResetNeeded

import playout
from playout.core import Snapshot
from playout.core.errors import Unsupported, WrongUse

torch = pytest.importorskip("torch")
ID, N = "playout/Sokoban-v0", 40


def pair(**kwargs):
    options = {"size": (5, 5), "boxes": 1, "max_steps": 12, "deadlocks": "off", **kwargs}
    return gym.make_vec(ID, N, **options), gym.make_vec(ID, N, device="cpu", **options)


def assert_same(one, two):
    """Equal results, and equal infos where both have one; absent infos are all zeros."""
    for left, right in zip(one[:-1], two[:-1], strict=True):
        assert torch.is_tensor(right)
        np.testing.assert_allclose(left, right.numpy(), rtol=0, atol=1e-6)
    info, other = one[-1], two[-1]
    np.testing.assert_array_equal(info["action_mask"].astype(bool), other["action_mask"].numpy())
    if len(two) == 5:
        nothing = np.zeros(N)
        for name in ("is_success", "_is_success", "_metrics"):
            np.testing.assert_array_equal(info.get(name, nothing), other[name].numpy())
        for name in ("pushes", "_pushes"):
            expected = info.get("metrics", {}).get(name, nothing)
            np.testing.assert_array_equal(expected, other["metrics"][name].numpy())


@pytest.mark.parametrize("rewards", ["gym_sokoban", "dyna_mind"])
def test_tensors_are_the_arrays(rewards):
    arrays, tensors = pair(rewards=rewards)
    assert_same(arrays.reset(seed=5), tensors.reset(seed=5))
    rng, solved = np.random.default_rng(0), 0
    for _ in range(100):
        actions = rng.integers(4, size=N)
        result = arrays.step(actions)
        assert_same(result, tensors.step(torch.from_numpy(actions)))
        solved += result[2].sum()
    assert solved > 0


def test_resets_of_some_and_seeds_with_gaps():
    arrays, tensors = pair()
    seeds = [None if i % 3 else i for i in range(N)]
    mask = np.arange(N) % 2 == 0
    assert_same(arrays.reset(seed=1), tensors.reset(seed=1))
    for seed, options in (
        (seeds, None),
        (None, {"reset_mask": mask}),
        (seeds, {"reset_mask": mask}),
        (None, None),
    ):
        for t in range(12):
            actions = np.full(N, t % 4)
            assert_same(arrays.step(actions), tensors.step(actions))
        one, two = arrays.reset(seed=seed, options=options), tensors.reset(seed=seed, options=options)
        np.testing.assert_array_equal(one[0], two[0].numpy())


def test_without_a_seed_copies_differ():
    _, tensors = pair()
    assert len(torch.unique(tensors.reset()[0], dim=0)) > 1


def test_one_copy_can_be_saved_and_restored():
    _, tensors = pair()
    tensors.reset(seed=0)
    tensors.step(np.arange(N) % 4)
    saved = Snapshot.from_json(playout.snapshot(tensors, 2).to_json())
    actions = np.random.default_rng(1).integers(4, size=(30, N))
    first = [tensors.step(row) for row in actions]
    playout.restore(tensors, saved, 2)
    for row, expected in zip(actions, first, strict=True):
        again = tensors.step(row)
        assert all(torch.equal(a[2], b[2]) for a, b in zip(again[:4], expected[:4], strict=True))


def test_wrong_use():
    _, tensors = pair()
    with pytest.raises(ResetNeeded):
        tensors.step(np.zeros(N, int))
    with pytest.raises(ResetNeeded, match="reset_mask"):
        tensors.reset(options={"reset_mask": np.arange(N) < 3})
    with pytest.raises(WrongUse, match="expected 40 seeds, got 1"):
        tensors.reset(seed=[1])
    with pytest.raises(Unsupported, match="leave out device="):
        gym.make_vec(ID, 2, device="cpu", deadlocks="info")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_plays_as_the_cpu():
    _, tensors = pair()
    gpu = gym.make_vec(ID, N, device="cuda", size=(5, 5), boxes=1, max_steps=12)
    assert torch.equal(tensors.reset(seed=5)[0], gpu.reset(seed=5)[0].cpu())
    rng = np.random.default_rng(0)
    for _ in range(60):
        actions = torch.from_numpy(rng.integers(4, size=N))
        one, two = tensors.step(actions), gpu.step(actions.cuda())
        assert all(b.is_cuda and torch.equal(a, b.cpu()) for a, b in zip(one[:4], two[:4], strict=True))


def test_restoring_right_after_a_reset_restores_every_count():
    tensors = gym.make_vec(ID, 4, device="cpu", max_steps=9)
    tensors.reset(seed=0)
    for _ in range(5):
        tensors.step(np.zeros(4, int))
    saved = [tensors.snapshot(i) for i in range(4)]
    assert [int(one.state["steps"]) for one in saved] == [5] * 4
    tensors.reset(seed=1)  # steps and pushes are both 0 now, and not the same zeros
    for i, one in enumerate(saved):
        tensors.restore(one, i)
    again = [tensors.snapshot(i).state for i in range(4)]
    assert [(int(one["steps"]), int(one["pushes"])) for one in again] == [
        (5, int(one.state["pushes"])) for one in saved
    ]
    assert [tensors.step(np.zeros(4, int))[3].all().item() for _ in range(4)] == [False, False, False, True]


def test_snapshots_and_infos_keep_what_they_said():
    tensors = gym.make_vec(ID, 2, device="cpu", max_steps=2)
    tensors.reset(seed=0)
    before = tensors.snapshot(0)
    tensors.step(np.zeros(2, int))
    after = tensors.snapshot(0)
    told = after.to_json()
    info = tensors.step(np.zeros(2, int))[4]
    tensors.restore(before, 0)
    assert after.to_json() == told
    assert info["_is_success"].tolist() == [True, True]
