"""``gym.make_vec("playout/Sokoban-v0", n)``: many copies through the compiled rules, on numpy arrays.

With ``device=`` the same on torch tensors (``tensor.py``). Observations, rewards, ends and infos are
those of n scalar environments under ``SyncVectorEnv``, in each of Gymnasium's autoreset modes.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from playout.core import Snapshot
from playout.core.errors import WrongUse
from playout.core.random import STREAM_KEY, bits_array
from playout.envs.sokoban.env import ACTION_SETS, ActionSet
from playout.envs.sokoban.options import Split, source_of
from playout.simulators.sokoban import copies, rules
from playout.simulators.sokoban.game import Deadlocks
from playout.simulators.sokoban.rewards import Rewards, rewards_of
from playout.simulators.sokoban.sources import LevelSource
from playout.simulators.sokoban.tiles import HAS_BOX, TILES


class SokobanVectorEnv(gym.vector.VectorEnv):
    """N copies of ``SokobanEnv``; see there for observations, actions, rewards and ends.

    Info: ``action_mask`` (int8[N, A]) and ``deadlock`` (bool[N]); where an episode has ended
    ``is_success`` and ``metrics``, each with Gymnasium's ``_name`` mask. The metric that needs a solver
    (``pushes_over_optimal``) is the scalar environment's only.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": [], "autoreset_mode": AutoresetMode.NEXT_STEP}

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
        levels = source_of(source, size=size, boxes=boxes, split=split, data=data)
        self.num_envs, self._bank = num_envs, copies.bank_of(levels.bank())
        self._copies = copies.copies_of(num_envs, self._bank)
        self._keyed = np.zeros(num_envs, np.bool_)
        self._actions, self._first = ACTION_SETS[actions]
        self._table, self._max_steps, self._deadlocks = rewards_of(rewards).table(), max_steps, deadlocks
        self._mode = AutoresetMode(autoreset_mode)
        self.metadata = {**self.metadata, "autoreset_mode": self._mode}
        self.single_observation_space = spaces.Box(0, TILES - 1, levels.shape, np.uint8)
        self.single_action_space = spaces.Discrete(self._actions)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._everyone = np.ones(num_envs, np.bool_)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Start an episode in every copy, or in those of ``options["reset_mask"]`` (bool[N])."""
        chosen = self._chosen(options)
        self._seed(seed, chosen)
        copies.start_where(self._copies, self._bank, chosen)
        out = self._outputs()
        copies.observe(self._copies, out)
        return out.observation, self._info(out)

    def step(
        self, actions: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Step every copy.

        Args:
            actions: integers [N] in the action space.

        Raises:
            WrongUse: the shape or a value of ``actions`` is wrong.
        """
        moves = self._checked(actions)
        out = self._outputs()
        copies.step(
            self._copies, self._bank, moves, self._first, self._table, self._max_steps, self._deadlocks != "off",
            self._deadlocks == "end", self._mode == AutoresetMode.NEXT_STEP, out,
        )  # fmt: skip
        ended = out.terminated | out.truncated
        info = self._info(out)
        if ended.any():
            final = self._final(ended)
            if self._mode == AutoresetMode.SAME_STEP:
                info = self._restart(out, ended, {**info, **final})
            else:
                info |= final
        return out.observation, out.reward, out.terminated, out.truncated, info

    def snapshot(self, index: int) -> Snapshot:
        """The state of copy ``index``."""
        return Snapshot("sokoban-vector", {name: array[index].copy() for name, array in self._columns()})

    def restore(self, snapshot: Snapshot, index: int) -> None:
        """Take copy ``index`` back to ``snapshot``."""
        for name, array in self._columns():
            array[index] = snapshot.state[name]

    def _columns(self) -> list[tuple[str, np.ndarray]]:
        return list(zip(self._copies._fields, self._copies, strict=True))

    def _outputs(self) -> copies.Outputs:
        return copies.outputs_of(self.num_envs, self._bank.tiles.shape[1:], self._actions)

    def _chosen(self, options: dict[str, Any] | None) -> np.ndarray:
        chosen = (options or {}).get("reset_mask", self._everyone)
        if not isinstance(chosen, np.ndarray) or chosen.shape != (self.num_envs,) or chosen.dtype != np.bool_:
            raise WrongUse(f"reset_mask: expected a bool array of shape ({self.num_envs},), got {chosen!r}")
        return chosen

    def _seed(self, seed: int | Sequence[int | None] | None, chosen: np.ndarray) -> None:
        """Take the chosen copies to episode 0 of their seed; those without one to their next episode."""
        seeds, given = seeds_of(seed, self.num_envs)
        state = self._copies
        state.episode[chosen & ~given] += np.uint64(1)
        unseeded = chosen & ~given & ~self._keyed
        seeds[unseeded] = np.random.default_rng().integers(2**62, size=int(unseeded.sum()))
        anew = chosen & (given | unseeded)
        state.key[anew] = bits_array(seeds.astype(np.uint64), 0, STREAM_KEY)[anew]
        state.episode[anew] = 0
        self._keyed |= chosen

    def _checked(self, actions: np.ndarray) -> np.ndarray:
        moves = np.asarray(actions)
        if moves.shape != (self.num_envs,) or moves.dtype.kind not in "iu":
            raise WrongUse(
                f"step: expected {self.num_envs} integers, got {moves.dtype} of shape {moves.shape}"
            )
        if moves.min() < 0 or moves.max() >= self._actions:
            raise WrongUse(
                f"step: expected actions from 0 to {self._actions - 1}, got {moves.min()} to {moves.max()}"
            )
        return moves.astype(np.int64, copy=False)

    def _info(self, out: copies.Outputs) -> dict[str, Any]:
        everyone = self._everyone
        return {
            "action_mask": out.mask,
            "_action_mask": everyone.copy(),
            "deadlock": self._copies.stuck.copy(),
            "_deadlock": everyone.copy(),
        }

    def _final(self, ended: np.ndarray) -> dict[str, Any]:
        """``is_success`` and ``metrics`` of the copies that have ended; zeros elsewhere."""
        state = self._copies
        off = state.counters[:, rules.BOXES_OFF]
        boxes = np.count_nonzero(HAS_BOX[state.tiles], axis=(1, 2))
        values = {
            "pushes": state.counters[:, rules.PUSHES].astype(float),
            "boxes_on_goals": 1.0 - off / boxes,
            "deadlock": state.stuck.astype(float),
        }
        metrics: dict[str, np.ndarray] = {}
        for name, value in values.items():
            metrics[name], metrics[f"_{name}"] = np.where(ended, value, 0.0), ended.copy()
        success = (off == 0) & ended
        return {
            "is_success": success,
            "_is_success": ended.copy(),
            "metrics": metrics,
            "_metrics": ended.copy(),
        }

    def _restart(self, out: copies.Outputs, ended: np.ndarray, final_info: dict[str, Any]) -> dict[str, Any]:
        """``SAME_STEP``: keep the last observations and infos, start the next episodes at once."""
        final_obs = np.full(self.num_envs, None, object)
        for i in np.flatnonzero(ended):
            final_obs[i] = out.observation[i].copy()
        self._copies.episode[ended] += np.uint64(1)
        copies.start_where(self._copies, self._bank, ended)
        final_info["action_mask"] = out.mask.copy()
        copies.observe(self._copies, out)
        info = self._info(out)
        return info | {
            "final_obs": final_obs, "_final_obs": ended.copy(), "final_info": final_info, "_final_info": ended.copy()
        }  # fmt: skip


def seeds_of(seed: int | Sequence[int | None] | None, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Gymnasium's seeds for n copies: values int64[n], and bool[n] where one was given.

    Raises:
        WrongUse: a list of another length.
    """
    if isinstance(seed, (int, np.integer)):
        return np.arange(seed, seed + n, dtype=np.int64), np.ones(n, np.bool_)
    listed = [None] * n if seed is None else list(seed)
    if len(listed) != n:
        raise WrongUse(f"seed: expected {n} seeds, got {len(listed)}")
    given = np.array([value is not None for value in listed])
    return np.array([value or 0 for value in listed], np.int64), given


def make_vector(num_envs: int = 1, *, device: str | None = None, **options: Any) -> gym.vector.VectorEnv:
    """The vector entry point: numpy through the compiled rules, or torch on ``device``."""
    if device is None:
        return SokobanVectorEnv(num_envs, **options)
    from playout.envs.sokoban.tensor import SokobanTensorEnv

    return SokobanTensorEnv(num_envs, device=device, **options)
