"""Reads CIMA (Stasaski et al., BEA 2020) as PPDPP's files hold it: one JSON object a line."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from playout.simulators.dialogue.acts import TUTORING, names
from playout.simulators.dialogue.fields import read_lines
from playout.simulators.dialogue.files import corpus_files


class CimaCase(NamedTuple):
    """A prefix of a lesson, and what the human tutor did next."""

    sentence: str
    target: str
    dialogue: tuple[tuple[str, str], ...]
    """(``sys`` or ``usr``, text), the tutor first."""
    strategy: str
    """One of the tutoring acts."""
    place: str
    """File and line."""


def read_cima(path: str | Path | None = None) -> Iterator[CimaCase]:
    """The cases of the files at ``path`` (``cima-*``); see ``files.corpus_files``.

    Raises:
        CorpusError: a line is not as published; names file, line and field.
        WrongUse: there are no files.
    """
    for file in corpus_files("CIMA", "cima-*", path):
        for row in read_lines(file):
            turns = tuple(
                (turn.text("speaker", among=("sys", "usr")), turn.text("text"))
                for turn in row["dialog"].items()
            )
            strategy = row.text("strategy", among=names(TUTORING))
            yield CimaCase(row.text("sentence"), row.text("target"), turns, strategy, row.place)
