import json

import pytest

from playout.core.errors import WrongUse
from playout.experiments.bench.record import keep


def found(machine: str, *keys: str, value: float = 1.0):
    bars = {key: {"value": value, "bar": 1, "met": True, "note": ""} for key in keys}
    return {"machine": {"name": machine}, "figures": {key: {} for key in keys}, "bars": bars}


def test_a_run_is_kept_as_it_is(tmp_path):
    file = tmp_path / "suite.json"
    assert keep(found("a", "H1", "H2"), file) == found("a", "H1", "H2") == json.loads(file.read_text())


def test_keys_measured_again_replace_theirs_and_say_where(tmp_path):
    file = tmp_path / "suite.json"
    keep(found("a", "H1", "H10"), file)
    merged = keep(found("b", "H2", "H1", value=2.0), file)
    assert list(merged["bars"]) == list(merged["figures"]) == ["H1", "H2", "H10"]
    assert [bar["value"] for bar in merged["bars"].values()] == [2.0, 2.0, 1.0]
    assert merged["machine"] == {"name": "a"}
    assert merged["later"] == {"H1": {"name": "b"}, "H2": {"name": "b"}}
    assert json.loads(file.read_text()) == merged
    assert keep(found("c", "H1"), file)["later"] == {"H1": {"name": "c"}, "H2": {"name": "b"}}


def test_nothing_is_left_of_a_first_run_that_was_done_again(tmp_path):
    file = tmp_path / "suite.json"
    keep(found("a", "H1", "H2"), file)
    keep(found("b", "H2", value=2.0), file)
    merged = keep(found("c", "H1", value=3.0), file)
    assert merged["machine"] == {"name": "c"} and merged["later"] == {"H2": {"name": "b"}}
    assert keep(found("d", "H1", "H2"), file) == found("d", "H1", "H2")


def unmeasured(machine: str, *keys: str):
    said = found(machine, *keys)
    for bar in said["bars"].values():
        bar |= {"value": None, "bar": None, "met": None, "note": "no peers"}
    return said


def test_what_cannot_be_measured_now_stays_as_it_was(tmp_path):
    file = tmp_path / "suite.json"
    keep(found("a", "H1", "H2"), file)
    text = file.read_text()
    assert keep(unmeasured("b", "H1"), file) == found("a", "H1", "H2")
    assert file.read_text() == text
    partly = unmeasured("c", "H1")
    partly["bars"] |= found("c", "H2", value=2.0)["bars"]
    partly["figures"]["H2"] = {}
    merged = keep(partly, file)
    assert [bar["value"] for bar in merged["bars"].values()] == [1.0, 2.0]
    assert merged["later"] == {"H2": {"name": "c"}}


def test_what_was_never_measured_says_why(tmp_path):
    file = tmp_path / "suite.json"
    keep(unmeasured("a", "H1"), file)
    again = unmeasured("b", "H1")
    again["bars"]["H1"]["note"] = "no data"
    assert keep(again, file) == again
    assert keep(found("c", "H1"), file) == found("c", "H1")


@pytest.mark.parametrize("text", ["", "[]", '{"bars": {}}', '{"machine": 1, "figures": {}, "bars": {}}'])
def test_another_file_is_not_written_over(tmp_path, text):
    file = tmp_path / "notes.json"
    file.write_text(text)
    with pytest.raises(WrongUse, match=r"notes.json: expected the output of a bench suite"):
        keep(found("a", "H1"), file)
    assert file.read_text() == text
