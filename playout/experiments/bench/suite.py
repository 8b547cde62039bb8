"""What a suite is made of: measurements, what they find, and what they need."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class Missing(Exception):
    """A measurement cannot be made here; the message says what is missing and what to type."""


@dataclass(frozen=True, eq=False)
class Context:
    """One run of a suite. Equal only to itself, so that measurements can cache what they share in it."""

    scratch: Path
    """A folder that is removed after the run."""
    seeds: int | None = None
    """Seeds per learning result; None for the suite's own number."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """What a measurement found."""

    value: Any
    """A number, or several by name."""
    bar: Any
    """What was asked for, in the form of ``value``."""
    met: bool | None
    note: str = ""
    """One line: what the value is."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    """All numbers behind it."""

    def to_json(self) -> dict[str, Any]:
        """The entry under ``bars``."""
        return {"value": self.value, "bar": self.bar, "met": self.met, "note": self.note}

    def __str__(self) -> str:
        verdict = {True: "met", False: "MISSED", None: "not measured"}[self.met]
        return f"{verdict}: {self.value} (bar: {self.bar}) {self.note}"


Measure = Callable[[Context], Bar]


def at_least(value: Mapping[str, float], bar: Mapping[str, float]) -> bool:
    """Whether every value that has a bar reaches it."""
    return all(value[name] >= least for name, least in bar.items())


def at_most(value: Mapping[str, float], bar: Mapping[str, float]) -> bool:
    """Whether no value that has a bar is above it."""
    return all(value[name] <= most for name, most in bar.items())
