"""Cells are functions of this file, run in processes of their own."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from playout.core import WrongUse
from playout.experiments.grid import Cell, CellsFailed, run_cells

HERE = Path(__file__).stem


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parent))


def add(a: int, b: int = 0) -> dict[str, int]:
    print("adding", a, b)
    return {"sum": a + b}


def environment() -> dict[str, object]:
    return {"threads": os.environ["OMP_NUM_THREADS"], "pid": os.getpid()}


def count(folder: Path) -> int:
    """Fails twice, then says how often it was tried."""
    tries = folder / "tries"
    tried = int(tries.read_text()) + 1 if tries.exists() else 1
    tries.write_text(str(tried))
    if tried < 3:
        raise RuntimeError(f"try {tried}")
    return tried


def read(folder: Path, of: str) -> str:
    return (folder.parent / of / "tries").read_text()


def die() -> None:
    os._exit(7)


def rest(seconds: float) -> float:
    began = time.time()
    time.sleep(seconds)
    return began


def cell(name: str, function: str, **kwargs: object) -> Cell:
    return Cell(name, f"{HERE}:{function}", kwargs)


def silent(line: str) -> None:
    pass


def test_each_cell_has_a_process_of_one_thread_a_log_and_a_result(tmp_path):
    cells = [cell("sum", "add", a=2, b=3), cell("a", "environment"), cell("b", "environment")]
    found = run_cells(cells, tmp_path, progress=silent)
    assert list(found) == ["sum", "a", "b"]
    assert found["sum"] == {"sum": 5}
    assert found["a"]["threads"] == "1"
    assert len({found["a"]["pid"], found["b"]["pid"], os.getpid()}) == 3
    assert (tmp_path / "sum" / "log").read_text() == "adding 2 3\n"


def test_what_has_a_result_is_not_run_again_unless_it_is_asked_for_otherwise(tmp_path):
    cells = [cell("a", "environment"), cell("sum", "add", a=1)]
    lines = []
    first = run_cells(cells, tmp_path, progress=silent)
    again = run_cells([*cells[:1], cell("sum", "add", a=2)], tmp_path, progress=lines.append)
    assert again == {"a": first["a"], "sum": {"sum": 2}}
    assert (tmp_path / "sum" / "log").read_text() == "adding 2 0\n"
    assert lines[0] == "1 of 2 cells are done already"
    assert not any(line.startswith("a ") for line in lines)


def test_a_failure_is_reported_does_not_stop_the_others_and_is_tried_again(tmp_path):
    cells = [
        cell("count", "count"),
        Cell("reader", f"{HERE}:read", {"of": "count"}, after=("count",)),
        cell("dead", "die"),
        cell("sum", "add", a=1),
    ]
    with pytest.raises(CellsFailed) as failed:
        run_cells(cells, tmp_path, workers=1, progress=silent)
    assert failed.value.results == {"sum": {"sum": 1}}
    said = str(failed.value).splitlines()
    assert said[0].startswith("3 cells")
    assert said[1].startswith("count: RuntimeError: try 1 (")
    assert any(line.startswith("reader: not begun, for it needs count") for line in said)
    assert any(line.startswith("dead: exit code 7") for line in said)
    for _ in range(2):
        with pytest.raises(CellsFailed) as failed:
            run_cells(cells, tmp_path, progress=silent)
    # Its folder was kept, so it could go on where it was.
    assert failed.value.results == {"count": 3, "reader": "3", "sum": {"sum": 1}}


def test_what_was_made_of_a_changed_cell_is_made_again(tmp_path):
    def cells(a: int) -> list[Cell]:
        return [cell("sum", "add", a=a), Cell("later", f"{HERE}:environment", after=("sum",))]

    first, second = (run_cells(cells(a), tmp_path, progress=silent) for a in (1, 2))
    assert first["later"]["pid"] != second["later"]["pid"]


def test_cells_run_side_by_side(tmp_path):
    began = run_cells(
        [cell(name, "rest", seconds=0.5) for name in "ab"], tmp_path, workers=2, progress=silent
    )
    assert abs(began["a"] - began["b"]) < 0.5


def test_a_grid_that_is_left_ends_its_processes(tmp_path):
    def leave(line: str) -> None:
        if line.startswith("quick done"):
            raise KeyboardInterrupt

    cells = [cell("slow", "rest", seconds=60), cell("quick", "add", a=1)]
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run_cells(cells, tmp_path, progress=leave)
    assert time.monotonic() - began < 30
    assert not (tmp_path / "slow" / "result.json").exists()


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([("../up", "m:f", {})], "cannot be called"),
        ([("a", "f", {})], "module:function"),
        ([("a", "m:f", {}), ("a", "m:f", {})], "two cells are called 'a'"),
        ([("a", "m:f", {}, ("b",)), ("b", "m:f", {})], "comes after 'b'"),
        ([("a", "m:f", {"x": {1, 2}})], "a: expected arguments that JSON can hold"),
        ([("a", "m:f", {"x": float("nan")})], "a: expected arguments that JSON can hold"),
    ],
)
def test_wrong_grids_are_refused(tmp_path, cells, said):
    with pytest.raises(WrongUse, match=said):
        run_cells([Cell(*one) for one in cells], tmp_path, progress=silent)


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "thesis.txt").write_text("…", "utf-8")
    with pytest.raises(WrongUse, match="is no cell's"):
        run_cells([cell("a", "environment")], tmp_path, progress=silent)
    assert (tmp_path / "a" / "thesis.txt").exists()


def test_a_grid_that_was_killed_as_it_began_a_cell_is_run_again(tmp_path):
    (tmp_path / "sum").mkdir()
    (tmp_path / "sum" / "cell.json.part").write_text("{")
    assert run_cells([cell("sum", "add", a=1)], tmp_path, progress=silent) == {"sum": {"sum": 1}}


def test_a_grid_that_was_killed_as_it_forgot_a_cell_is_run_again(tmp_path, monkeypatch):
    def killed(folder: Path) -> None:
        (folder / "cell.json").unlink()
        raise KeyboardInterrupt

    run_cells([cell("sum", "add", a=1)], tmp_path, progress=silent)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("shutil.rmtree", killed)
        run_cells([cell("sum", "add", a=2)], tmp_path, progress=silent)
    for a in (2, 3):
        assert run_cells([cell("sum", "add", a=a)], tmp_path, progress=silent) == {"sum": {"sum": a}}
    assert [entry.name for entry in tmp_path.iterdir()] == ["sum"]


def test_a_cell_is_made_again_when_a_file_that_it_reads_has_changed(tmp_path):
    file = tmp_path / "data.json"

    def made(text: str) -> dict[str, Any]:
        file.write_text(text)
        asked = Cell("read", f"{HERE}:environment", files=(str(file),))
        return run_cells([asked], tmp_path / "grid", progress=silent)["read"]

    first = made("1")
    assert made("1") == first
    assert made("2") != first
