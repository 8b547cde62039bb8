"""The compiled copies against one game played alone, restarts and deadlocks included."""

import numpy as np
import pytest

from playout.core.random import Stream, key_of_episode
from playout.simulators.sokoban import copies, deadlocks, rules
from playout.simulators.sokoban.game import Game
from playout.simulators.sokoban.generator import generate_many
from playout.simulators.sokoban.rewards import PRESETS
from playout.simulators.sokoban.sources import ArraySource

N, LIMIT = 9, 30


@pytest.fixture(scope="module", params=["walled", "open"])
def source(request, exhaustive):
    if request.param == "walled":
        rooms = generate_many(5, 5, 1, np.arange(30, dtype=np.uint64))
    else:
        rooms = np.array([exhaustive.room(s, height=4, width=5, walls=0.15, pulls=9) for s in range(30)])
    return ArraySource(rooms, [str(row) for row in range(30)], "train")


def started(source, keys):
    bank = copies.bank_of(source.bank())
    state = copies.copies_of(N, bank)
    state.key[:] = keys
    copies.start_where(state, bank, np.ones(N, bool))
    return bank, state


def step(bank, state, actions, mode, restart):
    """A step in new outputs."""
    out = copies.outputs_of(N, rules.ACTIONS)
    table = PRESETS["gym_sokoban"].table()
    ends = copies.step(state, bank, actions, 0, table, LIMIT, mode != "off", mode == "end", restart, out)
    return ends, out


@pytest.mark.parametrize("mode", ["off", "info", "end"])
@pytest.mark.parametrize("restart", [True, False])
def test_every_copy_is_a_game(source, mode, restart):
    keys = [Stream(i).bits() for i in range(N)]
    bank, state = started(source, keys)
    games = [Game(source, rewards="gym_sokoban", max_steps=LIMIT, deadlocks=mode) for _ in range(N)]
    for game, key in zip(games, keys, strict=True):
        game.start(key_of_episode(key, 0))
    episodes, rng, seen = [0] * N, np.random.default_rng(0), np.zeros(3, int)
    for _ in range(200):
        actions = rng.integers(rules.ACTIONS, size=N)
        ends, out = step(bank, state, actions, mode, restart)
        ended_before = [game.ended for game in games]
        for i, game in enumerate(games):
            if game.ended:
                expected = (0.0, False, False)
                if restart:
                    episodes[i] += 1
                    game.start(key_of_episode(keys[i], episodes[i]))
            else:
                expected = game.step(int(actions[i]))
            assert (out.reward[i], out.terminated[i], out.truncated[i]) == pytest.approx(expected, abs=1e-6)
            assert np.array_equal(state.tiles[i], game.tiles)
            assert np.array_equal(out.mask[i], game.legal(rules.ACTIONS))
            assert (state.stuck[i], state.ended[i]) == (game.deadlock, game.ended)
            assert np.array_equal(state.counters[i], game.counters)
            if game.ended and not ended_before[i]:
                success, metrics = game.outcome()
                assert out.success[i] == success
                assert all(metrics[name] == out.metrics[row, i] for row, name in enumerate(copies.METRICS))
            else:
                assert not out.success[i] and not out.metrics[:, i].any()
            seen += (game.solved, game.deadlock, expected[2])
        assert ends == sum(game.ended for game in games) - (0 if restart else sum(ended_before))
    assert seen[0] > 0 and seen[2] > 0 and (seen[1] > 0) == (mode != "off")


def test_the_bank_knows_counters_and_dead_squares(source):
    bank = copies.bank_of(source.bank())
    for row, room in enumerate(source.bank()):
        counters = np.empty(rules.COUNTERS, np.int32)
        rules.count(np.array(room), counters)
        assert np.array_equal(bank.counters[row], counters)
        assert np.array_equal(bank.dead[row], deadlocks.dead_squares(np.array(room)))


def test_only_the_chosen_copies_start(source):
    bank, state = started(source, np.arange(N, dtype=np.uint64))
    for action in (1, 2, 3, 4):
        step(bank, state, np.full(N, action), "info", True)
    before, chosen = state.tiles.copy(), np.arange(N) % 3 == 0
    copies.start_where(state, bank, chosen)
    assert np.array_equal(state.tiles[~chosen], before[~chosen])
    assert np.array_equal(state.tiles[chosen], bank.tiles[state.level[chosen]])
    assert state.counters[chosen, rules.STEPS].tolist() == [0] * chosen.sum()


def test_the_masks_are_those_of_the_rules(source):
    _, state = started(source, np.arange(N, dtype=np.uint64))
    masks, mask = np.empty((N, 4), np.int8), np.empty(4, np.int8)
    copies.legal(state, masks)
    for tiles, counters, written in zip(state.tiles, state.counters, masks, strict=True):
        rules.legal(tiles, counters, mask)
        assert np.array_equal(written, mask)


@pytest.mark.parametrize("wrong", [-1, rules.ACTIONS])
def test_an_action_outside_the_range_does_nothing(source, wrong):
    bank, state = started(source, np.arange(N, dtype=np.uint64))
    before = state.counters.copy()
    assert step(bank, state, np.array([1] * (N - 1) + [wrong]), "info", True)[0] == -1
    assert np.array_equal(state.counters, before)
