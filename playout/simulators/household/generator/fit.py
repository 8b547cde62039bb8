"""Fits the generator's numbers to games: ``python -m playout.simulators.household.generator.fit GAMES``.

What is kept of the games is counted here and nothing else: how often which types occur, how many, where,
and together; per kind of room. No game, layout, coordinate or sentence can be got back from it. The
result is ``fitted.json`` beside this file; ``catalogue`` explains its fields by reading them.
"""

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from playout.simulators.household.games import GameFile, read_games
from playout.simulators.household.generator.catalogue import FILE, FLAGS, room_kind
from playout.simulators.household.goals import LOOK, Goal, parse_goal
from playout.simulators.household.problem import Problem, scan

RARE = 0.02  # types that a kind of room holds fewer of per game are left out
FEW = 5  # rooms' shares kept of how often an object lies in two receptacles at once
LOADING = 0.95  # no count depends on its room's size alone
FACTOR_STEPS = 100
DIGITS = 3
# Of two receptacles that list an object the later one here is the table that the other stands on.
LARGE = ("stoveburner", "cabinet", "dresser", "desk", "diningtable", "countertop")


@dataclass(frozen=True)
class _Room:
    """What never changes between the games of one layout, taken from its first game."""

    kind: str
    types: dict[str, str]
    locations: dict[str, str]
    openable: frozenset[str]


@dataclass
class _Kind:
    """Counts over the games of one kind of room."""

    rooms: list[Hashable] = field(default_factory=list)
    tasks: Counter[str] = field(default_factory=Counter)
    objects_of: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    targets_of: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    # One each per game.
    receptacles: list[Counter[str]] = field(default_factory=list)
    objects: list[Counter[str]] = field(default_factory=list)
    loose: list[Counter[str]] = field(default_factory=list)
    wanted: list[set[str]] = field(default_factory=list)
    # (object type, receptacle type) -> objects there, and objects in rooms that have such a receptacle.
    places: Counter[tuple[str, str]] = field(default_factory=Counter)
    chances: Counter[tuple[str, str]] = field(default_factory=Counter)


