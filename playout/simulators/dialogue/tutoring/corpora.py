"""Reads CIMA (Stasaski et al., BEA 2020) as PPDPP's files hold it: one JSON object a line."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from playout.core.errors import WrongUse
from playout.simulators.dialogue.acts import TUTORING, names
from playout.simulators.dialogue.fields import read_lines


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


def cima_files(path: str | Path | None = None) -> list[Path]:
    """The files of CIMA: ``path`` itself, or ``cima-*`` in it or in its ``ppdpp/processed``.

    Args:
        path: a file or folder; None for ``$PLAYOUT_DATA``.

    Raises:
        WrongUse: there is none.
    """
    given = path if path is not None else os.environ.get("PLAYOUT_DATA")
    if given is None:
        raise WrongUse("CIMA: name its file or folder, or set PLAYOUT_DATA")
    folder = Path(given)
    if folder.is_file():
        return [folder]
    for place in (folder, folder / "processed", folder / "ppdpp" / "processed"):
        found = sorted(place.glob("cima-*"))
        if found:
            return found
    raise WrongUse(f"{folder}: expected files named cima-* in it, in processed/ or in ppdpp/processed/")


def read_cima(path: str | Path | None = None) -> Iterator[CimaCase]:
    """The cases of the files at ``path``; see :func:`cima_files`.

    Raises:
        CorpusError: a line is not as published; names file, line and field.
        WrongUse: there are no files.
    """
    for file in cima_files(path):
        for row in read_lines(file):
            turns = tuple(
                (turn.text("speaker", among=("sys", "usr")), turn.text("text"))
                for turn in row["dialog"].items()
            )
            strategy = row.text("strategy", among=names(TUTORING))
            yield CimaCase(row.text("sentence"), row.text("target"), turns, strategy, row.place)
