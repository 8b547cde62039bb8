"""``playout fit``: simulated people whose numbers come from published dialogues."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import Positional, arg

from playout.cli import console
from playout.cli.parsing import Flag


@dataclass(frozen=True, kw_only=True)
class Options:
    """Fit people to CraigslistBargain: what they concede, accept and say next. Only numbers are kept.

    Example: playout fit bargaining --data ppdpp --out people.json
    then: playout eval playout/NegotiationActs-v0 --agent random --env population=people.json
    """

    people: Annotated[Positional[Literal["bargaining"]], arg(metavar="bargaining")]
    """Who: buyers and sellers of second-hand goods."""
    data: Annotated[Path | None, arg(metavar="DIR", help_behavior_hint="")] = None
    """Folder with craigslistbargain-*.json and cb-*; $PLAYOUT_DATA if not given."""
    out: Annotated[Path, arg(metavar="FILE")] = Path("bargaining.json")
    """The file to write: a population."""
    half: Annotated[Literal[0, 1] | None, arg(metavar="0|1", help_behavior_hint="")] = None
    """Use every second dialogue only, the even or the odd ones, so that the others can judge the fit."""
    json: Flag = False
    """End with one JSON object on stdout: the figures of the dialogues and of the people."""


def run(options: Options) -> None:
    """Fit, write, and set the people's figures beside those of the dialogues."""
    from playout.simulators.dialogue.bargaining.fit import fit

    found = fit(options.data, half=options.half)
    options.out.write_text(found.population.to_text(), encoding="utf-8")
    rows = [(name, f"{value:.3f}", f"{found.simulated[name]:.3f}") for name, value in found.human.items()]
    title = f"{found.talks} dialogues with prices, {found.act_talks} with acts"
    console.show(
        console.table(("figure", "dialogues", "fitted people"), rows, title=title), aside=options.json
    )
    console.note(f"population: {options.out}")
    if options.json:
        console.emit({"file": str(options.out), "human": found.human, "simulated": found.simulated})
