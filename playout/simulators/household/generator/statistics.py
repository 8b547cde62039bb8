"""Two-sample comparison of household games: does one set look like the other, statistic by statistic.

Every statistic is one number per game, shares being zeros and ones, and is compared by the Kolmogorov-Smirnov
distance of its distributions. Games of one room are not independent of each other, so it is the numbers
of rooms, not of games, that enter the p-value.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from playout.simulators.household.engine import introduction, legal, start, step
from playout.simulators.household.games import GameFile
from playout.simulators.household.generator.catalogue import KINDS, room_kind
from playout.simulators.household.generator.draws import Draws
from playout.simulators.household.generator.rooms import room_code
from playout.simulators.household.goals import TASK_TYPES
from playout.simulators.household.planner import plan
from playout.simulators.household.problem import Problem, scan
from playout.simulators.household.tables import Game

WALK = 30  # random commands per game
ALPHA = 0.01


@dataclass(frozen=True)
class Sample:
    """Statistics of some games."""

    values: dict[str, np.ndarray]
    """Name -> float[games]; NaN for a game that it does not apply to."""
    rooms: np.ndarray
    """uint64[games], ``rooms.room_code``."""


def measure(games: Iterable[GameFile]) -> Sample:
    """All statistics of some games; about 4 ms each."""
    rows, rooms = [], []
    for number, file in enumerate(games):
        record = file.compile()
        game = Game(record)
        problem = scan(file.problem, file.place)
        rooms.append(room_code(record))
        rows.append({**_of_problem(problem), **_of_task(game), **_of_walk(game, number)})
    names = dict.fromkeys(name for row in rows for name in row)
    values = {name: np.array([row.get(name, math.nan) for row in rows], float) for name in names}
    return Sample(values, np.array(rooms, np.uint64))


def compare(a: Iterable[GameFile] | Sample, b: Iterable[GameFile] | Sample) -> dict[str, dict[str, float]]:
    """Compare two sets of games.

    Args:
        a: games, or what :func:`measure` found.
        b: others.

    Returns:
        Name of a statistic -> ``a`` and ``b``, the two means; ``distance`` in [0, 1] of the distributions;
        ``p`` of a distance as large between two draws of as many rooms from one distribution.
    """
    first = a if isinstance(a, Sample) else measure(a)
    second = b if isinstance(b, Sample) else measure(b)
    found = {}
    for name in first.values:
        if name not in second.values:
            continue
        x, y = first.values[name], second.values[name]
        applies, also = ~np.isnan(x), ~np.isnan(y)
        sizes = (len(np.unique(first.rooms[applies])), len(np.unique(second.rooms[also])))
        distance = ks_distance(x[applies], y[also])
        found[name] = {
            "a": round(float(x[applies].mean()), 4),
            "b": round(float(y[also].mean()), 4),
            "distance": round(distance, 4),
            "p": round(ks_p_value(distance, *sizes), 4),
        }
    return found


def mismatches(found: dict[str, dict[str, float]], alpha: float = ALPHA) -> list[str]:
    """Statistics of :func:`compare` that differ, at a level ``alpha`` for all together (Holm)."""
    order = sorted(found, key=lambda name: found[name]["p"])
    for rank, name in enumerate(order):
        if found[name]["p"] > alpha / (len(order) - rank):
            return order[:rank]
    return order


def ks_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Largest difference of the empirical distribution functions of float[N] and float[M]."""
    points = np.union1d(a, b)
    below = [np.searchsorted(np.sort(sample), points, side="right") / len(sample) for sample in (a, b)]
    return float(np.abs(below[0] - below[1]).max())


def ks_p_value(distance: float, n: int, m: int) -> float:
    """Chance of such a distance between samples of one distribution (Kolmogorov's limit, Stephens 1970)."""
    size = math.sqrt(n * m / (n + m))
    x = (size + 0.12 + 0.11 / size) * distance
    if x < 0.2:  # The series converges slowly there, to 1.
        return 1.0
    total = sum((-1) ** (k - 1) * math.exp(-2 * (k * x) ** 2) for k in range(1, 101))
    return min(max(2 * total, 0.0), 1.0)


def _of_problem(problem: Problem) -> dict[str, float]:
    facts = problem.facts
    sharing = Counter(Counter(location for _, location in facts["receptacleatlocation"]).values())
    listed = Counter(name for name, _ in facts["inreceptacle"])
    twice = sum(n > 1 for n in listed.values())
    used = Counter(receptacle for _, receptacle in facts["inreceptacle"])
    total = len(facts["receptacleatlocation"])
    return {
        "receptacles": total,
        "objects": len(facts["objecttype"]),
        "objects in receptacles": len(listed),
        "receptacles that open": len(facts["openable"]),
        "empty receptacles": total - len(used),
        "fullest receptacle": max(used.values()),
        "some location shared": float(any(n > 1 for n in sharing)),
        "shared locations": sum(count for n, count in sharing.items() if n > 1),
        "some object listed twice": float(twice > 0),
        "objects listed twice": twice,
        "some object cool": float(bool(facts["iscool"])),
    }


def _of_task(game: Game) -> dict[str, float]:
    kind = room_kind(name.rpartition(" ")[0] for name in game.receptacles)
    task = game.goal.task_type
    commands = plan(game, start(game)) or ()
    in_target = sum((game.start.contents[target] & game.sought).bit_count() for target in game.targets)
    return {
        **{f"is {name}": float(name == kind) for name in KINDS},
        **{f"is {name}": float(name == task) for name in TASK_TYPES},
        "objects of the goal": game.sought.bit_count(),
        "of them in a target": in_target,
        "plan": len(commands),
        f"plan of {task}": len(commands),
        "task sentence": len(game.task),
    }


def _of_walk(game: Game, number: int) -> dict[str, float]:
    """What a random policy reads; ``help`` left out, which is never helpful and always long."""
    draws = Draws(number)
    state = start(game)
    commands, lengths = [], []
    for _ in range(WALK):
        possible = [command for command in legal(game, state) if command != "help"]
        commands.append(len(possible) + 1)
        lengths.append(len(step(game, state, draws.choice(possible))))
    return {
        "introduction": len(introduction(game, start(game))),
        "legal commands": float(np.mean(commands)),
        "most legal commands": max(commands),
        "observation": float(np.mean(lengths)),
        "longest observation": max(lengths),
    }
