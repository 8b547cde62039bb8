"""H5: generated games: how fast, whether they can be won, whether they look like the shared ones.

They are also exported as files, which the original loads and wins in. All but the rate is about games of
practically as many rooms, so that statistics are not those of a few rooms.
"""

from functools import partial
from itertools import islice
from typing import Any

from playout.core.random import bits
from playout.experiments.bench.household.original import Original, rules
from playout.experiments.bench.household.playing import made
from playout.experiments.bench.household.sameness import published
from playout.experiments.bench.suite import Bar, Context, Missing
from playout.experiments.bench.timing import PARTS, Rate, spent
from playout.simulators.household.engine import start, step
from playout.simulators.household.games import read_game, read_games
from playout.simulators.household.generator import Generated, generate
from playout.simulators.household.generator import export as exporting
from playout.simulators.household.generator.statistics import compare, mismatches
from playout.simulators.household.tables import Game

EACH = 200  # in each part of the timing
GAMES = 1200
EXPORTED = 50
EVERY = 4  # of the shared games, in their order, is compared


def generator(context: Context) -> Bar:
    """H5: games per second, share that can be won, statistics that differ, exported games won."""
    rate = Rate.of(spent(partial(_make, part)) for part in range(PARTS))
    games = made(GAMES)
    won = sum(map(_won, games))
    value: dict[str, Any] = {"games_per_second": round(rate.cpu), "solvable": won / len(games)}
    bar = {"games_per_second": 200, "solvable": 1.0, "differing_statistics": 0, "won_in_original": EXPORTED}
    figures: dict[str, Any] = {"rate": rate.figures(), "games": len(games), "won": won}
    missing = []
    if (folder := published()) is None:
        missing.append("no shared games: set PLAYOUT_DATA to the folder that holds alfworld/")
    else:
        shared = islice(read_games(folder), 0, None, EVERY)
        figures["statistics"] = found = compare(shared, [game.file for game in games])
        figures["differing"] = mismatches(found)
        value["differing_statistics"] = len(figures["differing"])
    try:
        value["won_in_original"] = figures["won_in_original"] = _won_in_original(context, games[:EXPORTED])
    except Missing as absent:
        missing.append(str(absent))
    fits = value["games_per_second"] >= bar["games_per_second"] and all(
        value[name] == wanted for name, wanted in bar.items() if name in value and name != "games_per_second"
    )
    note = "; ".join([f"{len(games)} games; {EXPORTED} exported", *missing])
    return Bar(value=value, bar=bar, met=None if missing else fits, note=note, figures=figures)


def _make(part: int) -> int:
    """Generate as environments do; the rooms are new in the first part only, as in a bank."""
    for number in range(EACH):
        generate(bits(part, number))
    return EACH


def _won(game: Generated) -> bool:
    played = Game(game.record)
    state = start(played)
    for command in game.file.walkthrough:
        step(played, state, command)
    return state.won


def _won_in_original(context: Context, games: list[Generated]) -> int:
    """How many of the games, written out and read again, the original wins by their walkthroughs."""
    original = Original(memo=True)
    paths = exporting.export([game.file for game in games], context.scratch / "exported", rules())
    won = 0
    for file in map(read_game, paths):
        answer = original.play(file, list(file.walkthrough))
        won += bool(answer.get("steps", [[0, 0, False]])[-1][2])
    original.close()
    return won
