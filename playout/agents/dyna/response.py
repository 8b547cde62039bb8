"""Responses that think in simulated futures: written by :func:`render`, read back by :func:`parse`.

    <think>prose<do>left<see>p2_2 b2_1<do>up<see>p1_2 b2_1<value>5<do>right<see>...<value>lost</think>
    <plan>left, up</plan><action>left</action>

A future is a sequence of ``<do>`` an action ``<see>`` what the world then says, and ends with ``<value>``:
what it is worth. ``<see>`` may be left out, which is reasoning about actions without their consequences.
Few tokens, so that decoders learn it in minutes; in texts ``<`` and ``&`` are written ``&lt;`` and ``&amp;``.
Reading is total over all strings: what is wrong is counted, not raised. Whether the futures are true is
``scoring``'s business.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from playout.core import WrongUse
from playout.language.parsing import MAX_PLAN, parse_answer

OPEN, CLOSE = "<think>", "</think>"
DO, SEE, VALUE = "<do>", "<see>", "<value>"
TAGS = "\n".join([OPEN, CLOSE, DO, SEE, VALUE, "<plan>", "</plan>", "<action>", "</action>"])

_STEP = re.compile(f"({DO}|{SEE}|{VALUE})")
_TAG = re.compile("<(/?)(think|plan|action)>", re.IGNORECASE | re.ASCII)
_NOT_IN_ACTIONS = re.compile("[<,\n]")

PIECES = rf"{DO}\w+{SEE}|{VALUE}\w+|{CLOSE}<plan>|, \w+(?=, |</plan>)|</plan><action>"
"""What a tokenizer of words may take as one: a third less to write where an action is one word."""

DEFECTS = {
    "unclosed": "a tag that is opened and not closed, or the other way round",
    "no action": "no action could be read",
    "no plan": "no plan could be read",
    "long": "a plan or future of more than the allowed number of actions, cut to its first ones",
    "stray": "a state or value that belongs to no action, left out",
    "no value": "a future without a value",
    "contradiction": "two futures that begin with the same actions and see something else",
}
"""What can be wrong with a response."""


class Imagined(NamedTuple):
    """One step of a future."""

    action: str
    state: str | None = None
    """What the world would say; None where that was not imagined."""


@dataclass(frozen=True)
class Future:
    """What would come of a sequence of actions."""

    steps: tuple[Imagined, ...]
    value: str = ""
    """How good the end of it is, in the words of whoever judged it."""

    @property
    def actions(self) -> tuple[str, ...]:
        """What is done in it."""
        return tuple(step.action for step in self.steps)


@dataclass(frozen=True, kw_only=True)
class Response:
    """A thought made of futures, the plan that was chosen, and the action to take now."""

    action: str
    """Empty where none could be read."""
    plan: tuple[str, ...] = ()
    futures: tuple[Future, ...] = ()
    prose: str = ""
    """What stands before the futures."""


@dataclass(frozen=True)
class Reading:
    """What :func:`parse` found."""

    response: Response
    defects: Counter[str] = field(default_factory=Counter)
    """How often each of ``DEFECTS`` occurred."""

    @property
    def whole(self) -> bool:
        """Whether nothing was wrong, contradictions apart: those are errors of the world model."""
        return not (self.defects - Counter({"contradiction": self.defects["contradiction"]}))


def render(response: Response) -> str:
    """The response as text, which :func:`parse` reads back to an equal one.

    Raises:
        WrongUse: a part that cannot be written: an empty action, one with ``<``, a comma or a line end, outer
            white space, a future without steps, or more than ``MAX_PLAN`` actions.
    """
    futures = "".join(map(_future, response.futures))
    thought = f"{OPEN}{_written(response.prose)}{futures}{CLOSE}" if futures or response.prose else ""
    if len(response.plan) > MAX_PLAN:
        raise WrongUse(f"render: expected at most {MAX_PLAN} actions in a plan, got {len(response.plan)}")
    plan = f"<plan>{', '.join(map(_action, response.plan))}</plan>" if response.plan else ""
    return f"{thought}{plan}<action>{_action(response.action)}</action>"


def is_writable(action: str) -> bool:
    """Whether a response can hold this action, as what a policy says in place of one may not."""
    return bool(action) and action == action.strip() and not _NOT_IN_ACTIONS.search(action)


def parse(text: str) -> Reading:
    """Read a response; of each kind of block the last complete one counts. Takes any string."""
    answer, defects = parse_answer(text), Counter[str]()
    opened = Counter((match[2].lower(), match[1]) for match in _TAG.finditer(text))
    defects["unclosed"] = sum(opened[tag, ""] != opened[tag, "/"] for tag in ("think", "plan", "action"))
    prose, futures = _read(answer.thought, defects)
    defects["no action"] = int(not answer.valid)
    defects["no plan"] = int(not answer.plan)
    defects["long"] += _is_cut(text, answer.plan)
    defects["contradiction"] = contradictions(futures)
    response = Response(action=answer.action or "", plan=answer.plan, futures=futures, prose=prose)
    return Reading(response, +defects)


def escape(text: str) -> str:
    """``text`` without a sign that could begin a tag."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def contradictions(futures: Sequence[Future]) -> int:
    """Steps in which a future sees something else than an earlier one did after the same actions."""
    seen: dict[tuple[str, ...], str] = {}
    wrong = 0
    for future in futures:
        for depth, step in enumerate(future.steps, 1):
            if step.state is not None:
                wrong += seen.setdefault(future.actions[:depth], step.state) != step.state
    return wrong


