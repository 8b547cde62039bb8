"""Rooms made by hand, with every branch of the household world at hand: golden traces are played in them.

The published games never start with something in hand, opened, clean, hot, sliced or switched on, with the
agent at a receptacle, or with a lamp that can be carried; the engine knows these cases, so they are here too.
"""

from collections.abc import Mapping
from typing import NamedTuple

from playout.simulators.household.tables import Wording

# Receptacle type -> object types that it takes; "Type/location" in a room stands at that location.
TAKES: Mapping[str, str] = {
    "CounterTop": "Apple Bread Mug Cup Knife ButterKnife Plate Bowl Pen Cloth Lettuce DeskLamp Pan Box",
    "Sink": "Apple Mug Cloth",
    "SinkBasin": "Apple Mug Cup Knife ButterKnife Plate Bowl Cloth Lettuce Pan",
    "BathtubBasin": "Cloth",
    "Fridge": "Apple Bread Mug Cup Bowl Plate Lettuce Pan",
    "Microwave": "Apple Bread Mug Cup Bowl Plate",
    "Cabinet": "Mug Cup Plate Bowl Pan Cloth",
    "Drawer": "Knife ButterKnife Pen Cloth DeskLamp Box",
    "Desk": "Mug Cup Pen DeskLamp Box Cloth",
    "Dresser": "Pen DeskLamp Box Cloth",
}
OPENABLE = frozenset(("Fridge", "Microwave", "Cabinet", "Drawer"))
# Object type -> what can be done with it.
ABLE: Mapping[str, str] = {
    "Apple": "pickupable cleanable heatable coolable sliceable",
    "Bread": "pickupable heatable coolable sliceable",
    "Lettuce": "pickupable cleanable coolable sliceable",
    "Mug": "pickupable cleanable heatable coolable isReceptacleObject",
    "Bowl": "pickupable cleanable coolable isReceptacleObject",
    "Cup": "pickupable cleanable heatable coolable",
    "Plate": "pickupable cleanable heatable coolable",
    "Pan": "pickupable cleanable coolable isReceptacleObject",
    "Knife": "pickupable cleanable",
    "ButterKnife": "pickupable cleanable",
    "Cloth": "pickupable cleanable",
    "Pen": "pickupable",
    "Box": "pickupable isReceptacleObject",
    "DeskLamp": "toggleable",
    "FloorLamp": "toggleable",
    "Window": "",
}


class Room(NamedTuple):
    """A room and a task in it."""

    name: str
    receptacles: str
    """``Type[.n]/location``, several apart by spaces; those of one location are neighbours."""
    objects: str
    """``Type.n@receptacle[,receptacle]``; ``@~`` for what is nowhere, ``@^location`` for what lies there."""
    goal: tuple[str, str, str]
    """Kind (place, two, look, clean, heat, cool), object type, receptacle or lamp type."""
    facts: str = ""
    """More facts, as ``predicate:name[:name]`` with names as above."""
    at: str = "middle"
    """Location of the agent."""
    sinks_clean: bool = True
    """Whether a sink without a basin cleans, as in the domain of the published games."""
    wording: Wording = "move"
    """How putting something down is said."""
    script: str = ""
    """Commands to begin with, apart by semicolons: towards what chance would hardly bring about."""


_KITCHEN = (
    "CounterTop.1/a SinkBasin.1/a Sink.1/a Cabinet.1/b Drawer.1/b Drawer.2/b Fridge.1/c Microwave.1/d"
    " CounterTop.2/d CounterTop.3/e Cabinet.2/f"
)
_FOOD = (
    "Apple.1@CounterTop.1 Apple.2@Fridge.1 Bread.1@CounterTop.3 Lettuce.1@Fridge.1 Lettuce.2@CounterTop.1"
    " Mug.1@Cabinet.1 Mug.2@Microwave.1,CounterTop.2 Bowl.1@Cabinet.2 Cup.1@Sink.1,SinkBasin.1"
    " Plate.1@CounterTop.2 Knife.1@Drawer.1 Knife.2@CounterTop.3"
    " ButterKnife.1@CounterTop.1,SinkBasin.1 Pan.1@CounterTop.3 Pen.1@Drawer.2"
    " Cloth.1@Drawer.1,Drawer.2 Window.1@~"
)
_STUDY = "Desk.1/a Drawer.1/a Drawer.2/a Dresser.1/b Drawer.3/b CounterTop.1/c BathtubBasin.1/d Sink.1/d"
_THINGS = (
    "DeskLamp.1@Drawer.1 DeskLamp.2@Desk.1 FloorLamp.1@Dresser.1 Pen.1@Desk.1 Pen.2@Drawer.3 Box.1@Dresser.1"
    " Mug.1@Desk.1 Cloth.1@BathtubBasin.1 Cloth.2@Drawer.2,Desk.1 Cup.1@CounterTop.1"
)

