"""The torch rules against the compiled ones, step by step over many copies at once."""

import numpy as np
import pytest

from playout.core.random import Stream, key_of_episode
from playout.simulators import bank
from playout.simulators.sokoban import rules
from playout.simulators.sokoban.generator import generate_many
from playout.simulators.sokoban.rewards import PRESETS

torch = pytest.importorskip("torch")
from playout.simulators.sokoban.batch import SokobanBatch  # noqa: E402  (needs torch)

COPIES, STEPS, LIMIT = 600, 170, 50


class Reference:
    """The same copies through ``rules``, one by one."""

    def __init__(self, rooms, keys, rewards):
        self.rooms, self.keys, self.table = rooms, keys, PRESETS[rewards].table()
        self.episode = np.full(len(keys), -1)
        self.tiles = np.zeros((len(keys), *rooms.shape[1:]), np.uint8)
        self.counters = np.zeros((len(keys), rules.COUNTERS), np.int32)
        self.restart(np.ones(len(keys), bool))

    def restart(self, where):
        for i in np.flatnonzero(where):
            self.episode[i] += 1
            key = key_of_episode(int(self.keys[i]), int(self.episode[i]))
            self.tiles[i] = self.rooms[bank.index(key, len(self.rooms))]
            rules.count(self.tiles[i], self.counters[i])

    def step(self, actions):
        events = np.array(
            [rules.step(*copy) for copy in zip(self.tiles, self.counters, actions, strict=True)]
        )
        terminated = events & rules.SOLVED > 0
        truncated = ~terminated & (self.counters[:, rules.STEPS] >= LIMIT)
        return self.table[(terminated | truncated).astype(int), events], terminated, truncated

    def legal(self, actions):
        mask = np.empty((len(self.keys), actions), np.int8)
        for copy in zip(self.tiles, self.counters, mask, strict=True):
            rules.legal(*copy)
        return mask


def draw_actions(mask, rng):
    """Half legal (its type first: push, walk by a push action, plain move), a quarter greedy pushes, a
    quarter anything. ``mask`` is int8[N, 9]."""
    pushes, walks = mask[:, 1:5] - mask[:, 5:], mask[:, 5:]
    groups = np.zeros((3, *mask.shape), np.int8)
    groups[0, :, 1:5], groups[1, :, 1:5], groups[2, :, 5:] = pushes, walks, walks
    kind = rng.integers(3, size=len(mask))
    greedy = rng.random(len(mask)) < 1 / 3
    kind[greedy] = 0
    weights = groups[kind, np.arange(len(mask))] * rng.random(mask.shape)
    chosen = weights.argmax(1)
    # Where the type has no legal action, argmax falls on waiting: any action is as good.
    anything = (rng.random(len(mask)) < 0.25) | (weights.max(1) == 0)
    return np.where(anything, rng.integers(rules.ACTIONS, size=len(mask)), chosen)


@pytest.fixture(scope="module", params=["walled", "open"])
def rooms(request, exhaustive):
    """Generated rooms, half of them so small that random play solves them, or rooms without walls around."""
    keys = np.arange(20, dtype=np.uint64)
    if request.param == "walled":
        small = np.pad(generate_many(5, 5, 1, keys), ((0, 0), (1, 1), (2, 2)))
        return np.concatenate([generate_many(7, 9, 3, keys), small])
    return np.array([exhaustive.room(seed, height=4, width=6, walls=0.15, pulls=9) for seed in range(40)])


@pytest.mark.parametrize("rewards", PRESETS)
def test_the_batch_plays_as_the_rules_do(rooms, rewards):
    world = SokobanBatch(rooms, rewards=PRESETS[rewards], max_steps=LIMIT, first_action=0)
    keys = np.array([Stream(i).bits() for i in range(COPIES)], np.uint64)
    reference, rng = Reference(rooms, keys, rewards), np.random.default_rng(0)
    state, solved = world.reset(torch.from_numpy(keys.view(np.int64))), 0
    for _ in range(STEPS):
        assert np.array_equal(world.observe(state).numpy(), reference.tiles)
        assert np.array_equal(world.legal(state).numpy(), reference.legal(4).astype(bool))
        actions = draw_actions(reference.legal(rules.ACTIONS), rng)
        before = [column.clone() for column in state]
        result = world.step(state, torch.from_numpy(actions))
        assert all(torch.equal(a, b) for a, b in zip(before, state, strict=True)), "the old state is kept"
        reward, terminated, truncated = reference.step(actions)
        assert np.allclose(result.reward.numpy(), reward, rtol=0, atol=1e-6)
        assert np.array_equal(result.terminated.numpy(), terminated)
        assert np.array_equal(result.truncated.numpy(), truncated)
        assert np.array_equal(result.metrics["pushes"].numpy(), reference.counters[:, rules.PUSHES])
        assert np.array_equal(result.metrics["boxes_off"].numpy(), reference.counters[:, rules.BOXES_OFF])
        ended = terminated | truncated
        reference.restart(ended)
        state = world.restart(result.state, torch.from_numpy(ended))
        solved += terminated.sum()
    assert COPIES * STEPS >= 100_000
    assert solved > 20, "episodes that end by success are part of the test"


def test_the_actions_may_be_the_four_pushes_alone(rooms):
    world = SokobanBatch(rooms, rewards=PRESETS["dyna_mind"], max_steps=LIMIT)
    every = SokobanBatch(rooms, rewards=PRESETS["dyna_mind"], max_steps=LIMIT, first_action=0)
    state = world.reset(torch.arange(64))
    for action in range(4):
        pushed = world.step(state, torch.full((64,), action))
        same = every.step(state, torch.full((64,), action + 1))
        assert all(torch.equal(a, b) for a, b in zip(pushed.state, same.state, strict=True))
        state = pushed.state
