"""From the text that a model wrote to the action it names; strict, and total over all strings.

Knows three tags, in any case: ``<action>``, ``<plan>`` and ``<think>``. Of each, the last complete block
counts: the last opening tag that has a closing one behind it, up to the first such closing tag, so that a
block never holds another of its kind. What the prompt says about the tags is the agents' business.
"""

import re
from collections.abc import Sequence

from playout.core import ParsedAnswer

LEGAL_PREFIX = "Legal actions: "
"""How the line of a prompt begins that lists the legal actions, separated by a comma and a space."""
MAX_PLAN = 5
"""A longer plan is cut to its first actions."""

_EXPECTED = "expected <action>...</action>"
_MOST_QUOTED = 48
# Without re.ASCII, the Turkish dotless i would count as an "i".
_TAGS = {name: re.compile(f"<(/?){name}>", re.IGNORECASE | re.ASCII) for name in ("action", "plan", "think")}
_SEPARATORS = re.compile(r"[,\n]")


def parse_answer(text: str, legal_actions: Sequence[str] | None = None) -> ParsedAnswer:
    """The action that ``text`` names; exactly one of ``action`` and ``error`` is None.

    Takes any string, in time linear in its length, and never raises. Blocks inside a ``<think>`` block
    count like any other. The items of a plan are not checked: what is legal later is not known yet.

    Args:
        text: what the model wrote.
        legal_actions: if given, the action must equal one of these but for case and outer white space,
            and comes back in the spelling of the list; if not, the stripped text of the block is the action.

    Returns:
        The action with the plan (at most :data:`MAX_PLAN` actions) and the thought that stood beside it.
        Where there is no action, ``error`` says in at most 200 characters what was found and expected.
    """
    plan = tuple(filter(None, map(str.strip, _SEPARATORS.split(_last_block(text, "plan") or ""))))
    thought = (_last_block(text, "think") or "").strip()
    block = _last_block(text, "action")
    action = block.strip() if block else None
    if not action:
        error = _what_is_missing(text, block)
    elif legal_actions is not None:
        action, error = _legal(action, legal_actions)
    else:
        error = None
    return ParsedAnswer(action=action or None, plan=plan[:MAX_PLAN], thought=thought, error=error)


def _last_block(text: str, tag: str) -> str | None:
    """What stands in the last complete block of ``tag``; None without one."""
    start, span = None, None
    for match in _TAGS[tag].finditer(text):
        if not match[1]:
            start = match.end()
        elif start is not None:
            start, span = None, (start, match.start())
    return None if span is None else text[slice(*span)]


def _what_is_missing(text: str, block: str | None) -> str:
    if block is not None:
        return f"the <action> block is empty; {_EXPECTED} with an action inside"
    tags = [match[1] for match in _TAGS["action"].finditer(text)]
    if not tags:
        return f"no <action> tag in {_quoted(text)}; {_EXPECTED}"
    if "" in tags:
        return f"an <action> tag is not closed; {_EXPECTED}"
    return f"an </action> tag has no opening one; {_EXPECTED}"


def _legal(action: str, legal_actions: Sequence[str]) -> tuple[str | None, str | None]:
    """The listed action that ``action`` spells, or None and why."""
    if action in legal_actions:
        return action, None
    folded = action.lower()
    for legal in legal_actions:
        if legal.strip().lower() == folded:
            return legal, None
    listed = ", ".join(legal_actions[:MAX_PLAN])
    more = f" and {len(legal_actions) - MAX_PLAN} more" if len(legal_actions) > MAX_PLAN else ""
    return None, f"{_quoted(action)} is not a legal action; expected one of {_quoted(listed)}{more}"


def _quoted(text: str) -> str:
    """The beginning of ``text`` as a literal: printable, on one line, short."""
    shown = repr(text[:_MOST_QUOTED])
    return shown if len(text) <= _MOST_QUOTED and len(shown) <= 64 else shown[:60] + "...'"
