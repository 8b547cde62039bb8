"""A5: the solver on Boxoban, in a process of its own so that its memory can be told.

Every level is solved twice: fast (weighted) and with the fewest pushes. Fewest pushes are compared with a
breadth-first search, written apart from the solver, on small rooms.
"""

import json
import resource
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from playout.core.random import Stream
from playout.experiments.bench.suite import Bar, Context, Missing
from playout.simulators.sokoban.generator import generate
from playout.simulators.sokoban.solver import Solution, solve, solve_fast
from playout.simulators.sokoban.sources import Difficulty, FileSource, boxoban
from playout.simulators.sokoban.tiles import HAS_BOX, HAS_GOAL, HAS_PLAYER, WALL

SETS: dict[Difficulty, int] = {"unfiltered": 100, "medium": 100, "hard": 50}
SPLITS = ("test", "validation", "train")  # the first that is there
SECONDS, GIBIBYTES, MEDIAN_MILLISECONDS = 10.0, 1.0, 50.0
SMALL = ((6, 6, 1), (6, 6, 2), (5, 7, 2))
SMALL_EACH = 10


def solver(context: Context) -> Bar:
    """A5: worst time and memory, median time, and fewest pushes."""
    for difficulty in SETS:
        _source(difficulty)
    done = subprocess.run([sys.executable, "-m", __name__], capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout)
    sets = figures["sets"].values()
    modes = [found[mode] for found in sets for mode in ("fast", "optimal")]
    value = {
        "unsolved": sum(found["unsolved"] for found in modes),
        "worst_seconds": round(max(found["worst"] for found in modes), 3),
        "gib": round(figures["gib"], 3),
        "median_ms": round(max(found["fast"]["median"] for found in sets) * 1e3, 2),
        "pushes_not_fewest": figures["pushes_not_fewest"],
    }
    bar = {
        "unsolved": 0, "worst_seconds": SECONDS, "gib": GIBIBYTES, "median_ms": MEDIAN_MILLISECONDS,
        "pushes_not_fewest": 0,
    }  # fmt: skip
    met = all(value[name] <= most for name, most in bar.items())
    levels = ", ".join(f"{count} {difficulty}" for difficulty, count in SETS.items())
    return Bar(
        value=value, bar=bar, met=met, note=f"{levels}, fast and optimal; largest median", figures=figures
    )


def _source(difficulty: Difficulty) -> FileSource:
    missing = ""
    for split in SPLITS:
        try:
            return boxoban(difficulty, split=split)
        except FileNotFoundError as error:
            missing = str(error)
    raise Missing(missing)


def _drawn(difficulty: Difficulty) -> list[np.ndarray]:
    rooms = list(_source(difficulty).bank())
    Stream(0).shuffle(rooms)
    return rooms[: SETS[difficulty]]


def _timed(solve_room: Any, rooms: list[np.ndarray]) -> dict[str, Any]:
    """Worst and median CPU seconds, levels left unsolved, and mean pushes and nodes."""
    seconds, solutions = [], []
    for room in rooms:
        began = time.process_time()
        found: Solution = solve_room(room)
        seconds.append(time.process_time() - began)
        solutions.append(found)
    return {
        "median": median(seconds),
        "worst": max(seconds),
        "unsolved": sum(not found.solved for found in solutions),
        "pushes": float(np.mean([found.pushes for found in solutions])),
        "nodes": float(np.median([found.nodes for found in solutions])),
    }


def fewest_pushes(room: np.ndarray) -> int:
    """Breadth first over (player, boxes) with pushes counted; -1 if the room has no solution."""
    free = {tuple(cell) for cell in np.argwhere(room != WALL).tolist()}
    goals = frozenset(map(tuple, np.argwhere(HAS_GOAL[room]).tolist()))
    boxes = frozenset(map(tuple, np.argwhere(HAS_BOX[room]).tolist()))
    start = (tuple(np.argwhere(HAS_PLAYER[room])[0].tolist()), boxes)
    seen, queue = set(), deque([(0, start)])
    while queue:
        pushes, (player, boxes) = queue.popleft()
        if boxes == goals:
            return pushes
        if (player, boxes) in seen:
            continue
        seen.add((player, boxes))
        for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            ahead = (player[0] + down, player[1] + right)
            beyond = (ahead[0] + down, ahead[1] + right)
            if ahead in boxes and beyond in free and beyond not in boxes:
                queue.append((pushes + 1, (ahead, boxes - {ahead} | {beyond})))
            elif ahead in free and ahead not in boxes:
                queue.appendleft((pushes, (ahead, boxes)))
    return -1


def peak_gib() -> float:
    """The most memory that this process has held, GiB."""
    # On Linux ru_maxrss begins with what the parent held, so it is for others, who count in bytes (macOS).
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**30
    lines = status.read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 2**20


def _main() -> None:
    """What the process of its own does: print all figures as JSON."""
    small = [generate(*size, key) for size in SMALL for key in range(SMALL_EACH)]
    wrong = sum(solve(room).pushes != fewest_pushes(room) for room in small)
    sets = {}
    for difficulty in SETS:
        rooms = _drawn(difficulty)
        sets[difficulty] = {"fast": _timed(solve_fast, rooms), "optimal": _timed(solve, rooms)}
    found = {"sets": sets, "gib": peak_gib(), "small_rooms": len(small), "pushes_not_fewest": wrong}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    _main()
