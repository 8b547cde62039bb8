"""H4: the planner on all shared games and on generated ones, and from where random walks have led."""

import gc
from typing import Any

from playout.experiments.bench.household.playing import libraries, walk
from playout.experiments.bench.suite import Bar, Context, at_most
from playout.experiments.bench.timing import spent
from playout.simulators.household.engine import start, step
from playout.simulators.household.library import Library
from playout.simulators.household.planner import plan
from playout.simulators.household.state import State
from playout.simulators.household.tables import Game

WALKED, STEPS = 500, 30


def planner(context: Context) -> Bar:
    """H4: games left unsolved, slowest plan, and how much longer plans are than the shipped walkthroughs."""
    found = {name: _planned(games) for name, games in libraries(context).items()}
    value = {
        "unsolved": sum(figures["unsolved"] for figures in found.values()),
        "worst_ms": round(max(figures["worst_ms"] for figures in found.values()), 2),
    }
    bar = {"unsolved": 0, "worst_ms": 20.0, "longer": 0.0}
    games = ", ".join(f"{figures['games']} {name}" for name, figures in found.items())
    if "shared" not in found:
        note = f"{games}; no shared games: set PLAYOUT_DATA to the folder that holds alfworld/"
        return Bar(value=value, bar=bar, met=None, note=note, figures=found)
    shared = found["shared"]
    value["longer"] = round(shared["commands"] - shared["walkthrough"], 3)
    note = f"{games}; {shared['commands']:.2f} commands on average, walkthroughs {shared['walkthrough']:.2f}"
    return Bar(value=value, bar=bar, met=at_most(value, bar), note=note, figures=found)


def _planned(games: Library) -> dict[str, Any]:
    seconds, commands, walkthrough, unsolved = [], 0, 0, 0
    for game in games:
        length, cpu = _solved(game, start(game))
        seconds.append(cpu)
        unsolved += length is None
        commands += length or 0
        walkthrough += len(game.walkthrough)
    anywhere = [_solved(game, _wandered(game, i)) for i, game in enumerate(games[:WALKED])]
    return {
        "games": len(games),
        "unsolved": unsolved,
        "mean_ms": sum(seconds) / len(seconds) * 1e3,
        "worst_ms": max(seconds) * 1e3,
        "commands": commands / len(games),
        "walkthrough": walkthrough / len(games),
        "after_random_commands": {
            "games": len(anywhere),
            # Some objects fit nowhere: who takes one cannot do another task any more.
            "hopeless": sum(length is None for length, _ in anywhere),
            "worst_ms": max(cpu for _, cpu in anywhere) * 1e3,
        },
    }


def _solved(game: Game, state: State) -> tuple[int | None, float]:
    """Commands of a plan that wins (None without), and the CPU seconds it took."""
    found: list[tuple[str, ...] | None] = []

    def once() -> int:
        found.append(plan(game, state))
        return 1

    gc.disable()  # as in timeit: the worst of thousands should not be somebody else's garbage
    cpu = spent(once).cpu
    gc.enable()
    for command in found[0] or ():
        step(game, state, command)
    return (len(found[0]) if found[0] is not None and state.won else None), cpu


def _wandered(game: Game, seed: int) -> State:
    state = start(game)
    for command in walk(game, seed, STEPS):
        step(game, state, command)
    return state
