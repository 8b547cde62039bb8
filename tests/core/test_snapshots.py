"""Snapshots through wrappers, PettingZoo and vector environments, and what is refused."""

import gymnasium as gym
import numpy as np
import own_world  # noqa: F401  (registers the example world)
import pytest
from gymnasium.wrappers import FrameStackObservation, RecordEpisodeStatistics, TimeAwareObservation, TimeLimit
from gymnasium.wrappers.stateful_action import StickyAction

import playout
from playout.core import Snapshot, Unsupported, WrongUse

ID = "example/GuessNumber-v0"


def play(env: gym.Env, guesses: list[int]) -> list[tuple]:
    return [env.step(f"guess {guess}")[:4] for guess in guesses]


def test_what_follows_a_restore_is_as_it_was_then() -> None:
    env = gym.make(ID)
    env.reset(seed=7)
    env.step("guess 1")
    saved = playout.snapshot(env)
    first = play(env, [2, 3, 4])
    playout.restore(env, saved)
    assert play(env, [2, 3, 4]) == first


def test_counting_wrappers_come_back_too() -> None:
    env = RecordEpisodeStatistics(TimeLimit(gym.make(ID), 4))
    env.reset(seed=7)
    play(env, [1, 2])
    saved = playout.snapshot(env)
    ends = []
    for _ in range(2):
        playout.restore(env, saved)
        results = [env.step("guess 1") for _ in range(2)]
        ends.append((results[-1][3], results[-1][4]["episode"]["l"]))
    assert ends == [(True, 4), (True, 4)]


def test_observation_stacks_and_clocks_come_back() -> None:
    env = FrameStackObservation(
        TimeAwareObservation(TimeLimit(gym.make("playout/Sokoban-6x6-1box-v0"), 50), flatten=True), 3
    )
    env.reset(seed=1)
    env.step(0)
    saved = playout.snapshot(env)
    expected = env.step(1)[0].copy()
    env.step(2)
    playout.restore(env, saved)
    np.testing.assert_array_equal(env.step(1)[0], expected)


def test_an_unknown_wrapper_is_refused_by_name() -> None:
    env = StickyAction(gym.make("playout/Sokoban-6x6-1box-v0"), 0.5)
    env.reset(seed=0)
    with pytest.raises(Unsupported, match="StickyAction"):
        playout.snapshot(env)


def test_a_world_that_cannot_be_saved_says_so() -> None:
    env = gym.make("CartPole-v1")
    env.reset(seed=0)
    with pytest.raises(Unsupported, match="CartPoleEnv has no snapshot"):
        playout.snapshot(env)


def test_other_wrappers_than_at_the_snapshot_are_refused() -> None:
    env = gym.make(ID)
    env.reset(seed=0)
    saved = playout.snapshot(env)
    with pytest.raises(WrongUse, match="taken through"):
        playout.restore(env.unwrapped, saved)


SMALL, LARGE = "playout/Sokoban-6x6-1box-v0", "playout/Sokoban-8x8-2box-v0"


@pytest.mark.parametrize("mode", [None, "sync", "vector_entry_point", "torch"])
def test_snapshots_of_other_worlds_are_refused(mode: str | None) -> None:
    """By name or by size, before anything is changed."""

    def made(name: str):
        if mode is None:
            return gym.make(name).unwrapped
        if mode == "torch":
            return gym.make_vec(name, 2, device="cpu")
        return gym.make_vec(name, 2, vectorization_mode=mode)

    index = None if mode is None else 1
    small, large, talk = made(SMALL), made(LARGE), gym.make(ID).unwrapped
    for env in (small, large, talk):
        env.reset(seed=0)
    with pytest.raises(WrongUse, match=r"of another size, .*, not "):
        playout.restore(large, playout.snapshot(small, index), index)
    with pytest.raises(WrongUse, match=r"taken of GuessNumber, not of sokoban|not taken of a copy"):
        playout.restore(large, playout.snapshot(talk), index)
    with pytest.raises(WrongUse, match=r"taken of sokoban|taken through"):
        playout.restore(talk, playout.snapshot(small, index))


def test_copies_within_vector_wrappers_are_refused() -> None:
    envs = gym.wrappers.vector.RecordEpisodeStatistics(gym.make_vec(SMALL, 2))
    envs.reset(seed=0)
    with pytest.raises(Unsupported, match=r"vector wrapper .*RecordEpisodeStatistics"):
        playout.snapshot(envs, 1)
    saved = playout.snapshot(envs.unwrapped, 1)
    with pytest.raises(Unsupported, match="vector wrapper"):
        playout.restore(envs, saved, 1)


@pytest.mark.parametrize("mode", ["sync", "vector_entry_point"])
def test_single_copies_of_vector_environments(mode: str) -> None:
    envs = gym.make_vec("playout/Sokoban-6x6-1box-v0", 3, vectorization_mode=mode, max_steps=4)
    envs.reset(seed=5)
    envs.step(np.array([0, 1, 2]))
    saved = playout.snapshot(envs, 1)
    actions = [np.array([a, a, a]) for a in (0, 1, 2, 3, 0, 1)]
    first = [envs.step(a) for a in actions]
    playout.restore(envs, saved, 1)
    second = [envs.step(a) for a in actions]
    for one, two in zip(first, second, strict=True):
        np.testing.assert_array_equal(one[0][1], two[0][1])
        assert [part[1] for part in one[1:4]] == [part[1] for part in two[1:4]]


def test_snapshots_survive_json() -> None:
    env = gym.make("playout/SokobanText-6x6-1box-v0")
    env.reset(seed=3)
    saved = playout.snapshot(env)
    again = Snapshot.from_json(saved.to_json())
    first = [env.step(a)[:4] for a in ("up", "left", "down")]
    playout.restore(env, again)
    assert [env.step(a)[:4] for a in ("up", "left", "down")] == first


def test_hidden_state_is_reached_through_wrappers() -> None:
    env = TimeLimit(gym.make(ID), 3)
    env.reset(seed=7)
    assert playout.privileged(env) == {"number": 14}
    assert playout.privileged(gym.make("CartPole-v1")) == {}
    assert playout.exact_restore(env)
