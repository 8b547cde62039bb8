"""Reads the PDDL problem of an ALFWorld game: its declared names, its facts and the text of its goal.

This is a scanner of the flat form in which the games are published, not a PDDL parser: facts are
``(predicate name name)``, and comments and numeric fluents are dropped. What the facts mean is the
business of ``tables``, the goal of ``goals``. PDDL ignores case, so everything is lower-cased here.
"""

import re
from typing import NamedTuple

from playout.core.errors import PlayoutError

KINDS = ("agent", "location", "object", "otype", "receptacle", "rtype")

# Predicate -> the kinds of its arguments.
PREDICATES: dict[str, tuple[str, ...]] = {
    "atlocation": ("agent", "location"),
    "receptacleatlocation": ("receptacle", "location"),
    "objectatlocation": ("object", "location"),
    "inreceptacle": ("object", "receptacle"),
    "inreceptacleobject": ("object", "object"),
    "receptacletype": ("receptacle", "rtype"),
    "objecttype": ("object", "otype"),
    "cancontain": ("rtype", "otype"),
    "holds": ("agent", "object"),
    **dict.fromkeys(("openable", "opened"), ("receptacle",)),
    **dict.fromkeys(
        (
            "cleanable", "heatable", "coolable", "pickupable", "toggleable", "sliceable", "isclean",
            "ishot", "iscool", "istoggled", "issliced", "isreceptacleobject",
        ),
        ("object",),
    ),
}  # fmt: skip

# Of the domain too, but nothing that is said or done depends on them.
WITHOUT_EFFECT = frozenset(
    ("wasinreceptacle", "checked", "examined", "holdsany", "holdsanyreceptacleobject", "full", "moveable",
     "ison", "isreceptacleobjectfull")
)  # fmt: skip

_COMMENT = re.compile(r";[^\n]*")
_FLUENT = re.compile(r"\(=\s*\([^()]*\)\s*[^\s()]+\s*\)")
_FACT = re.compile(r"\(\s*([^\s()]+)(?:\s+([^\s()]+))?(?:\s+([^\s()]+))?\s*\)")


class GameError(PlayoutError, ValueError):
    """A game that cannot be played: where it stands, what was found and what was expected."""

    def __init__(self, place: str, found: str, expected: str) -> None:
        """``place`` is the file, with a line where there is one."""
        super().__init__(f"{place}: found {found}; expected {expected}")


class Problem(NamedTuple):
    """The three parts of a problem."""

    declared: dict[str, str]
    """Name -> one of KINDS."""
    facts: dict[str, list[tuple[str, str]]]
    """Predicate -> its arguments in the order of the text; the second is ``""`` where there is none."""
    goal: str
    """From ``(:goal`` to the end."""


def scan(text: str, place: str = "problem") -> Problem:
    """Split the text of a problem into names, facts and goal.

    Args:
        text: a PDDL problem of ALFWorld's domain.
        place: named in errors, such as the file.

    Raises:
        GameError: a part is missing, a predicate, kind or name is not known, or parentheses are left.
    """
    text = text.lower()
    if ";" in text:
        text = _COMMENT.sub("", text)
    marks = [text.find(mark) for mark in ("(:objects", "(:init", "(:goal")]
    if min(marks) < 0 or marks != sorted(marks):
        raise GameError(place, "a text without one of its parts", "(:objects ...), (:init ...), (:goal ...)")
    objects, init, goal = marks
    if text.count("(") != text.count(")"):
        last = text.count("\n") + 1
        raise GameError(f"{place}, problem line {last}", "unbalanced parentheses", "the whole problem")
    declared = _declared(text[objects + len("(:objects") : init], place)
    facts = _facts(text, init + len("(:init"), goal, place)
    _check_names(declared, facts, text, place)
    return Problem(declared, facts, text[goal:])


def _declared(section: str, place: str) -> dict[str, str]:
    words = section.rpartition(")")[0].split()
    names, dashes, kinds = words[::3], words[1::3], words[2::3]
    if len(words) % 3 or set(dashes) - {"-"}:
        names, kinds = _ungrouped(words)
    if unknown := set(kinds).difference(KINDS):
        raise GameError(f"{place}, :objects", f"the kind {min(unknown)!r}", f"one of {', '.join(KINDS)}")
    return dict(zip(names, kinds, strict=True))


def _ungrouped(words: list[str]) -> tuple[list[str], list[str]]:
    """Names and their kinds from ``a b - kind c - kind``."""
    names: list[str] = []
    kinds: list[str] = []
    for i, word in enumerate(words):
        if i and words[i - 1] == "-":
            kinds += [word] * (len(names) - len(kinds))
        elif word != "-":
            names.append(word)
    return names, kinds + [""] * (len(names) - len(kinds))


def _facts(text: str, start: int, end: int, place: str) -> dict[str, list[tuple[str, str]]]:
    body = text[start:end]
    if "(=" in body:
        body = _FLUENT.sub("", body)
    facts: dict[str, list[tuple[str, str]]] = {name: [] for name in PREDICATES}
    found = _FACT.findall(body)
    if len(found) != body.count("("):
        raise GameError(f"{place}, :init", "a nested or longer fact", "facts as (predicate name name)")
    for predicate, first, second in found:
        if predicate in facts:
            facts[predicate].append((first, second))
        elif predicate not in WITHOUT_EFFECT:
            line = _line(text, f"({predicate} ")
            raise GameError(
                f"{place}, problem line {line}", f"the predicate {predicate!r}", "one of ALFWorld's domain"
            )
    return facts


def _check_names(
    declared: dict[str, str], facts: dict[str, list[tuple[str, str]]], text: str, place: str
) -> None:
    """That every argument is declared with the kind that its predicate takes."""
    of_kind: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for name, kind in declared.items():
        of_kind[kind].add(name)
    of_kind["rtype"] |= of_kind["otype"]  # SinkType is an otype that the domain also asks receptacles for.
    for predicate, pairs in facts.items():
        if not pairs:
            continue
        kinds = PREDICATES[predicate]
        for names, kind in zip(zip(*pairs, strict=True), (*kinds, "")[:2], strict=True):
            known = of_kind[kind] if kind else {""}
            if not known.issuperset(names):
                name = min(set(names) - known)
                line = _line(text, name, text.find(f"({predicate} "))
                raise GameError(
                    f"{place}, problem line {line}",
                    f"{name!r} in ({predicate} ...)",
                    f"a {kind} declared in :objects" if kind else f"{len(kinds)} argument",
                )


def _line(text: str, found: str, start: int = 0) -> int:
    """The line, from 1, where ``found`` next occurs."""
    return text.count("\n", 0, max(text.find(found, start), 0)) + 1
