import json
import sys
from types import SimpleNamespace

import pytest

from playout import experiments
from playout.cli.main import main
from playout.experiments.bench import record

MEASURED = {
    "machine": {"cpu": "test"},
    "figures": {"rate": [1.0, float("nan")]},
    "bars": {
        "A1": {"value": 21.5, "bar": 20, "met": True, "note": "times [faster]"},
        "A2": {"value": 3.0, "bar": 5, "met": False, "note": ""},
        "A3": {"value": None, "bar": "8 M", "met": None, "note": "no peer"},
    },
}


@pytest.fixture
def asked(monkeypatch):
    asked = []

    def run(name, *, only, seeds):
        asked.append((name, only, seeds))
        return MEASURED

    fake = SimpleNamespace(run=run, record=record)
    monkeypatch.setitem(sys.modules, "playout.experiments.bench", fake)
    monkeypatch.setattr(experiments, "bench", fake, raising=False)
    return asked


def test_figures_go_to_stdout_and_the_table_to_stderr(asked, capsys):
    assert main(["bench", "sokoban", "--only", "A1", "A2", "--seeds", "3", "--json"]) == 0
    assert asked == [("sokoban", ("A1", "A2"), 3)]
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {**MEASURED, "figures": {"rate": [1.0, None]}}
    for word in ("21.5", "times [faster]", "missed", "not measured"):
        assert word in printed.err


def test_a_missed_bar_is_no_failure_and_no_keys_means_all(asked, capsys):
    assert main(["bench", "sokoban"]) == 0
    assert asked == [("sokoban", None, None)]
    assert capsys.readouterr().out == ""


def test_figures_can_be_kept_in_a_file(asked, tmp_path):
    file = tmp_path / "kept" / "sokoban.json"
    assert main(["bench", "sokoban", "--out", str(file)]) == 0
    assert json.loads(file.read_text()) == {**MEASURED, "figures": {"rate": [1.0, None]}}
    assert main(["bench", "sokoban", "--only", "A1", "--out", str(file)]) == 0


def test_a_file_of_something_else_is_told_before_the_work(asked, tmp_path, capsys):
    file = tmp_path / "notes.json"
    file.write_text("notes")
    assert main(["bench", "sokoban", "--out", str(file)]) == 2
    assert not asked and "expected the output of a bench suite" in capsys.readouterr().err
    assert file.read_text() == "notes"
