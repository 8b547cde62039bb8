"""Thousands of games at hand: compiled once, kept on disk as small JSON, opened one by one.

The tables of a source take about 2 KB a game; a ``Library`` keeps them as text and holds the look-up
tables and memos of the games played last only. Libraries of one source share both.
"""

import gzip
import hashlib
import json
import os
import tempfile
import zlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import overload

from playout.core.cache import cache_folder
from playout.core.errors import WrongUse
from playout.simulators.household.games import find, read_games
from playout.simulators.household.goals import TASK_TYPES
from playout.simulators.household.tables import Game, Record, Wording, check_wording

FORMAT = 2
"""Part of the name of cached tables; raise it when the compiler's result changes."""

LIVE_GAMES = 512
"""Games of a source that keep their look-up tables: 20 KB each at first, up to 0.5 MB with full memos."""


class _Shelf:
    """The tables of a source and its live games."""

    def __init__(self, lines: Sequence[bytes], wording: Wording) -> None:
        check_wording(wording)
        self.lines = lines
        self.wording: Wording = wording
        self.ids: list[str] = []
        self.task_types: list[str] = []
        for line in lines:
            id, _, (task_type, *_), *_ = json.loads(line)
            self.ids.append(id)
            self.task_types.append(task_type)
        self._live: OrderedDict[int, Game] = OrderedDict()

    def game(self, number: int) -> Game:
        game = self._live.get(number)
        if game is None:
            game = self._live[number] = Game(self.record(number), wording=self.wording)
            if len(self._live) > LIVE_GAMES:
                self._live.popitem(last=False)
        self._live.move_to_end(number)
        return game

    def record(self, number: int) -> Record:
        return Record.load(json.loads(self.lines[number]))


class Library(Sequence[Game]):
    """Games in a fixed order; ``library[i]`` is ready to play and shared by all who ask for it."""

    def __init__(self, shelf: _Shelf, numbers: Sequence[int]) -> None:
        """Of :func:`open_games` and :func:`of_records`."""
        self._shelf, self._numbers = shelf, numbers

    @property
    def ids(self) -> tuple[str, ...]:
        """Of each game."""
        return tuple(self._shelf.ids[number] for number in self._numbers)

    @property
    def task_types(self) -> tuple[str, ...]:
        """Of each game, without making it."""
        return tuple(self._shelf.task_types[number] for number in self._numbers)

    def record(self, index: int) -> Record:
        """The tables of a game, without making it."""
        return self._shelf.record(self._numbers[index])

    def select(self, task_types: Iterable[str]) -> "Library":
        """The games of some task types, in the same order.

        Raises:
            WrongUse: a type is not known, or there is no game of them.
        """
        wanted = set(task_types)
        if unknown := wanted.difference(TASK_TYPES):
            raise WrongUse(f"task_types: expected some of {', '.join(TASK_TYPES)}, got {min(unknown)!r}")
        numbers = [number for number in self._numbers if self._shelf.task_types[number] in wanted]
        if not numbers:
            raise WrongUse(f"task_types: none of the {len(self)} games is of {', '.join(sorted(wanted))}")
        return Library(self._shelf, numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> Game: ...
    @overload
    def __getitem__(self, index: slice) -> "Library": ...
    def __getitem__(self, index: int | slice) -> "Game | Library":
        if isinstance(index, slice):
            return Library(self._shelf, self._numbers[index])
        return self._shelf.game(self._numbers[index])


def open_games(
    source: str | Path | None = None,
    *,
    split: str | None = None,
    task_types: Iterable[str] | None = None,
    wording: Wording = "move",
    cache: bool = True,
) -> Library:
    """Open a source of published games; those marked unsolvable are left out, as in ALFWorld.

    Args:
        source: a ``game.tw-pddl``, a folder of them or an archive; None for ``$ALFWORLD_DATA``.
        split: one of ``games.SPLITS``; None for all.
        task_types: some of ``goals.TASK_TYPES``; None for all.
        wording: how putting an object down is said.
        cache: whether to keep tables in the cache folder, so that the next time nothing is compiled.

    Raises:
        GameError: a game cannot be played.
        WrongUse: nothing is there, or an option is not known.
    """
    path = find(source)
    library = _whole(_shelf(path, _digest(path, split), split, wording, cache))
    return library if task_types is None else library.select(task_types)


def of_records(records: Iterable[Record], *, wording: Wording = "move") -> Library:
    """A library of games made elsewhere, such as by a generator."""
    return _whole(_Shelf([_line(record) for record in records], wording))


def _whole(shelf: _Shelf) -> Library:
    return Library(shelf, range(len(shelf.lines)))


@lru_cache(maxsize=8)
def _shelf(path: Path, digest: str, split: str | None, wording: Wording, cache: bool) -> _Shelf:
    file = cache_folder() / "household" / f"{digest}.jsonl.gz"
    if cache:
        # A damaged file is made anew.
        with suppress(OSError, EOFError, ValueError, TypeError, zlib.error):
            if lines := gzip.decompress(file.read_bytes()).splitlines():
                return _Shelf(lines, wording)
    lines = [_line(game.compile()) for game in read_games(path, split=split) if game.solvable]
    if not lines:
        raise WrongUse(f"{path}: all of its games are marked unsolvable")
    if cache:
        with suppress(OSError):
            _write(file, gzip.compress(b"\n".join(lines), 6, mtime=0))
    return _Shelf(lines, wording)


def _line(record: Record) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode("ascii")


def _digest(path: Path, split: str | None) -> str:
    """Of an archive's content, or of the names, sizes and times of the files of a tree."""
    digest = hashlib.sha256(json.dumps([FORMAT, Record._fields, split]).encode())
    if path.is_file():
        digest.update(path.read_bytes())
    else:
        for folder, folders, files in os.walk(path):
            folders.sort()
            for name in sorted(file for file in files if file.endswith(".tw-pddl")):
                stat = os.stat(os.path.join(folder, name))
                digest.update(f"{folder}/{name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:24]


def _write(file: Path, data: bytes) -> None:
    """Write under another name in the same folder, then rename: readers never see half a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".part", delete=False) as part:
        try:
            part.write(data)
            part.close()
            os.replace(part.name, file)
        except BaseException:
            os.unlink(part.name)
            raise
