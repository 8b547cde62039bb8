"""Phrases by split, ours and CIMA's."""

import json
import os
from pathlib import Path

import pytest

from playout.core.errors import WrongUse
from playout.simulators.dialogue.fields import CorpusError
from playout.simulators.dialogue.task import SPLITS
from playout.simulators.dialogue.tutoring.items import cima_phrases, items, split_of
from playout.simulators.dialogue.tutoring.lexicon import parse

GIVEN = {
    "dialog": [{"speaker": "sys", "text": "Please."}, {"speaker": "usr", "text": "How?"}], "strategy": "Hint",
}  # fmt: skip


def write(path: Path, *pairs: tuple[str, str]) -> Path:
    rows = [json.dumps({"sentence": one, "target": two, **GIVEN}) for one, two in pairs]
    path.write_text("\n".join(rows))
    return path


def test_no_sentence_is_in_two_splits() -> None:
    parts = [{one.sentence for one in items(split)} for split in SPLITS]
    assert sum(map(len, parts)) == len(set.union(*parts)) == 3744
    shares = [len(part) / 3744 for part in parts]
    assert shares == pytest.approx([0.6, 0.2, 0.2], abs=0.03)
    with pytest.raises(WrongUse, match="split"):
        items("test")


def test_given_files_are_split_by_sentence_whichever_file_they_are_in(tmp_path: Path) -> None:
    colours = {"blue": "blu", "green": "verde", "pink": "rosa", "purple": "viola"}
    pairs = [
        (f"is behind the {colour} {thing}", f"e dietro {it} {shade}")
        for colour, shade in colours.items()
        for thing, it in (
            ("box", "la scatola"),
            ("cat", "il gatto"),
            ("tree", "l'albero"),
            ("door", "la porta"),
        )
    ]
    write(tmp_path / "cima-train.txt", *pairs)
    write(tmp_path / "cima-test.txt", *pairs[:3])
    parts = [items(split, str(tmp_path)) for split in SPLITS]
    assert sorted(one for part in parts for one in part) == sorted(parse(*pair) for pair in pairs)
    assert all(
        split_of(one.sentence) == split for split, part in zip(SPLITS, parts, strict=True) for one in part
    )


def test_a_split_without_sentences_and_a_phrase_of_another_form_are_errors(tmp_path: Path) -> None:
    file = write(tmp_path / "cima-train.txt", ("is behind the blue box", "e dietro la scatola blu"))
    missing = next(split for split in SPLITS if split != split_of("is behind the blue box"))
    with pytest.raises(WrongUse, match=f"none of its 1 sentences is in the split {missing}"):
        items(missing, str(file))
    write(file, ("is behind the blue box", "e dietro la scatola blu"), ("the cat sleeps", "il gatto dorme"))
    with pytest.raises(CorpusError, match=r"line 2, fields sentence and target: found 'the cat sleeps'"):
        items("train", str(file))


def test_the_published_files_where_they_are_given() -> None:
    data = os.environ.get("PLAYOUT_DATA")
    if not data or not (Path(data) / "ppdpp" / "processed").is_dir():
        pytest.skip("PLAYOUT_DATA has no ppdpp/processed; the tests above read files of the same form")
    found = cima_phrases(Path(data))
    assert len(found) >= 120
    assert all(len(one.noun.split()) == len(one.colour.split()) == 1 for one in found)