_SLICE_AND_TREAT = (
    "go to countertop 1;take pan 1 from countertop 1;examine pan 1;move pan 1 to countertop 1;"
    "go to drawer 1;open drawer 1;take knife 1 from drawer 1;go to countertop 2;slice apple 1 with knife 1;"
    "slice lettuce 2 with knife 1;move knife 1 to sinkbasin 1;take apple 1 from countertop 2;examine apple 1;"
    "clean apple 1 with sinkbasin 1;examine apple 1;go to microwave 1;heat apple 1 with microwave 1;"
    "examine apple 1;go to fridge 1;cool apple 1 with fridge 1;examine apple 1"
)

ROOMS = (
    Room(
        "kitchen: clean lettuce", _KITCHEN, _FOOD, ("clean", "Lettuce", "CounterTop"),
        "isCool:Apple.2 isCool:Lettuce.1 inReceptacleObject:Pan.1:Pan.1 inReceptacleObject:Apple.1:Bowl.1"
        " inReceptacleObject:Pen.1:Mug.2 inReceptacleObject:Cup.1:Mug.2",
        script=_SLICE_AND_TREAT,
    ),
    Room("kitchen: heat apple", _KITCHEN, _FOOD, ("heat", "Apple", "Fridge"), "isCool:Apple.2"),
    Room("kitchen: cool mug", _KITCHEN, _FOOD, ("cool", "Mug", "Cabinet"), "inReceptacleObject:Pen.1:Mug.1"),
    Room("kitchen: sinks do not clean", _KITCHEN, _FOOD, ("clean", "Cup", "SinkBasin"), sinks_clean=False),
    Room(
        "kitchen: everything at once", _KITCHEN, _FOOD, ("two", "Knife", "CounterTop"),
        "isClean:Apple.1 isHot:Apple.1 isSliced:Apple.1 isCool:Bread.1 isSliced:Bread.1 isClean:Knife.1"
        " opened:Fridge.1 opened:Drawer.1 holds:Pan.1 isHot:Pan.1",
        at="b",
    ),
    Room("study: look at a pen", _STUDY, _THINGS, ("look", "Pen", "DeskLamp")),
    Room(
        "study: a lamp to carry", _STUDY, _THINGS, ("look", "Cloth", "DeskLamp"),
        "pickupable:DeskLamp.1 pickupable:DeskLamp.2 isToggled:DeskLamp.2 opened:Drawer.2", at="c",
    ),
    Room("study: two cloths", _STUDY, _THINGS, ("two", "Cloth", "Drawer"), wording="put", script="help"),
    Room(
        "study: put a box", _STUDY, _THINGS, ("place", "Box", "CounterTop"), "inReceptacleObject:Pen.1:Box.1"
    ),
    Room(
        "study: won at the start", _STUDY, _THINGS + " Apple.1@^a Knife.1@CounterTop.1",
        ("place", "Mug", "Desk"),
    ),
)  # fmt: skip

_SENTENCES = {
    "place": "put some {o} on {t}", "two": "put two {o} in {t}", "look": "look at {o} under the {t}",
    "clean": "put a clean {o} in {t}", "heat": "put a hot {o} in {t}", "cool": "put a cool {o} in {t}",
}  # fmt: skip
_TREATED = {
    "clean": "(cleanable ?o) (isClean ?o)", "heat": "(heatable ?o) (isHot ?o)",
    "cool": "(coolable ?o) (isCool ?o)",
}  # fmt: skip


def sentence(room: Room) -> str:
    """What the task is called."""
    kind, thing, target = room.goal
    return _SENTENCES[kind].format(o=thing.lower(), t=target.lower())


