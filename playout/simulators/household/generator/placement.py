"""Fills a room: which objects there are, where they lie, what is cold, what is inside what."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from playout.simulators.household.generator.catalogue import FRIDGE, LAMP, Catalogue, catalogue
from playout.simulators.household.generator.draws import Draws, Weighted
from playout.simulators.household.generator.rooms import Names, Room, attraction
from playout.simulators.household.generator.tasks import Task
from playout.simulators.household.goals import COOL, LOOK


@dataclass
class Thing:
    """An object at the start."""

    id: str
    type: str
    location: str
    receptacles: tuple[int, ...] = ()
    """Numbers; the first is where it lies, the others list it too. None for chairs and their like."""
    cool: bool = False
    inside: list["Thing"] = field(default_factory=list)
    """Objects in it."""


def furnish(room: Room, task: Task, draws: Draws) -> tuple[list[Thing], str]:
    """Objects for a game, and the location where the agent starts, which is no receptacle's."""
    kind = catalogue().kinds[room.kind]
    used = {place for receptacle in room.receptacles for place in (receptacle.id, receptacle.location)}
    names = Names(draws, used)
    placed = [_put(room, task, type, spot, names, draws) for type, spot in _placed(room, task, draws)]
    _nest(placed, draws)
    loose = [
        Thing(names.thing(type), type, names.location())
        for type, numbers in kind.loose.items()
        for _ in range(draws.weighted(numbers))
    ]
    return placed + loose, names.location()


def _placed(room: Room, task: Task, draws: Draws) -> Iterator[tuple[str, int]]:
    """Types of objects, and the receptacles where they lie."""
    numbers = catalogue()
    kind = numbers.kinds[room.kind]
    factor = kind.size * room.factor + (1 - kind.size**2) ** 0.5 * draws.normal()
    for type, count in kind.objects.items():
        usual = draws.correlated(factor, count.loading)
        if type == task.object:
            spots, copies = task.starts, numbers.copies[task.type].at(draws.share())
        else:
            spots = Weighted(attraction(room, type))
            copies = numbers.lamps.at(draws.share()) if _is_lamp(type, task) else count.numbers.at(usual)
        if spots:
            for _ in range(copies):
                yield type, draws.weighted(spots)


def _is_lamp(type: str, task: Task) -> bool:
    return task.type == LOOK and type == LAMP


def _put(room: Room, task: Task, type: str, spot: int, names: Names, draws: Draws) -> Thing:
    also = (other for other, share in room.overlaps[spot] if draws.share() < share)
    receptacles = (spot, *also)
    # What is to be clean, hot or moved and comes from a fridge is cold; the rest of the fridge is not.
    sought = type == task.object and task.type != COOL and "k" in catalogue().flags[type]
    cool = sought and any(room.receptacles[number].type == FRIDGE for number in receptacles)
    return Thing(names.thing(type), type, room.receptacles[spot].location, receptacles, cool)


def _nest(things: list[Thing], draws: Draws) -> None:
    """Put a few objects into vessels that stand in the same receptacle."""
    numbers: Catalogue = catalogue()
    near: dict[int, list[Thing]] = defaultdict(list)
    for thing in things:
        near[thing.receptacles[0]].append(thing)
    nested = set[str]()
    for vessel in things:
        if draws.share() >= numbers.vessels.get(vessel.type, 0.0) or vessel.id in nested:
            continue
        beside = near[vessel.receptacles[0]]
        others = {
            i: numbers.inner.get(thing.type, 0)
            for i, thing in enumerate(beside)
            if not (thing is vessel or thing.inside or thing.id in nested)
        }
        if found := Weighted(others):
            inner = beside[draws.weighted(found)]
            vessel.inside.append(inner)
            nested.add(inner.id)
