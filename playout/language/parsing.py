"""From a model's response to an action, strictly: the last complete ``<action>`` block, matched whole.

Any text is answered with a :class:`ParsedAnswer`, never with an exception, in time linear in its
length. What an action does, and whether the world takes it, is not known here.
"""

import re
from collections.abc import Iterable

from playout.core import ParsedAnswer

LEGAL_PREFIX = "Legal actions: "
"""Begins the line of a prompt that lists them, separated by ``", "``."""

PLAN_LIMIT = 5
"""Most actions of a ``<plan>`` block that are kept."""

_TAG = re.compile(r"<(/?)(action|plan|think)>", re.IGNORECASE | re.ASCII)
_SHOWN = 40


def parse_answer(text: str, legal_actions: Iterable[str] | None = None) -> ParsedAnswer:
    """The action that ``text`` names.

    Args:
        text: any Unicode, as a model wrote it: ``<think>…</think><plan>a, b</plan><action>a</action>``.
            Only the action is required; of several blocks of a kind the last complete one counts.
        legal_actions: what the action must be, up to case and surrounding space; None takes any text.

    Returns:
        The action in the spelling of ``legal_actions``, or None and why.
    """
    blocks = _blocks(text)
    thought, plan = blocks.get("think", "").strip(), _plan(blocks.get("plan", ""))
    if "action" not in blocks:
        error = f"expected <action>…</action>, found {_shown(text)}"
        return ParsedAnswer(action=None, plan=plan, thought=thought, error=error)
    action = blocks["action"].strip()
    if legal_actions is not None:
        spelling = {legal.strip().lower(): legal for legal in legal_actions}
        action, given = spelling.get(action.lower()), action
        if action is None:
            error = f"expected one of the legal actions in <action>, found {_shown(given)}"
            return ParsedAnswer(action=None, plan=plan, thought=thought, error=error)
    return ParsedAnswer(action=action, plan=plan, thought=thought)


def _blocks(text: str) -> dict[str, str]:
    """The content of the last complete block of each kind; of nested ones the innermost."""
    opened: dict[str, int] = {}
    found: dict[str, tuple[int, int]] = {}
    for tag in _TAG.finditer(text):
        kind = tag[2].lower()
        if not tag[1]:
            opened[kind] = tag.end()
        elif kind in opened:
            found[kind] = (opened.pop(kind), tag.start())
    return {kind: text[start:end] for kind, (start, end) in found.items()}


def _plan(content: str) -> tuple[str, ...]:
    parts = (part.strip() for part in re.split(r"[,\n]", content, maxsplit=10 * PLAN_LIMIT))
    return tuple(part for part in parts if part)[:PLAN_LIMIT]


def _shown(text: str) -> str:
    return repr(text) if len(text) <= _SHOWN else f"{text[:_SHOWN]!r}… ({len(text)} characters)"
