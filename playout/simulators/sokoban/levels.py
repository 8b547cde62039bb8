"""Levels and their text: XSB as the community writes it, and Boxoban's files, which are XSB too.

Run-length encoding and multi-player or hexagonal dialects are left out. Which levels a world plays
is the business of ``sources``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from playout.core.errors import PlayoutError
from playout.simulators.sokoban.tiles import (
    BOX,
    BOX_ON_GOAL,
    FLOOR,
    GOAL,
    HAS_BOX,
    HAS_GOAL,
    HAS_PLAYER,
    PLAYER,
    PLAYER_ON_GOAL,
    WALL,
)

# Reading: '-' and '_' are floor too. Writing takes the first symbol of each tile.
SYMBOLS = {
    "#": WALL,
    " ": FLOOR,
    "-": FLOOR,
    "_": FLOOR,
    ".": GOAL,
    "*": BOX_ON_GOAL,
    "$": BOX,
    "@": PLAYER,
    "+": PLAYER_ON_GOAL,
}
# While a level is read, the one character that no line has fills ragged rows.
_PAD = "\n"
_OUTSIDE, _UNKNOWN = 254, 255
_CODES = bytes({**SYMBOLS, _PAD: _OUTSIDE}.get(chr(i), _UNKNOWN) for i in range(256))
_WRITTEN = "".join({code: symbol for symbol, code in reversed(SYMBOLS.items())}[code] for code in range(7))
_ROW = re.compile(r"[ _-]*[#@+$*.][#@+$*. _-]*")
_FIELD = re.compile(r"\s*([A-Za-z][\w -]*):\s*(.*)")

BOXOBAN_SHAPE = (10, 10)


class LevelError(PlayoutError, ValueError):
    """A level that cannot be played: file, line, what was found and what was expected."""

    def __init__(self, source: str, line: int, found: str, expected: str) -> None:
        """``line`` counts from 1."""
        super().__init__(f"{source}:{line}: found {found}; expected {expected}")


@dataclass(frozen=True, eq=False)
class Level:
    """A room as an episode starts in it."""

    tiles: np.ndarray
    """uint8[H, W], the codes of ``tiles``; read-only."""
    name: str
    """Title in its file, or what made it; for people only."""

    def __post_init__(self) -> None:
        self.tiles.setflags(write=False)


def parse_xsb(text: str, *, source: str = "text", strict: bool = False) -> list[Level]:
    """All levels of an XSB text, in order.

    A level begins with a line that has a ``#`` or nothing but symbols, and ends with an empty
    line, a comment (``; ...``) or a field (``Author: ...``). Its name is the ``Title:`` field that
    ends it, or the last comment, title or other text before it, or else its number from 1.

    Args:
        text: ``# @ + $ * .`` with space, ``-`` or ``_`` for floor; rows may be ragged.
        source: named in errors, such as the file.
        strict: refuse rooms from which the player could walk out. Else outside counts as wall.

    Raises:
        LevelError: at the first malformed level, or if there is none at all.
    """
    levels = [
        Level(_room(rows, source, line, strict), title or str(number))
        for number, (rows, line, title) in enumerate(_blocks(text), 1)
    ]
    if not levels:
        raise LevelError(source, 1, "no level", "lines of '#', '@', '$' and '.'")
    return levels


def read_xsb(path: str | Path, *, strict: bool = False) -> list[Level]:
    """All levels of an XSB file in UTF-8; see :func:`parse_xsb`."""
    data = Path(path).read_bytes()
    try:
        return parse_xsb(data.decode("utf-8-sig"), source=str(path), strict=strict)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise LevelError(str(path), line, f"byte 0x{data[error.start]:02x}", "text in UTF-8") from None


def read_boxoban(path: str | Path) -> list[Level]:
    """All levels of a Boxoban file: XSB whose levels are 10x10, named by number.

    Raises:
        LevelError: malformed, or XSB but not Boxoban.
    """
    levels = read_xsb(path, strict=True)
    for level in levels:
        if level.tiles.shape != BOXOBAN_SHAPE:
            found = "level {!r} of {}x{}".format(level.name, *level.tiles.shape)
            raise LevelError(str(path), 1, found, "Boxoban's 10x10")
    return levels


def to_xsb(tiles: np.ndarray) -> str:
    """The room as XSB lines, all of one length, without a final newline.

    :func:`parse_xsb` gives back the same tiles if the outermost ring is wall.
    """
    lines = ("".join(_WRITTEN[code] for code in row) for row in tiles.tolist())
    return "\n".join(line if line.strip() else line.replace(" ", "-") for line in lines)


def _blocks(text: str) -> Iterator[tuple[list[str], int, str]]:
    """The rows of each level, the line (from 1) of the first, and its title."""
    rows: list[str] = []
    title = ""
    for number, line in enumerate([*text.split("\n"), ""], 1):
        line = line.rstrip("\r")
        comment, field, content = line.startswith(";"), _FIELD.fullmatch(line), line.strip()
        if content and not comment and not field and (rows or "#" in line or _ROW.fullmatch(line)):
            rows.append(line)
            continue
        name = field[2] if field and field[1].lower() == "title" else ""
        if rows:
            yield rows, number - len(rows), name or title
            rows, title, name = [], "", ""
        if content and not field:
            name = content.lstrip("; ")
        title = name or title


def _room(rows: list[str], source: str, line: int, strict: bool) -> np.ndarray:
    """The tiles of the rows of one level, checked: uint8[H, W]."""
    width = max(map(len, rows))
    padded = "".join(row.ljust(width, _PAD) for row in rows)
    # One byte a character; '?', which is no symbol, stands for what latin-1 lacks.
    tiles = np.frombuffer(bytearray(padded.encode("latin-1", "replace").translate(_CODES)), np.uint8)
    counts = np.bincount(tiles, minlength=256)
    if counts[_UNKNOWN]:
        row, column = divmod(int(np.argmax(tiles == _UNKNOWN)), width)
        found = f"{rows[row][column]!r} in column {column + 1}"
        raise LevelError(source, line + row, found, f"only {' '.join(map(repr, SYMBOLS))} within a level")
    boxes, goals, players = (int(counts[:7][kind].sum()) for kind in (HAS_BOX, HAS_GOAL, HAS_PLAYER))
    if players != 1:
        raise LevelError(source, line, f"{players} players", "one '@' or '+' in the level")
    if not boxes or boxes != goals:
        raise LevelError(
            source, line, f"{boxes} boxes and {goals} goals", "as many boxes as goals, at least one"
        )
    tiles = tiles.reshape(len(rows), width)
    if not _wall_off(tiles) and strict:
        raise LevelError(source, line, "a room with a gap in its walls", "walls all round the player")
    return tiles


def _wall_off(tiles: np.ndarray) -> bool:
    """Turn what is outside the room into wall, in place; False if the player could walk out there."""
    closed = True
    ring = np.concatenate([tiles[0], tiles[-1], tiles[:, 0], tiles[:, -1]])
    if ring.any():
        outside = _outside(tiles)
        closed = not HAS_PLAYER[tiles[outside & (tiles < _OUTSIDE)]].any()
        if closed:
            tiles[outside & (tiles == FLOOR)] = WALL
        tiles[tiles == _OUTSIDE] = WALL
    return closed


def _outside(tiles: np.ndarray) -> np.ndarray:
    """Mask of the cells from which a walk that ignores boxes leads over the edge, bool[H, W]."""
    free = np.pad(tiles != WALL, 1, constant_values=True)
    outside = np.zeros_like(free)
    stack = [(0, 0)]
    while stack:
        row, column = stack.pop()
        if 0 <= row < free.shape[0] and 0 <= column < free.shape[1] and free[row, column]:
            free[row, column], outside[row, column] = False, True
            stack += [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
    return outside[1:-1, 1:-1]
