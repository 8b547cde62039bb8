"""Compiles the PDDL problem of an ALFWorld game to a ``Record``.

Numbers the names, speaks them as the world does, and turns facts into bits. Domain randomisation (names
shuffled by a global generator) is left out.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from playout.simulators.household.goals import CLEAN, COOL, HEAT, LOOK, TWO, Goal, parse_goal
from playout.simulators.household.problem import GameError, Problem, scan
from playout.simulators.household.tables import Record, Start

_SINKS = {"sinkbasintype", "sinktype"}


def compile_game(
    problem: str,
    *,
    id: str = "game",
    task: str = "",
    walkthrough: Iterable[str] = (),
    domain: str = "",
    place: str = "problem",
) -> Record:
    """Compile the text of a problem.

    Args:
        problem: ``pddl_problem`` of a game.
        id: what to call it.
        task: its sentence; made from the goal where empty.
        walkthrough: commands that win it, if known.
        domain: ``pddl_domain``; only asked whether sinks without basin clean. Empty means yes, as in the
            published games.
        place: named in errors.

    Raises:
        GameError: the problem is not one of ALFWorld's domain, or its goal not one of the six shapes.
    """
    parts = scan(problem, place)
    goal = parse_goal(parts.goal, place)
    tables = _Compiler(parts, place)
    return Record(
        id=id,
        task=task or sentence(goal),
        goal=goal,
        walkthrough=tuple(walkthrough),
        receptacles=tables.receptacle_names,
        locations=tables.locations,
        openable=tables.receptacle_bits("openable"),
        cleaners=tables.receptacles_of(_SINKS if _sinks_clean(domain) else {"sinkbasintype"}),
        heaters=tables.receptacles_of({"microwavetype"}),
        coolers=tables.receptacles_of({"fridgetype"}),
        objects=tables.object_names,
        fits=tables.fits(),
        inside=tables.inside(),
        vessels=tables.bits("isreceptacleobject"),
        pickupable=tables.bits("pickupable"),
        cleanable=tables.bits("cleanable"),
        heatable=tables.bits("heatable"),
        coolable=tables.bits("coolable"),
        toggleable=tables.bits("toggleable"),
        sliceable=tables.bits("sliceable"),
        knives=tables.objects_of({"knifetype", "butterknifetype"}),
        targets=_members(tables.receptacles_of({goal.target + "type"})),
        sought=tables.objects_of({goal.object + "type"}),
        lamps=tables.objects_of({goal.target + "type"}) & tables.bits("toggleable"),
        start=tables.start(),
    )


def sentence(goal: Goal) -> str:
    """A task sentence for a game that brings none."""
    if goal.task_type == LOOK:
        return f"Your task is to: look at {goal.object} under the {goal.target}."
    if goal.task_type == TWO:
        return f"Your task is to: put two {goal.object} in {goal.target}."
    how = {CLEAN: "clean ", HEAT: "hot ", COOL: "cool "}.get(goal.task_type, "")
    return f"Your task is to: put a {how}{goal.object} in {goal.target}."


class _Compiler:
    """Numbers the names of a problem and turns its facts into bits."""

    def __init__(self, problem: Problem, place: str) -> None:
        self.facts, self.place = problem.facts, place
        facts = self.facts
        typed = {name: kind for name, kind in problem.declared.items() if kind in ("object", "receptacle")}
        mentioned = {name for pairs in facts.values() for pair in pairs for name in pair}
        names = _spoken_names(sorted(mentioned.intersection(typed)))
        where = dict(facts["receptacleatlocation"])
        if len(where) != len(facts["receptacleatlocation"]):
            raise GameError(place, "a receptacle with two locations", "one receptacleAtLocation each")
        if len(facts["atlocation"]) != 1:
            raise GameError(place, f"{len(facts['atlocation'])} atLocation facts", "one, of the agent")
        self.at = facts["atlocation"][0][1]
        places = {name: number for number, name in enumerate(dict.fromkeys((*where.values(), self.at)))}
        self.places = places
        receptacles = sorted(where)
        self.receptacle = {name: number for number, name in enumerate(receptacles)}
        self.receptacle_names = tuple(names[name] for name in receptacles)
        self.locations = tuple(places[where[name]] for name in receptacles)
        objects = sorted(self._with_a_part())
        self.object = {name: number for number, name in enumerate(objects)}
        self.object_names = tuple(names[name] for name in objects)
        self.types: dict[str, set[str]] = {}
        for name, kind in (*facts["objecttype"], *facts["receptacletype"]):
            self.types.setdefault(kind, set()).add(name)

    def _with_a_part(self) -> set[str]:
        """Objects that can ever be seen, held or sliced; chairs and windows are only counted in names."""
        facts = self.facts
        seen = {name for name, _ in facts["inreceptacle"]} | {name for _, name in facts["holds"]}
        seen.update(name for pair in facts["inreceptacleobject"] for name in pair)
        around = {name for name, location in facts["objectatlocation"] if location in self.places}
        return seen | around.intersection(name for name, _ in facts["sliceable"])

    def bits(self, predicate: str) -> int:
        return _bits(self.object, (name for name, _ in self.facts[predicate]))

    def receptacle_bits(self, predicate: str) -> int:
        return _bits(self.receptacle, (name for name, _ in self.facts[predicate]))

    def objects_of(self, types: set[str]) -> int:
        return _bits(self.object, (name for kind in types for name in self.types.get(kind, ())))

    def receptacles_of(self, types: set[str]) -> int:
        return _bits(self.receptacle, (name for kind in types for name in self.types.get(kind, ())))

    def fits(self) -> tuple[int, ...]:
        room = {kind: self.receptacles_of({kind}) for kind in self.types}
        takers: dict[str, int] = {}
        for receptacle_type, object_type in set(self.facts["cancontain"]):
            takers[object_type] = takers.get(object_type, 0) | room.get(receptacle_type, 0)
        fits = [0] * len(self.object)
        for name, kind in self.facts["objecttype"]:
            if name in self.object:
                fits[self.object[name]] |= takers.get(kind, 0)
        return tuple(fits)

    def inside(self) -> tuple[tuple[int, ...], ...]:
        inside: list[list[int]] = [[] for _ in self.object]
        for inner, outer in sorted(set(self.facts["inreceptacleobject"])):
            if inner != outer:  # some published pans are in themselves, and the original does not say so
                inside[self.object[outer]].append(self.object[inner])
        return tuple(map(tuple, inside))

    def start(self) -> Start:
        contents, around = [0] * len(self.receptacle), [0] * len(self.places)
        for name, receptacle in self.facts["inreceptacle"]:
            if receptacle in self.receptacle:
                contents[self.receptacle[receptacle]] |= 1 << self.object[name]
        for name, location in self.facts["objectatlocation"]:
            if location in self.places and name in self.object:
                around[self.places[location]] |= 1 << self.object[name]
        held = [self.object[name] for _, name in self.facts["holds"]]
        if len(held) > 1:
            raise GameError(self.place, f"{len(held)} holds facts", "at most one object in hand")
        properties = [self.bits(name) for name in ("isclean", "ishot", "iscool", "istoggled", "issliced")]
        return Start(
            self.places[self.at],
            held[0] if held else -1,
            tuple(contents),
            tuple(around),
            self.receptacle_bits("opened"),
            *properties,
        )


def _spoken_names(ids: list[str]) -> dict[str, str]:
    """The names the world speaks: type and number, numbers falling in the order of the sorted ids."""
    kinds = [_kind(id) for id in ids]
    left = Counter(kinds)
    names = {}
    for id, kind in zip(ids, kinds, strict=True):
        names[id] = f"{kind} {left[kind]}" if "_bar_" in id else f"{id} "
        left[kind] -= 1
    return names


def _kind(id: str) -> str:
    kind = id.partition("_bar_")[0]
    return f"{kind}basin" if "basin" in id else kind


@lru_cache(maxsize=16)
def _sinks_clean(domain: str) -> bool:
    without_comments = re.sub(r";[^\n]*", "", domain.lower())
    return not domain or "(receptacletype ?r sinktype)" in without_comments


def _bits(numbers: dict[str, int], names: Iterable[str]) -> int:
    bits = 0
    for name in names:
        number = numbers.get(name)
        if number is not None:
            bits |= 1 << number
    return bits


def _members(bits: int) -> tuple[int, ...]:
    return tuple(number for number in range(bits.bit_length()) if bits >> number & 1)
