"""A grid of experiments: cells that each take minutes, several at a time, taken up again where they were.

A cell is a function with arguments, run in a process of its own on one thread. Its folder holds all that
it leaves: ``cell.json`` says what was asked, ``log`` what was printed, ``result.json`` what came of it.
A grid that was stopped, or had a cell fail, is run again and only does what is missing; a cell that is
asked for anew with other arguments is forgotten first, and with it all that was made of it.

Leaves out what cells do, and what their results mean.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from inspect import signature
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

from playout.core import PlayoutError, WrongUse

CELL, LOG, RESULT, PART = "cell.json", "log", "result.json", ".part"
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)
# Else glibc gives the memory of each freed tensor back to the kernel and gets it anew page by page: a tenth
# of the time that small models train.
KEEP_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 30), "MALLOC_TRIM_THRESHOLD_": str(1 << 33),
    "MALLOC_TOP_PAD_": str(1 << 28),
}  # fmt: skip
_NAME = re.compile(r"\w[\w.-]*")
_PAUSE = 0.05  # seconds between two looks at the processes


@dataclass(frozen=True)
class Cell:
    """One experiment of a grid."""

    name: str
    """Of its folder: letters, digits, ``_``, ``.`` and ``-``."""
    run: str
    """``module:function``; what the function returns goes into JSON. If it has a parameter ``folder``,
    it gets the cell's, in which it may keep what it needs to go on after a kill, and beside which those
    of ``after`` are."""
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    """Its arguments: what JSON can hold."""
    after: Sequence[str] = ()
    """Names of cells whose folders it reads."""
    files: Sequence[str] = ()
    """Paths of files that it reads: it is made anew when what is in them has changed."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise WrongUse(f"grid: a cell cannot be called {self.name!r}; expected letters, digits, _.-")
        if ":" not in self.run:
            raise WrongUse(f"grid: {self.name}: expected run as module:function, got {self.run!r}")


class CellsFailed(PlayoutError):
    """Some cells have no result; those that have are in ``results``."""

    def __init__(self, lines: Sequence[str], results: dict[str, Any]) -> None:
        """Say which, and why."""
        super().__init__("\n".join([f"{len(lines)} cells of the grid have no result:", *lines]))
        self.results = results


