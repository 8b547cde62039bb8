import json
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playout.core import WrongUse
from playout.training.preferences import Preference, read_preferences, write_preferences

RECORD = Preference(
    prompt="Which one?", chosen="A has it.", rejected="B has it.", margin=0.5, principles=("honest", "brief"),
    negated=("brief",), source="rating:partial", votes=(4, 1), order="chosen first", seed=3,
)  # fmt: skip
text = st.text(st.characters(codec="utf-8"))


def test_records_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        RECORD.chosen = "B"  # type: ignore[misc]


@given(text, text, text)
def test_any_text_comes_back_as_it_was(prompt: str, chosen: str, rejected: str) -> None:
    record = replace(RECORD, prompt=prompt, chosen=chosen, rejected=rejected)
    line = record.to_json()
    assert "\n" not in line and line.isascii()
    assert json.loads(line)["chosen"] == chosen


def test_a_file_is_read_back_and_can_be_added_to(tmp_path: Path) -> None:
    file = tmp_path / "new" / "preferences.jsonl"
    bare = Preference(prompt="p", chosen="a", rejected="b", source="judge")
    assert write_preferences(file, [RECORD, bare]) == 2
    assert write_preferences(file, [bare], append=True) == 1
    with file.open("a") as lines:
        lines.write("\n")
    assert read_preferences(file) == [RECORD, bare, bare]
    assert write_preferences(file, []) == 0 and read_preferences(file) == []


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "preferences.jsonl"
    write_preferences(file, [RECORD])

    def breaks() -> object:
        yield RECORD
        raise RuntimeError("lost")

    with pytest.raises(RuntimeError):
        write_preferences(file, breaks())  # type: ignore[arg-type]
    assert read_preferences(file) == [RECORD]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "Expecting"),
        ("[]", "expected a JSON object, got list"),
        ('{"prompt": 1}', "prompt: expected text, got 1"),
        ('{"prompt": "p", "chosen": "a", "rejected": "b"}', "source: expected text, got None"),
        ('{"prompt": "p", "winner": "a"}', "unknown entry 'winner'"),
        (json.dumps({**json.loads(RECORD.to_json()), "margin": -1}), "margin"),
        (json.dumps({**json.loads(RECORD.to_json()), "margin": float("nan")}), "margin"),
        (json.dumps({**json.loads(RECORD.to_json()), "votes": [1]}), "votes"),
        (json.dumps({**json.loads(RECORD.to_json()), "votes": 3}), "not iterable"),
        (json.dumps({**json.loads(RECORD.to_json()), "order": "AB"}), "order"),
        (json.dumps({**json.loads(RECORD.to_json()), "negated": ["kind"]}), "'kind' is none"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "preferences.jsonl"
    file.write_text(RECORD.to_json() + "\n" + line + "\n")
    with pytest.raises(WrongUse, match="line 2: ") as error:
        read_preferences(file)
    assert said in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no such file"):
        read_preferences(tmp_path / "none.jsonl")
