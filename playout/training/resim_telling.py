"""Lets a chat model tell in prose what search on the world saw, as the beginning of the thought.

After Yu et al. 2025 (ReSim: a language model aggregates the partial rollouts into one reasoning text). The
futures follow as they were recorded, so that what is scored stays true whatever the prose says.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from playout.agents.dyna.response import Future, escape
from playout.core import Chat, ChatModel, Message, Sampling
from playout.training.resim_data import TaughtState

TOLD = "told.jsonl"
"""File of a run: the prose of each state, in their order."""
_MOST_TOKENS, _BATCH = 96, 64
_ASK = (
    "An agent reads this:\n{state}\n\nIt has tried in the world what could follow:\n{futures}\n\n"
    "Now it will do: {plan}.\n"
    "Say in two or three plain sentences, as the agent, what the tries lead to and why it will do that."
    " No lists, no tags."
)


def retold(
    states: Sequence[TaughtState],
    model: ChatModel,
    folder: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[TaughtState]:
    """``states`` with prose in their responses; empty where the model failed.

    Args:
        states: what was seen.
        model: who tells it.
        folder: of the run, where what has been told is kept and, after a kill, read.
        progress: told how many are done.
    """
    file = folder / TOLD
    known = file.read_text("utf-8").splitlines(keepends=True) if file.exists() else []
    prose = [json.loads(line) for line in known[: len(states)] if line.endswith("\n")]
    with file.open("w", encoding="utf-8") as kept:
        kept.writelines(f"{json.dumps(text)}\n" for text in prose)
        while len(prose) < len(states):
            batch = states[len(prose) : len(prose) + _BATCH]
            new = _told(batch, len(prose), model)
            kept.writelines(f"{json.dumps(text)}\n" for text in new)
            kept.flush()
            prose += new
            progress(len(prose), len(states))
    return [
        state._replace(response=replace(state.response, prose=f"{state.response.prose} {text}".strip()))
        for state, text in zip(states, prose, strict=True)
    ]


def _told(states: Sequence[TaughtState], first: int, model: ChatModel) -> list[str]:
    seeds = tuple(range(first, first + len(states)))
    sampling = Sampling(max_tokens=_MOST_TOKENS, temperature=0.7, seeds=seeds)
    found = model.generate([_asked(state) for state in states], sampling)
    return ["" if one.finish == "error" else " ".join(one.text.split()) for one in found]


def _asked(state: TaughtState) -> Chat:
    futures = "\n".join(f"{n}. {_line(future)}" for n, future in enumerate(state.response.futures, 1))
    content = _ASK.format(
        state=escape(state.chat[-1].content), futures=futures, plan=", then ".join(state.response.plan)
    )
    return (Message("user", content),)


def _line(future: Future) -> str:
    steps = "; ".join(f"{step.action}: {escape(step.state or '')}" for step in future.steps)
    return f"{steps}. Worth: {future.value}"
