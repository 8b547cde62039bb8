"""Records how the original plays games of ours: the traces that the household engine is tested against.

usage: python benchmarks/record_household_traces.py

Needs ``make bench-peers``; writes golden.json (rooms made by hand, see ``household_rooms``) and
golden_generated.json in tests/simulators/household/data anew, the same bytes every time. Domain and
grammar are those of the installed alfworld and are not written. Strings are kept once per game, in a
table; a trace refers to them by number: ``start`` is [text, won, legal commands], a step [command, text,
won, legal again, legal no more]. Problems of generated games are long: ``problem_xz`` is compressed.
"""

import base64
import json
import lzma
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from household_rooms import ROOMS, Room, problem, sentence

from playout.core.random import Stream
from playout.experiments.bench.household import same, sameness
from playout.experiments.bench.household.exploring import Explorer
from playout.experiments.bench.household.original import Original, rules
from playout.simulators.household.engine import step
from playout.simulators.household.games import GameFile
from playout.simulators.household.generator.export import complete
from playout.simulators.household.goals import TASK_TYPES
from playout.simulators.household.tables import Game

DATA = Path(__file__).parent.parent / "tests/simulators/household/data"
COMMANDS = 170  # in a room made by hand
GENERATED_COMMANDS = 60
SEED = 7
_LONGEST = 200  # longer commands are left out of the traces

# The published games' domain differs from the installed one in this line.
_SINK_LINE = (";(receptacleType ?r SinkType)", "(receptacleType ?r SinkType)")
# The grammar of older data put things "in/on" others.
_OLDER = (
    ("move {o} to {r}", "put {o} in/on {r}"),
    ("You move the {o.name} to the {r.name}.", "You put the {o.name} in/on the {r.name}."),
    ("move (object) to (receptacle):", "put (object) in/on (receptacle):"),
)


def of_room(room: Room) -> GameFile:
    """A room as the original takes it."""
    task = f"Your task is to: {sentence(room)}."
    file = complete(GameFile(id=room.name, place=room.name, problem=problem(room), task=task), rules())
    if room.sinks_clean:
        file = replace(file, domain=file.domain.replace(*_SINK_LINE))
    for newer, older in _OLDER if room.wording == "put" else ():
        file = replace(file, grammar=file.grammar.replace(newer, older))
    return file


def generated() -> list[GameFile]:
    """One game of each task type."""
    games = sameness.generated(100, SEED)
    of_type = [[game for game in games if f"/{name}-" in game.id] for name in TASK_TYPES]
    return [game for games in of_type for game in games[:1]]


def record(
    original: Original, file: GameFile, explorer: Explorer, script: Iterable[str], commands: int
) -> dict[str, Any]:
    """The script and then what is chosen, as the original plays it."""
    given = list(script)
    for command in given:
        step(explorer.game, explorer.state, command)
    given += [command for command in explorer.play(commands - len(given)) if len(command) <= _LONGEST]
    answer = original.play(file, given)
    if found := same.differences(explorer.game, given, answer):
        print(f"{file.id}: the engine differs: {found[0]}")
    sinks_clean = _SINK_LINE[0] not in file.domain
    return {"id": file.id, "sinks_clean": sinks_clean, "task": file.task, **packed(given, answer["steps"])}


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


def compressed(text: str) -> str:
    """ASCII of an xz stream."""
    return base64.b85encode(lzma.compress(text.encode(), preset=9)).decode()


def write(name: str, traces: list[dict[str, Any]]) -> None:
    """One line per game."""
    lines = ",\n".join(json.dumps(trace, separators=(",", ":")) for trace in traces)
    DATA.mkdir(parents=True, exist_ok=True)
    (DATA / name).write_text(f"[\n{lines}\n]\n")
    print(f"{name}: {sum(len(trace['steps']) for trace in traces)} commands in {len(traces)} games")


def main() -> None:
    """Write the traces."""
    original, covered = Original(memo=True), Counter[str]()
    rooms, games = [], []
    for number, room in enumerate(ROOMS):
        file = of_room(room)
        explorer = Explorer(Game(file.compile(), wording=room.wording), Stream(number), covered)
        script = filter(None, room.script.split(";"))
        found = record(original, file, explorer, script, COMMANDS)
        rooms.append(found | {"wording": room.wording, "problem": file.problem})
    for number, file in enumerate(generated()):
        explorer = Explorer(Game(file.compile()), Stream(number, 1), covered)
        found = record(original, file, explorer, (), GENERATED_COMMANDS)
        games.append(found | {"problem_xz": compressed(file.problem)})
    original.close()
    write("golden.json", rooms)
    write("golden_generated.json", games)
    print(f"{len(covered)} branches")


if __name__ == "__main__":
    main()
