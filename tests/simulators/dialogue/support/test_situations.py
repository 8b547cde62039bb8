"""What help-seekers are troubled by, and ESConv's files."""

import json
from pathlib import Path

import pytest

from playout.core.errors import WrongUse
from playout.simulators.dialogue.fields import CorpusError
from playout.simulators.dialogue.support.corpora import read_esconv
from playout.simulators.dialogue.support.situations import generated, situations, split_of
from playout.simulators.dialogue.task import SPLITS

ROW = {
    "emotion_type": "anger",
    "problem_type": "job crisis",
    "situation": "They let me go.",
    "dialog": [
        {"speaker": "usr", "text": "Hi"},
        {"speaker": "sys", "text": "What happened?", "strategy": "Question"},
    ],
}


def write(tmp_path: Path, *rows: object) -> Path:
    file = tmp_path / "esc-valid.txt"
    file.write_text("\n".join(map(json.dumps, rows)))
    return file


def test_no_situation_is_in_two_splits() -> None:
    parts = [{one.text for one in situations(split)} for split in SPLITS]
    assert sum(map(len, parts)) == len(set.union(*parts)) == len(generated())
    assert min(map(len, parts)) > 30
    with pytest.raises(WrongUse, match="split"):
        situations("test")


def test_given_situations_are_told_instead(tmp_path: Path) -> None:
    rows = [{**ROW, "situation": f"They let me go, {number}."} for number in range(30)]
    file = write(tmp_path, *rows, rows[0])
    told = [one for split in SPLITS for one in situations(split, str(file))]
    assert len(told) == 30 and {one.problem for one in told} == {"job crisis"}
    assert all(one in situations(split_of(one), str(file)) for one in told)


def test_a_case_as_published(tmp_path: Path) -> None:
    (case,) = read_esconv(write(tmp_path, ROW))
    assert (case.emotion, case.problem, case.situation) == ("anger", "job crisis", "They let me go.")
    assert [turn.strategy for turn in case.dialogue] == [None, "Question"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"situation": 3}, "line 2, field situation: found 3; expected a text"),
        ({"dialog": "Hi"}, 'line 2, field dialog: found "Hi"; expected a list'),
        ({"dialog": [{"speaker": "sys", "text": ""}]}, r"field dialog\[0\].strategy: found nothing"),
        (
            {"dialog": [{"speaker": "sys", "text": "", "strategy": "Joke"}]},
            r"field dialog\[0\].strategy: found \"Joke\"",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, change: dict, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        list(read_esconv(write(tmp_path, ROW, {**ROW, **change})))
