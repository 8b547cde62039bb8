"""What people did: the acts of published dialogues as a planner's examples.

A dialogue is replayed in the task: the system's acts as they are annotated, the person's answers as the task
hears them, so that a planner sees of it what it will see of simulated people. Several messages of one side
in a row are one turn, whose act is the last one's. What the person says first stands for the opening of the
simulated one; of a seller the list price is known, whatever is said.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from playout.agents.planner.encoders import Seen, joined
from playout.core import WrongUse
from playout.simulators.dialogue.task import HISTORY, ActTask, Heard, reply_code, system_code


class Said(NamedTuple):
    """A turn."""

    text: str
    act: int | None
    """Of the system; None for the person."""
    example: bool = False
    """Whether people chose the act, and it was not merely heard."""


class Talk(NamedTuple):
    """A dialogue."""

    task: ActTask
    """About this case alone."""
    turns: Sequence[Said]
    state: Any
    """Of one copy, as the person has opened."""


def corpus_examples(task: ActTask, path: Path) -> tuple[Seen, np.ndarray]:
    """The M acts of people in the dialogues at ``path``, and what a planner would have seen before each.

    Args:
        task: whose corpus: CraigslistBargain with acts, CIMA or ESConv, in PPDPP's formats.
        path: a file, or a folder of them.

    Returns:
        ``Seen`` of M rows, and int64[M].

    Raises:
        CorpusError: a line is not as published; names file, line and field.
        WrongUse: there are no dialogues of the task.
    """
    rows = [row for talk in _TALKS[task.name](task, path) for row in _replayed(talk)]
    if not rows:
        raise WrongUse(f"{path}: expected dialogues of the {task.name} task, found none with acts")
    return joined([seen for seen, _ in rows]), np.array([act for _, act in rows], np.int64)


def _replayed(talk: Talk) -> Iterator[tuple[Seen, int]]:
    task, state, speech = talk.task, talk.state, talk.task.speech()
    history = np.zeros(HISTORY, np.int8)
    history[-1] = reply_code(task, int(state.reply[0]))
    texts, heard = list[str](), None
    for system, group in groupby(talk.turns, key=lambda said: said.act is not None):
        listed = list(group)
        text = " ".join(said.text for said in listed)
        if system:
            act, texts = listed[-1].act, texts or [""]
            assert act is not None
            if listed[-1].example:
                yield Seen(history[None].copy(), task.observe(state), (tuple(texts),)), act
            heard = Heard(act, speech.hear(text, state, 0).detail)
        elif heard is not None:
            _, ended = speech.record(state, 0, heard, text)
            history[:-2] = history[2:]
            history[-2:] = system_code(heard.act), reply_code(task, int(state.reply[0]))
            if ended:
                return
        texts.append(text)


def _bargains(task: Any, path: Path) -> Iterator[Talk]:
    from playout.simulators.dialogue.bargaining.acts import BUYER
    from playout.simulators.dialogue.bargaining.corpora import read_act_talks
    from playout.simulators.dialogue.bargaining.items import Item

    for talk in read_act_talks(path):
        if talk.target < talk.list_price:
            own = task.about(Item(talk.category, talk.category, "", talk.list_price, talk.target))
            turns = [Said(s.text, s.act, True) if s.seat == BUYER else Said(s.text, None) for s in talk.turns]
            yield Talk(own, turns, own.start(np.zeros(1, np.uint64)))


def _lessons(task: Any, path: Path) -> Iterator[Talk]:
    """CIMA tells the act that comes next; those before it are heard. Sentences are those of training."""
    from playout.simulators.dialogue.tutoring.corpora import read_cima
    from playout.simulators.dialogue.tutoring.items import split_of
    from playout.simulators.dialogue.tutoring.lexicon import parse
    from playout.simulators.dialogue.tutoring.rules import QUESTION

    for case in read_cima(path):
        said = [speaker for speaker, _ in case.dialogue]
        if "usr" not in said or split_of(case.sentence) != "train":
            continue
        own = task.about(parse(case.sentence, case.target))
        speech, state = own.speech(), own.blank()
        (_, opening), *rest = case.dialogue[said.index("usr") :]  # what was asked before it opens the lesson
        speech.record(state, 0, Heard(QUESTION), opening)
        state.turn[:] = 0
        turns = [Said(opening, None)]
        for speaker, text in rest:
            turns.append(Said(text, speech.hear(text, state, 0).act if speaker == "sys" else None))
        yield Talk(own, [*turns, Said("", own.acts.index(case.strategy), True)], state)


def _supports(task: Any, path: Path) -> Iterator[Talk]:
    from playout.simulators.dialogue.support.corpora import read_esconv

    for case in read_esconv(path):
        turns = [
            Said(turn.text, None if turn.strategy is None else task.acts.index(turn.strategy), True)
            for turn in case.dialogue
        ]
        yield Talk(task, turns, task.start(np.zeros(1, np.uint64)))


_TALKS: dict[str, Callable[[ActTask, Path], Iterator[Talk]]] = {
    "negotiation": _bargains,
    "tutoring": _lessons,
    "support": _supports,
}
