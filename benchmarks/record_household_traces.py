"""Records how the original plays games of ours: the traces that the household engine is tested against.

usage: python benchmarks/record_household_traces.py

Needs ``make bench-peers``; writes tests/simulators/household/data/golden.json anew (the same bytes every
time). The games are those of ``household_rooms``; domain and grammar are those of the
installed alfworld and are not written. Strings are kept once per game, in a table; a trace refers to them by
number: ``start`` is [text, won, legal commands], a step [command, text, won, legal again, legal no more].
"""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from household_rooms import ROOMS, Room, problem, sentence

from playout.core.random import Stream
from playout.experiments.bench import peers
from playout.experiments.bench.household import same
from playout.experiments.bench.household.exploring import Explorer
from playout.simulators.household.engine import step
from playout.simulators.household.games import GameFile
from playout.simulators.household.tables import Game

ROOT = Path(__file__).parent.parent
OUT = ROOT / "tests/simulators/household/data/golden.json"
COMMANDS = 170
_LONGEST = 200  # longer commands are left out of the traces

# The published games' domain differs from the installed one in this line.
_SINK_LINE = (";(receptacleType ?r SinkType)", "(receptacleType ?r SinkType)")


def rules() -> tuple[str, str]:
    """Domain and grammar of the alfworld that is installed beside the original."""
    python, _ = peers.require("alfworld")
    code = "import alfworld, pathlib; print(pathlib.Path(alfworld.__file__).parent / 'data')"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    folder = Path(done.stdout.strip())
    return (folder / "alfred.pddl").read_text(), (folder / "alfred.twl2").read_text()


def game_file(room: Room, domain: str, grammar: str) -> GameFile:
    """A room as the original takes it."""
    task = f"Your task is to: {sentence(room)}."
    return GameFile(
        id=room.name,
        place=room.name,
        problem=problem(room),
        task=task,
        domain=domain.replace(*_SINK_LINE) if room.sinks_clean else domain,
        grammar=grammar.replace("Your task is to: UNKNOWN GOAL.", task),
    )


def traces() -> Iterator[dict[str, Any]]:
    """One per room."""
    domain, grammar = rules()
    original, covered = same.Original(), Counter[str]()
    for number, room in enumerate(ROOMS):
        file = game_file(room, domain, grammar)
        player = Explorer(Game(file.compile()), Stream(number), covered)
        script = [command for command in room.script.split(";") if command]
        for command in script:
            step(player.game, player.state, command)
        played = player.play(COMMANDS - len(script))
        commands = script + [command for command in played if len(command) <= _LONGEST]
        answer = original.play(file, commands)
        if found := same.differences(player.game, commands, answer):
            print(f"{room.name}: the engine differs: {found[0]}")
        yield {
            "id": room.name,
            "sinks_clean": room.sinks_clean,
            "task": file.task,
            "problem": file.problem,
        } | (packed(commands, answer["steps"]))
    print(f"{len(covered)} branches")
    original.close()


def packed(commands: list[str], steps: list[list]) -> dict[str, Any]:
    """A trace as numbers into a table of its strings."""
    table: dict[str, int] = {}

    def number(text: str) -> int:
        return table.setdefault(text, len(table))

    (text, listed, won, _), *rest = steps
    start = [number(text), won, [number(command) for command in listed]]
    found = []
    for command, (text, now, won, _) in zip(commands, rest, strict=True):
        more, less = sorted(set(now) - set(listed)), sorted(set(listed) - set(now))
        found.append([number(command), number(text), int(won), [*map(number, more)], [*map(number, less)]])
        listed = now
    return {"strings": list(table), "start": start, "steps": found}


def main() -> None:
    """Write the traces."""
    found = list(traces())
    lines = ",\n".join(json.dumps(trace, separators=(",", ":")) for trace in found)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(f"[\n{lines}\n]\n")
    print(f"{OUT}: {sum(len(trace['steps']) for trace in found)} commands in {len(found)} games")


if __name__ == "__main__":
    main()
