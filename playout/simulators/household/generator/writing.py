"""Writes a furnished room and its task as a PDDL problem of ALFWorld's domain."""

from collections.abc import Iterable, Iterator

from playout.simulators.household.generator.catalogue import FLAGS, catalogue
from playout.simulators.household.generator.placement import Thing
from playout.simulators.household.generator.rooms import Room
from playout.simulators.household.generator.tasks import Task

AGENT = "agent1"

# The domain names these types, so every problem has to declare them.
_OBJECT_TYPES = ("ButterKnife", "Knife", "Sink")
_RECEPTACLE_TYPES = ("Fridge", "Microwave", "SinkBasin")


def problem(name: str, room: Room, task: Task, things: list[Thing], start: str) -> str:
    """The text of a problem.

    Args:
        name: of the problem; letters, digits and underscores.
        room: with its receptacles.
        task: its goal.
        things: all objects.
        start: location of the agent.
    """
    objects = "\n".join(_declared(room, things, start))
    facts = "\n".join((*_of_receptacles(room), *_of_things(room, things), f"(atLocation {AGENT} {start})"))
    return (
        f"(define (problem {name})\n(:domain alfred)\n(:objects\n{objects}\n)\n"
        f"(:init\n{facts}\n)\n(:goal {task.formula()})\n)\n"
    )


def _declared(room: Room, things: list[Thing], start: str) -> Iterator[str]:
    yield f"{AGENT} - agent"
    yield from _typed((f"{type}Type" for type in (*_OBJECT_TYPES, *(t.type for t in things))), "otype")
    yield from _typed((f"{type}Type" for type in (*_RECEPTACLE_TYPES, *room.types)), "rtype")
    yield from _typed((thing.id for thing in things), "object")
    yield from _typed((receptacle.id for receptacle in room.receptacles), "receptacle")
    places = (place.location for places in (room.receptacles, things) for place in places)
    yield from _typed((*places, start), "location")


def _typed(names: Iterable[str], kind: str) -> Iterator[str]:
    return (f"{name} - {kind}" for name in sorted(set(names)))


def _of_receptacles(room: Room) -> Iterator[str]:
    for receptacle in room.receptacles:
        yield f"(receptacleType {receptacle.id} {receptacle.type}Type)"
        yield f"(receptacleAtLocation {receptacle.id} {receptacle.location})"
        if receptacle.openable:
            yield f"(openable {receptacle.id})"


def _of_things(room: Room, things: list[Thing]) -> Iterator[str]:
    numbers = catalogue()
    present = {thing.type for thing in things}
    for type in sorted(room.types):
        for thing in numbers.fits.get(type, ()):
            if thing in present:
                yield f"(canContain {type}Type {thing}Type)"
    for thing in things:
        yield f"(objectType {thing.id} {thing.type}Type)"
        yield f"(objectAtLocation {thing.id} {thing.location})"
        for number in thing.receptacles:
            yield f"(inReceptacle {thing.id} {room.receptacles[number].id})"
        for predicate, flag in FLAGS.items():
            if flag in numbers.flags[thing.type]:
                yield f"({predicate} {thing.id})"
        if thing.cool:
            yield f"(isCool {thing.id})"
        for inner in thing.inside:
            yield f"(inReceptacleObject {inner.id} {thing.id})"
