"""Where the phrases to translate come from, split by sentence."""

from collections.abc import Iterable
from pathlib import Path
from zlib import crc32

from playout.core.errors import WrongUse
from playout.simulators.dialogue.fields import CorpusError
from playout.simulators.dialogue.task import SPLITS, Split
from playout.simulators.dialogue.tutoring import lexicon
from playout.simulators.dialogue.tutoring.corpora import read_cima
from playout.simulators.dialogue.tutoring.lexicon import Phrase

_TENTHS = {"train": range(6), "valid": range(6, 8), "unseen": range(8, 10)}


def split_of(sentence: str) -> Split:
    """The split that a sentence belongs to: six tenths are for training, two each for the others."""
    tenth = crc32(sentence.encode()) % 10
    return next(split for split in SPLITS if tenth in _TENTHS[split])


def items(split: str, data: str | None = None) -> tuple[Phrase, ...]:
    """The phrases of ``split``.

    Args:
        split: ``train``, ``valid`` or ``unseen``; no sentence is in two.
        data: CIMA's files (a file or a folder of ``cima-*``); None for phrases of our own words.

    Raises:
        WrongUse: no such split, or no sentence of the data is in it.
    """
    if split not in SPLITS:
        raise WrongUse(f"split: expected one of {', '.join(SPLITS)}, got {split!r}")
    found = lexicon.phrases() if data is None else cima_phrases(Path(data))
    chosen = tuple(one for one in found if split_of(one.sentence) == split)
    if not chosen:
        raise WrongUse(f"{data}: none of its {len(tuple(found))} sentences is in the split {split}")
    return chosen


def cima_phrases(path: Path) -> tuple[Phrase, ...]:
    """The different phrases of CIMA's files, in alphabetical order.

    Raises:
        CorpusError: a file is not as published.
    """
    return tuple(sorted(set(_parsed(path))))


def _parsed(path: Path) -> Iterable[Phrase]:
    for case in read_cima(path):
        try:
            yield lexicon.parse(case.sentence, case.target)
        except ValueError as error:
            raise CorpusError(
                f"{case.place}, fields sentence and target", *str(error).split("; expected ")
            ) from None
