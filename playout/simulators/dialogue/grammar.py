"""Wordings: a grammar whose productions are split, so that what is said to test is never said to train.

A rule holds productions; in one, ``<name>`` is another rule and ``{slot}`` a word that the speaker fills in.
Every rule has productions of its own for both splits, and a text is made of those of one split alone, so
the two have no production in common.
"""

import re
from collections.abc import Iterator, Mapping
from math import prod
from typing import Literal, NamedTuple

from playout.core.errors import WrongUse
from playout.core.random import Stream

Wording = Literal["train", "unseen"]
WORDINGS: tuple[Wording, ...] = ("train", "unseen")

_PARTS = re.compile(r"<([^<>]+)>|\{([^{}]+)\}")


class Rule(NamedTuple):
    """The productions of one thing to say, as ``Grammar`` reads them."""

    train: tuple[str, ...]
    unseen: tuple[str, ...]


class Grammar:
    """Rules by name."""

    def __init__(self, rules: Mapping[str, Rule], slots: frozenset[str] = frozenset()) -> None:
        """Take ``rules``, which may fill in ``slots``.

        Raises:
            WrongUse: a rule without productions for a split, a production in both, an unknown name or slot.
        """
        self.rules, self.slots = dict(rules), slots
        for name, rule in self.rules.items():
            self._check(name, rule)
        for name in self.rules:
            self._walk(name, ())

    def count(self, name: str, wording: Wording) -> int:
        """How many different wordings ``name`` has before its slots are filled."""
        return self._count(name, wording)

    def templates(self, name: str, wording: Wording) -> Iterator[str]:
        """All of them, with their slots."""
        for production in self._of(name, wording):
            yield from self._expansions(production, wording)

    def say(self, name: str, wording: Wording, slots: Mapping[str, str], draws: Stream) -> str:
        """One wording of ``name``; each production of a rule is equally likely.

        Args:
            name: the rule.
            wording: of which split.
            slots: what to fill in; it is not looked into for rules or slots.
            draws: decides the productions.

        Raises:
            WrongUse: no such rule, or a slot without a word.
        """
        text = self._say(name, wording, slots, draws)
        return text[:1].upper() + text[1:]

    def _say(self, name: str, wording: Wording, slots: Mapping[str, str], draws: Stream) -> str:
        def filled(part: re.Match[str]) -> str:
            if part[1]:
                return self._say(part[1], wording, slots, draws)
            if part[2] not in slots:
                raise WrongUse(f"grammar: {name} needs a word for {{{part[2]}}}; given: {', '.join(slots)}")
            return slots[part[2]]

        return _PARTS.sub(filled, draws.choice(self._of(name, wording)))

    def _of(self, name: str, wording: Wording) -> tuple[str, ...]:
        if name not in self.rules:
            raise WrongUse(f"grammar: no rule {name!r}; there are {', '.join(self.rules)}")
        if wording not in WORDINGS:
            raise WrongUse(f"wording: expected one of {', '.join(WORDINGS)}, got {wording!r}")
        return getattr(self.rules[name], wording)

    def _check(self, name: str, rule: Rule) -> None:
        if not rule.train or not rule.unseen:
            raise WrongUse(f"grammar: {name} has no production for one of the splits")
        shared = set(rule.train) & set(rule.unseen)
        if shared:
            raise WrongUse(f"grammar: {name} has the production {shared.pop()!r} in both splits")
        for production in (*rule.train, *rule.unseen):
            for part in _PARTS.finditer(production):
                if (part[1] and part[1] not in self.rules) or (part[2] and part[2] not in self.slots):
                    raise WrongUse(f"grammar: {name}: {part[0]} in {production!r} is neither rule nor slot")

    def _walk(self, name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise WrongUse(f"grammar: {name} is part of itself")
        for production in (*self.rules[name].train, *self.rules[name].unseen):
            for part in _PARTS.finditer(production):
                if part[1]:
                    self._walk(part[1], (*above, name))

    def _count(self, name: str, wording: Wording) -> int:
        return sum(
            prod(self._count(part[1], wording) for part in _PARTS.finditer(production) if part[1])
            for production in self._of(name, wording)
        )

    def _expansions(self, production: str, wording: Wording) -> Iterator[str]:
        part = next((part for part in _PARTS.finditer(production) if part[1]), None)
        if part is None:
            yield production
            return
        before, after = production[: part.start()], production[part.end() :]
        for inner in self.templates(part[1], wording):
            yield from self._expansions(before + inner + after, wording)
