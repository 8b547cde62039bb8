"""What help-seekers are troubled by: situations made of our own words, or those of ESConv's files."""

from functools import cache
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from playout.core.errors import WrongUse
from playout.simulators.dialogue.support.corpora import read_esconv
from playout.simulators.dialogue.task import SPLITS, Split

_TENTHS = {"train": range(6), "valid": range(6, 8), "unseen": range(8, 10)}


class Situation(NamedTuple):
    """One trouble."""

    feeling: str
    problem: str
    text: str
    """As the person tells it."""


class _Problem(NamedTuple):
    name: str
    events: tuple[str, ...]
    consequences: tuple[str, ...]
    feelings: tuple[str, ...]


_PROBLEMS = (
    _Problem(
        "job crisis",
        (
            "My company is letting people go and I may be next", "I lost my job three weeks ago",
            "My new boss finds fault with everything I do", "I was passed over for a promotion again",
        ),
        (
            "I don't know how to pay the rent", "I lie awake every night", "I dread every morning",
            "I haven't told my family yet",
        ),
        ("anxiety", "fear", "anger", "shame"),
    ),
    _Problem(
        "breakup with partner",
        (
            "My partner of six years moved out last week", "My girlfriend left me for somebody else",
            "My boyfriend broke up with me by text message", "We called off our wedding",
        ),
        (
            "the flat feels empty", "I keep reading our old messages", "I can't eat properly",
            "all our friends were his friends",
        ),
        ("sadness", "depression", "anger"),
    ),
    _Problem(
        "problems with friends",
        (
            "My best friend has stopped answering me", "My friends went on a trip and didn't ask me along",
            "A friend I trusted told everybody my secret", "I moved here and know nobody",
        ),
        ("I feel left out", "I don't know what I did wrong", "I spend every weekend alone",
        "I can't trust anyone"),
        ("sadness", "anger", "anxiety"),
    ),
    _Problem(
        "academic pressure",
        (
            "I failed my midterm exams", "My thesis is due in a month and I have written nothing",
            "My parents expect top grades from me", "I might lose my scholarship",
        ),
        (
            "I can't concentrate at all", "I feel stupid next to the others", "I keep putting everything off",
            "I think of dropping out",
        ),
        ("anxiety", "shame", "fear"),
    ),
    _Problem(
        "low spirits",
        (
            "I have had no energy for months", "Nothing I used to like is any fun now",
            "Everything feels grey since the winter", "I go through the days like a machine",
        ),
        ("I hardly leave the house", "I cancel on everyone", "getting up takes me hours",
        "I cry for no reason"),
        ("depression", "sadness"),
    ),
    _Problem(
        "trouble at home",
        (
            "My mother is ill and I look after her alone", "My teenage son won't talk to me any more",
            "My parents argue every single day", "My brother and I fell out over money",
        ),
        ("I'm worn out", "there is nobody to take turns with", "I feel guilty all the time",
        "home isn't home now"),
        ("sadness", "anxiety", "anger"),
    ),
)  # fmt: skip


def situations(split: str, data: str | None = None) -> tuple[Situation, ...]:
    """The situations of ``split``.

    Args:
        split: ``train``, ``valid`` or ``unseen``; none is in two.
        data: ESConv's files (a file or a folder of ``esc-*``); None for situations of our own.

    Raises:
        WrongUse: no such split, or nothing of the data is in it.
    """
    if split not in SPLITS:
        raise WrongUse(f"split: expected one of {', '.join(SPLITS)}, got {split!r}")
    found = generated() if data is None else _told(Path(data))
    chosen = tuple(one for one in found if split_of(one) == split)
    if not chosen:
        raise WrongUse(f"{data}: none of its {len(found)} situations is in the split {split}")
    return chosen


def split_of(one: Situation) -> Split:
    """The split that a situation belongs to: six tenths are for training, two each for the others."""
    tenth = crc32(one.text.encode()) % 10
    return next(split for split in SPLITS if tenth in _TENTHS[split])


@cache
def generated() -> tuple[Situation, ...]:
    """All situations of our own."""
    return tuple(
        Situation(feeling, problem.name, f"{event}, and {consequence}. I feel so much {feeling}.")
        for problem in _PROBLEMS
        for event in problem.events
        for consequence in problem.consequences
        for feeling in problem.feelings
    )


def _told(path: Path) -> tuple[Situation, ...]:
    cases = (Situation(case.emotion, case.problem, case.situation) for case in read_esconv(path))
    return tuple(sorted(set(cases)))
