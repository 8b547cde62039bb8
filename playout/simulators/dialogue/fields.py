"""Reads published dialogue files: JSON whose mistakes are named by file, line and field.

What the fields mean is in the ``corpora`` of each world. Nothing of a file is changed or repaired.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playout.core.errors import WrongUse

_MOST_QUOTED = 60


class CorpusError(WrongUse):
    """A file that is not what it should be: its place, what was found, what was expected."""

    def __init__(self, place: str, found: str, expected: str) -> None:
        """``place`` is the file with its line and field."""
        super().__init__(f"{place}: found {found}; expected {expected}")


class Fields:
    """A JSON value that knows where it stands: ``row["dialog"][2].text("speaker")``."""

    __slots__ = ("place", "value")

    def __init__(self, value: Any, place: str) -> None:
        """``place`` is how errors call it."""
        self.value, self.place = value, place

    def __getitem__(self, key: str | int) -> "Fields":
        """The field of an object, or the item of a list.

        Raises:
            CorpusError: there is none.
        """
        if isinstance(key, str):
            place = f"{self.place}, field {key}" if ", field " not in self.place else f"{self.place}.{key}"
            if not isinstance(self.value, dict):
                raise CorpusError(place, _shown(self.value), f"an object with {key!r}")
            if key not in self.value:
                raise CorpusError(place, "nothing", "a value")
            return Fields(self.value[key], place)
        items = self.items()
        if key >= len(items):
            raise CorpusError(self.place, f"a list of {len(items)}", f"one of at least {key + 1}")
        return items[key]

    def items(self) -> list["Fields"]:
        """The items of a list.

        Raises:
            CorpusError: it is no list.
        """
        if not isinstance(self.value, list):
            raise CorpusError(self.place, _shown(self.value), "a list")
        return [Fields(item, f"{self.place}[{number}]") for number, item in enumerate(self.value)]

    def text(self, key: str, *, among: tuple[str, ...] | None = None) -> str:
        """The text in field ``key``.

        Raises:
            CorpusError: it is no text, or none of ``among``.
        """
        field = self[key]
        expected = "a text" if among is None else f"one of {', '.join(among)}"
        if not isinstance(field.value, str) or (among is not None and field.value not in among):
            raise CorpusError(field.place, _shown(field.value), expected)
        return field.value

    def number(self, key: str, *, above: float | None = None) -> float:
        """The finite number in field ``key``.

        Raises:
            CorpusError: it is none, or not above ``above``.
        """
        field = self[key]
        value = field.value
        expected = "a number" if above is None else f"a number above {above:g}"
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < float("inf"):
            raise CorpusError(field.place, _shown(value), expected)
        if above is not None and value <= above:
            raise CorpusError(field.place, _shown(value), expected)
        return float(value)

    def get(self, key: str) -> Any:
        """What an object has in ``key``; None if it has nothing there."""
        return self.value.get(key) if isinstance(self.value, dict) else None


def read_lines(path: str | Path) -> Iterator[Fields]:
    """The objects of a file of JSON lines; empty lines are left out.

    Raises:
        CorpusError: a line that is no JSON object, or a file that is no UTF-8.
        FileNotFoundError: there is no such file.
    """
    for number, line in enumerate(_read(Path(path)).split("\n"), 1):
        if line.strip():
            yield _object(_parsed(line, str(path), number), f"{path}, line {number}")


def read_array(path: str | Path) -> list[Fields]:
    """The objects of a file that is one JSON array; each knows its number, from 1.

    Raises:
        CorpusError: the file is anything else.
        FileNotFoundError: there is no such file.
    """
    rows = _parsed(_read(Path(path)), str(path), 1)
    if not isinstance(rows, list):
        raise CorpusError(f"{path}, line 1", _shown(rows), "an array of objects")
    return [_object(row, f"{path}, item {number}") for number, row in enumerate(rows, 1)]


def _read(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{data[error.start]:02x}"
        raise CorpusError(f"{path}, line {line}", found, "text in UTF-8") from None


def _parsed(text: str, path: str, line: int) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"{path}, line {line + error.lineno - 1}, column {error.colno}"
        raise CorpusError(place, f"no JSON ({error.msg})", "JSON") from None
    except RecursionError:
        raise CorpusError(f"{path}, line {line}", "JSON nested too deep", "JSON") from None


def _object(value: Any, place: str) -> Fields:
    if not isinstance(value, dict):
        raise CorpusError(place, _shown(value), "an object")
    return Fields(value, place)


def _shown(value: Any) -> str:
    shown = json.dumps(value)
    return shown if len(shown) <= _MOST_QUOTED else shown[:_MOST_QUOTED] + "…"
