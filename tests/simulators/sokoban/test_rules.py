"""The rule book statement by statement, the legal mask, and gym-sokoban's own step function."""

import json
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest

from playout.core.random import Stream
from playout.simulators.sokoban import rules
from playout.simulators.sokoban.rewards import PRESETS
from playout.simulators.sokoban.tiles import BOX, EMPTIED, HAS_BOX, HAS_PLAYER, PLAYER, PLAYER_ON_GOAL

TRACES = Path(__file__).parent / "data/gym_sokoban_traces.json"
ROOT = Path(__file__).parents[3]
UP, DOWN, LEFT, RIGHT = 1, 2, 3, 4
WALK = 4  # what makes a push action a move


def start(tiles):
    counters = np.full(rules.COUNTERS, -1, np.int32)
    rules.count(tiles, counters)
    return tiles, counters


def play(exhaustive, before, action, after):
    """The event of ``action`` in the room drawn as ``before``, which must become ``after``."""
    tiles, counters = start(exhaustive.read(before))
    event = rules.step(tiles, counters, action)
    assert tiles.tolist() == exhaustive.read(after).tolist()
    return event, counters


MOVES = [
    ("waiting", "#@ .$#", 0, "#@ .$#", 0),
    ("a move onto floor", "#@ .$#", RIGHT, "# @.$#", rules.MOVED),
    ("a move onto a goal", "# @.$#", RIGHT, "#  +$#", rules.MOVED),
    ("a move off a goal", "#  +$#", LEFT, "# @.$#", rules.MOVED),
    ("a move into a wall", "#@ .$#", LEFT, "#@ .$#", 0),
    ("a push", ".@$ #", RIGHT, ". @$#", rules.MOVED | rules.PUSHED),
    ("a push onto a goal", "$@$..", RIGHT, "$ @*.", rules.MOVED | rules.PUSHED | rules.BOX_ON),
    ("a push off a goal", "@* #", RIGHT, " +$#", rules.MOVED | rules.PUSHED | rules.BOX_OFF),
    ("a push from goal to goal", "@*.$", RIGHT, " +*$", rules.MOVED | rules.PUSHED),
    ("a push with the player on a goal", "+$ #", RIGHT, ".@$#", rules.MOVED | rules.PUSHED),
    ("the last push", " @$.", RIGHT, "  @*", rules.MOVED | rules.PUSHED | rules.BOX_ON | rules.SOLVED),
    ("a push against a wall", ".@$#", RIGHT, ".@$#", 0),
    ("a push against a box", "@$$..", RIGHT, "@$$..", 0),
    ("a push against a box on a goal", "@$* .", RIGHT, "@$* .", 0),
    ("a push over the edge", ".@$", RIGHT, ".@$", 0),
    ("a move over the edge", ".$@", RIGHT, ".$@", 0),
    ("a move onto the edge", ".$@ ", RIGHT, ".$ @", rules.MOVED),
    ("a move-only action at a box", ".@$ ", RIGHT + WALK, ".@$ ", 0),
    ("a move-only action onto floor", "@ $.", RIGHT + WALK, " @$.", rules.MOVED),
    ("a move-only action into a wall", "#@$.", LEFT + WALK, "#@$.", 0),
]


@pytest.mark.parametrize(
    ("what", "before", "action", "after", "event"), MOVES, ids=[move[0] for move in MOVES]
)
def test_rule(exhaustive, what, before, action, after, event):
    assert play(exhaustive, before, action, after)[0] == event


@pytest.mark.parametrize("action", range(rules.ACTIONS))
def test_every_action_is_a_step(exhaustive, action):
    assert play(exhaustive, "###\n#+#\n#$#\n###", action, "###\n#+#\n#$#\n###")[1][rules.STEPS] == 1


@pytest.mark.parametrize(
    ("action", "after"),
    [
        (UP, ".$@#\n    \n$  ."),
        (DOWN, ".$ #\n    \n$ @."),
        (LEFT, ".$ #\n @  \n$  ."),
        (RIGHT, ".$ #\n   @\n$  ."),
    ],
)
def test_directions_are_up_down_left_right_for_pushes_and_for_moves(exhaustive, action, after):
    before = ".$ #\n  @ \n$  ."
    assert play(exhaustive, before, action, after)[0] == rules.MOVED
    assert play(exhaustive, before, action + WALK, after)[0] == rules.MOVED


