"""Tables of how people choose acts: counted from files, kept as counts."""

import json
from pathlib import Path

import numpy as np
import pytest

from playout.core.errors import WrongUse
from playout.simulators.dialogue import human_acts as module
from playout.simulators.dialogue.human_acts import PRIOR, counted, fit, human_acts
from playout.simulators.dialogue.support import rules as support
from playout.simulators.dialogue.tutoring import rules as tutoring
from playout.simulators.dialogue.tutoring.items import split_of

LESSON = {
    "target": "e dietro la scatola blu",
    "dialog": [
        {"speaker": "sys", "text": "Please."},
        {"speaker": "usr", "text": "What is the word for box?"},
    ],
    "strategy": "Hint",
}
TALK = {
    "emotion_type": "anger",
    "problem_type": "job crisis",
    "situation": "I lost my job.",
    "dialog": [
        {"speaker": "sys", "text": "Hello", "strategy": "Others"},
        {"speaker": "usr", "text": "I lost my job."},
        {"speaker": "sys", "text": "What happened?", "strategy": "Question"},
        {"speaker": "usr", "text": "What should I do?"},
        {"speaker": "sys", "text": "Talk to them.", "strategy": "Providing Suggestions"},
    ],
}


def test_counts_become_rows_that_lean_towards_all_of_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.json"
    kept.write_text(json.dumps({"toy": [[8, 0], [0, 0]]}))
    monkeypatch.setattr(module, "FILE", kept)
    table = human_acts("toy", 2, 2)
    overall = np.array([9, 1]) / 10
    np.testing.assert_allclose(table[:3], [overall] * 3)
    np.testing.assert_allclose(table[3], (np.array([8, 0]) + PRIOR * overall) / (8 + PRIOR))
    with pytest.raises(WrongUse, match="fit anew"):
        human_acts("toy", 3, 2)


def test_files_are_counted_by_what_was_said_last(tmp_path: Path) -> None:
    sentence = next(
        s for c in ("blue", "red", "green", "pink") if split_of(s := f"is behind the {c} box") == "train"
    )
    (tmp_path / "cima-train.txt").write_text(json.dumps({"sentence": sentence, **LESSON}) + "\n")
    (tmp_path / "esc-valid.txt").write_text(json.dumps(TALK) + "\n")
    found = fit(tmp_path, tmp_path / "out.json")
    assert found == json.loads((tmp_path / "out.json").read_text())
    assert found["tutoring"][tutoring.ASKS][tutoring.HINT] == 1 == sum(map(sum, found["tutoring"]))
    assert found["support"][support.STATES][support.QUESTION] == 1
    assert found["support"][support.ASKS_ADVICE][support.SUGGESTIONS] == 1
    assert sum(map(sum, found["support"])) == 2, (
        "what is said before the other side says anything follows nothing"
    )


def test_counting() -> None:
    assert counted([(0, 1), (0, 1), (1, 0)], 2, 2) == [[0, 2], [1, 0]]
