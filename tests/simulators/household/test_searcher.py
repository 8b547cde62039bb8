"""The expert that looks for things, which may use nothing that it has not been told."""

import pytest

from playout.core.random import Stream
from playout.simulators.household.engine import legal, start, step
from playout.simulators.household.planner import plan
from playout.simulators.household.searcher import Search, searching_plan
from tests.simulators.household.test_planner import GOALS, wins


def played(game, commands):
    state, search, said = start(game), Search(), []
    for command in commands:
        said.append(step(game, state, command))
        search = search.after(game, state, command)
    return state, search, said


@pytest.mark.parametrize("goal", GOALS)
def test_it_wins_from_wherever_a_walk_leads_whenever_that_is_possible(games, goal):
    game = games.game(goal)
    for seed in range(20):
        state, search, draws = start(game), Search(), Stream(seed)
        for _ in range(20):
            commands = searching_plan(game, state, search)
            possible = plan(game, state)
            assert (commands is None) == (possible is None)
            if commands is not None:
                assert commands == () if state.won else wins(game, state, commands)
                assert len(commands) >= len(possible or ())
            command = draws.choice(legal(game, state))
            step(game, state, command)
            search = search.after(game, state, command)


@pytest.mark.parametrize("goal", GOALS)
def test_it_goes_on_as_it_has_planned(games, goal):
    game = games.game(goal)
    commands = searching_plan(game, start(game))
    for done in range(len(commands)):
        state, search, _ = played(game, commands[:done])
        assert searching_plan(game, state, search) == commands[done:]


@pytest.mark.parametrize("goal", GOALS)
def test_what_it_takes_has_been_told_before(games, goal):
    game = games.game(goal)
    commands = searching_plan(game, start(game))
    _, _, said = played(game, commands)
    for number, command in enumerate(commands):
        if command.startswith(("take ", "use ")):
            thing = command.split(" from ")[0].split(" ", 1)[1]
            assert any(f"a {thing}" in text for text in said[:number])


def test_a_closed_place_has_not_been_seen(games):
    game = games.game("place Knife Fridge")
    fridge = game.receptacles.index("fridge 1")
    _, search, _ = played(game, ["go to fridge 1"])
    assert not search.seen >> fridge & 1 and search.last == fridge
    _, search, _ = played(game, ["go to fridge 1", "open fridge 1"])
    assert search.seen >> fridge & 1
    assert played(game, ["open fridge 1", "look", "nonsense"])[1] == Search()