class Fit:
    """Collects counts game by game."""

    def __init__(self) -> None:
        self.kinds: dict[str, _Kind] = defaultdict(_Kind)
        self.names: dict[str, str] = {}
        self.flags: dict[str, str] = {}
        self.fits: dict[str, set[str]] = defaultdict(set)
        self.copies: dict[str, Counter[int]] = defaultdict(Counter)
        self.lamps: Counter[int] = Counter()
        self.inner: Counter[str] = Counter()
        self.vessels: Counter[str] = Counter()
        self.filled: Counter[str] = Counter()
        self.rooms: dict[Hashable, _Room] = {}
        # Per room: objects of a receptacle, and those of them that another lists too.
        self.own: dict[Hashable, Counter[str]] = defaultdict(Counter)
        self.also: dict[Hashable, Counter[tuple[str, str]]] = defaultdict(Counter)

    def add(self, game: GameFile) -> None:
        """Count one game."""
        for name in re.findall(r"\b([A-Z][A-Za-z]*)Type\b", game.problem):
            self.names[name.lower()] = name
        problem = scan(game.problem, game.place)
        facts = problem.facts
        types = {name: _type(name) for name, _ in (*facts["objecttype"], *facts["receptacletype"])}
        for name, _ in facts["objecttype"]:
            self.flags.setdefault(types[name], "")
        for predicate, flag in FLAGS.items():
            for name, _ in facts[predicate.lower()]:
                if name in types and flag not in self.flags[types[name]]:
                    self.flags[types[name]] += flag
        for receptacle, thing in facts["cancontain"]:
            self.fits[receptacle.removesuffix("type")].add(thing.removesuffix("type"))
        key = self._room(problem, types)
        owner = self._owners(problem, key)
        self._count(problem, self.rooms[key], types, owner, parse_goal(problem.goal, game.place))
        self._nested(problem, types, owner)

    def _room(self, problem: Problem, types: dict[str, str]) -> Hashable:
        where = dict(problem.facts["receptacleatlocation"])
        key = frozenset(where)
        if key not in self.rooms:
            openable = frozenset(name for name, _ in problem.facts["openable"])
            kind = room_kind(types[name] for name in where)
            self.rooms[key] = _Room(kind, {name: types[name] for name in where}, where, openable)
            self.kinds[kind].rooms.append(key)
        return key

    def _owners(self, problem: Problem, key: Hashable) -> dict[str, str]:
        """Object -> its receptacle; where several list it the smallest, which stands on the others."""
        types = self.rooms[key].types
        listed: dict[str, list[str]] = defaultdict(list)
        for name, receptacle in problem.facts["inreceptacle"]:
            if receptacle in types:
                listed[name].append(receptacle)
        ordered = {
            name: sorted(several, key=lambda r: (_size(types[r]), r)) for name, several in listed.items()
        }
        owner = {name: first for name, (first, *_) in ordered.items()}
        self.own[key].update(owner.values())
        # Two in a hundred are in more than two; the generator knows two at most.
        self.also[key].update((first, others[0]) for first, *others in ordered.values() if others)
        return owner

    def _count(
        self, problem: Problem, room: _Room, types: dict[str, str], owner: dict[str, str], goal: Goal
    ) -> None:
        counts = self.kinds[room.kind]
        objects = [name for name, _ in problem.facts["objecttype"]]
        placed = Counter(types[name] for name in objects if name in owner)
        counts.tasks[goal.task_type] += 1
        counts.objects_of[goal.task_type][goal.object] += 1
        counts.targets_of[goal.task_type][goal.target] += 1
        counts.receptacles.append(Counter(room.types.values()))
        counts.objects.append(placed)
        counts.loose.append(Counter(types[name] for name in objects if name not in owner))
        counts.wanted.append({goal.object, goal.target})
        self.copies[goal.task_type][placed[goal.object]] += 1
        if goal.task_type == LOOK:
            self.lamps[placed[goal.target]] += 1
        present = set(room.types.values())
        for name in objects:
            if name in owner and types[name] != goal.object:
                counts.places[types[name], room.types[owner[name]]] += 1
                counts.chances.update((types[name], receptacle) for receptacle in present)

    def _nested(self, problem: Problem, types: dict[str, str], owner: dict[str, str]) -> None:
        """Count vessels, and those that hold something which lies in the same receptacle."""
        self.vessels.update(types[name] for name, _ in problem.facts["isreceptacleobject"] if name in owner)
        full = set()
        for inner, outer in problem.facts["inreceptacleobject"]:
            if inner in types and inner in owner and owner[inner] == owner.get(outer):
                self.inner[types[inner]] += 1
                full.add(outer)
        self.filled.update(types[name] for name in full)

    def table(self) -> dict[str, Any]:
        """All numbers, plain and rounded."""
        known = {
            kind
            for counts in self.kinds.values()
            for found in counts.objects + counts.loose
            for kind in found
        }
        return {
            "flags": {self.names[t]: "".join(sorted(f)) for t, f in sorted(self.flags.items()) if t in known},
            "fits": {
                self.names[t]: sorted(self.names[thing] for thing in things & known)
                for t, things in sorted(self.fits.items())
            },
            "openable": self._openable(),
            "spread": self._spread(),
            "copies": {task: _histogram(found) for task, found in sorted(self.copies.items())},
            "lamps": _histogram(self.lamps),
            "vessels": {self.names[t]: _round(self.filled[t] / n) for t, n in sorted(self.vessels.items())},
            "inner": {self.names[t]: n for t, n in sorted(self.inner.items()) if "p" in self.flags[t]},
            "kinds": {kind: self._kind(counts) for kind, counts in sorted(self.kinds.items())},
        }

    def _kind(self, counts: _Kind) -> dict[str, Any]:
        loadings = _loadings(counts.receptacles)
        return {
            "tasks": dict(sorted(counts.tasks.items())),
            "receptacles": {
                self.names[t]: [
                    loadings.get(t, 0.0),
                    _histogram(Counter(found[t] for found in counts.receptacles)),
                ]
                for t in sorted(set().union(*counts.receptacles))
            },
            "size": _correlation(counts.receptacles, counts.objects),
            "objects": self._objects(counts),
            "loose": {
                self.names[t]: _histogram(Counter(found[t] for found in counts.loose))
                for t in _usual(counts.loose)
            },
            "goals": {
                task: [self._named(counts.objects_of[task]), self._named(counts.targets_of[task])]
                for task in sorted(counts.tasks)
            },
            **self._locations(counts),
            "overlaps": self._overlaps(counts),
        }

    def _named(self, counts: Counter[str]) -> dict[str, int]:
        return {self.names[t]: n for t, n in sorted(counts.items())}

    def _objects(self, counts: _Kind) -> dict[str, Any]:
        """Type -> how its number goes with the others', how many there are, and where."""
        loadings = _loadings(counts.objects)
        table = {}
        for t in _usual(counts.objects):
            free = [
                found[t]
                for found, wanted in zip(counts.objects, counts.wanted, strict=True)
                if t not in wanted
            ]
            places = {
                self.names[receptacle]: _round(n / counts.chances[t, receptacle])
                for (thing, receptacle), n in sorted(counts.places.items())
                if thing == t and _round(n / counts.chances[t, receptacle])
            }
            table[self.names[t]] = [loadings[t], _histogram(Counter(free)), places]
        return table

    def _locations(self, counts: _Kind) -> dict[str, Any]:
        """How often two receptacles of a room share a location, and how far it goes beyond two."""
        pairs: Counter[str] = Counter()
        shared: Counter[str] = Counter()
        grown = groups = 0
        for key in counts.rooms:
            room = self.rooms[key]
            for a, b in combinations(sorted(room.types), 2):
                name = " ".join(sorted((self.names[room.types[a]], self.names[room.types[b]])))
                pairs[name] += 1
                shared[name] += room.locations[a] == room.locations[b]
            sizes = Counter(room.locations.values()).values()
            groups += sum(n > 1 for n in sizes)
            grown += sum(max(n - 2, 0) for n in sizes)
        return {
            "shared": {name: _round(n / pairs[name]) for name, n in sorted(shared.items()) if n},
            "crowded": _round(grown / max(groups + grown, 1)),
        }

    def _overlaps(self, counts: _Kind) -> dict[str, list[float]]:
        """``A B`` -> share of A that have such a B, then shares of the objects of A that B lists as well.

        Each A counts as often as objects lie in it, so that as many are listed twice as in the games.
        """
        near: Counter[tuple[str, str]] = Counter()
        shares: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
        for key in counts.rooms:
            types, own = self.rooms[key].types, self.own[key]
            for receptacle, n in own.items():
                near.update({(types[receptacle], other): n for other in set(types.values())})
            for (a, b), n in self.also[key].items():
                shares[types[a], types[b]].append((n / own[a], own[a]))
        return {
            f"{self.names[a]} {self.names[b]}": [
                _round(sum(weight for _, weight in found) / near[a, b]),
                *map(_round, _weighted_quantiles(found, min(len(found), FEW))),
            ]
            for (a, b), found in sorted(shares.items())
            if max(found)[0] > RARE
        }

    def _openable(self) -> dict[str, list[float]]:
        """Type -> share of rooms where all open, where none does, and of those that open elsewhere."""
        table = {}
        for t in sorted({t for room in self.rooms.values() for t in room.types.values()}):
            found = []
            for room in self.rooms.values():
                marks = [name in room.openable for name, kind in room.types.items() if kind == t]
                found += [float(np.mean(marks))] if marks else []
            if any(found):
                mixed = [share for share in found if 0 < share < 1] or [1.0]
                chances = found.count(1.0) / len(found), found.count(0.0) / len(found), np.mean(mixed)
                table[self.names[t]] = [_round(float(chance)) for chance in chances]
        return table

    def _spread(self) -> dict[str, float]:
        """Type -> exponent a: receptacles of a type in a room hold objects in the ratio of numbers u**a."""
        variances: dict[str, list[float]] = defaultdict(list)
        for key, room in self.rooms.items():
            for t in set(room.types.values()):
                held = np.array([self.own[key][r] for r, kind in room.types.items() if kind == t], float)
                if len(held) > 1 and held.sum() > 10 * len(held):
                    variances[t].append(float(held.var() / held.mean() ** 2 - 1 / held.mean()))
        table = {}
        for t, found in sorted(variances.items()):
            # u**a with u uniform has the squared coefficient of variation a**2 / (1 + 2a).
            square = max(float(np.mean(found)), 0.0)
            table[self.names[t]] = _round(square + (square * square + square) ** 0.5)
        return {t: exponent for t, exponent in table.items() if exponent}


