"""Where an environment's levels come from: a generated bank, fresh generation, or files.

An environment takes a source as an object. Every source but ``FreshSource`` is an array of rooms,
and the level of an episode is row ``bank.index(episode_key, size)``: the scalar environment asks
for it with ``level``, the batched ones index ``bank()`` themselves.
"""

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, get_args

import numpy as np

from playout.core.errors import Unsupported, WrongUse
from playout.core.random import STREAM_GENERATE, bits_array
from playout.simulators import bank
from playout.simulators.sokoban.generator import VERSION, Walls, generate, generate_many
from playout.simulators.sokoban.levels import Level, read_boxoban, read_xsb
from playout.simulators.sokoban.symmetry import Split, canonical_hashes
from playout.simulators.sokoban.tiles import WALL

if TYPE_CHECKING:
    import rich.progress

Progress = Callable[[int, int], None]  # levels done, levels wanted

BANK_SIZE = 2048
CHUNK = 64  # levels generated between two calls of a progress callback
DRAWS_PER_LEVEL = 8  # where a small room has fewer layouts than levels asked for, the search ends
QUIET_SECONDS = 2.0

Difficulty = Literal["unfiltered", "medium", "hard"]
BOXOBAN_DIFFICULTIES: tuple[Difficulty, ...] = get_args(Difficulty)
BOXOBAN_FOLDERS = {"train": "train", "validation": "valid", "valid": "valid", "test": "test"}
BOXOBAN_HOME = "https://github.com/google-deepmind/boxoban-levels"
LEVEL_FILES = (".txt", ".xsb", ".sok")


class LevelSource(Protocol):
    """What an environment needs to know of its levels."""

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of every room."""
        ...

    @property
    def split(self) -> str:
        """What the levels are for: ``train``, ``validation``, ``test`` or a name of the user's."""
        ...

    def level(self, episode_key: int) -> Level:
        """The level of the episode with this key."""
        ...

    def bank(self) -> np.ndarray:
        """All rooms, uint8[size, H, W], read-only; ``Unsupported`` if there is no end of them."""
        ...


class ArraySource:
    """A source over rooms in memory."""

    def __init__(self, rooms: np.ndarray, names: Sequence[str], split: str) -> None:
        """Take the rooms as they are.

        Args:
            rooms: uint8[size, H, W].
            names: of the levels, ``size`` of them.
            split: what they are for.
        """
        self._rooms, self._names = rooms, names
        self._rooms.setflags(write=False)
        self.shape: tuple[int, int] = (rooms.shape[1], rooms.shape[2])
        self.split = split

    def __len__(self) -> int:
        return len(self._rooms)

    def level(self, episode_key: int) -> Level:
        """The level at ``bank.index(episode_key, size)``."""
        row = bank.index(episode_key, len(self))
        return Level(self._rooms[row], self._names[row])

    def bank(self) -> np.ndarray:
        """All rooms, uint8[size, H, W], read-only."""
        return self._rooms


class BankSource(ArraySource):
    """A bank of generated levels of one split, no two alike; made once, then read from the cache."""

    def __init__(
        self,
        height: int,
        width: int,
        boxes: int,
        *,
        split: Split = "train",
        size: int = BANK_SIZE,
        seed: int = 0,
        progress: Progress | None = None,
    ) -> None:
        """Open the bank or make it.

        Args:
            height: of the rooms, border included.
            width: of the rooms, border included.
            boxes: in every room.
            split: only layouts of this split (``symmetry.split_of``).
            size: levels; fewer if the room is so small that no more distinct ones were found.
            seed: of the bank.
            progress: called while levels are made; None shows a bar on stderr after two seconds.
        """
        if size < 1:
            raise WrongUse(f"BankSource: expected size >= 1, got {size}")
        title = f"Sokoban {height}x{width}, {boxes} box{'es' * (boxes > 1)}, {split}"

        def make() -> dict[str, np.ndarray]:
            with nullcontext(progress) if progress else _bar(f"Generating {title}") as report:
                return {"rooms": _distinct(height, width, boxes, split, size, seed, report)}

        config = {
            "height": height,
            "width": width,
            "boxes": boxes,
            "split": split,
            "size": size,
            "seed": seed,
        }
        rooms = bank.open_or_make("sokoban", {"generator": VERSION, **config}, make)["rooms"]
        super().__init__(rooms, [f"{title}, level {row}" for row in range(len(rooms))], split)


