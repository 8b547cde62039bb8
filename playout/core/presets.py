"""Options that are given as an object, or by the name of a preset."""

from collections.abc import Mapping
from typing import TypeVar

from playout.core.errors import WrongUse

T = TypeVar("T")


def preset_of(what: str, given: str | T, presets: Mapping[str, T]) -> T:
    """The object itself, or the preset of that name.

    Args:
        what: the option, for the message.
        given: a name in ``presets``, or an object of their type.
        presets: what there is by name; not empty.

    Raises:
        WrongUse: neither.
    """
    kind = type(next(iter(presets.values())))
    if isinstance(given, kind):
        return given
    if not isinstance(given, str) or given not in presets:
        names = ", ".join(presets)
        raise WrongUse(f"{what}: expected one of {names} or a {kind.__name__}, got {given!r}")
    return presets[given]
