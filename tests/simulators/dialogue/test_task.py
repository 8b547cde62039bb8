"""What every task at act level keeps, whoever wrote it."""

import numpy as np
import pytest

from playout.core.random import bits_array
from playout.simulators.dialogue.support.task import Support
from playout.simulators.dialogue.task import FEATURE_BOUND, SPLITS, codes, put, row, set_row
from playout.simulators.dialogue.tutoring.task import Tutoring

KINDS = (Tutoring, Support)
N = 400


def keys(n: int = N, first: int = 0) -> np.ndarray:
    return bits_array(np.arange(first, first + n), 0)


def acts_at(task, t: int, n: int = N) -> np.ndarray:
    return (bits_array(np.arange(n), t, 9) % np.uint64(len(task.acts))).astype(np.int64)


def equal(one, two) -> bool:
    return all(np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("kind", KINDS)
def test_shapes_ranges_and_ends(kind, split) -> None:
    task = kind(split=split)
    state = task.start(keys())
    assert not state.success.any() and not state.turn.any(), "nobody starts at the goal"
    for t in range(task.max_turns):
        reward, terminated = task.step(state, acts_at(task, t))
        assert reward.dtype == np.float32 and terminated.dtype == np.bool_
        assert (state.turn == t + 1).all()
        assert ((state.reply >= 0) & (state.reply < len(task.replies))).all()
        seen = task.observe(state)
        assert seen.dtype == np.float32 and seen.shape == (N, len(task.features))
        assert np.isfinite(seen).all() and np.abs(seen).max() <= FEATURE_BOUND
    success, metrics = task.outcome(state)
    assert success.dtype == np.bool_ and tuple(metrics) == task.metrics
    assert all(np.isfinite(values).all() for values in metrics.values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_does_not_depend_on_its_neighbours(kind) -> None:
    task = kind()
    state, alone = task.start(keys()), task.start(keys(1, 17))
    for t in range(5):
        acts = acts_at(task, t)
        reward, _ = task.step(state, acts)
        own, _ = task.step(alone, acts[17:18])
        assert own[0] == reward[17]
        assert equal(alone, [array[17:18] for array in state])


@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_saved_and_put_back(kind) -> None:
    task = kind()
    state = task.start(keys())
    task.step(state, acts_at(task, 0))
    saved, before = row(state, 3), [array[3].copy() for array in state]
    task.step(state, acts_at(task, 1))
    set_row(state, 3, saved)
    assert equal(before, [array[3] for array in state])
    chosen = np.arange(N) % 7 == 2
    fresh = task.start(keys(int(chosen.sum()), 5000))
    put(state, chosen, fresh)
    assert equal(fresh, [array[chosen] for array in state])


@pytest.mark.parametrize("kind", KINDS)
def test_two_policies_meet_the_same_person(kind) -> None:
    task = kind()
    one, two = task.start(keys()), task.start(keys())
    task.step(one, np.zeros(N, np.int64))
    task.step(two, np.full(N, len(task.acts) - 1))
    np.testing.assert_array_equal(one.traits, two.traits)
    np.testing.assert_array_equal(one.persona, two.persona)


@pytest.mark.parametrize("kind", KINDS)
def test_gains_add_up_to_the_last_value_less_a_tenth_a_turn(kind) -> None:
    task = kind()
    state = task.start(keys())
    first, total, live = state.value.copy(), np.zeros(N), np.ones(N, bool)
    last = np.zeros(N)
    for t in range(task.max_turns):
        reward, terminated = task.step(state, acts_at(task, t))
        total += np.where(live, reward, 0)
        last[live] = (state.value - 0.1 * (t + 1 - terminated))[live]
        live &= ~terminated
    np.testing.assert_allclose(total, last - first, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_the_papers_reward_is_the_verdict_of_every_turn(kind) -> None:
    task = kind(reward="paper")
    state = task.start(keys())
    reward, _ = task.step(state, acts_at(task, 0))
    np.testing.assert_allclose(reward, task.outcome(state)[1]["value"])


@pytest.mark.parametrize("kind", KINDS)
def test_human_acts_are_a_distribution_after_every_id(kind) -> None:
    task = kind()
    table = task.human_acts()
    assert table.shape == (codes(task), len(task.acts))
    np.testing.assert_allclose(table.sum(axis=1), 1)
    assert table.min() > 0


@pytest.mark.parametrize("kind", KINDS)
def test_adapting_pays(kind) -> None:
    """The world is worth learning in: who sees the person does far better than any constant act."""
    task, returns = kind(), {}
    for policy in (*range(len(task.acts)), "random", "expert"):
        state = task.start(keys())
        total, live = np.zeros(N), np.ones(N, bool)
        for t in range(task.max_turns):
            if policy == "expert":
                acts = np.array([task.privileged(state, i)["expert_plan"][0] for i in range(N)])
            else:
                acts = acts_at(task, t) if policy == "random" else np.full(N, policy)
            reward, terminated = task.step(state, acts)
            total += np.where(live, reward, 0)
            live &= ~terminated
        returns[policy] = total.mean()
    constant = max(returns[act] for act in range(len(task.acts)))
    assert constant - returns["random"] <= 0.5 * (returns["expert"] - returns["random"])
