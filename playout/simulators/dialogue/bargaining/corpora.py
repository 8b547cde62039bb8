"""Reads CraigslistBargain (He et al., EMNLP 2018): raw dialogues with outcomes, and PPDPP's with acts.

Raw ones are one JSON array (``craigslistbargain-dev.json``) of scenario, events and outcome; PPDPP's
(``cb-valid.txt``) are JSON lines whose turns carry an act each and have no outcome.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from playout.simulators.dialogue.bargaining.acts import ACTS, BUYER, SEATS, SELLER
from playout.simulators.dialogue.bargaining.items import Item
from playout.simulators.dialogue.fields import CorpusError, Fields, read_array, read_lines
from playout.simulators.dialogue.files import corpus_files

EventKind = Literal["message", "offer", "accept", "reject", "quit"]
EVENT_KINDS: tuple[EventKind, ...] = ("message", "offer", "accept", "reject", "quit")

_CORPUS, _RAW, _ANNOTATED = "CraigslistBargain", "craigslistbargain-*.json", "cb-*"


class Event(NamedTuple):
    """Something that one side did."""

    seat: int
    """BUYER or SELLER."""
    kind: EventKind
    text: str = ""
    """Of a message."""
    price: float | None = None
    """Of an offer, in dollars; some offer nothing."""


class Talk(NamedTuple):
    """A raw dialogue."""

    item: Item
    events: tuple[Event, ...]
    deal: float | None
    """The agreed price in dollars; None without a deal."""
    place: str
    """File and number."""


class Said(NamedTuple):
    """A turn of an annotated dialogue."""

    seat: int
    text: str
    act: int


class ActTalk(NamedTuple):
    """A dialogue with acts."""

    category: str
    list_price: float
    target: float
    turns: tuple[Said, ...]
    place: str
    """File and line."""


def read_talks(path: str | Path | None = None) -> list[Talk]:
    """The raw dialogues at ``path``: a file, a folder of ``craigslistbargain-*.json``, or one that holds it.

    Args:
        path: None for ``$PLAYOUT_DATA``.

    Raises:
        CorpusError: a dialogue is not as published; names file, item and field.
        WrongUse: there are no files.
    """
    return [
        _talk(row) for file in corpus_files(_CORPUS, _RAW, path, inside="extra") for row in read_array(file)
    ]


def read_act_talks(path: str | Path | None = None) -> Iterator[ActTalk]:
    """The annotated dialogues at ``path``: a file, a folder of ``cb-*``, or one that holds it.

    Raises:
        CorpusError: a line is not as published; names file, line and field.
        WrongUse: there are no files.
    """
    for file in corpus_files(_CORPUS, _ANNOTATED, path):
        for row in read_lines(file):
            turns = tuple(
                Said(
                    BUYER if turn.text("speaker", among=("sys", "usr")) == "sys" else SELLER,
                    turn.text("text"),
                    ACTS.index(turn.text("strategy", among=ACTS)),
                )
                for turn in row["dialog"].items()
            )
            yield ActTalk(
                row.text("item_name"),
                row.number("seller_price", above=0),
                row.number("buyer_price"),
                turns,
                row.place,
            )


def _talk(row: Fields) -> Talk:
    sides = row["scenario"]["kbs"].items()
    seats = [SEATS.index(cast(Any, side["personal"].text("Role", among=SEATS))) for side in sides]
    if sorted(seats) != [BUYER, SELLER]:
        raise CorpusError(f"{row.place}, field scenario.kbs", f"{len(seats)} sides", "a buyer and a seller")
    buyer, seller = sides[seats.index(BUYER)], sides[seats.index(SELLER)]
    about = seller["item"]
    lines = [line.value for line in about["Description"].items() if isinstance(line.value, str)]
    item = Item(
        title=about.text("Title"),
        category=about.text("Category"),
        description=" ".join(lines),
        list_price=seller["personal"].number("Target", above=0),
        target=buyer["personal"].number("Target"),
    )
    events = tuple(_event(event, seats) for event in row["events"].items())
    outcome = row["outcome"]
    dealt = outcome.number("reward") == 1
    return Talk(item, events, outcome["offer"].number("price") if dealt else None, row.place)


def _event(row: Fields, seats: list[int]) -> Event:
    agent, kind = int(row.number("agent")), cast(EventKind, row.text("action", among=EVENT_KINDS))
    if agent not in (0, 1):
        raise CorpusError(row["agent"].place, str(agent), "0 or 1")
    if kind == "message":
        return Event(seats[agent], kind, row.text("data"))
    if kind == "offer" and row["data"].get("price") is not None:
        return Event(seats[agent], kind, price=row["data"].number("price"))
    return Event(seats[agent], kind)
