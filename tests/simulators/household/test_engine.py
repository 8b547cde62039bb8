"""The world word for word on a kitchen with every quirk, and what must hold in any game."""

import json
from copy import deepcopy

import pytest

from playout.core.errors import WrongUse
from playout.core.random import Stream
from playout.simulators.household.compiler import compile_game
from playout.simulators.household.engine import State, introduction, legal, start, step, step_many
from playout.simulators.household.tables import MEMO_SIZE, Game, Record

NOTHING = "Nothing happens."


def talk(game, *commands):
    """The answers to some commands from the start, and the state after them."""
    state = start(game)
    return [step(game, state, command) for command in commands], state


def random_walk(game, seed, steps):
    state, draws = start(game), Stream(seed)
    for _ in range(steps):
        command = draws.choice(legal(game, state))
        yield state, command
        step(game, state, command)


def test_introduction_lists_receptacles_by_id_and_numbers_fall(games):
    game = games.game()
    assert introduction(game, start(game)) == (
        "-= Welcome to TextWorld, ALFRED! =-\n\n"
        "You are in the middle of a room. Looking quickly around you, you see a cabinet 3, a cabinet 2,"
        " a cabinet 1, a countertop 2, a countertop 1, a diningtable 1, a fridge 1, a microwave 1, a sink 1,"
        " and a sinkbasin 1.\n\nYour task is to: put a apple in fridge."
    )


def test_introduction_of_a_game_that_starts_at_a_receptacle(games):
    game = games.game(start="hall")
    assert "\n\nYou are facing the diningtable 1. Next to it, you see nothing.\n\n" in introduction(
        game, start(game)
    )


def test_look_sees_nothing_away_from_receptacles_and_neighbours_at_them(games):
    answers, _ = talk(games.game(), "look", "go to countertop 1", "look")
    assert answers == [
        "You are in the middle of a room. Looking quickly around you, you see nothing.",
        "You arrive at countertop 1. On the countertop 1, you see a apple 2, and a mug 2.",
        "You are facing the countertop 2, countertop 1, and sinkbasin 1. Next to it, you see nothing.",
    ]


def test_lids(games):
    answers, _ = talk(
        games.game(), "go to fridge 1", "close fridge 1", "open fridge 1", "open fridge 1",
        "examine fridge 1", "close fridge 1", "examine fridge 1",
    )  # fmt: skip
    assert answers == [
        "You arrive at fridge 1. The fridge 1 is closed.",
        NOTHING,
        "You open the fridge 1. The fridge 1 is open. In it, you see a apple 1, and a egg 1.",
        NOTHING,
        "The fridge 1 is open. In it, you see a apple 1, and a egg 1.",
        "You close the fridge 1.",
        "The fridge 1 is closed.",
    ]


def test_legal_list_is_sorted_and_leaves_out_where_one_is(games):
    game = games.game()
    state = talk(game, "go to countertop 2", "take knife 1 from countertop 2")[1]
    assert legal(game, state) == (
        "clean knife 1 with sinkbasin 1", "examine countertop 1", "examine countertop 2", "examine knife 1",
        "examine sinkbasin 1", "go to cabinet 1", "go to cabinet 2", "go to cabinet 3", "go to diningtable 1",
        "go to fridge 1", "go to microwave 1", "go to sink 1", "help", "inventory", "look",
        "move knife 1 to countertop 1", "move knife 1 to countertop 2", "move knife 1 to sinkbasin 1",
        "slice apple 2 with knife 1", "slice apple 3 with knife 1", "slice bread 1 with knife 1",
    )  # fmt: skip
    assert step(game, state, "go to sinkbasin 1") == NOTHING


def test_hands(games):
    answers, _ = talk(
        games.game(), "inventory", "go to countertop 2", "examine apple 3", "take apple 3 from countertop 2",
        "inventory", "examine apple 3", "take bread 1 from countertop 2", "move bread 1 to countertop 1",
    )  # fmt: skip
    assert answers == [
        "You are not carrying anything.",
        "You arrive at countertop 2. On the countertop 2, you see a apple 3, a bread 1, a knife 1,"
        " and a mug 1.",
        NOTHING,  # objects are examined in hand only
        "You pick up the apple 3 from the countertop 2.",
        "You are carrying: a apple 3.",
        "There's nothing special about apple 3.",
        NOTHING,
        NOTHING,
    ]


