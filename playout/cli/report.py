"""``playout report``: one page for a run, or for two side by side."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from playout.cli import console
from playout.cli.parsing import Flag


@dataclass(frozen=True, kw_only=True)
class Options:
    """Write a run as one page that any browser opens, without network; two runs stand side by side.

    Example: playout report runs/demo --open
    """

    run: Annotated[Positional[Path], arg(metavar="RUN")]
    """Folder that `playout eval --out` made."""
    other: Annotated[Positional[Path | None], arg(metavar="[OTHER]", help_behavior_hint="")] = None
    """A second run, compared on the seeds that both have."""
    out: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None
    """The file to write; report.html in the first run's folder if not given."""
    open: Flag = False
    """Show it in the browser."""


def run(options: Options) -> None:
    """Write the page and say where it is."""
    from playout.evaluation.report import write_report

    with console.Bar("episodes") as progress:
        file = write_report(options.run, options.out, options.other, progress=progress)
    print(file)
    if options.open:
        import webbrowser

        if not webbrowser.open(file.resolve().as_uri()):
            console.note(f"no browser found here; open {file} in one")
