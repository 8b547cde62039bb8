"""``playout list``: the catalogue of worlds as a table or as JSON."""

from dataclasses import dataclass

from playout.cli import console
from playout.cli.parsing import Flag
from playout.envs.registration import CATALOGUE


@dataclass(frozen=True, kw_only=True)
class Options:
    """List the worlds you can make, play and evaluate on.

    Example: playout list --json
    """

    json: Flag = False
    """Print one JSON array instead of a table."""


def run(options: Options) -> None:
    """Print the catalogue."""
    rows = [entry.to_json() for entry in CATALOGUE.values()]
    if options.json:
        return console.emit(rows)
    cells = [
        (row["id"], row["api"], row["world"], _mark(row["language"]), _mark(row["vectorised"]))
        for row in rows
    ]
    console.show(console.table(("id", "api", "world", "language", "vectorised"), cells))
    return console.note(f"{len(rows)} worlds. Try one: playout play ID")


def _mark(value: bool) -> str:
    return "yes" if value else ""
