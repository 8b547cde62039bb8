"""H7 counts what pytest says, one Python after the other."""

import pytest

from playout.experiments.bench.household import pythons
from playout.experiments.bench.suite import Context, Missing


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setattr(pythons, "ROOT", tmp_path)
    return tmp_path


def fake(root, version: str, last: str, code: int) -> None:
    """A Python whose pytest ends like this."""
    file = root / f".peers/python{version}/bin/python"
    file.parent.mkdir(parents=True)
    file.write_text(f"#!/bin/sh\necho '{last}'\nexit {code}\n")
    file.chmod(0o755)


def test_each_python_that_is_here_is_counted(root):
    with pytest.raises(Missing, match="make peer-pythons"):
        pythons.pythons(Context(root))
    fake(root, "3.12", "== 7 passed, 2 skipped in 1.0s ==", 0)
    bar = pythons.pythons(Context(root))
    assert (bar.value, bar.met) == ({"3.12": 7}, True)
    assert "3.11 is not here; 3.13 is not here" in bar.note
    fake(root, "3.13", "== 1 failed, 6 passed, 1 error in 1.0s ==", 1)
    bar = pythons.pythons(Context(root))
    assert (bar.value, bar.met) == ({"3.12": 7, "3.13": 6}, False)
    assert bar.figures["failed on 3.13"] == 2
    fake(root, "3.11", "no tests ran: it crashed", 139)
    assert pythons.pythons(Context(root)).figures["failed on 3.11"] == 1