def problem(room: Room) -> str:
    """The room as a PDDL problem of ALFWorld's domain."""
    places = dict(item.split("/") for item in room.receptacles.split())
    objects = dict(item.split("@") for item in room.objects.split())
    ids = {name: _id(name) for name in (*places, *objects)}
    declared = ["agent1 - agent", *(f"loc_{at} - location" for at in sorted({*places.values(), room.at}))]
    declared += [f"{kind}Type - rtype" for kind in ("SinkBasin", "Sink", "Microwave", "Fridge")]
    declared += [f"{kind}Type - rtype" for kind in TAKES if f"{kind}Type - rtype" not in declared]
    declared += [f"{kind}Type - otype" for kind in ABLE]
    declared += [f"{ids[name]} - receptacle" for name in places]
    declared += [f"{ids[name]} - object" for name in objects]
    facts = [f"atLocation agent1 loc_{room.at}"]
    facts += [f"canContain {kind}Type {o}Type" for kind, taken in TAKES.items() for o in taken.split()]
    for name, at in places.items():
        kind = name.partition(".")[0]
        facts += [f"receptacleType {ids[name]} {kind}Type", f"receptacleAtLocation {ids[name]} loc_{at}"]
        facts += [f"openable {ids[name]}"] * (kind in OPENABLE)
    held = {word.split(":")[1] for word in room.facts.split() if word.startswith("holds:")}
    for name, where in objects.items():
        kind = name.partition(".")[0]
        facts += [
            f"objectType {ids[name]} {kind}Type",
            *(f"{able} {ids[name]}" for able in ABLE[kind].split()),
        ]
        if where.startswith("^"):
            facts.append(f"objectAtLocation {ids[name]} loc_{where[1:]}")
        elif where != "~" and name not in held:
            facts += [f"inReceptacle {ids[name]} {ids[r]}" for r in where.split(",")]
            facts += [
                f"objectAtLocation {ids[name]} loc_{at}" for at in {places[r] for r in where.split(",")}
            ]
    for word in room.facts.split():
        predicate, *names = word.split(":")
        if predicate == "holds":
            facts += ["holdsAny agent1", f"holds agent1 {ids[names[0]]}"]
        else:
            facts.append(" ".join([predicate, *(ids[name] for name in names)]))
    listed, init = "\n".join(declared), "\n".join(f"({fact})" for fact in facts)
    head = "(define (problem room)\n(:domain alfred)"
    return f"{head}\n(:objects\n{listed}\n)\n(:init\n{init}\n)\n(:goal {_goal(room)})\n)"


def _id(name: str) -> str:
    """An id in ALFRED's manner; basins end in their name, and signs make the order of ids uneven."""
    kind, number = name.split(".")
    sign = "plus" if int(number) % 2 else "minus"
    if kind.endswith("Basin"):
        return f"{kind.removesuffix('Basin')}_bar_{sign}_{number}_bar_{kind}"
    return f"{kind}_bar_{sign}_{number}"


def _goal(room: Room) -> str:
    kind, thing, target = room.goal
    if kind == "look":
        return (
            "(and (exists (?ot - object ?r - receptacle ?a - agent ?l - location)"
            f" (and (objectType ?ot {target}Type) (toggleable ?ot) (isToggled ?ot)"
            " (receptacleAtLocation ?r ?l) (atLocation ?a ?l) (inReceptacle ?ot ?r)))"
            f" (exists (?o - object ?a - agent) (and (objectType ?o {thing}Type) (holds ?a ?o))))"
        )
    if kind == "two":
        return (
            f"(exists (?r - receptacle) (exists (?o1 - object) (and (objectType ?o1 {thing}Type)"
            f" (receptacleType ?r {target}Type) (inReceptacle ?o1 ?r)"
            f" (exists (?o2 - object) (and (not (= ?o1 ?o2)) (objectType ?o2 {thing}Type)"
            f" (receptacleType ?r {target}Type) (inReceptacle ?o2 ?r))))))"
        )
    more = _TREATED.get(kind, "")
    return (
        f"(exists (?r - receptacle) (exists (?o - object) (and {more} (objectType ?o {thing}Type)"
        f" (receptacleType ?r {target}Type) (inReceptacle ?o ?r))))"
    )
