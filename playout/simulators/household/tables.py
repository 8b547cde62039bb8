"""A game as small tables: names, places, what fits where, what is where at the start, the goal.

Sets of objects and of receptacles are bits of an int; both are numbered in the order of their PDDL
ids, which is the order of every list the world speaks. A ``Record`` is plain data (JSON keeps it); a
``Game`` adds look-up tables and bounded memos that fill up while it is played and are shared by all
who play it. ``compiler`` makes records of problems.
"""

from collections.abc import Callable, Iterable
from typing import Any, Literal, NamedTuple

from playout.core.errors import WrongUse
from playout.simulators.household.goals import LOOK, TWO, Goal

Wording = Literal["move", "put"]
WORDINGS: tuple[Wording, ...] = ("move", "put")
"""``move X to Y`` as the data of ALFWorld 0.4 has it, or ``put X in/on Y`` as prompts before it expect."""

MEMO_SIZE = 512
"""Most entries of each of a game's memos; a full one is emptied. Full memos take up to 0.5 MB."""


class Start(NamedTuple):
    """What is the case when a game starts; bits of objects unless said."""

    at: int
    """Location."""
    held: int
    """Object, -1 for none."""
    contents: tuple[int, ...]
    """Per receptacle, the objects in it."""
    around: tuple[int, ...]
    """Per location, the objects recorded to be there; published games do not always agree with contents."""
    opened: int
    """Bits of receptacles."""
    clean: int
    hot: int
    cool: int
    toggled: int
    sliced: int


class Record(NamedTuple):
    """A compiled game as plain data; ``Record.load(json.loads(json.dumps(record)))`` gives it back."""

    id: str
    task: str
    """The sentence that ends the first observation."""
    goal: Goal
    walkthrough: tuple[str, ...]
    """As shipped; empty where there is none."""
    receptacles: tuple[str, ...]
    """Names, in the order of ids."""
    locations: tuple[int, ...]
    """Per receptacle, where it stands; neighbours share a location."""
    openable: int
    cleaners: int
    heaters: int
    coolers: int
    objects: tuple[str, ...]
    """Names, in the order of ids, of the objects that can play a part."""
    fits: tuple[int, ...]
    """Per object, the receptacles that take it (bits)."""
    inside: tuple[tuple[int, ...], ...]
    """Per object, the objects inside it (never changes)."""
    vessels: int
    """Objects that can hold others."""
    pickupable: int
    cleanable: int
    heatable: int
    coolable: int
    toggleable: int
    sliceable: int
    knives: int
    targets: tuple[int, ...]
    """Receptacles of the goal."""
    sought: int
    """Objects of the goal's type."""
    lamps: int
    """Toggleable objects of the goal's lamp type."""
    start: Start

    @classmethod
    def load(cls, values: Iterable[Any]) -> "Record":
        """A record from its JSON array."""
        record = cls(*map(_tuples, values))
        return record._replace(goal=Goal(*record.goal), start=Start(*record.start))


class Contents(NamedTuple):
    """What is said and can be taken where a receptacle holds certain objects."""

    text: str
    takes: tuple[str, ...]


class Game:
    """A game to play: the fields of its record, look-up tables and memos. See ``engine``."""

    # The fields of Record are copied: one attribute look-up less in every step.
    __slots__ = (
        *Record._fields, "commands", "contents_memo", "going", "legal_memo", "look_under",
        "object_named", "others", "put_words", "receptacle_named", "receptacles_at", "record",
        "wanted", "wording",
    )  # fmt: skip
    id: str
    task: str
    goal: Goal
    walkthrough: tuple[str, ...]
    receptacles: tuple[str, ...]
    locations: tuple[int, ...]
    openable: int
    cleaners: int
    heaters: int
    coolers: int
    objects: tuple[str, ...]
    fits: tuple[int, ...]
    inside: tuple[tuple[int, ...], ...]
    vessels: int
    pickupable: int
    cleanable: int
    heatable: int
    coolable: int
    toggleable: int
    sliceable: int
    knives: int
    targets: tuple[int, ...]
    sought: int
    lamps: int
    start: Start

    def __init__(self, record: Record, *, wording: Wording = "move") -> None:
        """Make the tables of a record.

        Args:
            record: of ``compiler.compile_game``.
            wording: how putting an object down is said.
        """
        check_wording(wording)
        for name, value in zip(Record._fields, record, strict=True):
            setattr(self, name, value)
        self.record, self.wording = record, wording
        self.put_words = ("move", " to ") if wording == "move" else ("put", " in/on ")
        self.object_named = {name: number for number, name in enumerate(record.objects)}
        self.receptacle_named = {name: number for number, name in enumerate(record.receptacles)}
        places: list[list[int]] = [[] for _ in record.start.around]
        for receptacle, location in enumerate(record.locations):
            places[location].append(receptacle)
        self.receptacles_at = tuple(map(tuple, places))
        names = [(f"go to {name}", at) for name, at in zip(record.receptacles, record.locations, strict=True)]
        names.sort()
        self.going = tuple(
            tuple(command for command, to in names if to != here) for here in range(len(places))
        )
        self.look_under = record.goal.task_type == LOOK
        self.wanted = 2 if record.goal.task_type == TWO else 1
        self.commands: dict[str, tuple[Callable[..., str | None], int, int]] = {}
        self.contents_memo: dict[tuple[int, int], Contents] = {}
        self.legal_memo: dict[tuple[int, ...], tuple[str, ...]] = {}

    def __repr__(self) -> str:
        return f"Game({self.id!r}, {len(self.receptacles)} receptacles, {len(self.objects)} objects)"


def check_wording(wording: str) -> None:
    """Refuse a wording that is not known.

    Raises:
        WrongUse: it is none of WORDINGS.
    """
    if wording not in WORDINGS:
        raise WrongUse(f"wording: expected one of {', '.join(WORDINGS)}, got {wording!r}")


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
