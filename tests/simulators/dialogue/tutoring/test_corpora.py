"""CIMA's files: read as published, refused by file, line and field."""

import json
from pathlib import Path

import pytest

from playout.simulators.dialogue.fields import CorpusError
from playout.simulators.dialogue.tutoring.corpora import CimaCase, read_cima

ROW = {
    "sentence": "is behind the blue box",
    "target": "e dietro la scatola blu",
    "dialog": [{"speaker": "sys", "text": "Please."}, {"speaker": "usr", "text": "How?"}],
    "strategy": "Hint",
}


def write(tmp_path: Path, *rows: object) -> Path:
    file = tmp_path / "cima-train.txt"
    file.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows))
    return file


def test_a_case(tmp_path: Path) -> None:
    file = write(tmp_path, ROW, "", ROW)
    one, two = read_cima(file)
    assert one == CimaCase(
        ROW["sentence"], ROW["target"], (("sys", "Please."), ("usr", "How?")), "Hint", f"{file}, line 1"
    )
    assert two.place.endswith("line 3")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{'sentence': 1}", "line 2, column 2: found no JSON"),
        ({**ROW, "strategy": "Guess"}, 'line 2, field strategy: found "Guess"; expected one of Confirmation'),
        ({**ROW, "target": None}, "line 2, field target: found null; expected a text"),
        (
            {**ROW, "dialog": [{"speaker": "bot", "text": ""}]},
            r"line 2, field dialog\[0\].speaker: found \"bot\"",
        ),
        ({**ROW, "dialog": [{"speaker": "sys"}]}, r"line 2, field dialog\[0\].text: found nothing"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, row: object, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        list(read_cima(write(tmp_path, ROW, row)))
