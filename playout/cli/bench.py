"""``playout bench``: measure this machine against the bars of a suite."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from tyro.conf import Positional, arg

from playout.cli import console
from playout.cli.parsing import Flag


@dataclass(frozen=True, kw_only=True)
class Options:
    """Measure a suite and compare with its bars. A missed bar is a result, not a failure.

    Example: playout bench sokoban --only A3 A5 --json
    """

    name: Annotated[Positional[str], arg(metavar="NAME")]
    """The suite: sokoban, ..."""
    only: Annotated[tuple[str, ...], arg(metavar="KEY ...", help_behavior_hint="")] = ()
    """Measure these keys alone."""
    seeds: Annotated[int | None, arg(metavar="INT", help_behavior_hint="")] = None
    """Seeds per learning result; the suite's own number if not given."""
    out: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None
    """Keep all figures in this file; keys that are not measured now stay as they are in it."""
    json: Flag = False
    """End with one JSON object on stdout: machine, figures, bars."""


def run(options: Options) -> None:
    """Measure, print the table, and with ``--json`` all figures."""
    from playout.experiments import bench
    from playout.experiments.bench import record

    if options.out:
        record.read(options.out)  # what is wrong with it is told before the work
    measured = bench.run(options.name, only=options.only or None, seeds=options.seeds)
    rows = [
        (key, _number(bar["value"]), _number(bar["bar"]), _verdict(bar["met"]), bar["note"])
        for key, bar in measured["bars"].items()
    ]
    grid = console.table(("key", "value", "bar", "", "note"), rows, title=f"{options.name}")
    console.show(grid, aside=True)
    if options.out:
        record.keep(console.strict(measured), options.out)
    if options.json:
        console.emit(measured)


def _number(value: Any) -> str:
    return f"{value:,.4g}" if isinstance(value, int | float) else str(value)


def _verdict(met: bool | None) -> str:
    return {True: "met", False: "missed", None: "not measured"}[met]