def run_cells(
    cells: Iterable[Cell],
    folder: Path | str,
    *,
    workers: int = 2,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Run what has no result yet, and return all results.

    Args:
        cells: in the order in which they are begun, as far as ``after`` lets them.
        folder: of the cells' folders; made where it does not exist.
        workers: most processes at a time. More than there are cores only disturb one another.
        progress: told when a cell begins and ends; None writes lines to stderr.

    Returns:
        Name of the cell -> what its function returned, as JSON gives it back.

    Raises:
        WrongUse: cells of equal names, or an ``after`` that no earlier cell has.
        CellsFailed: at the end, if cells failed or others waited for them in vain.
    """
    if workers < 1:
        raise WrongUse(f"grid: expected workers >= 1, got {workers}")
    grid = _Grid(list(cells), Path(folder), progress or _to_stderr)
    try:
        while grid.waiting or grid.running:
            grid.begin(workers)
            grid.look()
            sleep(_PAUSE if grid.running else 0)
    finally:
        grid.stop()
    if grid.failed:
        raise CellsFailed(list(grid.failed.values()), grid.results)
    return {name: grid.results[name] for name in grid.asked}


def recorded(
    cells: Iterable[Cell],
    summarise: Callable[[dict[str, Any]], dict[str, Any]],
    file: Path,
    *,
    workers: int = 2,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Run what has no result yet in the folder of ``file``, and write there what is made of all results.

    The arguments and errors are those of :func:`run_cells`.
    """
    found = summarise(run_cells(cells, file.parent, workers=workers, progress=progress))
    file.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return found


class _Grid:
    """What waits, runs, is done and has failed."""

    def __init__(self, cells: Sequence[Cell], folder: Path, progress: Callable[[str], None]) -> None:
        self.asked = _asked(cells)
        self.folder, self._tell = folder, progress
        self.results: dict[str, Any] = {}
        self.failed: dict[str, str] = {}
        self.running: dict[str, tuple[subprocess.Popen[bytes], float]] = {}
        for name in self.asked:
            self._prepare(name)
        self.waiting = {cell.name: cell for cell in cells if cell.name not in self.results}
        if self.results:
            self._tell(f"{len(self.results)} of {len(cells)} cells are done already")

    def begin(self, workers: int) -> None:
        """Start what can be; give up what waits for a cell that failed."""
        for name, cell in list(self.waiting.items()):
            if lost := [other for other in cell.after if other in self.failed]:
                del self.waiting[name]
                self._fail(name, f"not begun, for it needs {lost[0]}")
            elif len(self.running) < workers and all(other in self.results for other in cell.after):
                del self.waiting[name]
                self._tell(f"{name} …")
                self.running[name] = _started(self.folder / name), perf_counter()

    def look(self) -> None:
        """See which processes have ended."""
        for name, (process, began) in list(self.running.items()):
            code = process.poll()
            if code is None:
                continue
            _close(self.running.pop(name)[0])
            found = _result(self.folder / name)
            if found is None:
                log = self.folder / name / LOG
                self._fail(name, f"{_last_line(log) or f'exit code {code}'} ({log})")
                continue
            self.results[name] = found["result"]
            left = len(self.waiting) + len(self.running)
            self._tell(f"{name} done after {perf_counter() - began:.0f} s, {left} to go")

    def stop(self) -> None:
        """End what still runs; it is taken up again another time."""
        for process, _ in self.running.values():
            process.kill()
            _close(process)

    def _fail(self, name: str, why: str) -> None:
        self.failed[name] = f"{name}: {why}"
        self._tell(self.failed[name])

    def _prepare(self, name: str) -> None:
        """Make the cell's folder, empty unless it was made for the very same cell."""
        place, asked = self.folder / name, self.asked[name]
        if _read(place / CELL) == asked:
            if (found := _result(place)) is not None:
                self.results[name] = found["result"]
            return
        if (place / CELL).is_file():
            _forget(place)
        elif place.exists() and not _is_empty(place):
            raise WrongUse(f"grid: {place} is no cell's (it has no {CELL}); take another folder")
        place.mkdir(parents=True, exist_ok=True)
        _write(place / CELL, asked)


def _asked(cells: Sequence[Cell]) -> dict[str, dict[str, Any]]:
    """What ``cell.json`` says of each cell: also what the cells that it is made of were asked."""
    found: dict[str, dict[str, Any]] = {}
    for cell in cells:
        if cell.name in found:
            raise WrongUse(f"grid: two cells are called {cell.name!r}")
        if missing := [name for name in cell.after if name not in found]:
            raise WrongUse(
                f"grid: {cell.name} comes after {missing[0]!r}, but no cell before it is called so"
            )
        try:
            kwargs = json.loads(json.dumps(cell.kwargs, allow_nan=False))
        except (TypeError, ValueError) as error:
            raise WrongUse(f"grid: {cell.name}: expected arguments that JSON can hold: {error}") from None
        after = {name: _digest(found[name]) for name in cell.after}
        found[cell.name] = {"run": cell.run, "kwargs": kwargs, "after": after}
        if cell.files:
            found[cell.name]["files"] = {file: _file_digest(Path(file)) for file in cell.files}
    return found


def _forget(place: Path) -> None:
    """Remove a cell's folder: at once for those who look, even if this is broken off."""
    aside = place.with_name(f".{place.name}.forgotten")  # what no cell can be called
    if aside.exists():
        shutil.rmtree(aside)
    place.rename(aside)
    shutil.rmtree(aside)


def _is_empty(place: Path) -> bool:
    """Whether there is nothing in a folder but what a grid leaves that is killed as it begins a cell."""
    return place.is_dir() and {entry.name for entry in place.iterdir()} <= {f"{CELL}{PART}"}


def _started(place: Path) -> "subprocess.Popen[bytes]":
    # What the parent can import, its script's folder among it, the child can too.
    known = os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)
    with (place / LOG).open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", __name__, str(place)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env={**os.environ, **ONE_THREAD, **KEEP_MEMORY, "PYTHONPATH": known, "PYTHONUNBUFFERED": "1"},
        )


def _close(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait()


def work(place: Path) -> None:
    """The life of a cell's process: do what ``cell.json`` asks and leave ``result.json``."""
    asked, began = _read(place / CELL), perf_counter()
    assert asked is not None
    module, _, name = asked["run"].partition(":")
    function = getattr(import_module(module), name)
    given = {"folder": place} if "folder" in signature(function).parameters else {}
    found = function(**given, **asked["kwargs"])
    seconds = round(perf_counter() - began, 1)
    _write(place / RESULT, {"result": found, "seconds": seconds})


def _end_with_parent() -> None:
    """End when the other end of the standard input closes: nobody waits for the result any more."""
    os.read(0, 1)  # a read through sys.stdin would hold a lock that the interpreter wants as it ends
    os._exit(1)


def _result(place: Path) -> dict[str, Any] | None:
    return _read(place / RESULT)


def _read(file: Path) -> Any:
    return json.loads(file.read_text("utf-8")) if file.is_file() else None


def _write(file: Path, data: Any) -> None:
    """Whole or not at all."""
    part = file.with_name(f"{file.name}{PART}")
    part.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    part.replace(file)


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:16]


def _file_digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").split("\n") if log.is_file() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    work(Path(sys.argv[1]))
