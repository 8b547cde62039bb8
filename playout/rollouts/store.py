"""A run as one folder: what was asked, with what, and every episode as it finished.

``config.toml``    what was asked; a run continues only under the same configuration.
``manifest.json``  versions, commit, platform, device, and when the run was begun.
``episodes.jsonl`` one line per finished episode, only ever appended to.
``metrics.jsonl``  flat rows for curves.
``summary.json``   what evaluation made of it.
``run.lock``       held by the one process that writes.

Leaves out what a summary or a report is: both are written by the floors above.
"""

import json
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import IO, Any

from playout.core import PlayoutError, WrongUse
from playout.rollouts import toml
from playout.rollouts.episodes import Episode, encode
from playout.rollouts.loggers import Curves
from playout.rollouts.manifest import manifest

CONFIG, MANIFEST, EPISODES = "config.toml", "manifest.json", "episodes.jsonl"
METRICS, SUMMARY, LOCK = "metrics.jsonl", "summary.json", "run.lock"
_BEFORE_FIRST_EPISODE = {LOCK, MANIFEST, CONFIG, EPISODES, f"{CONFIG}.part", f"{MANIFEST}.part"}


class Run:
    """Reads a run folder; episodes stay on disk until they are asked for."""

    def __init__(self, folder: Path | str, *, temporary: TemporaryDirectory[str] | None = None) -> None:
        """Look at ``folder``; one that is ``temporary`` lives as long as this.

        Raises:
            WrongUse: it is not the folder of a run.
        """
        self.folder, self._temporary = Path(folder), temporary
        if not (self.folder / CONFIG).is_file():
            raise WrongUse(
                f"{self.folder}: not a run (it has no {CONFIG}); expected a folder that --out made"
            )

    @cached_property
    def config(self) -> dict[str, Any]:
        """What was asked.

        Raises:
            WrongUse: the file is damaged.
        """
        file = self.folder / CONFIG
        try:
            return tomllib.loads(file.read_text("utf-8"))
        except ValueError as error:
            raise WrongUse(f"{file}: damaged ({error}); expected the TOML that a run begins with") from None

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Versions, commit, platform, device."""
        return json.loads((self.folder / MANIFEST).read_text("utf-8"))

    @property
    def summary(self) -> dict[str, Any] | None:
        """What :meth:`write_summary` wrote last, None before."""
        file = self.folder / SUMMARY
        return json.loads(file.read_text("utf-8")) if file.is_file() else None

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """Replace ``summary.json``."""
        _replace(self.folder / SUMMARY, encode(summary) + "\n")

    @property
    def done(self) -> set[int]:
        """Numbers of the episodes that are stored."""
        return set(self._index)

    def __len__(self) -> int:
        """How many episodes are stored."""
        return len(self._index)

    def episodes(self) -> Iterator[dict[str, Any]]:
        """The stored episodes in the order of their numbers, as parsed JSON (schema 1)."""
        if not self._index:
            return
        with self._open() as file:
            for _, place in sorted(self._index.items()):
                yield self._read(file, place)

    def episode(self, number: int) -> dict[str, Any]:
        """The episode with this number.

        Raises:
            WrongUse: it is not stored.
        """
        if number not in self._index:
            raise WrongUse(f"{self.folder}: no episode {number}; it has {_shown(self._index)}")
        with self._open() as file:
            return self._read(file, self._index[number])

    def metrics(self) -> Iterator[dict[str, Any]]:
        """The rows of ``metrics.jsonl``."""
        file = self.folder / METRICS
        if file.is_file():
            with file.open("rb") as lines:
                yield from (json.loads(line) for line in lines if line.endswith(b"\n"))

    @cached_property
    def _index(self) -> dict[int, tuple[int, int]]:
        """Episode number -> (line number from 1, offset in bytes). A torn last line is not counted."""
        index: dict[int, tuple[int, int]] = {}
        if not (self.folder / EPISODES).is_file():
            return index
        with self._open() as file:
            for line_number, (offset, line, last) in enumerate(_lines(file), start=1):
                number = _episode_number(line)
                if number is None and not last:
                    raise self._damaged(line_number)
                if number is not None:
                    index[number] = (line_number, offset)
        return index

    def _open(self) -> IO[bytes]:
        return (self.folder / EPISODES).open("rb")

    def _read(self, file: IO[bytes], place: tuple[int, int]) -> dict[str, Any]:
        line_number, offset = place
        file.seek(offset)
        try:
            return json.loads(file.readline())
        except ValueError:
            raise self._damaged(line_number) from None

    def _damaged(self, line_number: int) -> PlayoutError:
        return PlayoutError(
            f"{self.folder / EPISODES}, line {line_number}: not an episode of schema 1; the file was damaged."
            " Delete that line and continue with --resume: its episode is played again"
        )


class RunWriter(Run):
    """Writes a run folder: a context manager that holds the folder's lock. Made by :func:`open_run`."""

    def __init__(self, folder: Path, lock: IO[bytes]) -> None:
        """Take over ``folder``, whose ``lock`` is held."""
        super().__init__(folder)
        self._lock = lock
        _drop_torn_end(folder / EPISODES)
        _drop_torn_end(folder / METRICS)
        self._stored = self._index
        self._file = (folder / EPISODES).open("ab")
        self._curves = Curves(folder, self.config)

    def append(self, episode: Episode) -> None:
        """Store a finished episode; it is on its way to the disk when this returns."""
        self.append_line(episode.episode, episode.to_json())

    def append_line(self, number: int, line: str) -> None:
        """:meth:`append` of an episode that is JSON already."""
        offset = self._file.tell()
        self._file.write(line.encode("ascii") + b"\n")
        self._file.flush()
        self._stored[number] = (len(self._stored) + 1, offset)

    def log(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Append flat rows to ``metrics.jsonl``, and report them where ``loggers.reporting`` says."""
        rows = list(rows)
        with (self.folder / METRICS).open("ab") as file:
            file.write(b"".join(encode(row).encode("ascii") + b"\n" for row in rows))
        for row in rows:
            self._curves.log(row)

    def write_metrics(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Replace ``metrics.jsonl``."""
        _replace(self.folder / METRICS, "".join(encode(row) + "\n" for row in rows))

    def close(self) -> None:
        """Close the files and give the lock back."""
        self._curves.close()
        self._file.close()
        self._lock.close()

    def __enter__(self) -> "RunWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_run(folder: Path | str, config: Mapping[str, Any], *, resume: bool = False) -> RunWriter:
    """Begin a run in ``folder``, or with ``resume`` go on with the one that is there (if any).

    Args:
        folder: made where it does not exist.
        config: what is asked, in the types of TOML; entries that are None are left out.
        resume: continue a run of the same configuration.

    Raises:
        WrongUse: the folder holds something else, a run of another configuration, or a run while
            ``resume`` is not set; or another process is writing it.
    """
    folder, text = Path(folder), toml.dumps(config)
    _check_folder(folder, resume)
    folder.mkdir(parents=True, exist_ok=True)
    lock = _locked(folder)
    try:
        if _check_folder(folder, resume):  # again: another process may have played meanwhile
            _check_same(folder, Run(folder).config, tomllib.loads(text))
        else:
            _replace(folder / MANIFEST, json.dumps(manifest(), indent=1) + "\n")
            _replace(folder / CONFIG, text)
        return RunWriter(folder, lock)
    except BaseException:
        lock.close()
        raise


def mark_policy(folder: Path, kind: str) -> None:
    """Say in the manifest that the run holds a policy of ``kind`` (``agents.registry.RUN_LOADERS``)."""
    file = folder / MANIFEST
    found = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    _replace(file, json.dumps({**found, "policy": kind}, indent=1) + "\n")


def _check_folder(folder: Path, resume: bool) -> bool:
    """Whether a run was begun there; one that left no more than what it was asked was not."""
    if not folder.exists():
        return False
    if not folder.is_dir():
        raise WrongUse(f"{folder}: expected a folder for the run, this is a file")
    asked, episodes = (folder / CONFIG).is_file(), folder / EPISODES
    played = episodes.is_file() and episodes.stat().st_size > 0
    more = {entry.name for entry in folder.iterdir()} - _BEFORE_FIRST_EPISODE
    begun = asked and (played or bool(more))
    if begun and not resume:
        raise WrongUse(f"{folder}: there is a run already; continue it with --resume, or take another --out")
    foreign = more | ({EPISODES} if played else set())
    if foreign and not asked:
        raise WrongUse(f"{folder}: not empty and not a run (it has {min(foreign)!r}); take another --out")
    return begun


def _check_same(folder: Path, stored: Mapping[str, Any], asked: Mapping[str, Any]) -> None:
    for name in sorted(stored.keys() | asked.keys()):
        if stored.get(name) != asked.get(name):
            raise WrongUse(
                f"{folder / CONFIG}: the run was begun with {name} = {stored.get(name)!r}, now it is"
                f" {asked.get(name)!r}; ask the same to --resume it, or take another --out"
            )


def _locked(folder: Path) -> IO[bytes]:
    file = (folder / LOCK).open("ab")
    try:
        import fcntl
    except ImportError:  # not a POSIX system: two writers are then the user's care
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise WrongUse(
            f"{folder}: another process is writing this run; wait for it, or take another --out"
        ) from None
    return file


def _replace(path: Path, text: str) -> None:
    """Write whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, "utf-8")
    os.replace(part, path)


def _drop_torn_end(path: Path) -> None:
    """Cut off a last line that a kill left unfinished."""
    if not path.is_file():
        return
    with path.open("r+b") as file:
        end = 0
        for offset, line, last in _lines(file):
            whole = line.endswith(b"\n") and not (last and _parsed(line) is None)
            end = offset + len(line) if whole else end
        file.truncate(end)


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes, bool]]:
    """(offset, line, whether it is the last) of each line."""
    offset, line = 0, file.readline()
    while line:
        following = file.readline()
        yield offset, line, not following
        offset, line = offset + len(line), following


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _episode_number(line: bytes) -> int | None:
    """The number of the episode in ``line``; None where the line is torn or no episode."""
    data = _parsed(line) if line.endswith(b"\n") else None
    return (
        data["episode"] if isinstance(data, dict) and data.get("schema") == 1 and "outcome" in data else None
    )


def _shown(numbers: Iterable[int]) -> str:
    known = sorted(numbers)
    return f"{len(known)} episodes, {known[0]} to {known[-1]}" if known else "no episodes yet"
