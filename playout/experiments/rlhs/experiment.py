"""The experiment from its cells to its page."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playout.experiments.grid import RESULT as CELL_RESULT
from playout.experiments.grid import run_cells
from playout.experiments.rlhs import drawing
from playout.experiments.rlhs.arms import arms_of, cells_of
from playout.experiments.rlhs.page import page
from playout.experiments.rlhs.results import results
from playout.rollouts.manifest import manifest
from playout.simulators.consultancy.catalogue import open_catalogue

CELLS, RESULT, SUMMARY, PAGE = "cells", "result.json", "summary.json", "index.html"


def experiment(
    folder: Path | str,
    *,
    policy: str = "table",
    catalogue: str | None = None,
    seeds: int | None = None,
    workers: int = 2,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Run what is missing in ``folder``, then draw.

    Args:
        folder: of the experiment: ``cells/``, ``result.json``, the same without curves as ``summary.json``,
            figures as PNG and SVG, and ``index.html``.
        policy: ``table`` or ``text``.
        catalogue: a file, or ``published``; None for our own.
        seeds: of every arm; None for each its own number.
        workers: processes at a time.
        progress: told what happens.

    Returns:
        What ``result.json`` says.

    Raises:
        MissingExtra: matplotlib or torch is not installed; said before anything is run.
        CellsFailed: some cells have no result; run again to go on.
    """
    folder = Path(folder)
    drawing.matplotlib()
    domains = tuple(domain.name for domain in open_catalogue(catalogue).domains)
    arms = arms_of(policy, domains, seeds)
    cells = cells_of(policy, arms, catalogue)
    found = run_cells(cells, folder / CELLS, workers=workers, progress=progress)
    seconds = sum(_seconds(folder / CELLS / cell.name) for cell in cells)
    said = {
        "policy": policy,
        "catalogue": catalogue,
        "command": _command(policy, catalogue, seeds),
        "made": {**manifest(), "cells": len(cells), "minutes": round(seconds / 60, 2)},
        **results(arms, found),
    }
    _write(folder / RESULT, json.dumps(said) + "\n")
    _write(folder / SUMMARY, json.dumps(without_curves(said), indent=1) + "\n")
    files = drawing.draw(said, folder)
    figures = {name: svg.read_text("utf-8") for name, (_, svg) in files.items()}
    _write(folder / PAGE, page(said, figures))
    return said


def _command(policy: str, catalogue: str | None, seeds: int | None) -> str:
    given = {"--policy": policy, "--catalogue": catalogue, "--seeds": seeds}
    words = [word for name, value in given.items() if value is not None for word in (name, str(value))]
    return shlex.join(["playout", "experiment", "rlhs", *words])


def without_curves(found: dict[str, Any]) -> dict[str, Any]:
    """Results small enough to be kept with the source."""
    arms = {
        name: {key: value for key, value in arm.items() if key not in ("curve", "cpu_seconds")}
        for name, arm in found["arms"].items()
    }
    return {**found, "arms": arms}


def _seconds(cell: Path) -> float:
    return json.loads((cell / CELL_RESULT).read_text("utf-8"))["seconds"]


def _write(file: Path, text: str) -> None:
    part = file.with_name(f"{file.name}.part")
    part.write_text(text, "utf-8")
    part.replace(file)
