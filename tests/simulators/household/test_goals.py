"""The six goals: read, won, undone and measured."""

import pytest

from playout.simulators.household.engine import start, step
from playout.simulators.household.goals import TASK_TYPES, conditions, parse_goal, progress
from playout.simulators.household.problem import GameError

# Task -> commands that win, and the conditions met after each.
WON = {
    "place Apple CounterTop": None,
    "place Knife DiningTable": [
        ("go to countertop 2", 0), ("take knife 1 from countertop 2", 0), ("go to diningtable 1", 0),
        ("move knife 1 to diningtable 1", 1),
    ],
    "clean Apple DiningTable": [
        ("go to countertop 2", 0), ("take apple 3 from countertop 2", 0),
        ("clean apple 3 with sinkbasin 1", 1), ("go to diningtable 1", 1),
        ("move apple 3 to diningtable 1", 3),
    ],
    "heat Apple Fridge": [
        ("go to countertop 2", 1), ("take apple 3 from countertop 2", 1), ("go to microwave 1", 1),
        ("heat apple 3 with microwave 1", 2), ("go to fridge 1", 2), ("open fridge 1", 2),
        ("move apple 3 to fridge 1", 3),
    ],
    "cool Mug SinkBasin": [
        ("go to countertop 1", 1), ("take mug 2 from countertop 1", 1), ("go to fridge 1", 1),
        ("cool mug 2 with fridge 1", 3),  # it is still listed in the sink
    ],
    "two Apple DiningTable": [
        ("go to countertop 2", 0), ("take apple 3 from countertop 2", 0), ("go to diningtable 1", 0),
        ("move apple 3 to diningtable 1", 1), ("go to countertop 1", 1),
        ("take apple 2 from countertop 1", 1), ("go to diningtable 1", 1),
        ("move apple 2 to diningtable 1", 2),
    ],
    "look Mug DeskLamp": [
        ("go to countertop 2", 0), ("take mug 1 from countertop 2", 1), ("go to cabinet 1", 1),
        ("use desklamp 1", 2),
    ],
}  # fmt: skip


@pytest.mark.parametrize("goal", [goal for goal, commands in WON.items() if commands])
def test_conditions_rise_to_the_win(games, goal):
    game = games.game(goal)
    state, commands = start(game), WON[goal]
    for command, met in commands:
        assert not state.won and progress(game, state) < 1
        step(game, state, command)
        assert conditions(game, state)[0] == met, command
    assert state.won and progress(game, state) == 1.0


def test_task_types_are_those_of_alfred(games):
    found = [games.game(goal).goal.task_type for goal in WON][1:]
    assert sorted(found) == sorted(TASK_TYPES)
    assert games.game("look Mug DeskLamp").goal[1:] == ("mug", "desklamp")


def test_a_goal_may_hold_at_the_start_and_be_undone(games):
    game = games.game("place Apple CounterTop")
    state = start(game)
    assert state.won
    for command in ("go to countertop 2", "take apple 3 from countertop 2"):
        step(game, state, command)
    assert state.won, "another apple is on countertop 1"
    for command in ("move apple 3 to sinkbasin 1", "take apple 2 from countertop 1"):
        step(game, state, command)
    assert not state.won


def test_look_needs_the_lamp_near(games):
    game = games.game("look Mug DeskLamp")
    state = start(game)
    for command in (
        "go to cabinet 1",
        "use desklamp 1",
        "go to countertop 2",
        "take mug 1 from countertop 2",
    ):
        step(game, state, command)
    assert not state.won and progress(game, state) == 0.5
    step(game, state, "go to cabinet 3")
    assert state.won, "the cabinets are neighbours"
    step(game, state, "go to fridge 1")
    assert not state.won


def test_order_and_nesting_of_a_goal_do_not_matter(games):
    plain = parse_goal("(:goal " + games.GOALS["clean"].format("mug", "shelf").lower() + ")")
    turned = (
        "(:goal (exists (?x - object ?y - receptacle) (and (isclean ?x) (and (inreceptacle ?x ?y)"
        " (cleanable ?x)) (receptacletype ?y shelftype) (objecttype ?x mugtype)))) rest"
    )
    assert parse_goal(turned) == plain == ("pick_clean_then_place_in_recep", "mug", "shelf")


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "()",
        "(and)",
        "(not (inreceptacle ?o ?r))",
        "(forall (?o - object) (isclean ?o))",
        "(exists (?o - object) (and (objecttype ?o mugtype) (isclean ?o)))",
        "(exists (?r - receptacle ?o - object) (and (inreceptacle ?o ?r) (objecttype ?o mugtype)"
        " (objecttype ?o cuptype) (receptacletype ?r shelftype)))",
        "(and (and (and",
        "(inreceptacle (a) b)",
        "(and " * 50_000,
        "(and " * 200 + ")" * 200,
    ],
)
def test_other_goals_are_refused(formula):
    with pytest.raises(GameError, match=r"^file.tw-pddl, :goal: found .*; expected one of the shapes of"):
        parse_goal(f"(:goal {formula})", "file.tw-pddl")
