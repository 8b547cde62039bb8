"""How people choose acts: counted in human dialogues, by what the other side said last.

A planner without dialogues to learn from first learns to talk like these tables.
What is kept of the dialogues is counts and nothing else. Fitted by

    python -m playout.simulators.dialogue.human_acts DATA

from CIMA (sentences of the training split) and ESConv; what was said last is told by each task's hearing, so
the tables are as good as that. Negotiation has fitted tables of its own (``bargaining``).
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from playout.core.errors import WrongUse

FILE = Path(__file__).with_name("human_acts.json")
PRIOR = 5.0
"""Each row is drawn towards the acts of all rows, as strongly as so many dialogues' worth of turns."""


def human_acts(task: str, acts: int, replies: int) -> np.ndarray:
    """The table of ``task`` as ``ActTask.human_acts``: float64[1 + acts + replies, acts], rows sum to 1.

    Raises:
        WrongUse: the counts kept are of other acts or replies.
    """
    counts = np.array(json.loads(FILE.read_text(encoding="utf-8"))[task], np.float64)
    if counts.shape != (replies, acts):
        raise WrongUse(
            f"{FILE}: {task}: expected counts of shape {(replies, acts)}, got {counts.shape}; fit anew"
        )
    overall = (counts.sum(axis=0) + 1.0) / (counts.sum() + acts)
    rows = (counts + PRIOR * overall) / (counts.sum(axis=1, keepdims=True) + PRIOR)
    return np.concatenate([np.tile(overall, (1 + acts, 1)), rows])


def counted(pairs: Iterable[tuple[int, int]], replies: int, acts: int) -> list[list[int]]:
    """How often each act followed each reply."""
    counts = np.zeros((replies, acts), np.int64)
    for reply, act in pairs:
        counts[reply, act] += 1
    return counts.tolist()


def fit(data: str | Path | None = None, out: Path = FILE) -> dict[str, list[list[int]]]:
    """Count in CIMA's and ESConv's files at ``data`` and write the counts to ``out``.

    Raises:
        CorpusError: a file is not as published.
        WrongUse: there are no files.
    """
    from playout.simulators.dialogue.support.task import Support
    from playout.simulators.dialogue.tutoring.task import Tutoring

    found = {
        "tutoring": counted(_lessons(data), len(Tutoring.replies), len(Tutoring.acts)),
        "support": counted(_talks(data), len(Support.replies), len(Support.acts)),
    }
    rows = ",\n".join(
        f' "{task}": [\n' + ",\n".join(f"  {json.dumps(row)}" for row in table) + "\n ]"
        for task, table in found.items()
    )
    out.write_text(f"{{\n{rows}\n}}\n", encoding="utf-8")
    return found


def _lessons(data: str | Path | None) -> Iterable[tuple[int, int]]:
    """(What the student said last, the tutor's act) of CIMA's training sentences."""
    from playout.simulators.dialogue.tutoring.corpora import read_cima
    from playout.simulators.dialogue.tutoring.hearing import hear_student
    from playout.simulators.dialogue.tutoring.items import split_of
    from playout.simulators.dialogue.tutoring.lexicon import parse
    from playout.simulators.dialogue.tutoring.task import Tutoring

    for case in read_cima(data):
        said = [text for speaker, text in case.dialogue if speaker == "usr"]
        if said and split_of(case.sentence) == "train":
            reply = hear_student(said[-1], parse(case.sentence, case.target)).reply
            yield reply, Tutoring.acts.index(case.strategy)


def _talks(data: str | Path | None) -> Iterable[tuple[int, int]]:
    """(What the help-seeker said last, the supporter's act) of ESConv's conversations."""
    from playout.simulators.dialogue.support import rules
    from playout.simulators.dialogue.support.corpora import read_esconv
    from playout.simulators.dialogue.support.hearing import hear_person
    from playout.simulators.dialogue.support.task import Support

    for case in read_esconv(data):
        last = None
        for turn in case.dialogue:
            if turn.strategy is not None and last is not None:
                yield last, Support.acts.index(turn.strategy)
            elif turn.strategy is None:
                # The first thing a help-seeker says is the problem, whatever words it is in.
                last = rules.STATES if last is None else hear_person(turn.text)


if __name__ == "__main__":
    tables = fit(sys.argv[1] if len(sys.argv) > 1 else None)
    for name, table in tables.items():
        print(f"{name}: {sum(map(sum, table))} acts counted, written to {FILE}")
