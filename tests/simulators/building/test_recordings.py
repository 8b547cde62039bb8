"""Recorded people are read without pickle, and what is wrong with a file is said."""

from pathlib import Path

import numpy as np
import pytest

from playout.core.errors import WrongUse
from playout.simulators.building.blocks import PRESETS, Size, plain
from playout.simulators.building.recordings import read_recording, read_recordings

SIZE = PRESETS["tiny"]


def episode(**changed: np.ndarray) -> dict[str, np.ndarray]:
    """Two steps of a human with an assistant."""
    world = plain(SIZE)
    arrays = {
        "kind": np.array("with_assistant"), "roles": np.array(["assistant", "human"]), "goal": world,
        "state_blocks": np.stack([world, world]), "state_last": np.full((2, *SIZE), -1, np.int8),
        "state_pos": np.array([[[0, 2, 0], [1, 2, 0]]] * 2, np.int8),
        "joint_actions": np.array([[0, 5], [3, 0]], np.int32),
    }  # fmt: skip
    return {**arrays, **changed}


def test_an_episode_comes_back(tmp_path: Path) -> None:
    np.savez(tmp_path / "episode_00.npz", allow_pickle=False, **episode())
    (read,) = read_recordings(tmp_path)
    assert (read.name, read.kind, read.roles, read.size) == (
        "episode_00", "with_assistant", ("assistant", "human"), Size(5, 5, 5),
    )  # fmt: skip
    assert read.actions.tolist() == [[0, 5], [3, 0]]
    assert read.players.shape == (2, 2, 3)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"goal": np.zeros((5, 5), np.uint8)}, "goal: expected 3 axes"),
        ({"goal": np.full(SIZE, 10, np.uint8)}, "goal: expected integers from 0 to 9"),
        ({"state_last": np.zeros((1, *SIZE), np.int8)}, "state_last: expected shape"),
        ({"joint_actions": np.full((2, 2), 99_999)}, "joint_actions: expected integers from 0 to"),
        ({"state_pos": np.full((2, 2, 3), -1)}, "state_pos: expected integers from 0"),
    ],
)
def test_an_impossible_episode_is_refused(tmp_path: Path, changed: dict, said: str) -> None:
    np.savez(tmp_path / "bad.npz", allow_pickle=False, **episode(**changed))
    with pytest.raises(WrongUse, match=said):
        read_recording(tmp_path / "bad.npz")


def test_missing_truncated_and_pickled_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="found none"):
        read_recordings(tmp_path)
    file = tmp_path / "episode_00.npz"
    np.savez(file, allow_pickle=False, kind=np.array("alone"))
    with pytest.raises(WrongUse, match="an episode needs"):
        read_recording(file)
    np.savez(file, allow_pickle=False, **episode())
    file.write_bytes(file.read_bytes()[:400])
    with pytest.raises(WrongUse, match="cannot read it"):
        read_recording(file)
    pickled = episode(kind=np.array({"a": 1}, object))
    np.savez(file, allow_pickle=True, **pickled)
    with pytest.raises(WrongUse, match="cannot read it"):
        read_recording(file)
