"""Simulated states against real ones."""

import numpy as np

from playout.agents.dyna.response import Future, Imagined
from playout.agents.dyna.scoring import SimScore, check, execute, f1
from playout.envs.sokoban.text import SokobanText
from playout.simulators.sokoban.levels import parse_xsb
from playout.simulators.sokoban.sources import ArraySource


def world(picture="######\n#@ $.#\n#    #\n######", **options):
    (level,) = parse_xsb(picture)
    env = SokobanText(
        source=ArraySource(np.array(level.tiles)[None], ["room"], "train"), format="words", **options
    )
    return env, env.reset(seed=0)[0]


def future(*steps):
    return Future(tuple(Imagined(*step) for step in steps), "1")


def test_right_and_wrong_states():
    env, seen = world()
    before = env.snapshot()
    right = future(("right", "p1_2 b1_3"), ("right", "p1_3 b1_4"))
    wrong = future(("down", "p2_1 b1_3"), ("up", "p1_1 b1_2"))
    found = check(env, seen, (right, wrong))
    assert [(step.horizon, step.exact) for step in found] == [(1, True), (2, True), (1, True), (2, False)]
    assert found[3].true == "p1_1 b1_3" and found[3].f1 == 0.5
    assert env.snapshot().to_json() == before.to_json()
    score = SimScore()
    score.add(found)
    assert score.metrics() == {
        "sim_exact": 0.75, "sim_f1": 0.875, "sim_exact_h1": 1.0, "sim_exact_h2": 0.5
    }  # fmt: skip


def test_a_plan_through_a_wall_leaves_the_state_as_it_is():
    env, seen = world()
    (found,) = check(env, seen, (future(("up", "p1_1 b1_3")),))
    assert found.exact


def test_nothing_follows_the_end():
    env, seen = world()
    long = future(("right", "p1_2 b1_3"), ("right", "p1_3 b1_4"), ("left", "p1_2 b1_4"))
    *_, last = check(env, seen, (long,))
    assert last.true is None and not last.exact
    assert execute(env, seen, ("right", "right", "left")) == (["p1_2 b1_3", "p1_3 b1_4"], False)


def test_what_follows_the_step_limit_is_not_scored():
    env, seen = world(max_steps=1)
    found = check(env, seen, (future(("down", "p2_1 b1_3"), ("right", "p2_2 b1_3")),))
    assert [step.exact for step in found] == [True]


def test_what_was_not_imagined_is_not_scored():
    env, seen = world()
    assert check(env, seen, (future(("up", None)),)) == []
    assert SimScore().metrics() == {}


def test_f1():
    assert f1("You see a mug 1 and a mug 2.", "On the desk 1, you see a mug 1.") == 0.5
    assert f1("", "") == 1.0 and f1("a", "") == 0.0
