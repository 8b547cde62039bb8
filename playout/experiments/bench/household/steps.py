"""H2, H3: the engine and the environments in steps per second; the original on the same commands.

A step of the engine is the answer, whether the game is won, and the sorted legal commands, as in the
original. Walks are at random and new to the games they are played in, except that the same situations come
again, as they do for any player.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import gymnasium as gym

from playout.core.random import Stream
from playout.experiments.bench.household.original import Original
from playout.experiments.bench.household.playing import WALK, libraries, made, some, walk, walks
from playout.experiments.bench.household.same import differences
from playout.experiments.bench.household.sameness import draw, published
from playout.experiments.bench.suite import Bar, Context, Missing, at_least, at_most
from playout.experiments.bench.timing import PARTS, Rate, Spent, rate, spent
from playout.simulators import bank
from playout.simulators.household.engine import introduction, legal, start, step
from playout.simulators.household.games import GameFile, read_game, read_games
from playout.simulators.household.generator.export import Template, export
from playout.simulators.household.library import open_games
from playout.simulators.household.tables import Game

ID = "playout/Household-v0"
GAMES = 64
WALKS = 8  # of each game in each part
ORIGINAL_GAMES = 6
AGAIN = 20  # times that the engine plays what the original plays once
LOADED = 60
DRAWS = 10_007
LEAST = {"engine_thousand": 100.0, "original_times": 1000.0}
MOST = {"reset_us": 100.0, "load_ms": 5.0, "open_all_s": 20.0}


class Few:
    """A source of games that are all live."""

    def __init__(self, games: Sequence[Game]) -> None:
        self._games = games

    def game(self, episode_key: int) -> Game:
        """The game of an episode."""
        return self._games[bank.index(episode_key, len(self._games))]


def engine(context: Context) -> Bar:
    """H2: the engine's steps, beside the original's; reset, first load, opening all shared games."""
    folder, missing = published(), []
    games = some(next(iter(libraries(context).values())), GAMES)
    found = _rate(games)
    value = {"engine_thousand": found.cpu / 1e3, "reset_us": 1e6 / _resets(games).cpu}
    files = [game.file for game in made(LOADED)] if folder is None else draw(read_games(folder), LOADED, 0)
    loads = _loads(context, files)
    value["load_ms"] = max(load.cpu for load in loads) * 1e3
    figures: dict[str, Any] = {
        "engine": found.figures(),
        "load_ms": [load.cpu * 1e3 for load in loads],
        "games": "generated" if folder is None else "shared",
    }
    if folder is None:
        missing.append("no shared games: set PLAYOUT_DATA to the folder that holds alfworld/")
    else:
        opened = spent(lambda: len(open_games(folder, cache=False, wording="put")))
        value["open_all_s"] = opened.cpu
        figures["opened"] = {"games": opened.work, "cpu_seconds": opened.cpu, "seconds": opened.wall}
    try:
        figures["same_commands"] = pair = _against_original(files[:ORIGINAL_GAMES])
        value["original_times"] = pair["times"]
    except Missing as absent:
        missing.append(str(absent))
    met = None if missing else at_least(value, LEAST) and at_most(value, MOST)
    note = "; ".join(["slowest of the first loads", *missing])
    return Bar(value=_rounded(value), bar={**LEAST, **MOST}, met=met, note=note, figures=figures)


def environments(context: Context) -> Bar:
    """H3: steps through ``gym.make``, and through the vector entry point with 64 games; resets included."""
    source = Few(some(next(iter(libraries(context).values())), GAMES))
    rates = {
        "make_thousand": rate(_player(gym.make(ID, source=source))),
        "vector_thousand": rate(_players(gym.make_vec(ID, GAMES, source=source))),
    }
    value = {name: found.cpu / 1e3 for name, found in rates.items()}
    bar = {"make_thousand": 50.0, "vector_thousand": 75.0}
    figures = {name.removesuffix("_thousand"): found.figures() for name, found in rates.items()}
    note = f"random play of {GAMES} games, its choices included"
    return Bar(value=_rounded(value), bar=bar, met=at_least(value, bar), note=note, figures=figures)


def _rate(games: list[Game]) -> Rate:
    played = walks(games, WALKS * PARTS)
    size = len(played) // PARTS
    return Rate.of(spent(partial(_play, played[i * size : (i + 1) * size])) for i in range(PARTS))


def _play(played: Iterable[tuple[Game, list[str]]]) -> int:
    steps = 0
    for game, commands in played:
        state = start(game)
        for command in commands:
            step(game, state, command)
            legal(game, state)
        steps += len(commands)
    return steps


def _resets(games: list[Game]) -> Rate:
    def once() -> int:
        for game in games:
            state = start(game)
            introduction(game, state)
            legal(game, state)
        return len(games)

    return rate(once, seconds=0.1)


def _loads(context: Context, files: Sequence[GameFile]) -> list[Spent]:
    """From a ``game.tw-pddl`` on disk to the first words and legal commands."""
    written = export(files, context.scratch / "games", Template(files[0].domain, files[0].grammar))

    def load(path: Path) -> int:
        game = Game(read_game(path).compile())
        state = start(game)
        return len(introduction(game, state)) + len(legal(game, state))

    return [spent(partial(load, path)) for path in written]


def _against_original(files: Sequence[GameFile]) -> dict[str, Any]:
    """Both on the same commands in games that are new to both.

    Raises:
        RuntimeError: they are not the same world.
    """
    original = Original()
    records = [file.compile() for file in files]
    commands = [walk(Game(record), number) for number, record in enumerate(records)]
    cpu: list[float] = []
    for file, record, given in zip(files, records, commands, strict=True):
        theirs = original.play(file, given)
        if found := differences(Game(record), given, theirs):
            raise RuntimeError(f"{file.id}: not the same world: {found}")
        cpu += theirs["cpu"]["steps"]
    original.close()
    again = [pair for pair in zip(records, commands, strict=True) for _ in range(AGAIN)]
    ours = Rate.of(spent(partial(_play, [(Game(r), c) for r, c in again])) for _ in range(PARTS))
    peer = len(cpu) / sum(cpu)
    return {"commands": len(cpu), "ours": ours.figures(), "original": peer, "times": ours.cpu / peer}


def _player(env: gym.Env) -> Callable[[], int]:
    draws = _draws()
    env.reset(seed=0)

    def episode() -> int:
        _, info = env.reset()
        for number in range(WALK):
            *_, terminated, truncated, info = env.step(_choice(info["legal_actions"], draws))
            if terminated or truncated:
                return number + 1
        return WALK

    return episode


def _players(env: gym.vector.VectorEnv) -> Callable[[], int]:
    draws = _draws()
    listed = env.reset(seed=0)[1]["legal_actions"]

    def episodes() -> int:
        nonlocal listed
        restarts = 0
        for _ in range(WALK):
            restarts += sum(not legal for legal in listed)
            commands = [_choice(legal, draws) for legal in listed]
            listed = env.step(commands)[-1]["legal_actions"]
        return WALK * env.num_envs - restarts

    return episodes


def _draws() -> Iterator[float]:
    draws = Stream(0)
    return cycle([draws.uniform() for _ in range(DRAWS)])


def _choice(legal: Sequence[str], draws: Iterator[float]) -> str:
    return legal[int(next(draws) * len(legal))] if legal else ""


def _rounded(value: dict[str, float]) -> dict[str, float]:
    return {name: round(number, 1) for name, number in value.items()}
