"""Options of agents: declared once as the fields of a frozen dataclass, checked and printed from there.

Does not read command lines: values arrive as JSON would give them.
"""

import ast
import difflib
import inspect
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from itertools import pairwise
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from playout.core import WrongUse

C = TypeVar("C")


class Option(NamedTuple):
    """One option, as ``--help`` shows it."""

    name: str
    type: str
    default: Any
    """``dataclasses.MISSING`` where the option must be given."""
    help: str

    def __str__(self) -> str:
        default = "required" if self.default is MISSING else f"default {self.default!r}"
        return f"{self.name}: {self.type} ({default}) {self.help}".rstrip()


def options_of(config: type) -> list[Option]:
    """The fields of the dataclass ``config`` with the text below each as its help."""
    hints, help_of = get_type_hints(config), _texts_below_fields(config)
    return [
        Option(field.name, _say(hints[field.name]), field.default, help_of.get(field.name, ""))
        for field in fields(config)
    ]


def make_config(config: type[C], owner: str, options: Mapping[str, Any]) -> C:
    """``config(**options)``, checked.

    Raises:
        WrongUse: an option is unknown, missing or of another type; lists the accepted ones.
    """
    accepted, hints = fields(config), get_type_hints(config)  # type: ignore[reportArgumentType]
    check_names(owner, options, [field.name for field in accepted])
    for field in accepted:
        name = field.name
        if name not in options and field.default is MISSING:
            told = next(option for option in options_of(config) if option.name == name)
            raise WrongUse(f"{owner}: the option {name} is missing; expected {told}")
        if name in options and not _fits(options[name], hints[name]):
            raise WrongUse(f"{owner}: {name}={options[name]!r} is not of type {_say(hints[name])}")
    return config(**options)


def check_names(owner: str, given: Iterable[str], accepted: Iterable[str]) -> None:
    """Refuse names of options that are not accepted.

    Raises:
        WrongUse: naming the closest accepted one and all of them.
    """
    accepted = list(accepted)
    for name in given:
        if name not in accepted:
            known = ", ".join(accepted) or "none"
            raise WrongUse(f"{owner}: unknown option {name!r}{suggest(name, accepted)}; it accepts: {known}")


def suggest(name: str, known: Iterable[str]) -> str:
    """`` (did you mean 'x'?)`` or nothing."""
    close = difflib.get_close_matches(name, list(known), 1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _texts_below_fields(config: type) -> dict[str, str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(config)))
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    return {
        field.target.id: " ".join(text.value.value.split())
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def _fits(value: Any, hint: Any) -> bool:
    if hint is Any:
        return True
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if get_origin(hint) in (Union, UnionType):
        return any(_fits(value, part) for part in get_args(hint))
    if isinstance(value, bool):
        return hint is bool
    return isinstance(value, (int, float) if hint is float else hint)


def _say(hint: Any) -> str:
    if get_origin(hint) in (Union, UnionType):
        return " | ".join(_say(part) for part in get_args(hint))
    if get_origin(hint) is Literal:
        return " | ".join(map(str, get_args(hint)))
    return "None" if hint is NoneType else "any" if hint is Any else hint.__name__
