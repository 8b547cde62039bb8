"""A4: levels per second, and that they are no easier than gym-sokoban's.

The peer's levels are generated once and kept beside its environment; its rate is timed on fresh ones.
Easier is measured on walls, boxes and goals alone, the same way for both sides.
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from playout.core.random import STREAM_GENERATE, bits_array
from playout.experiments.bench.peers import ask, cache_folder
from playout.experiments.bench.suite import Bar, Context
from playout.experiments.bench.timing import PARTS, Rate, Spent, rate
from playout.simulators.sokoban.generator import generate_many
from playout.simulators.sokoban.matching import cheapest
from playout.simulators.sokoban.solver import solve
from playout.simulators.sokoban.sources import BANK_SIZE
from playout.simulators.sokoban.symmetry import canonical_hashes
from playout.simulators.sokoban.tiles import BOX_ON_GOAL, HAS_BOX, HAS_GOAL, WALL

COMPARED = 500  # levels on each side
TIMED = 200  # levels of the peer that are timed in this run
DISTINCT = BANK_SIZE  # levels among which equal ones are looked for; the bank itself drops them
QUARTILES = (25, 50, 75)


class Size(NamedTuple):
    """Of a room."""

    height: int
    width: int
    boxes: int


SMALL, LARGE = Size(8, 8, 2), Size(10, 10, 4)


def levels(context: Context) -> Bar:
    """A4: rate, difficulty and variety of generated levels."""
    rates = {"8x8_2": rate(_batches(SMALL, 64)), "10x10_4": rate(_batches(LARGE, 2))}
    ours = generate_many(*SMALL, _keys(0, DISTINCT))
    distinct = len(np.unique(canonical_hashes(ours))) / DISTINCT
    on_goal = int((ours == BOX_ON_GOAL).sum())
    rates["gym_sokoban"] = _peer_rate(context)
    hardness = {"ours": _hardness(ours[:COMPARED]), "gym_sokoban": _hardness(_peer_levels())}
    no_easier = all(
        mine >= theirs
        for name, quartiles in hardness["ours"].items()
        for mine, theirs in zip(quartiles, hardness["gym_sokoban"][name], strict=True)
    )
    value = {
        "times_gym_sokoban": round(rates["8x8_2"].cpu / rates["gym_sokoban"].cpu, 1),
        "10x10_4_per_second": round(rates["10x10_4"].cpu, 1),
        "no_easier": no_easier,
        "distinct": distinct,
        "boxes_on_goals": on_goal,
    }
    bar = {
        "times_gym_sokoban": 100, "10x10_4_per_second": 10, "no_easier": True, "distinct": 0.999,
        "boxes_on_goals": 0,
    }  # fmt: skip
    met = no_easier and on_goal == 0 and all(value[name] >= least for name, least in bar.items())
    figures = {"rates": {name: found.figures() for name, found in rates.items()}, "quartiles": hardness}
    return Bar(value=value, bar=bar, met=met, note=_note(hardness), figures=figures)


def _note(hardness: dict[str, Any]) -> str:
    """The quartiles in one line: ours, then gym-sokoban's."""
    ours, theirs = hardness["ours"], hardness["gym_sokoban"]
    told = [f"{name} {_slashed(ours[name])} against {_slashed(theirs[name])}" for name in ours]
    return f"quartiles on {COMPARED} levels: {', '.join(told)}"


def _slashed(numbers: list[float]) -> str:
    return "/".join(f"{number:g}" for number in numbers)


def _keys(first: int, count: int) -> np.ndarray:
    return bits_array(np.arange(first, first + count, dtype=np.uint64), 0, STREAM_GENERATE)


class _batches:
    """Generates another batch of levels at each call."""

    def __init__(self, size: Size, count: int) -> None:
        self.size, self.count, self.first = size, count, DISTINCT

    def __call__(self) -> int:
        self.first += self.count
        generate_many(*self.size, _keys(self.first, self.count))
        return self.count


def _peer_rate(context: Context) -> Rate:
    out = context.scratch / "timed.npz"
    ask("sokoban", "gym_sokoban_rooms.py", *SMALL, TIMED, 1, out)
    times = np.load(out)
    parts = zip(np.array_split(times["cpu"], PARTS), np.array_split(times["wall"], PARTS), strict=True)
    return Rate.of(Spent(len(cpu), float(cpu.sum()), float(wall.sum())) for cpu, wall in parts)


def _peer_levels() -> np.ndarray:
    """gym-sokoban's levels, uint8[COMPARED, 8, 8], generated if they are not there yet."""
    file: Path = cache_folder("sokoban") / f"gym_sokoban_8x8_2_{COMPARED}.npz"
    if not file.exists():
        part = file.with_suffix(".part.npz")
        ask("sokoban", "gym_sokoban_rooms.py", *SMALL, COMPARED, 0, part)
        part.replace(file)
    return np.load(file)["rooms"]


def _hardness(rooms: np.ndarray) -> dict[str, list[float]]:
    """Quartiles of optimal pushes, displacement (cells, boxes matched to goals at least cost), floor area."""
    measured = {
        "pushes": [solve(room).pushes for room in rooms],
        "displacement": [_displacement(room) for room in rooms],
        "floor": [int(np.count_nonzero(room != WALL)) for room in rooms],
    }
    return {name: np.percentile(values, QUARTILES).tolist() for name, values in measured.items()}


def _displacement(room: np.ndarray) -> int:
    boxes, goals = np.argwhere(HAS_BOX[room]), np.argwhere(HAS_GOAL[room])
    return int(cheapest(np.abs(boxes[:, None] - goals).sum(2)))
