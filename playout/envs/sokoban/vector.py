"""``gym.make_vec("playout/Sokoban-v0", n)``: many copies through the compiled rules, on numpy arrays.

With ``device=`` the same on torch tensors (``tensor.py``). Observations, rewards, ends and infos are
those of n scalar environments under ``SyncVectorEnv``, in each of Gymnasium's autoreset modes.
"""

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from playout.core import Snapshot
from playout.core.errors import WrongUse
from playout.core.snapshots import fitting
from playout.envs.sokoban.env import ActionSet, action_set
from playout.envs.sokoban.options import Split, source_of
from playout.envs.vectors import VectorKeys, chosen_of
from playout.simulators.sokoban import copies
from playout.simulators.sokoban.game import Deadlocks, check_limits
from playout.simulators.sokoban.rewards import Rewards, rewards_of
from playout.simulators.sokoban.sources import LevelSource
from playout.simulators.sokoban.tiles import TILES


class SokobanVectorEnv(gym.vector.VectorEnv):
    """N copies of ``SokobanEnv``; see there for observations, actions, rewards and ends.

    Info: ``action_mask`` (int8[N, A]) and ``deadlock`` (bool[N]); where an episode has ended
    ``is_success`` and ``metrics``, each with Gymnasium's ``_name`` mask. The metric that needs a solver
    (``pushes_over_optimal``) is the scalar environment's only.
    """

    def __init__(
        self,
        num_envs: int = 1,
        *,
        source: str | LevelSource = "bank",
        size: Sequence[int] = (8, 8),
        boxes: int = 2,
        split: Split = "train",
        data: str | None = None,
        actions: ActionSet = "push",
        rewards: str | Rewards = "gym_sokoban",
        max_steps: int = 120,
        deadlocks: Deadlocks = "info",
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    ) -> None:
        """Make ``num_envs`` copies; the other arguments are those of ``SokobanEnv``."""
        check_limits(max_steps, deadlocks)
        levels = source_of(source, size=size, boxes=boxes, split=split, data=data)
        self.num_envs, self._bank = num_envs, copies.bank_of(levels.bank())
        self._keys, self._ready = VectorKeys(num_envs), False
        # The compiled rules read the keys where they are kept.
        shared = {"key": self._keys.key, "episode": self._keys.episode}
        self._copies = copies.copies_of(num_envs, self._bank)._replace(**shared)
        self._actions, first = action_set(actions)
        self._mode = AutoresetMode(autoreset_mode)
        self._options = (
            first, rewards_of(rewards).table(), max_steps, deadlocks != "off", deadlocks == "end",
            self._mode == AutoresetMode.NEXT_STEP,
        )  # fmt: skip
        self.metadata = {"render_modes": [], "autoreset_mode": self._mode}
        self.single_observation_space = spaces.Box(0, TILES - 1, levels.shape, np.uint8)
        self.single_action_space = spaces.Discrete(self._actions)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._everyone = np.ones(num_envs, np.bool_)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Start an episode in every copy, or in those of ``options["reset_mask"]`` (bool[N])."""
        chosen = chosen_of(options, self.num_envs)
        self._keys.seed(seed, chosen)
        self._ready = self._keys.ready
        copies.start_where(self._copies, self._bank, chosen)
        mask = np.empty((self.num_envs, self._actions), np.int8)
        copies.legal(self._copies, mask)
        return self._copies.tiles.copy(), self._info(mask, chosen)

    def step(
        self, actions: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Step every copy.

        Args:
            actions: integers [N] in the action space.

        Raises:
            WrongUse: the shape or a value of ``actions`` is wrong.
            ResetNeeded: a copy has not been started yet.
        """
        moves, out = self._checked(actions), copies.outputs_of(self.num_envs, self._actions)
        ends = copies.step(self._copies, self._bank, moves, *self._options, out)
        if ends < 0:
            found = f"{moves.min()} to {moves.max()}"
            raise WrongUse(f"step: expected actions from 0 to {self._actions - 1}, got {found}")
        if ends and self._mode == AutoresetMode.SAME_STEP:
            info = self._restart(out)
        else:
            info = self._info(out.mask, self._everyone)
            info |= self._final(out) if ends else {}
        return self._copies.tiles.copy(), out.reward, out.terminated, out.truncated, info

    def snapshot(self, index: int) -> Snapshot:
        """The state of copy ``index``."""
        return Snapshot("sokoban-vector", {name: array[index].copy() for name, array in self._columns()})

    def restore(self, snapshot: Snapshot, index: int) -> None:
        """Take copy ``index`` back to ``snapshot``."""
        saved = snapshot.of("sokoban-vector")
        fitting(saved["tiles"], self._copies.tiles.shape[1:])
        for name, array in self._columns():
            array[index] = saved[name]

    def _columns(self) -> list[tuple[str, np.ndarray]]:
        return list(zip(self._copies._fields, self._copies, strict=True))

    def _checked(self, actions: np.ndarray) -> np.ndarray:
        moves = np.asarray(actions)
        if moves.shape != (self.num_envs,) or moves.dtype.kind not in "iu":
            raise WrongUse(
                f"step: expected {self.num_envs} integers, got {moves.dtype} of shape {moves.shape}"
            )
        if not self._ready:
            raise ResetNeeded("SokobanVectorEnv.step: call reset() first")
        return moves.astype(np.int64, copy=False)

    def _info(self, mask: np.ndarray, whose: np.ndarray) -> dict[str, Any]:
        """What ``whose`` copies (bool[N]) know after any step; zeros for the others."""
        stuck = self._copies.stuck
        if whose is not self._everyone:
            mask, stuck = np.where(whose[:, None], mask, 0), stuck & whose
        return {
            "action_mask": mask,
            "_action_mask": whose.copy(),
            "deadlock": stuck.copy(),
            "_deadlock": whose.copy(),
        }

    def _final(self, out: copies.Outputs) -> dict[str, Any]:
        """``is_success`` and ``metrics`` of the copies that have ended; zeros for the others."""
        ended = out.terminated | out.truncated
        metrics: dict[str, np.ndarray] = {}
        for name, values in zip(copies.METRICS, out.metrics, strict=True):
            metrics[name], metrics[f"_{name}"] = values, ended.copy()
        return {
            "is_success": out.success, "_is_success": ended.copy(), "metrics": metrics, "_metrics": ended
        }  # fmt: skip

    def _restart(self, out: copies.Outputs) -> dict[str, Any]:
        """``SAME_STEP``: keep the last observations and infos, start the next episodes at once."""
        ended = out.terminated | out.truncated
        final_info = {**self._info(out.mask, ended), **self._final(out)}
        final_obs = np.full(self.num_envs, None, object)
        for i in np.flatnonzero(ended):
            final_obs[i] = self._copies.tiles[i].copy()
        self._keys.advance(ended)
        copies.start_where(self._copies, self._bank, ended)
        copies.legal(self._copies, out.mask)
        return self._info(out.mask, self._everyone) | {
            "final_obs": final_obs, "_final_obs": ended, "final_info": final_info, "_final_info": ended.copy()
        }  # fmt: skip


def make_vector(num_envs: int = 1, *, device: str | None = None, **options: Any) -> gym.vector.VectorEnv:
    """The vector entry point: numpy through the compiled rules, or torch on ``device``."""
    if device is None:
        return SokobanVectorEnv(num_envs, **options)
    from playout.envs.sokoban.tensor import SokobanTensorEnv

    return SokobanTensorEnv(num_envs, device=device, **options)
