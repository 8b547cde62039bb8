"""Tasks: the goals that can be set in a room, their sentences and their formulas.

The sentences are the phrases of ALFWorld's six task types, two each: they are its interface, and what
published prompts and models read. Goals asked of nobody (an egg in a safe) do not come up, since a goal is
drawn from the objects and receptacles that goals of its type have been about.
"""

import hashlib
from dataclasses import dataclass

from playout.simulators.household.generator.catalogue import DEVICES, LAMP, catalogue
from playout.simulators.household.generator.draws import Draws, Weighted
from playout.simulators.household.generator.rooms import Room, Split, attraction, is_unseen, room_code
from playout.simulators.household.goals import CLEAN, COOL, HEAT, LOOK, PLACE, TWO
from playout.simulators.household.tables import Record

SEEN_ONE_IN = 4  # of the tasks in a room for training

SENTENCES = {
    PLACE: ("put a {object} in {target}", "put some {object} on {target}"),
    CLEAN: ("put a clean {object} in {target}", "clean some {object} and put it in {target}"),
    HEAT: ("put a hot {object} in {target}", "heat some {object} and put it in {target}"),
    COOL: ("put a cool {object} in {target}", "cool some {object} and put it in {target}"),
    TWO: ("put two {object} in {target}", "find two {object} and put them in {target}"),
    LOOK: ("look at {object} under the {target}", "examine the {object} with the {target}"),
}

_TREATED = {CLEAN: ("cleanable", "isClean"), HEAT: ("heatable", "isHot"), COOL: ("coolable", "isCool")}


@dataclass(frozen=True)
class Task:
    """A goal in a room, with types as PDDL has them."""

    type: str
    """One of ``goals.TASK_TYPES``."""
    object: str
    target: str
    """Receptacle type, or type of lamp."""
    starts: Weighted[int]
    """Where objects of the goal may lie at the start: numbers of receptacles."""

    def sentence(self, which: int) -> str:
        """Sentence 0 or 1 for it."""
        phrase = SENTENCES[self.type][which]
        return f"Your task is to: {phrase.format(object=self.object.lower(), target=self.target.lower())}."

    def formula(self) -> str:
        """The goal in PDDL."""
        if self.type == LOOK:
            return _LOOK.format(object=self.object, target=self.target)
        facts = [f"(objectType ?o {self.object}Type)", f"(receptacleType ?r {self.target}Type)"]
        if self.type in _TREATED:
            facts += [f"({predicate} ?o)" for predicate in _TREATED[self.type]]
        if self.type == TWO:
            second = f"(not (= ?o ?p)) (objectType ?p {self.object}Type) (inReceptacle ?p ?r)"
            facts.append(f"(exists (?p - object) (and {second}))")
        facts.append("(inReceptacle ?o ?r)")
        return f"(exists (?r - receptacle ?o - object) (and {' '.join(facts)}))"


_LOOK = (
    "(and (exists (?t - object ?r - receptacle ?a - agent ?l - location) (and (objectType ?t {target}Type)"
    " (toggleable ?t) (isToggled ?t) (receptacleAtLocation ?r ?l) (atLocation ?a ?l) (inReceptacle ?t ?r)))"
    " (exists (?o - object ?a - agent) (and (objectType ?o {object}Type) (holds ?a ?o))))"
)


def draw_task(type: str, room: Room, draws: Draws) -> Task | None:
    """A task of a type for a room, None where there is none."""
    kind, fits = catalogue().kinds[room.kind], catalogue().fits
    if type in DEVICES and DEVICES[type] not in room.types:
        return None
    targets = kind.targets_of[type]
    if type == LOOK:
        possible = dict(targets) if attraction(room, LAMP) else {}
    else:
        possible = {target: weight for target, weight in targets.items() if target in room.types}
    if not possible:
        return None
    target = draws.weighted(Weighted(possible))
    objects = {
        thing: weight
        for thing, weight in kind.objects_of[type].items()
        if (type == LOOK or thing in fits.get(target, ())) and _starts(type, thing, target, room)
    }
    if not objects:
        return None
    thing = draws.weighted(Weighted(objects))
    return Task(type, thing, target, _starts(type, thing, target, room))


def _starts(type: str, thing: str, target: str, room: Room) -> Weighted[int]:
    """Receptacles where objects of the goal may start: neither there already nor in what treats them."""
    kept_from = DEVICES.get(type, target)
    free = {
        number: weight
        for number, weight in attraction(room, thing).items()
        if kept_from not in _reach(room, number)
    }
    return Weighted(free)


def _reach(room: Room, number: int) -> set[str]:
    """Types of the receptacles that may list an object put into one."""
    return {room.receptacles[i].type for i in (number, *(other for other, _ in room.overlaps[number]))}


def is_seen(code: int, object: str, target: str, type: str) -> bool:
    """Whether a task in a room for training is kept from training.

    Args:
        code: of the room.
        object: type, in any case.
        target: type, in any case.
        type: of the task.
    """
    text = f"{code} {type} {object} {target}".lower()
    return hashlib.sha256(text.encode()).digest()[0] % SEEN_ONE_IN == 0


def split_of(record: Record) -> Split:
    """The split that a game belongs to, whoever made it."""
    code = room_code(record)
    if is_unseen(code):
        return "unseen"
    goal = record.goal
    return "seen" if is_seen(code, goal.object, goal.target, goal.task_type) else "train"
