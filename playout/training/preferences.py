"""Preference records: one answer was preferred to another, by whom, how clearly, and how it was asked.

A file holds one JSON object a line. Every method that learns from preferences reads these records:
DPO, reward models, and whatever asks why something was preferred. Leaves out who prefers (``feedback``).
"""

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from playout.core import WrongUse

Order = Literal["chosen first", "rejected first", "both"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """One answer to a prompt was preferred to another."""

    prompt: str
    """What both answer, as the policy reads it."""
    chosen: str
    """The answer that was preferred."""
    rejected: str
    """The other one."""
    margin: float | None = None
    """How much better it was found, on the assessor's scale; None where it only says which."""
    principles: tuple[str, ...] = ()
    """Ids of the principles that it was judged by; empty where there were none."""
    negated: tuple[str, ...] = ()
    """Those of them that stood in the negative."""
    source: str
    """Who preferred, such as ``rating:partial`` or ``judge:openai:MODEL@URL``."""
    votes: tuple[int, int] = (1, 0)
    """For the chosen and for the rejected answer."""
    order: Order = "both"
    """In which order they were shown."""
    seed: int = 0
    """Of what was random in it."""

    def __post_init__(self) -> None:
        if self.order not in get_args(Order):
            raise WrongUse(f"preference: order: expected one of {get_args(Order)}, got {self.order!r}")
        if self.margin is not None and not (self.margin >= 0 and math.isfinite(self.margin)):
            raise WrongUse(f"preference: margin: expected a number >= 0 or None, got {self.margin}")
        if len(self.votes) != 2 or min(self.votes) < 0:
            raise WrongUse(f"preference: votes: expected two numbers >= 0, got {self.votes}")
        if unknown := set(self.negated) - set(self.principles):
            raise WrongUse(f"preference: negated: {min(unknown)!r} is none of the principles")

    def to_json(self) -> str:
        """One line of ASCII."""
        return json.dumps(asdict(self))


def write_preferences(file: Path | str, records: Iterable[Preference], *, append: bool = False) -> int:
    """Write records, one a line; return how many.

    Args:
        file: replaced whole or not at all, unless ``append``.
        records: taken one by one.
        append: add to what the file holds.
    """
    file, count = Path(file), 0
    file.parent.mkdir(parents=True, exist_ok=True)
    target = file if append else file.with_name(f"{file.name}.part")
    with target.open("a" if append else "w", encoding="ascii") as lines:
        for record in records:
            lines.write(record.to_json() + "\n")
            count += 1
    if not append:
        target.replace(file)
    return count


def read_preferences(file: Path | str) -> list[Preference]:
    """All records of a file; blank lines do not count.

    Raises:
        WrongUse: there is no such file, or a line is no preference; names the line and what is wrong.
    """
    file = Path(file)
    if not file.is_file():
        raise WrongUse(f"{file}: no such file; expected preferences, one JSON object a line")
    return list(_read(file))


def _read(file: Path) -> Iterator[Preference]:
    with file.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    yield _record(json.loads(line))
                except (ValueError, TypeError) as error:
                    raise WrongUse(f"{file}, line {number}: {error}") from None


_NEEDED = {"prompt": str, "chosen": str, "rejected": str, "source": str}
_KNOWN = {field.name for field in fields(Preference)}


def _record(data: Any) -> Preference:
    if not isinstance(data, dict):
        raise WrongUse(f"expected a JSON object, got {type(data).__name__}")
    if unknown := data.keys() - _KNOWN:
        raise WrongUse(f"unknown entry {min(unknown)!r}; expected {', '.join(sorted(_KNOWN))}")
    for name, kind in _NEEDED.items():
        if not isinstance(data.get(name), kind):
            raise WrongUse(f"{name}: expected text, got {data.get(name)!r}")
    lists = {name: tuple(data[name]) for name in ("principles", "negated", "votes") if name in data}
    return Preference(**{**data, **lists})