def test_an_object_listed_twice_stays_where_it_was_not_taken_from(games):
    game = games.game()
    answers, state = talk(
        game,
        "go to sinkbasin 1",
        "take mug 2 from countertop 1",
        "examine sinkbasin 1",
        "examine countertop 1",
    )
    assert answers[2:] == [
        "On the sinkbasin 1, you see a cloth 1, and a mug 2.",
        "On the countertop 1, you see a apple 2.",
    ]
    assert "take mug 2 from sinkbasin 1" not in legal(game, state)


def test_floor_lists_what_was_moved_to_a_neighbour_once_per_place_it_left(games):
    answers, _ = talk(
        games.game(), "go to countertop 2", "take bread 1 from countertop 2", "look",
        "move bread 1 to countertop 1", "look", "take bread 1 from countertop 1",
        "move bread 1 to sinkbasin 1", "look", "take bread 1 from sinkbasin 1",
        "move bread 1 to countertop 2", "look",
    )  # fmt: skip
    seen = [answer.partition("you see ")[2] for answer in (answers[i] for i in (2, 4, 7, 10))]
    assert seen == ["nothing.", "a bread 1.", "a bread 1, and a bread 1.", "a bread 1, and a bread 1."]


def test_treatments_describe_the_object_and_heat_undoes_cold(games):
    answers, _ = talk(
        games.game(), "go to countertop 2", "slice apple 2 with knife 1", "take knife 1 from countertop 2",
        "slice apple 2 with knife 1", "move knife 1 to countertop 2", "take apple 2 from countertop 1",
        "examine apple 2", "clean apple 2 with sinkbasin 1", "examine apple 2", "go to microwave 1",
        "heat apple 2 with microwave 1", "examine apple 2", "go to fridge 1", "cool apple 2 with fridge 1",
        "examine apple 2",
    )  # fmt: skip
    assert [answers[i] for i in (1, 3, 6, 7, 8, 10, 11, 13, 14)] == [
        NOTHING,
        "You sliced the apple 2 with the knife 1.",
        "This is a sliced apple 2.",
        "You clean the apple 2 using the sinkbasin 1.",
        "This is a clean sliced apple 2.",
        "You heat the apple 2 using the microwave 1.",
        "This is a hot and clean sliced apple 2.",
        "You cool the apple 2 using the fridge 1.",
        "This is a cool and clean sliced apple 2.",
    ]


def test_initially_cool_and_vessels(games):
    answers, _ = talk(
        games.game(), "go to diningtable 1", "take lettuce 1 from diningtable 1", "examine lettuce 1",
        "move lettuce 1 to diningtable 1", "take box 1 from diningtable 1", "examine box 1",
        "move box 1 to diningtable 1", "go to countertop 2", "take mug 1 from countertop 2", "examine mug 1",
    )  # fmt: skip
    assert [answers[i] for i in (2, 5, 9)] == [
        "This is a cold lettuce 1.",
        "This is a normal box 1. In it, you see nothing.",
        "This is a normal mug 1. In it, you see a apple 2.",
    ]


def test_lamps_light_in_closed_cabinets_and_are_never_turned_off(games):
    game = games.game()
    answers, state = talk(game, "go to cabinet 1", "use desklamp 1", "use desklamp 1", "open cabinet 1")
    assert answers[1:3] == ["You turn on the desklamp 1."] * 2
    assert "take desklamp 1 from cabinet 1" not in legal(game, state)


def test_sinks_without_a_basin_clean_unless_the_domain_says_otherwise(games):
    for domain, cleans in (
        ("", 2),
        ("(receptacleType ?r SinkType)", 2),
        (";(receptacleType ?r SinkType)", 1),
    ):
        assert compile_game(games.problem(), domain=domain).cleaners.bit_count() == cleans


def test_older_wording(games):
    game = games.game(wording="put")
    state = talk(game, "go to countertop 2", "take apple 3 from countertop 2")[1]
    assert "put apple 3 in/on countertop 1" in legal(game, state)
    assert step(game, state, "move apple 3 to countertop 1") == NOTHING
    assert step(game, state, "put apple 3 in/on countertop 1") == (
        "You put the apple 3 in/on the countertop 1."
    )
    assert "  put (object) in/on (receptacle):  place" in step(game, state, "help")
    with pytest.raises(WrongUse, match="expected one of move, put, got 'drop'"):
        games.game(wording="drop")


