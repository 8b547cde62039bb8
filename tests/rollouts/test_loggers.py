import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from playout.core import MissingPackage, WrongUse
from playout.rollouts.loggers import reporting
from playout.rollouts.store import open_run

ROWS = [
    {"step": 1, "loss": 2.0, "note": "warming up"},
    {"step": 2, "loss": 1.5, "success": True},
]


class Tracker(ModuleType):
    """What wandb and trackio have in common."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.begun: list[dict[str, Any]] = []
        self.points: list[tuple[dict[str, float], int]] = []
        self.finished = 0

    def init(self, **options: Any) -> "Tracker":
        self.begun.append(options)
        return self

    def log(self, numbers: dict[str, float], step: int) -> None:
        self.points.append((numbers, step))

    def finish(self) -> None:
        self.finished += 1


@pytest.mark.parametrize("name", ["wandb", "trackio"])
def test_rows_reach_a_tracker_and_a_resumed_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    tracker = Tracker(name)
    monkeypatch.setitem(sys.modules, name, tracker)
    folder = tmp_path / "sft"
    with reporting(name), open_run(folder, {"lr": 0.1}) as run:
        assert not tracker.begun
        run.log(ROWS)
    with reporting(name), open_run(folder, {"lr": 0.1}, resume=True) as run:
        run.log([{"step": 3, "loss": 1.0}])
    assert tracker.points == [({"loss": 2.0}, 1), ({"loss": 1.5, "success": 1.0}, 2), ({"loss": 1.0}, 3)]
    first, second = tracker.begun
    assert first == second and tracker.finished == 2
    assert (first["project"], first["config"], first["resume"]) == ("playout", {"lr": 0.1}, "allow")
    assert first["name"].startswith("sft-")
    assert [row["step"] for row in run.metrics()] == [1, 2, 3]


def test_nothing_is_reported_unless_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tracker = Tracker("wandb")
    monkeypatch.setitem(sys.modules, "wandb", tracker)
    with open_run(tmp_path / "a", {}) as run, reporting("wandb"):
        run.log(ROWS)
    assert not tracker.begun


def test_tensorboard_gets_the_curves(tmp_path: Path):
    pytest.importorskip("tensorboard")
    pytest.importorskip("torch")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    with reporting("tensorboard"), open_run(tmp_path / "run", {}) as run:
        run.log(ROWS)
    events = EventAccumulator(str(tmp_path / "run" / "tensorboard")).Reload()
    assert [(event.step, event.value) for event in events.Scalars("loss")] == [(1, 2.0), (2, 1.5)]
    assert events.Tags()["scalars"] == ["loss", "success"]


@pytest.mark.parametrize("name", ["tensorboard", "wandb", "trackio"])
def test_a_missing_package_names_the_line_to_type(monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.setitem(sys.modules, name, None)
    expected = f"{name} is not installed: pip install {name}"
    with pytest.raises(MissingPackage, match=expected), reporting(name):
        pass


def test_an_unknown_logger_is_refused():
    with pytest.raises(WrongUse, match=r"tensorboard, wandb, trackio, got 'mlflow'"), reporting("mlflow"):
        pass
