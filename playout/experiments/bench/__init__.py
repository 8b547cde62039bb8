"""``playout bench``: suites that measure this machine against published bars.

A suite is a module with ``MEASURES``: for each key a function from a ``Context`` to a ``Bar``. A new one
is a line in ``SUITES``. How to time is in ``timing``, how to run other people's packages in ``peers``.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any

from playout.core.errors import WrongUse
from playout.experiments.bench.machine import machine
from playout.experiments.bench.suite import Bar, Context, Measure, Missing

SUITES: dict[str, str] = {
    "sokoban": "playout.experiments.bench.sokoban",
    "household": "playout.experiments.bench.household",
    "building": "playout.experiments.bench.building",
    "assistance-zero": "playout.experiments.bench.assistance",
    "dyna-mind": "playout.experiments.bench.dyna_mind",
    "ppdpp": "playout.experiments.bench.ppdpp",
    "rlhs": "playout.experiments.bench.rlhs",
}
"""Name -> module."""

__all__ = ["SUITES", "Bar", "Context", "Missing", "run"]


def run(
    name: str,
    *,
    only: Sequence[str] | None = None,
    seeds: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Measure a suite.

    Args:
        name: one of ``SUITES``.
        only: keys to measure; None for all.
        seeds: seeds per learning result; None for the suite's own number. Suites that do not learn have
            no use for it.
        progress: told what is measured and what came of it; None writes lines to stderr.

    Returns:
        ``machine``; ``figures``: key -> all numbers behind it; ``bars``: key -> value, bar, met (None
        where something is missing) and note.

    Raises:
        WrongUse: no such suite or key, or no seeds.
    """
    if seeds is not None and seeds < 1:
        raise WrongUse(f"--seeds: expected at least 1, got {seeds}")
    measures = _chosen(_measures(name), only, name)
    tell = progress or (lambda line: print(line, file=sys.stderr, flush=True))
    figures, bars = {}, {}
    with tempfile.TemporaryDirectory() as scratch:
        context = Context(Path(scratch), seeds)
        for number, (key, measure) in enumerate(measures.items(), 1):
            tell(f"{name} {number}/{len(measures)}: {key} …")
            found = _measured(measure, context)
            figures[key], bars[key] = dict(found.figures), found.to_json()
            tell(f"{name} {number}/{len(measures)}: {key} {found}")
    return {"machine": machine(), "figures": figures, "bars": bars}


def _measured(measure: Measure, context: Context) -> Bar:
    try:
        return measure(context)
    except Missing as missing:
        return Bar(value=None, bar=None, met=None, note=str(missing))


def _measures(name: str) -> dict[str, Measure]:
    if name not in SUITES:
        raise WrongUse(_unknown("suite", name, SUITES))
    return dict(import_module(SUITES[name]).MEASURES)


def _chosen(measures: dict[str, Measure], only: Sequence[str] | None, name: str) -> dict[str, Measure]:
    if only is None:
        return measures
    for key in only:
        if key not in measures:
            raise WrongUse(_unknown(f"key of {name}", key, measures))
    return {key: measure for key, measure in measures.items() if key in only}


def _unknown(what: str, name: str, known: Sequence[str] | dict[str, Any]) -> str:
    close = get_close_matches(name, list(known), cutoff=0.4)
    hint = f"did you mean {' or '.join(close)}?" if close else f"expected one of {', '.join(known)}"
    return f"no {what} {name!r}; {hint}"
