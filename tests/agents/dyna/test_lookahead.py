"""Rollouts on snapshots: true, distinct, the best one chosen, the world where it was."""

import numpy as np
import pytest

from playout.agents.dyna import lookahead
from playout.agents.dyna.lookahead import (
    LOST,
    LookaheadConfig,
    MonteCarlo,
    Seen,
    Teacher,
    distance,
    look_ahead,
    progress,
    respond,
    solution,
)
from playout.agents.dyna.response import Imagined, parse, render
from playout.agents.dyna.scoring import check
from playout.core import WrongUse
from playout.core.random import Stream
from playout.envs.household.env import HouseholdEnv
from playout.envs.sokoban.text import SokobanText
from playout.simulators.sokoban.levels import parse_xsb
from playout.simulators.sokoban.sources import ArraySource


def sokoban(picture, **options):
    (level,) = parse_xsb(picture)
    source = ArraySource(np.array(level.tiles)[None], ["room"], "train")
    return started(SokobanText(source=source, format="words", **options))


def started(env, seed=0):
    observation, info = env.reset(seed=seed)
    return env, Seen(observation, info["legal_actions"])


ORDERS = ("depth-first", "best-first", "tree")
WORLDS = {
    "sokoban": lambda: started(SokobanText(size=(6, 6), boxes=1, format="words"), 3),
    "household": lambda: started(HouseholdEnv(), 1),
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", WORLDS)
def test_lines_are_true_distinct_and_the_best_is_taken(name, order):
    env, seen = WORLDS[name]()
    before = env.snapshot().to_json()
    config = LookaheadConfig(branches=3, depth=3, order=order)
    found = look_ahead(env, seen, Teacher(Stream(1)), distance, config)
    assert env.snapshot().to_json() == before
    actions = [line.future.actions for line in found.lines]
    assert len(actions) == 3 == len(set(actions)) and max(map(len, actions)) <= 3
    checked = check(env, seen.observation, [line.future for line in found.lines])
    assert checked and all(step.exact for step in checked)
    response = respond(found)
    assert response.plan == found.best.future.actions and response.action == response.plan[0]
    assert response.action in solution(env)[1] or order != "depth-first"
    assert parse(render(response)).response == response and parse(render(response)).whole
    assert found.steps >= sum(map(len, actions))


def test_values_of_ends():
    env, seen = sokoban("#####\n#@$.#\n#####")
    (line,) = look_ahead(env, seen, Teacher(Stream(0)), distance).lines
    assert line.future.steps == (Imagined("right", "p1_2 b1_3"),) and line.future.value == "solved"
    env, seen = sokoban("######\n#    #\n#@ $.#\n######")
    steps, best = solution(env)
    assert (steps, best) == (2, ("right",))
    env, seen = sokoban("#######\n#@ $ .#\n#     #\n#######", max_steps=1)
    assert distance(env, seen.after(env.step("down"))).text == "4"  # whatever the step limit


def test_progress_is_how_much_nearer_success_is():
    env, seen = sokoban("#######\n#@ $ .#\n#     #\n#######")
    value, begin = progress(solution(env)[0]), env.snapshot()
    for action, said in (("right", "1"), ("down", "-1"), ("up", "0")):
        env.restore(begin)
        assert value(env, seen.after(env.step(action))).text == said
    solved, seen = sokoban("#####\n#@$.#\n#####")
    assert progress(1)(solved, seen.after(solved.step("right"))).text == "solved"


def test_a_lost_room_is_said_to_be_lost():
    env, seen = sokoban("######\n#  . #\n#@   #\n#$   #\n######")
    found = look_ahead(env, seen, Teacher(Stream(0)), distance)
    assert {line.future.value for line in found.lines} == {"lost"} and found.best.score == LOST


def test_without_states_it_is_reasoning_only():
    env, seen = WORLDS["sokoban"]()
    found = look_ahead(env, seen, Teacher(Stream(0)), distance)
    response = respond(found, states=False)
    assert all(step.state is None for future in response.futures for step in future.steps)
    assert "<see>" not in render(response)


def test_monte_carlo_prefers_what_is_nearly_solved():
    env, seen = sokoban("######\n#@ $.#\n#    #\n######")
    value = MonteCarlo(Stream(0), rollouts=20)
    far = value(env, seen)
    near = value(env, seen.after(env.step("right")))
    assert near.score > far.score > 0
    assert value(env, seen.after(env.step("right"))).text == "solved"


def test_monte_carlo_does_not_call_lost_what_was_cut():
    env, seen = sokoban("######\n#@ $.#\n#    #\n######", max_steps=1)
    cut = seen.after(env.step("right"))
    assert cut.cut
    assert MonteCarlo(Stream(0))(env, cut).text == "0"


def test_wrong_use():
    env, seen = WORLDS["sokoban"]()
    with pytest.raises(WrongUse, match="depth"):
        LookaheadConfig(depth=9)
    with pytest.raises(WrongUse, match="ended"):
        look_ahead(env, seen._replace(ended=True), Teacher(Stream(0)), distance)
    with pytest.raises(WrongUse, match="no expert"):
        solution(object())


def test_rooms_too_large_for_tables_are_left_to_the_solver(monkeypatch):
    env, _ = WORLDS["sokoban"]()
    exact = solution(env)

    def refuse():
        raise WrongUse("too many states")

    monkeypatch.setattr(env, "optimal", refuse)
    steps, _ = lookahead.solution(env)
    assert steps is not None and exact[0] is not None and steps >= exact[0]
