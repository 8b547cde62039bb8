"""``gym.make_vec("playout/Sokoban-v0", n, device=…)``: many copies on torch tensors."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import gymnasium as gym
import numpy as np
import torch
from gymnasium import spaces
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space
from torch import Tensor

from playout.core import Snapshot
from playout.core.errors import Unsupported
from playout.core.random import STREAM_KEY, bits_array
from playout.core.snapshots import fitting
from playout.envs.sokoban.options import Split, source_of
from playout.envs.vectors import chosen_of, seeds_of
from playout.simulators.sokoban.batch import SokobanBatch, State
from playout.simulators.sokoban.game import check_limits
from playout.simulators.sokoban.rewards import Rewards, rewards_of
from playout.simulators.sokoban.sources import LevelSource
from playout.simulators.sokoban.tiles import TILES


class SokobanTensorEnv(gym.vector.VectorEnv):
    """N copies of ``SokobanEnv`` as tensors on one device; actions ``push`` only.

    Info: ``action_mask`` (bool[N, 4]) and, after every step, ``is_success`` and ``metrics`` (``pushes``) with
    the masks of the copies whose episode has ended, so that none of it waits for the device. Episodes
    restart by Gymnasium's ``NEXT_STEP``. Deadlocks are not looked for. Actions are not checked.
    """

    metadata: ClassVar[dict[str, Any]] = {"render_modes": [], "autoreset_mode": AutoresetMode.NEXT_STEP}

    def __init__(
        self,
        num_envs: int = 1,
        *,
        device: str = "cpu",
        source: str | LevelSource = "bank",
        size: Sequence[int] = (8, 8),
        boxes: int = 2,
        split: Split = "train",
        data: str | None = None,
        rewards: str | Rewards = "gym_sokoban",
        max_steps: int = 120,
        deadlocks: Literal["off"] = "off",
    ) -> None:
        """Make ``num_envs`` copies on ``device``; the other arguments are those of ``SokobanEnv``."""
        if deadlocks != "off":
            raise Unsupported(
                f"SokobanTensorEnv: deadlocks={deadlocks!r} needs the compiled rules; leave out device="
            )
        check_limits(max_steps, deadlocks)
        levels = source_of(source, size=size, boxes=boxes, split=split, data=data)
        self.num_envs = num_envs
        self.batch = SokobanBatch(
            levels.bank(), rewards=rewards_of(rewards), max_steps=max_steps, device=device
        )
        self._state: State | None = None
        self._ended = torch.zeros(num_envs, dtype=torch.bool, device=self.batch.device)
        self.single_observation_space = spaces.Box(0, TILES - 1, levels.shape, np.uint8)
        self.single_action_space = spaces.Discrete(4)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Tensor, dict[str, Any]]:
        """Start an episode in every copy, or in those of ``options["reset_mask"]`` (bool[N])."""
        chosen = chosen_of(options, self.num_envs)
        values, given = seeds_of(seed, self.num_envs)
        if self._state is None:
            if not chosen.all():
                raise ResetNeeded(
                    "SokobanTensorEnv.reset: the first reset starts every copy, without a reset_mask"
                )
            values[~given] = np.random.default_rng().integers(2**62, size=int((~given).sum()))
            given[:] = True
        self._state = self._started(values, given, chosen)
        self._ended = self._ended & ~self._on_device(chosen)
        return self.batch.observe(self._state), self._info(self._state)

    def step(self, actions: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, dict[str, Any]]:
        """Step every copy; one whose episode has ended starts its next one instead.

        Args:
            actions: int64[N] on the device, or integers that can be brought there.
        """
        moves = torch.as_tensor(actions, device=self.batch.device).long()
        ended = self._ended
        result = self.batch.step(self._live(), moves)
        state, reward = result.state, torch.where(ended, 0.0, result.reward)
        terminated, truncated = result.terminated & ~ended, result.truncated & ~ended
        if bool(ended.any()):
            state = self.batch.restart(state, ended)
        self._state, self._ended = state, terminated | truncated
        final = {
            "is_success": terminated,
            "_is_success": self._ended,
            "metrics": {"pushes": torch.where(self._ended, state.pushes, 0.0), "_pushes": self._ended},
            "_metrics": self._ended,
        }
        return self.batch.observe(state), reward, terminated, truncated, self._info(state) | final

    def snapshot(self, index: int) -> Snapshot:
        """The state of copy ``index``."""
        # Copies: on the CPU they would be views of what a restore writes into.
        columns = {
            name: column[index].cpu().numpy().copy() for name, column in self._live()._asdict().items()
        }
        return Snapshot("sokoban-tensor", {**columns, "ended": bool(self._ended[index])})

    def restore(self, snapshot: Snapshot, index: int) -> None:
        """Take copy ``index`` back to ``snapshot``."""
        saved, state = snapshot.of("sokoban-tensor"), self._live()
        fitting(saved["rooms"], state.rooms.shape[1:])
        for name, column in state._asdict().items():
            column[index] = torch.as_tensor(saved[name], device=self.batch.device)
        self._ended = self._ended.clone()  # the last step's infos hold it
        self._ended[index] = saved["ended"]

    def _started(self, seeds: np.ndarray, given: np.ndarray, chosen: np.ndarray) -> State:
        """The chosen copies at episode 0 of their seed, or at their next episode without one."""
        anew, where = self._on_device(given), self._on_device(chosen)
        keys = self._on_device(bits_array(seeds.astype(np.uint64), 0, STREAM_KEY).view(np.int64))
        if self._state is None:
            return self.batch.reset(keys)
        old = self._state
        fresh = self.batch.start(torch.where(anew, keys, old.key), torch.where(anew, 0, old.episode + 1))
        pairs = zip(fresh, old, strict=True)
        return State(*(torch.where(where.view(-1, *[1] * (a.dim() - 1)), a, b) for a, b in pairs))

    def _info(self, state: State) -> dict[str, Any]:
        return {"action_mask": self.batch.legal(state), "_action_mask": torch.ones_like(self._ended)}

    def _live(self) -> State:
        if self._state is None:
            raise ResetNeeded("SokobanTensorEnv: call reset() first")
        return self._state

    def _on_device(self, values: np.ndarray) -> Tensor:
        return torch.from_numpy(values).to(self.batch.device)