def test_counters_follow_the_room(exhaustive):
    tiles, counters = start(exhaustive.read("@$.$. \n  *   "))
    assert counters.tolist() == start(tiles)[1].tolist()
    for action in (RIGHT, RIGHT, DOWN, RIGHT):
        rules.step(tiles, counters, action)
    fresh = start(tiles)[1]
    assert counters[rules.STEPS] == 4
    assert counters[rules.PUSHES] == 2
    assert counters[rules.BOXES_OFF] == fresh[rules.BOXES_OFF] == 2
    at = [i for i in range(rules.COUNTERS) if i not in (rules.STEPS, rules.PUSHES)]
    assert counters[at].tolist() == fresh[at].tolist()


@pytest.mark.parametrize("seed", range(40))
def test_random_play_agrees_with_a_model_on_sets_of_cells(exhaustive, seed):
    draws = Stream(seed)
    tiles, counters = start(exhaustive.room(seed, boxes=1 + draws.below(3)))
    for _ in range(60):
        action = draws.below(rules.ACTIONS)
        expected = exhaustive.after(tiles, (action - 1) % 4) if action else None
        if expected is not None and action > WALK and expected[1] is not None:
            expected = None
        before = tiles.copy()
        event = rules.step(tiles, counters, action)
        assert np.array_equal(tiles, before if expected is None else expected[0])
        assert bool(event & rules.MOVED) == (expected is not None)
        assert bool(event & rules.PUSHED) == (expected is not None and expected[1] is not None)
        assert bool(event & rules.SOLVED) == bool(event & rules.PUSHED and not (tiles == BOX).any())
        assert counters[rules.BOXES_OFF] == (tiles == BOX).sum()


@pytest.mark.parametrize("seed", range(40))
def test_the_mask_is_the_set_of_actions_that_change_the_room(exhaustive, seed):
    tiles, counters = start(exhaustive.room(seed, boxes=2, height=4, walls=0.3))
    mask, pushes = np.full(rules.ACTIONS, 7, np.int8), np.full(4, 7, np.int8)
    for action in (*range(1, 9), *range(1, 5)):
        rules.legal(tiles, counters, mask)
        rules.legal(tiles, counters, pushes)
        changes = []
        for other in range(rules.ACTIONS):
            copy, numbers = tiles.copy(), counters.copy()
            event = rules.step(copy, numbers, other)
            changes.append(int(not np.array_equal(copy, tiles)))
            assert bool(event) == bool(changes[-1])
        assert mask.tolist() == changes
        assert pushes.tolist() == changes[1:5]
        rules.step(tiles, counters, action)


def test_the_rules_play_as_gym_sokoban_does():
    steps = 0
    for trace in json.loads(TRACES.read_text()):
        steps += len(trace["actions"])
        check_trace(trace)
    assert steps >= 10_000


@pytest.mark.peer
def test_the_traces_are_what_gym_sokoban_does():
    """Needs ``make bench-peers``."""
    python = ROOT / ".peers/sokoban/bin/python"
    if not python.exists():
        pytest.skip("gym-sokoban is not installed: make bench-peers")
    recorded = TRACES.read_text()
    script = ROOT / "benchmarks/peers/sokoban/gym_sokoban_traces.py"
    played = subprocess.run([python, script], input=recorded, capture_output=True, text=True, check=True)
    assert json.loads(played.stdout) == json.loads(recorded)


def check_trace(trace):
    """One episode of the peer, state by state. It loses the goal under the player: 6 is its 5."""
    tiles, counters = start(np.array([list(map(int, row)) for row in trace["room"]], np.uint8))
    table = PRESETS["gym_sokoban"].table()
    code = {"n": -0.1, "u": 0.9, "d": -1.1, "w": 10.9}
    for t, action in enumerate(map(int, trace["actions"])):
        event = rules.step(tiles, counters, action)
        state = np.where(tiles == PLAYER_ON_GOAL, PLAYER, tiles).astype(np.uint8)
        fixed = EMPTIED[tiles]
        crc = f"{zlib.crc32(state.tobytes() + fixed.tobytes()):08x}"
        assert crc == trace["states"][8 * t : 8 * t + 8]
        done = bool(event & rules.SOLVED) or counters[rules.STEPS] >= trace["max_steps"]
        assert table[int(done), event] == pytest.approx(code[trace["rewards"][t]], abs=1e-6)
        assert done == (trace["done"] and t + 1 == len(trace["actions"]))
    assert HAS_PLAYER[tiles].sum() == 1
    assert HAS_BOX[tiles].sum() == sum(row.count("4") for row in trace["room"])
