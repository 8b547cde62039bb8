"""The published games, where a copy of them is at hand: shipped walkthroughs and our plans win."""

from playout.core.random import Stream
from playout.simulators.household.engine import legal, start, step
from playout.simulators.household.games import read_games
from playout.simulators.household.planner import plan
from playout.simulators.household.tables import Game

SHARE = 0.052
"""Of the games that are played: about 200."""


def test_walkthroughs_and_plans_win(published):
    draws, played, ours, shipped = Stream(6), 0, 0, 0
    for file in read_games(published):
        if draws.uniform() > SHARE:
            continue
        game = Game(file.compile())
        found = plan(game, start(game))
        assert found is not None, game.id
        played, ours, shipped = played + 1, ours + len(found), shipped + len(game.walkthrough)
        for commands in (game.walkthrough, found):
            state = start(game)
            for command in commands:
                assert not state.won and command in legal(game, state), (game.id, command)
                step(game, state, command)
            assert state.won, game.id
    assert played and ours <= shipped
