"""From command lines to options: tyro with one readable line for wrong use, and ``k=v`` pairs."""

import io
import json
import re
from collections.abc import Iterable, Sequence
from contextlib import redirect_stderr
from typing import Annotated, Any, TypeVar

import tyro

from playout.core import WrongUse

Options = TypeVar("Options")
Flag = Annotated[bool, tyro.conf.arg(help_behavior_hint="")]
"""A switch that is off if not given."""
# Where tyro says that an option is which nobody can type: settings that are made of several options.
_NESTED = re.compile(r"Error parsing __tyro-dummy-inner__\S*: ")
_FRAME = str.maketrans(dict.fromkeys("│╭╮╰╯─", " "))


def parse(options: type[Options], prog: str, argv: Sequence[str]) -> Options:
    """Read ``argv`` into the dataclass ``options``; ``--help`` prints and exits.

    Raises:
        WrongUse: ``argv`` does not fit; one line that says what does.
    """
    said = io.StringIO()
    try:
        with redirect_stderr(said):
            return tyro.cli(options, prog=prog, args=argv, config=(tyro.conf.FlagCreatePairsOff,))
    except SystemExit as end:
        if not end.code:
            raise
        line = _NESTED.sub("", _one_line(said.getvalue())).replace(f"Missing from {prog}:", "missing:")
        raise WrongUse(f"{line} ({prog} --help)") from None


def _one_line(box: str) -> str:
    """What tyro says in a box of several lines: its first section, or two where it has a suggestion."""
    sections = [""]
    for line in box.splitlines()[1:-1]:
        if "──" in line:
            sections.append("")
        else:
            sections[-1] += f" {line.translate(_FRAME)}"
    said = [" ".join(section.split()) for section in sections]
    hint = [section for section in said[1:] if section.startswith("Perhaps")]
    return "; ".join([said[0], *hint])


def pairs(items: Iterable[str], option: str) -> dict[str, Any]:
    """``["a=1", "b=x"]`` as ``{"a": 1, "b": "x"}``: values are JSON, else strings.

    Raises:
        WrongUse: an item has no ``=`` or no name; ``option`` is what the message calls it.
    """
    found = {}
    for item in items:
        name, equals, text = item.partition("=")
        if not (name and equals):
            raise WrongUse(f"{option} {item!r}: expected name=value, for example {option} max_steps=50")
        found[name.replace("-", "_")] = _value(text)
    return found


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
