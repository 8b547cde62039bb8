"""Summaries as tables for the terminal: one run in full, or one row per run."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from playout.evaluation.summary import is_share

Summary = Mapping[str, Any]
ORACLE = "†"
ORACLE_NOTE = f"{ORACLE} oracle: this agent looks behind the scenes"
INTERVAL_NOTE = "95% intervals"
NUMBERS = ("success", "return", "length")
"""What every summary has."""


def render_summary(summary: Summary) -> Table:
    """One run: a row per number, with its interval."""
    title = Text(f"{_agent(summary)} on {summary['env']}, {_count(summary['episodes'], 'episode')}")
    notes = [INTERVAL_NOTE, *([ORACLE_NOTE] if summary["oracle"] else [])]
    if summary["errors"]:
        notes.append(f"{_count(summary['errors'], 'episode')} failed and counted as not successful")
    table = _table(notes, title)
    table.add_column("")
    for name in ("mean", "low", "high"):
        table.add_column(name, justify="right")
    numbers = {name: summary[name] for name in NUMBERS} | summary["metrics"]
    for name, estimate in numbers.items():
        shown = _share if is_share(name) else _number
        table.add_row(Text(name), *(shown(estimate[part]) for part in ("mean", "low", "high")))
    return table


def table(summaries: Iterable[Summary], *, columns: Sequence[str] = NUMBERS) -> Table:
    """One row per run, agents that look behind the scenes marked; the environment once where it is one.

    Args:
        summaries: of the runs.
        columns: ``NUMBERS`` and names of metrics.
    """
    rows = list(summaries)
    notes = [INTERVAL_NOTE, *([ORACLE_NOTE] if any(row["oracle"] for row in rows) else [])]
    failed = ["errors"] if any(row["errors"] for row in rows) else []
    environments = {row["env"] for row in rows}
    several = ["environment"] if len(environments) > 1 else []
    drawn = _table(notes, None if several or not rows else Text(str(rows[0]["env"])))
    for name in (*several, "agent"):
        drawn.add_column(name, overflow="fold")
    for name in ("episodes", *columns, *failed):
        drawn.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        drawn.add_row(
            *(Text(str(row["env"])) for _ in several),
            Text(_agent(row)),
            str(row["episodes"]),
            *(
                _spread({**row["metrics"], **row}[name], _share if is_share(name) else _number)
                for name in columns
            ),
            *(str(row[name]) for name in failed),
        )
    return drawn


def render_acts(use: Mapping[str, Any]) -> Table:
    """How a run of dialogues used its acts (``act_use``), and when it succeeded."""
    table = _table([f"act entropy {use['entropy']:.2f} nats"])
    table.add_column("act")
    table.add_column("share", justify="right")
    table.add_column("success by turn", justify="right")
    shares, curve = list(use["shares"].items()), use["success_by_turn"]
    for row in range(max(len(shares), len(curve))):
        name, share = shares[row] if row < len(shares) else ("", None)
        by_turn = f"{row + 1}: {_share(curve[row])}" if row < len(curve) else ""
        table.add_row(Text(name), "" if share is None else _share(share), by_turn)
    return table


def _table(notes: Iterable[str], title: Text | None = None) -> Table:
    return Table(
        title=title,
        title_justify="left",
        caption="; ".join(notes),
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )


def _agent(summary: Summary) -> str:
    model = f" ({summary['model']})" if summary["model"] else ""
    return f"{summary['agent']}{model}{ORACLE if summary['oracle'] else ''}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _number(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def _share(value: float | None) -> str:
    return "n/a" if value is None else f"{100 * value:.1f}%"


def _spread(estimate: Mapping[str, float | None], shown: Callable[[float | None], str]) -> Text:
    """The mean with its interval below."""
    if estimate["mean"] is None:
        return Text(shown(None))
    return Text(f"{shown(estimate['mean'])}\n[{shown(estimate['low'])}, {shown(estimate['high'])}]")
