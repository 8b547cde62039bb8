"""What commands print: results on stdout, prose and progress on stderr, JSON as the last line."""

import json
import math
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

_QUICK = 2.0  # seconds after which a job shows a progress bar


def note(text: str) -> None:
    """One line of prose on stderr."""
    print(text, file=sys.stderr, flush=True)


def emit(value: Any) -> None:
    """``value`` as one line of strict JSON on stdout; numbers that JSON lacks become null."""
    print(json.dumps(strict(value), allow_nan=False), flush=True)


def show(renderable: RenderableType, *, aside: bool = False) -> None:
    """Print a result on stdout, or on stderr (``aside``) where stdout is for JSON."""
    Console(stderr=aside, highlight=False).print(renderable, soft_wrap=isinstance(renderable, Text))


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str | None = None) -> Table:
    """A table of plain text: cells are data, so markup in them is not obeyed."""
    grid = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for number, column in enumerate(columns):
        grid.add_column(column, no_wrap=number == 0, overflow="fold")  # names are to be copied
    for row in rows:
        grid.add_row(*(escape(str(cell)) for cell in row))
    return grid


def strict(value: Any) -> Any:
    """``value`` as strict JSON has it: names are text, numbers that JSON lacks become None."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(name): strict(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [strict(item) for item in value]
    return value


class Bar:
    """A progress bar on stderr that shows itself only when the job takes longer than two seconds.

    Call it with (done, total) as the job goes on; use it as a context manager so that it is taken
    away at the end, whatever happens.
    """

    def __init__(self, what: str) -> None:
        """Name the things that are counted."""
        self._what, self._began = what, time.monotonic()
        self._progress: Progress | None = None

    def __enter__(self) -> "Bar":
        return self

    def __call__(self, done: int, total: int) -> None:
        """Report that ``done`` of ``total`` are finished."""
        if self._progress is None and time.monotonic() - self._began > _QUICK:
            self._progress = _progress(self._what, total)
        if self._progress is not None:
            self._progress.update(self._progress.task_ids[0], completed=done, total=total)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()


def _progress(what: str, total: int) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    progress.add_task(what, total=total)
    progress.start()
    return progress
