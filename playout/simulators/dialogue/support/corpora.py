"""Reads ESConv (Liu et al., ACL 2021) as PPDPP's files hold it: one JSON object a line."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from playout.simulators.dialogue.acts import SUPPORT, names
from playout.simulators.dialogue.fields import Fields, read_lines
from playout.simulators.dialogue.files import corpus_files


class SupportTurn(NamedTuple):
    """One message."""

    speaker: str
    """``sys`` or ``usr``."""
    text: str
    strategy: str | None
    """One of the support acts, of the system's messages."""


class SupportCase(NamedTuple):
    """A conversation and what it is about."""

    emotion: str
    problem: str
    situation: str
    dialogue: tuple[SupportTurn, ...]
    place: str
    """File and line."""


def read_esconv(path: str | Path | None = None) -> Iterator[SupportCase]:
    """The conversations of the files at ``path`` (``esc-*``); see ``files.corpus_files``.

    Raises:
        CorpusError: a line is not as published; names file, line and field.
        WrongUse: there are no files.
    """
    for file in corpus_files("ESConv", "esc-*", path):
        for row in read_lines(file):
            yield SupportCase(
                row.text("emotion_type"),
                row.text("problem_type"),
                row.text("situation"),
                tuple(map(_turn, row["dialog"].items())),
                row.place,
            )


def _turn(row: Fields) -> SupportTurn:
    speaker = row.text("speaker", among=("sys", "usr"))
    strategy = row.text("strategy", among=names(SUPPORT)) if speaker == "sys" else None
    return SupportTurn(speaker, row.text("text"), strategy)
