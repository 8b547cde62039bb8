"""Writes TOML: the part of it that configurations need, read back by ``tomllib``.

Tables, arrays, text, numbers and booleans. TOML has no null: entries that are None are left out.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from playout.core import WrongUse

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def dumps(data: Mapping[str, Any]) -> str:
    """``data`` as a TOML document.

    Raises:
        WrongUse: a value is of a type that TOML cannot hold.
    """
    return "\n".join(_table((), data)) + "\n"


def _table(path: tuple[str, ...], data: Mapping[str, Any]) -> Iterator[str]:
    inner = {name: value for name, value in data.items() if isinstance(value, Mapping)}
    if path:
        yield f"\n[{'.'.join(map(_key, path))}]"
    for name, value in data.items():
        if name not in inner and value is not None:
            yield f"{_key(name)} = {_value(value, (*path, name))}"
    for name, value in inner.items():
        yield from _table((*path, name), value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: Any, path: tuple[str, ...]) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return float.__repr__(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(item, path) for item in value)}]"
    if isinstance(value, Mapping):
        kept = (f"{_key(name)} = {_value(item, path)}" for name, item in value.items() if item is not None)
        return f"{{{', '.join(kept)}}}"
    expected = "text, a number, true, false, a list or a table"
    raise WrongUse(f"{'.'.join(path)}: expected {expected}, got {type(value).__name__}")


def _text(value: str) -> str:
    # JSON's escapes are TOML's, except that TOML also wants DEL escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