def test_help(games):
    (answer,), _ = talk(games.game(), "help")
    assert answer.startswith("Available commands:\n  look:      ")
    assert answer.endswith("slice an object using a sharp object\n")
    assert "  move (object) to (receptacle):  place an object in or on a receptacle\n" in answer


@pytest.mark.parametrize(
    "command",
    ["", "   ", "LOOK", "Go to fridge 1", "go to fridge 9", "go  to fridge 1", "take", "take apple 1", "use",
     "take apple 1 from", "take apple 1 from fridge 1", "examine", "slice apple 1 with egg 1", "open \x00",
     "move apple 1 to fridge 1", "dance", "go to fridge 1; look", "x" * 1_000_000, "take" + " from " * 9_999],
)  # fmt: skip
def test_what_is_no_command_changes_nothing(games, command):
    game = games.game()
    state = start(game)
    before = state.save()
    assert step(game, state, command) == NOTHING
    assert state.save() == before


def test_space_around_a_command_is_ignored_and_not_kept(games):
    game = games.game()
    assert talk(game, "\n go to fridge 1" + " " * 100_000)[0] == talk(game, "go to fridge 1")[0]
    assert list(game.commands) == ["go to fridge 1"]


def test_every_legal_command_works_and_no_other(games):
    """Every command that can be written about the game, at every state of some walks."""
    game = games.game()
    things, places = game.objects, game.receptacles
    written = {"look", "inventory", "help"}
    written |= {f"{verb} {place}" for verb in ("go to", "open", "close", "examine") for place in places}
    written |= {f"{verb} {thing}" for verb in ("use", "examine") for thing in things}
    for thing in things:
        written |= {f"take {thing} from {place}" for place in places}
        written |= {f"move {thing} to {place}" for place in places}
        written |= {f"{verb} {thing} with {place}" for verb in ("clean", "heat", "cool") for place in places}
        written |= {f"slice {thing} with {knife}" for knife in things}
    for seed in range(6):
        for state, _ in random_walk(game, seed, 25):
            works = [c for c in sorted(written) if step(game, state.copy(), c) != NOTHING]
            assert legal(game, state) == tuple(works)


def test_memos_stay_small_and_do_not_change_what_is_said(games):
    played, fresh = games.game(), games.game()
    for seed in range(40):
        for state, command in random_walk(played, seed, 60):
            twin = Game(fresh.record) if seed == 39 else fresh
            assert legal(twin, state) == legal(played, state)
            assert step(twin, state.copy(), command) == step(played, state.copy(), command)
    for memo in (played.legal_memo, played.commands, played.contents_memo):
        assert 0 < len(memo) <= MEMO_SIZE


def test_copies_and_saved_states_go_their_own_way(games):
    game = games.game()
    for state, command in random_walk(game, 3, 40):
        saved = json.dumps(state.save())
        branches = [state.copy(), deepcopy(state), State(**json.loads(saved))]
        answers = {step(game, branch, command) for branch in branches}
        assert len(answers) == 1
        assert branches[0] == branches[1] == branches[2]
        assert json.dumps(state.save()) == saved


def test_records_survive_json(games):
    record = games.game("two Apple Fridge").record
    assert Record.load(json.loads(json.dumps(record))) == record


def test_many_games_at_once_are_as_one_by_one(games):
    some = [games.game(), games.game("clean Mug SinkBasin")]
    played = [some[0], some[1], some[0]]
    states, alone, draws = [start(game) for game in played], [start(game) for game in played], Stream(5)
    for _ in range(30):
        commands = [draws.choice(legal(game, state)) for game, state in zip(played, alone, strict=True)]
        answers, lists, won = step_many(played, states, commands)
        for i, game in enumerate(played):
            assert answers[i] == step(game, alone[i], commands[i])
            assert (lists[i], won[i]) == (legal(game, alone[i]), alone[i].won)
    with pytest.raises(ValueError, match="zip"):
        step_many(played, states, ["look"])