class FreshSource:
    """A new level for every episode, generated from its key: no bank, no repetition."""

    def __init__(
        self, height: int, width: int, boxes: int, *, split: Split = "train", walls: Walls = "carved"
    ) -> None:
        """Rooms of this size and kind; a layout of another split is drawn again from the same stream."""
        self.shape: tuple[int, int] = (height, width)
        self.split: Split = split
        self._boxes = boxes
        self._walls: Walls = walls

    def level(self, episode_key: int) -> Level:
        """The level that ``generate`` gives for this key."""
        tiles = generate(*self.shape, self._boxes, episode_key, split=self.split, walls=self._walls)
        return Level(tiles, f"Sokoban, {self.split}, key {episode_key}")

    def bank(self) -> np.ndarray:
        """There is none.

        Raises:
            Unsupported: always.
        """
        raise Unsupported("FreshSource has no bank: for batched worlds use BankSource with a large size")


class FileSource(ArraySource):
    """All levels of XSB and Boxoban files; smaller rooms get wall at the right and at the bottom."""

    def __init__(
        self,
        paths: str | Path | Sequence[str | Path],
        *,
        split: str = "train",
        read: Callable[[Path], list[Level]] = read_xsb,
    ) -> None:
        """Read the levels, in the order of the paths.

        Args:
            paths: files, or folders: then their ``.txt``, ``.xsb`` and ``.sok`` files by name.
            split: what the files are for; no level is moved or left out.
            read: of one file.

        Raises:
            FileNotFoundError: a path that is not there, or a folder without such a file.
            LevelError: a malformed level.
        """
        files = list(_files([paths] if isinstance(paths, str | Path) else paths))
        levels = [(file, level) for file in files for level in read(file)]
        names = [f"{file.name}: {level.name}" for file, level in levels]
        super().__init__(_stacked([level.tiles for _, level in levels]), names, split)


class FramedSource:
    """The levels of another source in a larger frame of wall, each in a place of its own.

    A learner of small rooms so meets every coordinate of the larger ones. Where a room lies is a function
    of the room.
    """

    def __init__(self, source: LevelSource, frame: tuple[int, int]) -> None:
        """Put the rooms of ``source`` into ``frame``, rows and columns.

        Raises:
            WrongUse: the frame is smaller than the rooms.
        """
        if frame[0] < source.shape[0] or frame[1] < source.shape[1]:
            raise WrongUse(f"frame: expected at least {source.shape}, the shape of the rooms, got {frame}")
        self.shape, self.split, self._source = frame, source.split, source

    def level(self, episode_key: int) -> Level:
        """The other source's level, framed."""
        level = self._source.level(episode_key)
        return Level(self._framed(level.tiles[None])[0], level.name)

    def bank(self) -> np.ndarray:
        """The other source's rooms, framed: uint8[size, H, W], read-only."""
        rooms = self._framed(self._source.bank())
        rooms.setflags(write=False)
        return rooms

    def _framed(self, rooms: np.ndarray) -> np.ndarray:
        found = np.full((len(rooms), *self.shape), WALL, np.uint8)
        height, width = rooms.shape[1:]
        free = np.subtract(self.shape, (height, width)).astype(np.uint64) + np.uint64(1)
        hashes = canonical_hashes(rooms)
        tops, lefts = hashes % free[0], (hashes >> np.uint64(32)) % free[1]
        for room, tiles, top, left in zip(found, rooms, tops.tolist(), lefts.tolist(), strict=True):
            room[top : top + height, left : left + width] = tiles
        return found


