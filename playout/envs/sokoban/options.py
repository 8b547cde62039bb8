"""What all Sokoban ids have in common: naming a source of levels by text or numbers."""

from collections.abc import Sequence
from typing import cast

from playout.core.errors import WrongUse
from playout.simulators.sokoban.generator import Walls
from playout.simulators.sokoban.near import NearSource
from playout.simulators.sokoban.sources import (
    BankSource,
    Difficulty,
    FileSource,
    FramedSource,
    FreshSource,
    LevelSource,
    boxoban,
)
from playout.simulators.sokoban.symmetry import SPLITS, Split


def source_of(
    source: str | LevelSource,
    *,
    size: Sequence[int],
    boxes: int,
    split: Split,
    data: str | None,
    walls: Walls = "carved",
    frame: Sequence[int] | None = None,
    within: int | None = None,
) -> LevelSource:
    """The level source that an environment's arguments name.

    Args:
        source: ``bank`` (generated once, kept), ``fresh`` (generated per episode), ``boxoban-unfiltered``,
            ``boxoban-medium``, ``boxoban-hard``, a path of XSB or Boxoban files, or a source.
        size: rows and columns of generated rooms.
        boxes: boxes of generated rooms.
        split: which part of the rooms; generated ones are split by their walls up to symmetry, files as
            they come (``validation`` is Boxoban's ``valid``).
        data: folder that holds ``boxoban/``; default ``$PLAYOUT_DATA``.
        walls: of ``fresh`` rooms: ``carved`` by a walk, ``scattered``, or ``mixed``.
        frame: rows and columns of a frame of wall that the rooms lie in; None leaves them as they are.
        within: rooms begin in a random state that at most so many moves solve; None leaves them as they are.
    """
    found = _named(source, size, boxes, split, data, walls)
    if within is not None:
        found = NearSource(found, within)
    if frame is None:
        return found
    if len(frame) != 2:
        raise WrongUse(f"frame: expected (rows, columns), got {frame!r}")
    return FramedSource(found, (frame[0], frame[1]))


def _named(
    source: str | LevelSource, size: Sequence[int], boxes: int, split: Split, data: str | None, walls: Walls
) -> LevelSource:
    if not isinstance(source, str):
        return source
    if walls != "carved" and source != "fresh":
        raise WrongUse(f"walls: only fresh rooms are {walls}, got source {source!r}")
    if len(size) != 2:
        raise WrongUse(f"size: expected (rows, columns), got {size!r}")
    if source in ("bank", "fresh"):
        height, width = size
        if not all(isinstance(number, int) for number in (height, width, boxes)):
            raise WrongUse(f"size and boxes: expected whole numbers, got {size!r} and {boxes!r}")
        if split not in SPLITS:
            raise WrongUse(f"split: expected one of {', '.join(SPLITS)}, got {split!r}")
        if source == "bank":
            return BankSource(height, width, boxes, split=split)
        return FreshSource(height, width, boxes, split=split, walls=walls)
    if source.startswith("boxoban-"):
        return boxoban(cast(Difficulty, source.removeprefix("boxoban-")), split=split, data=data)
    return FileSource(source)
