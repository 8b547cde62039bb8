"""Compares the household engine with the original, command by command: text, legal list, won and score.

A full comparison takes half an hour of CPU. Every game is one line of a log with all that the original
said, so that a run that was stopped goes on with the next game, and a changed engine is held against the
log in seconds. What is chosen to be played is the business of ``exploring``; nothing here decides what
counts as the same but equality.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from playout.core.random import Stream, bits
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

    games: int = 210
    """Of each source."""
    commands: int = 50
    """Per game."""
    seed: int = 0
    """Decides games and commands."""
    minutes: float | None = None
    """Stop at the first end of a game after so much time; None to play all."""


class Player(Protocol):
    """See ``original.Original``."""

    def play(self, file: GameFile, commands: list[str]) -> dict[str, Any]:
        """Give commands in a game."""
        ...


def compare(
    config: Comparison, pools: Mapping[str, Iterable[GameFile]], original: Player, *, log: Path
) -> Iterator[dict[str, Any]]:
    """Play until ``config.games`` of each source are in the log, one source after the other.

    Args:
        config: what is compared.
        pools: source (one of ``SOURCES``) -> games to choose from.
        original: the other world.
        log: JSON lines, appended to; games that it holds are not played again.

    Yields:
        The line of each game that was played now.
    """
    done = read_log(log)
    covered = _sum(line["covered"] for line in done)
    featured = Counter(feature for line in done for feature in line["features"])
    played, known = Counter(line["source"] for line in done), {line["game"] for line in done}
    end = time.monotonic() + 60 * (config.minutes or float("inf"))
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a") as out:
        for source, pool in pools.items():
            waiting = [game for game in pool if game.id not in known]
            while waiting and played[source] < config.games and time.monotonic() < end:
                draws = Stream(bits(config.seed, played[source], SOURCES.index(source)))
                game = waiting.pop(_rarest(waiting, featured, draws))
                line = {"source": source, **play(game, original, draws, covered, config.commands)}
                featured.update(line["features"])
                played[source] += 1
                print(json.dumps(line), file=out, flush=True)
                yield line


def play(
    file: GameFile, original: Player, draws: Stream, covered: Counter[str], commands: int
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


def recheck(lines: Iterable[Mapping[str, Any]], games: Iterable[GameFile]) -> Iterator[dict[str, Any]]:
    """The lines of a log with their differences to what the engine answers now; the original is not run."""
    known = {game.id: game for game in games}
    for line in lines:
        game = Game(known[line["game"]].compile())
        yield {**line, "differences": differences(game, line["commands"], line["original"])}


def read_log(log: Path) -> list[dict[str, Any]]:
    """The lines of a log; one that a kill has torn is taken out of it."""
    text = log.read_text() if log.exists() else ""
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        log.write_text(whole)
    return [json.loads(line) for line in whole.splitlines()]


def summary(lines: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What a log came to."""
    lines = list(lines)
    covered = _sum(line["covered"] for line in lines)
    told = json.dumps([[line["game"], line["commands"]] for line in lines])
    return {
        "commands": sum(len(line["commands"]) for line in lines),
        "games": dict(Counter(line["source"] for line in lines)),
        "differences": [
            {"game": line["game"], **difference} for line in lines for difference in line["differences"]
        ],
        "digest": hashlib.sha256(told.encode()).hexdigest(),
        "branches": len(covered),
        "covered": dict(sorted(covered.items())),
    }


def _rarest(waiting: list[GameFile], featured: Counter[str], draws: Stream) -> int:
    """The index of the one of a few games whose features were played least."""
    few = {draws.below(len(waiting)) for _ in range(_CANDIDATES)}

    def rarity(index: int) -> float:
        return sum(1 / (1 + featured[feature]) for feature in features(Game(waiting[index].compile())))

    return max(sorted(few), key=rarity)


def _sum(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return total
