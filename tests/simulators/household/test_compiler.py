"""Problems: what is read from them, and what is refused with its line."""

import pytest

from playout.simulators.household.compiler import compile_game
from playout.simulators.household.engine import introduction, start
from playout.simulators.household.problem import GameError, scan
from playout.simulators.household.tables import Game


def test_case_comments_fluents_and_grouped_declarations_do_not_matter(games):
    text = games.problem()
    for old, new in (
        ("(:init", "; a (comment\n(:init"),
        ("(:init", "(:init (= (total-cost) 0) (= (distance a b) 12)\n(holdsAny agent1)"),
        ("loc_bar_door - location\nloc_bar_east - location", "loc_bar_door loc_bar_east - location"),
        ("(receptacleType", "( receptacleType"),
    ):
        assert old in text and compile_game(text.replace(old, new)) == compile_game(text)
    assert compile_game(text.upper()) == compile_game(text)


def test_every_object_counts_in_names_but_only_those_with_a_part_are_kept(games):
    facts = ("objectType Chair_bar_1 BoxType", "objectType Box_bar_9 BoxType")
    text = games.problem(facts=facts).replace(
        "agent1 - agent", "agent1 - agent Chair_bar_1 Box_bar_9 - object"
    )
    record = compile_game(text)
    assert "box 2" in record.objects and "box 1" not in record.objects
    assert not any(name.startswith("chair") for name in record.objects)


def test_what_is_in_itself_or_said_twice_is_told_as_in_the_original(games):
    facts = ("inReceptacleObject Box_1 Box_1", *["inReceptacleObject Apple_2 Box_1"] * 2)
    record = compile_game(games.problem(facts=facts))
    assert record.inside[record.objects.index("box 1")] == (record.objects.index("apple 2"),)


def test_ids_without_a_position_are_spoken_with_a_space(games):
    text = games.problem().replace("Fridge_bar_1", "icebox")
    game = Game(compile_game(text))
    assert "a icebox , a microwave 1" in introduction(game, start(game))


def test_what_a_game_may_start_with(games):
    facts = ("holds agent1 Apple_1", "isSliced Apple_1", "opened Fridge_1", "isToggled DeskLamp_1")
    rooms = games.KITCHEN | {"CounterTop_1": ("window", "", ["Apple_1"])}
    record = games.game(rooms=rooms, facts=facts).record
    begin, apple = record.start, record.objects.index("apple 3")
    assert (begin.held, begin.sliced) == (apple, 1 << apple)
    assert begin.opened >> record.receptacles.index("fridge 1") & 1
    assert begin.toggled == 1 << record.objects.index("desklamp 1")


FRIDGE = "(openable Fridge_bar_1)"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("(:goal", "(:gaol", "found a text without one of its parts; expected .:objects"),
        ("(:init", "(:int", "found a text without one of its parts"),
        (")))", "))", "found unbalanced parentheses"),
        ("(openable ", "(breakable ", "found the predicate 'breakable'; expected one of ALFWorld's domain"),
        ("loc_bar_window - location\n", "loc_bar_window\n", ":objects: found the kind ''; expected one of"),
        (
            "Egg_bar_1 - object",
            "Egg_bar_1 - thing",
            ":objects: found the kind 'thing'; expected one of agent",
        ),
        ("(inReceptacle Egg_bar_1", "(inReceptacle Egg_bar_7", "found 'egg_bar_7' in .inreceptacle ...."),
        ("BoxType - otype\n", "", "'boxtype' in .objecttype ....; expected a otype declared in :objects"),
        ("FridgeType)", "IceType)", "'icetype' in .receptacletype ....; expected a rtype declared"),
        (FRIDGE, "(openable Fridge_bar_1 Egg_bar_1)", "'egg_bar_1' in .openable ....; expected 1 argument"),
        (FRIDGE, "(openable)", "found '' in .openable"),
        (FRIDGE, "(not (openable Fridge_bar_1))", "found a nested or longer fact"),
        (FRIDGE, "(openable a b c)", "found a nested or longer fact"),
        (FRIDGE, "(receptacleAtLocation Fridge_bar_1 loc_bar_hall)", "found a receptacle with two locations"),
        (
            FRIDGE,
            "(holds agent1 Egg_bar_1) (holds agent1 Mug_bar_1)",
            "found 2 holds facts; expected at most",
        ),
        ("(atLocation agent1 loc_bar_door)", "", "found 0 atLocation facts; expected one, of the agent"),
        ("(inReceptacle ?o ?r)", "(isHot ?o)", ":goal: found another formula; expected one of the shapes"),
    ],
)
def test_what_is_no_problem_of_the_domain_is_refused(games, old, new, message):
    text = games.problem()
    assert old in text
    with pytest.raises(GameError, match=message) as caught:
        compile_game(text.replace(old, new), place="kitchen.tw-pddl")
    assert str(caught.value).startswith("kitchen.tw-pddl")


@pytest.mark.parametrize(
    ("old", "new"),
    [("(openable Fridge", "(breakable Fridge"), ("(inReceptacle Egg_bar_1", "(inReceptacle Egg_bar_7")],
)
def test_errors_name_the_line(games, old, new):
    text = games.problem()
    line = text[: text.index(old)].count("\n") + 1
    with pytest.raises(GameError, match=f"^kitchen, problem line {line}: "):
        compile_game(text.replace(old, new), place="kitchen")


def test_any_cut_of_a_problem_is_refused(games):
    text = games.problem()
    for end in range(0, len(text.rstrip()) - 1, 97):
        with pytest.raises(GameError):
            compile_game(text[:end])


def test_scan_gives_the_parts(games):
    problem = scan(games.problem())
    assert problem.declared["agent1"] == "agent"
    assert ("fridge_bar_1", "") in problem.facts["openable"]
    assert problem.goal.startswith("(:goal")