def fit(games: Iterable[GameFile]) -> dict[str, Any]:
    """The table of some games."""
    counts = Fit()
    for game in games:
        counts.add(game)
    return counts.table()


def _type(id: str) -> str:
    kind = id.partition("_bar_")[0]
    return f"{kind}basin" if "basin" in id else kind


def _size(kind: str) -> int:
    return LARGE.index(kind) if kind in LARGE else -1


def _weighted_quantiles(found: Sequence[tuple[float, int]], parts: int) -> np.ndarray:
    """Of (value, weight), at the middles of equal parts of [0, 1]: float64[parts]."""
    values, weights = zip(*found, strict=True)
    middles = (np.arange(parts) + 0.5) / parts
    return np.quantile(values, middles, weights=weights, method="inverted_cdf")


def _usual(counts: Sequence[Counter[str]]) -> list[str]:
    return sorted(t for t in set().union(*counts) if sum(found[t] for found in counts) > RARE * len(counts))


def _histogram(counts: Counter[int]) -> list[int]:
    """How often 0, 1, 2, ... in thousandths; the rarest get at least 1."""
    total = counts.total()
    return [max(round(1000 * counts[n] / total), counts[n] > 0) for n in range(max(counts) + 1)]


def _loadings(counts: Sequence[Counter[str]]) -> dict[str, float]:
    """One-factor analysis (principal axes) of the covariances between counts: type -> loading."""
    types = _usual(counts)
    found = np.array([[game[t] for t in types] for game in counts], float)
    deviation = found.std(0)
    covariance = np.cov(found.T, bias=True)
    loads = np.zeros(len(types))
    for _ in range(FACTOR_STEPS):
        np.fill_diagonal(covariance, loads**2)
        values, vectors = np.linalg.eigh(covariance)
        loads = vectors[:, -1] * max(values[-1], 0.0) ** 0.5
        loads = np.clip(loads, -LOADING * deviation, LOADING * deviation)
    loads *= np.sign(loads.sum()) or 1.0
    return {
        t: _round(load / spread)
        for t, load, spread in zip(types, loads, deviation, strict=True)
        if spread > 0
    }


def _correlation(a: Sequence[Counter[str]], b: Sequence[Counter[str]]) -> float:
    return _round(np.corrcoef([found.total() for found in a], [found.total() for found in b])[0, 1])


def _round(value: float) -> float:
    return round(float(value), DIGITS)


def main() -> None:
    """Fit the games of a source and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("games", help="a folder of game.tw-pddl or a packed archive")
    parser.add_argument("--out", type=Path, default=FILE)
    options = parser.parse_args()
    text = json.dumps(fit(read_games(options.games)), separators=(",", ":"))
    options.out.write_text(text.replace('},"', '},\n"') + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
