"""Compares the household engine with the original, command by command: text, legal list, won and score.

The original plays in a process of its own (``benchmarks/peers/alfworld``, set up by ``make bench-peers``);
it makes about ten steps a CPU second, so a full comparison takes an hour of CPU. Every game is one line of
a log with all that the original said, so that a run that was stopped goes on with the next game, and a
changed engine is held against the log in seconds. What is chosen to be played is the business of
``exploring``; nothing here decides what counts as the same but equality.
"""

import hashlib
import heapq
import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from statistics import median
from typing import Any

from playout.core.errors import PlayoutError
from playout.core.random import Stream, bits
from playout.experiments.bench import peers
from playout.experiments.bench.household.branches import features
from playout.experiments.bench.household.exploring import Explorer
from playout.simulators.household.engine import introduction, legal, start, step
from playout.simulators.household.games import GameFile
from playout.simulators.household.tables import Game

SOURCES = ("shared", "generated")
_SHOWN = 3  # differences kept of one game; those after the first tend to follow from it
_CANDIDATES = 6  # games among which the one with the rarest features is taken


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What is compared."""

    games: int = 220
    """Of each source."""
    commands: int = 52
    """Per game."""
    seed: int = 0
    """Decides games and commands."""
    minutes: float | None = None
    """Stop at the first end of a game after so much time; None to play all."""


class Original:
    """The original in its own process, answering request by request."""

    def __init__(self) -> None:
        """Start it.

        Raises:
            Missing: it is not set up.
        """
        python, scripts = peers.require("alfworld")
        self._process = subprocess.Popen(
            [python, scripts / "alfworld_play.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def play(self, game: GameFile, commands: list[str]) -> dict[str, Any]:
        """Its answer: ``steps`` and ``cpu``, or ``error``."""
        assert self._process.stdin and self._process.stdout
        fields = {"pddl_domain": game.domain, "grammar": game.grammar, "pddl_problem": game.problem}
        print(json.dumps({"game": fields, "commands": commands}), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise PlayoutError(f"the original ended with {self._process.wait()} in the game {game.id}")
        return json.loads(line)

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


def compare(
    config: Comparison, pools: Mapping[str, Iterable[GameFile]], *, log: Path
) -> Iterator[dict[str, Any]]:
    """Play until ``config.games`` of each source are in the log; yields the line of each game played now.

    Args:
        config: what is compared.
        pools: source ("shared", "generated") -> games to choose from.
        log: JSON lines, appended to; games that it holds are not played again.
    """
    done = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    covered = reduce(lambda total, line: total + Counter(line["covered"]), done, Counter[str]())
    featured = Counter(feature for line in done for feature in line["features"])
    log.parent.mkdir(parents=True, exist_ok=True)
    original, end = Original(), time.monotonic() + 60 * (config.minutes or float("inf"))
    waiting = {
        source: [game for game in pool if game.id not in {line["game"] for line in done}]
        for source, pool in pools.items()
    }
    played = Counter(line["source"] for line in done)
    with log.open("a") as out:
        while time.monotonic() < end:
            left = [s for s in waiting if played[s] < config.games and waiting[s]]
            if not left:
                break
            source = min(left, key=lambda s: played[s])
            draws = Stream(bits(config.seed, played[source], SOURCES.index(source)))
            game = waiting[source].pop(_rarest(waiting[source], featured, draws))
            line = {"source": source, **play(game, original, draws, covered, config.commands)}
            featured.update(line["features"])
            played[source] += 1
            print(json.dumps(line), file=out, flush=True)
            yield line
    original.close()


def play(
    file: GameFile, original: Original, draws: Stream, covered: Counter[str], commands: int
) -> dict[str, Any]:
    """One game in both worlds: the line of the log."""
    game = Game(file.compile())
    explorer = Explorer(game, draws, covered)
    given = list(explorer.play(commands))
    theirs = original.play(file, given)
    return {
        "game": file.id,
        "commands": given,
        "features": sorted(features(game)),
        "covered": dict(sorted(explorer.counts.items())),
        "differences": differences(game, given, theirs),
        "original": theirs,
    }


def recheck(lines: Iterable[Mapping[str, Any]], games: Iterable[GameFile]) -> Iterator[dict[str, Any]]:
    """The lines of a log with their differences to what the engine answers now; the original is not run."""
    known = {game.id: game for game in games}
    for line in lines:
        game = Game(known[line["game"]].compile())
        yield {**line, "differences": differences(game, line["commands"], line["original"])}


def differences(game: Game, commands: list[str], theirs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The first steps at which the engine differs from the original's answers, and in what."""
    if "error" in theirs:
        return [{"error": theirs["error"]}]
    state = start(game)
    ours = [[introduction(game, state), list(legal(game, state)), state.won, None]]
    for command in commands:
        answer = step(game, state, command)
        ours.append([answer, list(legal(game, state)), state.won, int(state.won)])
    found = []
    for t, (mine, other) in enumerate(zip(ours, theirs["steps"], strict=True)):
        for name, a, b in zip(("text", "legal", "won", "score"), mine, other, strict=True):
            if a != b:
                command = commands[t - 1] if t else None
                found.append({"step": t, "command": command, "in": name, "ours": a, "original": b})
    return found[:_SHOWN]


def summary(lines: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What a log came to."""
    lines = list(lines)
    covered = reduce(lambda total, line: total + Counter(line["covered"]), lines, Counter[str]())
    cpu = [line["original"]["cpu"] for line in lines if "cpu" in line["original"]]
    steps = [seconds for times in cpu for seconds in times["steps"]]
    starts = [times["load"] + times["reset"] for times in cpu]
    told = json.dumps([[line["game"], line["commands"]] for line in lines])
    return {
        "commands": sum(len(line["commands"]) for line in lines),
        "games": dict(Counter(line["source"] for line in lines)),
        "differences": [
            {"game": line["game"], **difference} for line in lines for difference in line["differences"]
        ],
        "original_cpu": {
            "steps_per_second": round(len(steps) / sum(steps), 2) if steps else None,
            "load_and_reset_median_seconds": round(median(starts), 3) if starts else None,
            "total_seconds": round(sum(steps) + sum(starts)),
        },
        "digest": hashlib.sha256(told.encode()).hexdigest(),
        "branches": len(covered),
        "covered": dict(sorted(covered.items())),
    }


def draw_games(games: Iterable[GameFile], count: int, seed: int = 0) -> list[GameFile]:
    """``count`` of many games, drawn without holding them all."""
    keyed = ((bits(seed, number), number, game) for number, game in enumerate(games))
    return [game for *_, game in heapq.nsmallest(count, keyed)]


def _rarest(waiting: list[GameFile], featured: Counter[str], draws: Stream) -> int:
    """The index of the one of a few games whose features were played least."""
    few = {draws.below(len(waiting)) for _ in range(_CANDIDATES)}

    def rarity(index: int) -> float:
        return sum(1 / (1 + featured[feature]) for feature in features(Game(waiting[index].compile())))

    return max(sorted(few), key=rarity)
