"""H1: the engine says what the original says. A recorded full comparison, a sample now, and walkthroughs."""

import heapq
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from playout.core.errors import WrongUse
from playout.core.random import bits, key_of_seed
from playout.experiments.bench.household import same
from playout.experiments.bench.household.original import Original, rules
from playout.experiments.bench.peers import ROOT
from playout.experiments.bench.suite import Bar, Context, Missing
from playout.simulators.household.engine import start, step
from playout.simulators.household.games import GameFile, find, read_games
from playout.simulators.household.generator import SPLITS, GeneratorConfig, generate
from playout.simulators.household.generator.export import complete
from playout.simulators.household.tables import Game

RECORD = ROOT / "benchmarks" / "household_same.json"
SAMPLE_MINUTES = 5.0
_LEAST_COMMANDS, _LEAST_GAMES = 20_000, 200
_SAMPLE_SEED = 1  # the record has 0


def sameness(context: Context) -> Bar:
    """H1: differences in the record and in a sample of five minutes; every shipped walkthrough wins.

    Raises:
        Missing: the record is not here.
    """
    if not RECORD.exists():
        raise Missing(f"no benchmarks/{RECORD.name}: in a checkout, type make test-textworld FULL=1")
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    played = {**dict.fromkeys(same.SOURCES, 0), **record["games"]}
    figures: dict[str, Any] = {"record": {name: record[name] for name in ("command", "commands", "games")}}
    notes = [f"recorded {record['commands']} commands on {played['shared']} + {played['generated']} games"]
    found = len(record["differences"])
    try:
        figures["sample"] = sampled = sample(context.scratch, SAMPLE_MINUTES)
        found += len(sampled["differences"])
        notes.append(f"{sampled['commands']} commands sampled now")
    except Missing as missing:
        notes.append(f"no sample: {missing}")
    won = True
    if (folder := published()) is not None:
        figures["walkthroughs"] = walked = walkthroughs(read_games(folder))
        won = walked["won"] == walked["games"]
        notes.append(f"{walked['won']} of {walked['games']} walkthroughs win")
    enough = record["commands"] >= _LEAST_COMMANDS and min(played.values()) >= _LEAST_GAMES
    return Bar(value=found, bar=0, met=not found and enough and won, note="; ".join(notes), figures=figures)


def sample(folder: Path, minutes: float) -> dict[str, Any]:
    """A comparison of other games than the record's, half of the time for each source.

    Raises:
        Missing: the original is not set up.
    """
    original = Original(memo=True)
    found = pools(500, _SAMPLE_SEED)
    config = same.Comparison(games=500, seed=_SAMPLE_SEED, minutes=minutes / len(found))
    log = folder / "same.jsonl"
    for source, games in found.items():
        for _ in same.compare(config, {source: games}, original, log=log):
            pass
    original.close()
    return same.summary(same.read_log(log))


def pools(count: int, seed: int) -> dict[str, list[GameFile]]:
    """Games to choose from: published ones where there are any, and generated ones.

    Args:
        count: of each source.
        seed: draws them.
    """
    folder = published()
    found = {} if folder is None else {"shared": draw(read_games(folder), count, seed)}
    return {**found, "generated": generated(count, seed)}


def published() -> Path | None:
    """The published games in ``$PLAYOUT_DATA/alfworld`` or where ALFWorld keeps them; None without."""
    data = os.environ.get("PLAYOUT_DATA")
    try:
        path = find(Path(data, "alfworld") if data else None)
        next(read_games(path))  # importing alfworld makes an empty folder
    except WrongUse:
        return None
    return path


def draw(games: Iterable[GameFile], count: int, seed: int) -> list[GameFile]:
    """``count`` of many games, drawn without holding them all."""
    keyed = ((bits(seed, number), number, game) for number, game in enumerate(games))
    return [game for *_, game in heapq.nsmallest(count, keyed)]


def generated(count: int, seed: int) -> list[GameFile]:
    """Generated games of all splits in turn, complete for the original."""
    configs = [GeneratorConfig(split=split) for split in SPLITS]
    key, template = key_of_seed(seed), rules()
    games = (generate(bits(key, number), configs[number % len(configs)]) for number in range(count))
    return [complete(game.file, template) for game in games]


def walkthroughs(games: Iterable[GameFile]) -> dict[str, int]:
    """How many games there are, and how many their own walkthrough wins."""
    played = won = 0
    for file in games:
        game = Game(file.compile())
        state = start(game)
        for command in file.walkthrough:
            step(game, state, command)
        played, won = played + 1, won + state.won
    return {"games": played, "won": won}
