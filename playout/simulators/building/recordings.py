"""Recorded people: houses that were built by hand, as arrays, from files that the user has.

A file holds one episode. It is read without pickle; leaves out people who learn from them (``agents``).
"""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from playout.core.errors import WrongUse
from playout.simulators.building.actions import Numbering
from playout.simulators.building.blocks import BLOCKS, Size, size_of

_DAMAGED = (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error)
_NEEDED = {
    "kind": 0, "roles": 1, "goal": 3, "state_blocks": 4, "state_last": 4, "state_pos": 3, "joint_actions": 2,
}  # fmt: skip


@dataclass(frozen=True, eq=False, slots=True)
class Recording:
    """One episode: K joint steps of P players; what each did, and the world before."""

    name: str
    """Of the file."""
    kind: str
    """``alone`` or ``with_assistant``."""
    roles: tuple[str, ...]
    """P of ``human`` and ``assistant``, in the order in which they act."""
    goal: np.ndarray
    """uint8[W, H, D]."""
    blocks: np.ndarray
    """uint8[K, W, H, D], the world before each step."""
    last: np.ndarray
    """int8[K, W, H, D], who touched a cell last; -1 nobody."""
    players: np.ndarray
    """int16[K, P, 3], the cells of their feet."""
    actions: np.ndarray
    """int64[K, P], flat (``actions.Numbering``); 0 where a player did nothing."""

    @property
    def size(self) -> Size:
        """Of the world."""
        return Size(*self.goal.shape)


def read_recordings(folder: str | Path) -> list[Recording]:
    """The episodes in a folder (``episode_*.npz``), in the order of their names.

    Raises:
        WrongUse: there is none, or one cannot be read.
    """
    files = sorted(Path(folder).glob("episode_*.npz"))
    if not files:
        raise WrongUse(f"{folder}: expected files episode_*.npz with recorded people, found none")
    return [read_recording(file) for file in files]


def read_recording(file: str | Path) -> Recording:
    """The episode in a file.

    Args:
        file: ``.npz`` with ``kind``, ``roles``, ``goal``, ``state_blocks``, ``state_last``, ``state_pos``
            and ``joint_actions``; others are left alone.

    Raises:
        WrongUse: it cannot be read, an array is missing or has the wrong shape, or a value is impossible.
    """
    arrays = _arrays(Path(file))
    for problem in _problems(arrays):
        raise WrongUse(f"{file}: {problem}")
    return Recording(
        name=Path(file).stem,
        kind=str(arrays["kind"]),
        roles=tuple(map(str, arrays["roles"])),
        goal=arrays["goal"].astype(np.uint8),
        blocks=arrays["state_blocks"].astype(np.uint8),
        last=arrays["state_last"].astype(np.int8),
        players=arrays["state_pos"].astype(np.int16),
        actions=arrays["joint_actions"].astype(np.int64),
    )


def _arrays(file: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(file, allow_pickle=False) as stored:
            return {name: stored[name] for name in _NEEDED if name in stored.files}
    except _DAMAGED as error:
        raise WrongUse(f"{file}: expected an episode as .npz, cannot read it: {error}") from None


def _problems(arrays: dict[str, np.ndarray]) -> Iterator[str]:
    """What is wrong, the first things first."""
    if missing := [name for name in _NEEDED if name not in arrays]:
        yield f"an episode needs {', '.join(missing)}"
    for name, axes in _NEEDED.items():
        if arrays[name].ndim != axes:
            yield f"{name}: expected {axes} axes, got shape {arrays[name].shape}"
    steps, seats = arrays["joint_actions"].shape
    world = arrays["goal"].shape
    expected: dict[str, Any] = {
        "roles": (seats,), "state_blocks": (steps, *world), "state_last": (steps, *world),
        "state_pos": (steps, seats, 3),
    }  # fmt: skip
    for name, shape in expected.items():
        if arrays[name].shape != shape:
            yield f"{name}: expected shape {shape}, got {arrays[name].shape}"
    numbering = Numbering(size_of(world))
    ranges = {
        "goal": (0, BLOCKS - 1), "state_blocks": (0, BLOCKS - 1), "state_last": (-1, seats - 1),
        "joint_actions": (0, numbering.count - 1), "state_pos": (0, max(world) - 1),
    }  # fmt: skip
    for name, (low, high) in ranges.items():
        found = arrays[name]
        if found.dtype.kind not in "iu" or (found.size and not low <= found.min() <= found.max() <= high):
            yield f"{name}: expected integers from {low} to {high}"
    if (arrays["state_pos"] >= np.array(world)).any():
        yield f"state_pos: a player is outside the world of {world}"
