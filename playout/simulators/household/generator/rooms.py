"""Rooms: which receptacles there are, which open, which share a location, which hang over another.

A room is drawn from a key and a number and never changes; ``placement`` fills it anew for every game.
Rooms are told apart by a hash that looks at types and locations only, so that it can be computed from any
compiled game too: it decides which rooms are for training, and two rooms that differ in names or
coordinates alone are the same room.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations
from typing import Literal, NamedTuple, get_args

from playout.core.random import STREAM_GENERATE, bits
from playout.simulators.household.generator.catalogue import KINDS, Kind, catalogue
from playout.simulators.household.generator.draws import Draws
from playout.simulators.household.tables import Record

Split = Literal["train", "seen", "unseen"]
"""Rooms and tasks to train on, their rooms with other tasks, other rooms."""
SPLITS: tuple[Split, ...] = get_args(Split)

UNSEEN_ONE_IN = 8  # of all rooms
CACHED_ROOMS = 1024
LEFT_OR_BACK, RIGHT_OR_FRONT, HEIGHT = -400, 400, 200  # centimetres; only names are made of them


@dataclass(frozen=True)
class Receptacle:
    """A place for objects."""

    id: str
    type: str
    location: str
    openable: bool
    weight: float
    """How much it attracts objects, beside others of its type."""


@dataclass(frozen=True, eq=False)
class Room:
    """A room without its objects."""

    kind: str
    number: int
    code: int
    """What :func:`room_code` gives for each of its games."""
    factor: float
    """How well furnished it is; standard normal."""
    receptacles: tuple[Receptacle, ...]
    overlaps: tuple[tuple[tuple[int, float], ...], ...]
    """Per receptacle: others that may list its objects too, and the share of objects that they do."""

    @cached_property
    def types(self) -> frozenset[str]:
        """Of its receptacles."""
        return frozenset(receptacle.type for receptacle in self.receptacles)


def room_code(record: Record) -> int:
    """Hash of a game's room: 64 bits of its receptacles' types, lids and sharing of locations."""
    return _code(
        (location, name.rpartition(" ")[0], bool(record.openable >> number & 1))
        for number, (name, location) in enumerate(zip(record.receptacles, record.locations, strict=True))
    )


def is_unseen(code: int) -> bool:
    """Whether the room with this hash is kept from training."""
    return code % UNSEEN_ONE_IN == 0


@lru_cache(CACHED_ROOMS)
def room(kind: str, number: int, *, unseen: bool, seed: int) -> Room:
    """Room ``number`` of a kind, of those that are kept from training or of the others."""
    key = bits(bits(seed, KINDS.index(kind), STREAM_GENERATE), number, STREAM_GENERATE)
    draws = Draws(key, STREAM_GENERATE)
    while True:
        plan = _draw(kind, draws)
        if is_unseen(plan.code) == unseen:
            return _named(kind, number, plan, draws)


@lru_cache(16 * CACHED_ROOMS)
def attraction(room: Room, thing: str) -> dict[int, float]:
    """Number of a receptacle -> how readily an object of type ``thing`` lies in it; none where never."""
    count = catalogue().kinds[room.kind].objects.get(thing)
    if count is None:
        return {}
    weights: dict[str, float] = defaultdict(float)
    for receptacle in room.receptacles:
        weights[receptacle.type] += receptacle.weight
    return {
        number: count.places[r.type] * r.weight / weights[r.type]
        for number, r in enumerate(room.receptacles)
        if r.type in count.places
    }


class Names:
    """Names of objects, receptacles and locations as PDDL has them: types and coordinates, none twice."""

    def __init__(self, draws: Draws, used: Iterable[str] = ()) -> None:
        """Draw from ``draws``; names in ``used`` are taken."""
        self._draws, self._used = draws, set(used)

    def thing(self, type: str) -> str:
        """An object or receptacle of a type."""
        basin = type.endswith("Basin")
        stem = type.removesuffix("Basin")
        while True:
            word = self._draws.bits()
            x, y, z = word & 0xFFFF, word >> 16 & 0xFFFF, word >> 32 & 0xFFFF
            width = RIGHT_OR_FRONT - LEFT_OR_BACK
            place = (LEFT_OR_BACK + x % width, y % HEIGHT, LEFT_OR_BACK + z % width)
            name = f"{stem}_bar_{'_bar_'.join(map(_coordinate, place))}" + f"_bar_{type}" * basin
            if self._new(name):
                return name

    def location(self) -> str:
        """Somewhere to stand."""
        while True:
            word = self._draws.bits()
            x, z = (word & 0xFF) % 32 - 16, (word >> 8 & 0xFF) % 32 - 16
            place = (x, z, word >> 16 & 3, 15 * ((word >> 18 & 0xFF) % 7) - 30)
            name = "loc" + "".join(f"_bar_{'_minus_' * (n < 0)}{abs(n)}" for n in place)
            if self._new(name):
                return name

    def _new(self, name: str) -> bool:
        found = name not in self._used
        self._used.add(name)
        return found


def _coordinate(centimetres: int) -> str:
    metres, rest = divmod(abs(centimetres), 100)
    return f"_{'minus' if centimetres < 0 else 'plus'}_{metres:02}_dot_{rest:02}"


class _Plan(NamedTuple):
    """What makes one room another than others."""

    factor: float
    types: list[str]
    locations: list[int]
    openable: list[bool]

    @property
    def code(self) -> int:
        names = (type.lower() for type in self.types)
        return _code(zip(self.locations, names, self.openable, strict=True))


def _draw(kind: str, draws: Draws) -> _Plan:
    numbers = catalogue().kinds[kind]
    factor = draws.normal()
    types = [
        type
        for type, count in numbers.receptacles.items()
        for _ in range(count.numbers.at(draws.correlated(factor, count.loading)))
    ]
    return _Plan(factor, types, _locations(types, numbers, draws), list(_openable(types, draws)))


def _named(kind: str, number: int, plan: _Plan, draws: Draws) -> Room:
    names = Names(draws)
    places = {location: names.location() for location in sorted(set(plan.locations))}
    receptacles = tuple(
        Receptacle(names.thing(type), type, places[location], openable, weight)
        for type, location, openable, weight in zip(*plan[1:], _weights(plan.types, draws), strict=True)
    )
    overlaps = _overlaps(plan.types, catalogue().kinds[kind], draws)
    return Room(kind, number, plan.code, plan.factor, receptacles, overlaps)


def _locations(types: list[str], numbers: Kind, draws: Draws) -> list[int]:
    """A location for each receptacle; some share one, mostly two by two."""
    locations = list(range(len(types)))
    together = [
        (a, b)
        for a, b in combinations(range(len(types)), 2)
        if (chance := numbers.shared.get((types[a], types[b]))) and draws.share() < chance
    ]
    draws.shuffle(together)
    for a, b in together:
        if (_alone(a, locations) and _alone(b, locations)) or draws.share() < numbers.crowded:
            pair = (a, b)
        else:
            # Another pair of these types, so that as many share as the chances say.
            pair = _free_pair(types[a], types[b], types, locations)
        if pair is not None:
            here, there = locations[pair[0]], locations[pair[1]]
            locations = [here if location == there else location for location in locations]
    return locations


def _alone(number: int, locations: list[int]) -> bool:
    return locations.count(locations[number]) == 1


def _free_pair(a: str, b: str, types: list[str], locations: list[int]) -> tuple[int, int] | None:
    free = [number for number in range(len(types)) if _alone(number, locations)]
    pairs = ((i, j) for i in free for j in free if i != j and (types[i], types[j]) == (a, b))
    return next(pairs, None)


def _openable(types: list[str], draws: Draws) -> Iterator[bool]:
    """Whether each opens: in most rooms all of a type do, in the others some."""
    shares = {}
    for type in dict.fromkeys(types):
        all_open, none_opens, some = catalogue().openable.get(type, (0.0, 1.0, 0.0))
        drawn = draws.share()
        shares[type] = 1.0 if drawn < all_open else 0.0 if drawn < all_open + none_opens else some
    for type in types:
        yield draws.share() < shares[type]


def _weights(types: list[str], draws: Draws) -> Iterator[float]:
    spread = catalogue().spread
    for type in types:
        yield (1 - draws.share()) ** spread.get(type, 0.0)


def _overlaps(types: list[str], numbers: Kind, draws: Draws) -> tuple[tuple[tuple[int, float], ...], ...]:
    """Which receptacles list the objects of another as well, as a table does those of what stands on it."""
    found: list[tuple[tuple[int, float], ...]] = []
    for number, type in enumerate(types):
        # It stands on one of them: a coffee machine is on a worktop or on a table, not on both.
        left = draws.share()
        others = []
        for other, (chance, shares) in numbers.overlaps.get(type, {}).items():
            near = [i for i, kind in enumerate(types) if kind == other and i != number]
            if near and left < chance:
                others.append((draws.choice(near), draws.choice(shares)))
                break
            left -= chance if near else 0.0
        found.append(tuple(others))
    return tuple(found)


def _code(receptacles: Iterable[tuple[int, str, bool]]) -> int:
    """Hash of (location, type, openable), whatever the order and the names of the locations."""
    groups: dict[int, list[str]] = defaultdict(list)
    for location, type, openable in receptacles:
        groups[location].append(f"{type}{'+' * openable}")
    text = ";".join(sorted(",".join(sorted(group)) for group in groups.values()))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
