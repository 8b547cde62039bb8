"""The generator's numbers: what rooms, receptacles, objects and goals there are, how often and where.

They come from ``fitted.json``, which ``fit`` makes by counting; nothing is decided here. Type names have
the capitals of PDDL (``CounterTop``); ``spoken`` names are lower-case, as the world says them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from playout.simulators.household.generator.draws import Weighted
from playout.simulators.household.goals import CLEAN, COOL, HEAT

FILE = Path(__file__).with_name("fitted.json")

KITCHEN, LIVING_ROOM, BEDROOM, BATHROOM = "kitchen", "living_room", "bedroom", "bathroom"
KINDS = (KITCHEN, LIVING_ROOM, BEDROOM, BATHROOM)

FLAGS = {
    "pickupable": "p",
    "cleanable": "c",
    "heatable": "h",
    "coolable": "k",
    "sliceable": "s",
    "toggleable": "t",
    "isReceptacleObject": "v",
}
"""Predicate -> the letter by which an object type has it."""

DEVICES = {CLEAN: "SinkBasin", HEAT: "Microwave", COOL: "Fridge"}
"""Task type -> the receptacle that does its treatment; no object of the goal starts there."""
LAMP = "DeskLamp"
FRIDGE = DEVICES[COOL]


def room_kind(receptacles: Iterable[str]) -> str:
    """One of ``KINDS``, by the spoken types of a room's receptacles."""
    found = set(receptacles)
    marks = {"fridge": KITCHEN, "toilet": BATHROOM, "bed": BEDROOM}
    return next((kind for mark, kind in marks.items() if mark in found), LIVING_ROOM)


@dataclass(frozen=True)
class Count:
    """How many there are of a type."""

    loading: float
    """Correlation with how full a room is."""
    numbers: Weighted[int]
    places: Mapping[str, float]
    """For objects: receptacle type -> how much it attracts them."""


@dataclass(frozen=True)
class Kind:
    """What a kind of room is like."""

    tasks: Mapping[str, float]
    receptacles: Mapping[str, Count]
    size: float
    """Correlation of how many receptacles with how many objects."""
    objects: Mapping[str, Count]
    loose: Mapping[str, Weighted[int]]
    """Objects in no receptacle, such as chairs, by type."""
    objects_of: Mapping[str, Mapping[str, float]]
    """Task type -> object types of its goals."""
    targets_of: Mapping[str, Mapping[str, float]]
    """Task type -> receptacle types of its goals."""
    shared: Mapping[tuple[str, str], float]
    """Pair of receptacle types, in both orders -> chance that two such share a location."""
    crowded: float
    """Chance that a third joins them where it could."""
    overlaps: Mapping[str, Mapping[str, tuple[float, tuple[float, ...]]]]
    """Receptacle type -> other type -> chance that objects lie in both, and shares of them that do."""


@dataclass(frozen=True)
class Catalogue:
    """All kinds, and what holds in each."""

    kinds: Mapping[str, Kind]
    flags: Mapping[str, str]
    """Object type -> letters of ``FLAGS``."""
    fits: Mapping[str, tuple[str, ...]]
    """Receptacle type -> object types it takes."""
    openable: Mapping[str, tuple[float, float, float]]
    """Receptacle type -> chance that in a room all open, that none does, and of each one else."""
    spread: Mapping[str, float]
    """Receptacle type -> a: those of a room attract objects in the ratio of u**a, u uniform."""
    copies: Mapping[str, Weighted[int]]
    """Task type -> objects of the goal's type."""
    lamps: Weighted[int]
    """Lamps where the goal needs one."""
    vessels: Mapping[str, float]
    """Object type -> chance that it has something in it."""
    inner: Mapping[str, float]
    """Object type -> how often it is in a vessel."""


@cache
def catalogue() -> Catalogue:
    """The fitted numbers."""
    table = json.loads(FILE.read_text(encoding="ascii"))
    return Catalogue(
        kinds={name: _kind(table["kinds"][name]) for name in KINDS},
        flags=table["flags"],
        fits={name: tuple(things) for name, things in table["fits"].items()},
        openable={name: tuple(chances) for name, chances in table["openable"].items()},
        spread=table["spread"],
        copies={task: _numbers(found) for task, found in table["copies"].items()},
        lamps=_numbers(table["lamps"]),
        vessels=table["vessels"],
        inner=table["inner"],
    )


def _kind(table: dict[str, Any]) -> Kind:
    overlaps: dict[str, dict[str, tuple[float, tuple[float, ...]]]] = {}
    for pair, (chance, *shares) in table["overlaps"].items():
        small, large = pair.split()
        overlaps.setdefault(small, {})[large] = chance, tuple(shares)
    return Kind(
        tasks=table["tasks"],
        receptacles={
            name: Count(load, _numbers(found), {}) for name, (load, found) in table["receptacles"].items()
        },
        size=table["size"],
        objects={name: _count(*values) for name, values in table["objects"].items()},
        loose={name: _numbers(found) for name, found in table["loose"].items()},
        objects_of={task: objects for task, (objects, _) in table["goals"].items()},
        targets_of={task: targets for task, (_, targets) in table["goals"].items()},
        shared=dict(_both_orders(table["shared"])),
        crowded=table["crowded"],
        overlaps=overlaps,
    )


def _both_orders(chances: dict[str, float]) -> Iterator[tuple[tuple[str, str], float]]:
    for pair, chance in chances.items():
        first, second = pair.split()
        yield from {(first, second): chance, (second, first): chance}.items()


def _count(loading: float, numbers: list[int], places: Mapping[str, float] | None = None) -> Count:
    return Count(loading, _numbers(numbers), places or {})


def _numbers(histogram: list[int]) -> Weighted[int]:
    return Weighted(dict(enumerate(histogram)))