def boxoban(
    difficulty: Difficulty = "unfiltered", *, split: str = "train", data: str | Path | None = None
) -> FileSource:
    """The Boxoban levels (Guez et al. 2018, "An investigation of model-free planning").

    Args:
        difficulty: unfiltered, medium or hard; hard has no splits, so all of it is ``test``.
        split: train, validation (or valid, the folder's name) or test.
        data: a folder that holds ``boxoban``; None is ``$PLAYOUT_DATA``.

    Raises:
        FileNotFoundError: the files are not there; says what to download and to set.
    """
    if difficulty not in BOXOBAN_DIFFICULTIES or split not in BOXOBAN_FOLDERS:
        raise WrongUse(
            f"boxoban: expected a difficulty of {BOXOBAN_DIFFICULTIES} and a split of "
            f"{tuple(BOXOBAN_FOLDERS)}, got {difficulty!r} and {split!r}"
        )
    root = data or os.environ.get("PLAYOUT_DATA") or "$PLAYOUT_DATA"
    folder = Path(root, "boxoban", difficulty, "" if difficulty == "hard" else BOXOBAN_FOLDERS[split])
    if not any(folder.glob("*.txt")):
        raise FileNotFoundError(
            f"no Boxoban levels: expected files {folder / '*.txt'}; download {BOXOBAN_HOME}, name its "
            "folder boxoban, and set the environment variable PLAYOUT_DATA to the folder that holds it"
        )
    purpose = "validation" if split == "valid" else split
    return FileSource(folder, split="test" if difficulty == "hard" else purpose, read=read_boxoban)


def _distinct(
    height: int, width: int, boxes: int, split: Split, size: int, seed: int, report: Progress
) -> np.ndarray:
    """Generated rooms without the later ones of equal canonical form, uint8[at most size, H, W]."""
    rooms: dict[int, np.ndarray] = {}
    for first in range(0, DRAWS_PER_LEVEL * size, CHUNK):
        keys = bits_array(
            np.array(seed % (1 << 64), np.uint64), np.arange(first, first + CHUNK), STREAM_GENERATE
        )
        drawn = generate_many(height, width, boxes, keys, split=split)
        for code, room in zip(canonical_hashes(drawn).tolist(), drawn, strict=True):
            rooms.setdefault(code, room)
        report(min(len(rooms), size), size)
        if len(rooms) >= size:
            break
    kept = list(rooms.values())[:size]
    report(len(kept), len(kept))
    return np.stack(kept)


@contextmanager
def _bar(title: str) -> Iterator[Progress]:
    """A progress bar on stderr that appears once the work has taken ``QUIET_SECONDS``."""
    began = time.monotonic()
    with ExitStack() as shown:
        bars = []

        def report(done: int, total: int) -> None:
            if not bars and time.monotonic() - began > QUIET_SECONDS:
                bars.append(shown.enter_context(_rich_bar()))
                bars[0].add_task(title)
            for bar in bars:
                bar.update(bar.task_ids[0], completed=done, total=total)

        yield report


def _rich_bar() -> "rich.progress.Progress":
    """A bar on stderr, without the draw from the global random numbers that importing rich makes."""
    drawn = random.getstate()
    import rich.progress
    from rich.console import Console

    random.setstate(drawn)
    return rich.progress.Progress(console=Console(stderr=True))


def _files(paths: Sequence[str | Path]) -> Iterator[Path]:
    for path in map(Path, paths):
        if not path.is_dir():
            yield path
            continue
        inside = sorted(file for file in path.iterdir() if file.suffix in LEVEL_FILES)
        if not inside:
            raise FileNotFoundError(f"{path}: no level files; expected {', '.join(LEVEL_FILES)}")
        yield from inside


def _stacked(rooms: list[np.ndarray]) -> np.ndarray:
    """Rooms of any shapes as one array, filled up with wall."""
    height, width = np.max([room.shape for room in rooms], axis=0)
    stack = np.full((len(rooms), height, width), WALL, np.uint8)
    for i, room in enumerate(rooms):
        stack[i, : room.shape[0], : room.shape[1]] = room
    return stack