def _read(thought: str, defects: Counter[str]) -> tuple[str, tuple[Future, ...]]:
    """The prose and the futures of a thought."""
    prose, *parts = _STEP.split(thought)
    done: list[Future] = []
    steps: list[Imagined] = []

    def close(value: str) -> None:
        if steps:
            defects["long"] += len(steps) > MAX_PLAN
            defects["no value"] += not value
            done.append(Future(tuple(steps[:MAX_PLAN]), value))
            steps.clear()
        else:
            defects["stray"] += 1

    for tag, raw in zip(parts[::2], parts[1::2], strict=True):
        said = _unwritten(raw.strip())
        if tag == DO:
            steps.append(Imagined(said))
        elif tag == VALUE:
            close(said)
        elif steps and steps[-1].state is None:
            steps[-1] = steps[-1]._replace(state=said)
        else:
            defects["stray"] += 1
    if steps:
        close("")
    return _unwritten(prose.strip()), tuple(done)


def _is_cut(text: str, plan: Sequence[str]) -> bool:
    """Whether the plan was longer than what ``parse_answer`` gives of it."""
    if len(plan) < MAX_PLAN:
        return False
    blocks = re.findall(r"<plan>((?:(?!</?plan>).)*)</plan>", text, re.IGNORECASE | re.DOTALL | re.ASCII)
    return bool(blocks) and len(list(filter(None, map(str.strip, re.split("[,\n]", blocks[-1]))))) > MAX_PLAN


def _future(future: Future) -> str:
    if not 0 < len(future.steps) <= MAX_PLAN:
        raise WrongUse(f"render: expected 1 to {MAX_PLAN} steps in a future, got {len(future.steps)}")
    return f"{''.join(map(_step, future.steps))}{VALUE}{_written(future.value)}"


def _step(step: Imagined) -> str:
    return f"{DO}{_action(step.action)}{'' if step.state is None else SEE + _written(step.state)}"


def _action(action: str) -> str:
    if not is_writable(action):
        raise WrongUse(
            f"render: an action cannot be {action!r:.60}: no <, comma, line end or outer white space"
        )
    return action


def _written(text: str) -> str:
    if text != text.strip():
        raise WrongUse(f"render: expected no outer white space, got {text!r:.60}")
    return escape(text)


def _unwritten(text: str) -> str:
    return text.replace("&lt;", "<").replace("&amp;", "&")
