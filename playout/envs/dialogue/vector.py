"""``gym.make_vec("playout/TutoringActs-v0", n)``: many dialogues at act level through compiled rules.

Observations, rewards, ends and infos are those of n scalar environments under ``SyncVectorEnv``, in each
of Gymnasium's autoreset modes.
"""

from collections.abc import Sequence
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space
from numba import njit

from playout.core import Snapshot
from playout.core.errors import WrongUse
from playout.envs.dialogue.acts import Observation, spaces_of
from playout.envs.dialogue.options import task_of
from playout.envs.vectors import VectorKeys, chosen_of
from playout.simulators.dialogue.assessors import Assessor
from playout.simulators.dialogue.grammar import Wording
from playout.simulators.dialogue.realisers import Templates, Utterance, transcript
from playout.simulators.dialogue.task import HISTORY, ActTask, Split, put, row, set_row


class DialogueActsVector(gym.vector.VectorEnv):
    """N copies of ``DialogueActs``; see there for observations, actions, rewards, ends and infos."""

    def __init__(
        self,
        num_envs: int = 1,
        *,
        task: str | ActTask = "tutoring",
        split: Split = "train",
        population: str | None = None,
        data: str | None = None,
        assessor: str | Assessor = "exact",
        reward: str | None = None,
        max_steps: int = 8,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    ) -> None:
        """Make ``num_envs`` copies; the other arguments are those of ``DialogueActs``."""
        self.task = task_of(
            task, split=split, population=population, data=data, assessor=assessor, reward=reward,
            max_turns=max_steps,
        )  # fmt: skip
        self.num_envs, self._mode = num_envs, AutoresetMode(autoreset_mode)
        self.metadata = {"render_modes": [], "autoreset_mode": self._mode}
        self.single_observation_space, self.single_action_space = spaces_of(self.task)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.keys = VectorKeys(num_envs)
        self.state = self.task.start(np.zeros(num_envs, np.uint64))
        self._history = np.zeros((num_envs, HISTORY), np.int8)
        self._acts = np.zeros((num_envs, self.task.max_turns), np.int8)
        self._ended = np.ones(num_envs, np.bool_)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Start an episode in every copy, or in those of ``options["reset_mask"]`` (bool[N])."""
        chosen = chosen_of(options, self.num_envs)
        self.keys.seed(seed, chosen)
        self._begin(chosen)
        return self._observation(), {}

    def step(
        self, actions: np.ndarray
    ) -> tuple[Observation, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Step every copy.

        Args:
            actions: integers [N] in the action space.

        Raises:
            WrongUse: the shape or a value of ``actions`` is wrong.
            ResetNeeded: a copy has not been started yet.
        """
        acts, restarts = self._checked(actions), self._ended.copy()
        reward, terminated = self.task.step(self.state, acts)
        _remember(self._history, self._acts, acts, self.state.reply, self.state.turn, len(self.task.acts))
        if self._mode == AutoresetMode.NEXT_STEP and restarts.any():
            self.keys.advance(restarts)
            self._begin(restarts)
            reward[restarts], terminated[restarts] = 0.0, False
        truncated = (self.state.turn >= self.task.max_turns) & ~terminated
        self._ended = terminated | truncated
        info = self._final() if self._ended.any() else {}
        if info and self._mode == AutoresetMode.SAME_STEP:
            info = self._restart(info)
        return self._observation(), reward, terminated, truncated, info

    def snapshot(self, index: int) -> Snapshot:
        """The state of copy ``index``."""
        state = {
            "state": row(self.state, index),
            "history": self._history[index].copy(),
            "acts": self._acts[index].copy(),
            "ended": bool(self._ended[index]),
            "keys": self.keys.save(index),
        }
        return Snapshot(f"dialogue-acts-vector-{self.task.name}", state)

    def restore(self, snapshot: Snapshot, index: int) -> None:
        """Take copy ``index`` back to ``snapshot``."""
        saved = snapshot.of(f"dialogue-acts-vector-{self.task.name}")
        set_row(self.state, index, saved["state"])
        self._history[index], self._acts[index] = saved["history"], saved["acts"]
        self._ended[index] = saved["ended"]
        self.keys.load(index, saved["keys"])

    def privileged(self, index: int) -> dict[str, Any]:
        """What the person of copy ``index`` hides, and ``expert_plan``."""
        return self.task.privileged(self.state, index)

    def transcript(self, index: int, wording: Wording = "train") -> list[Utterance]:
        """The dialogue of copy ``index`` so far in words; the person's opening is the first."""
        acts = self._acts[index, : self.state.turn[index]].tolist()
        return transcript(self.task.speech(), Templates(wording), int(self.state.key[index]), acts)

    def _begin(self, chosen: np.ndarray) -> None:
        """Start the episodes that the keys of the chosen copies name."""
        put(self.state, chosen, self.task.start(self.keys.episodes(chosen)))
        self._history[chosen] = 0
        self._history[chosen, -1] = 1 + len(self.task.acts) + self.state.reply[chosen]
        self._ended[chosen] = False

    def _checked(self, actions: np.ndarray) -> np.ndarray:
        acts, most = np.asarray(actions), len(self.task.acts)
        if acts.shape != (self.num_envs,) or acts.dtype.kind not in "iu":
            raise WrongUse(f"step: expected {self.num_envs} integers, got {acts.dtype} of shape {acts.shape}")
        if acts.min() < 0 or acts.max() >= most:
            raise WrongUse(f"step: expected actions from 0 to {most - 1}, got {acts.min()} to {acts.max()}")
        if not self.keys.ready:
            raise ResetNeeded("DialogueActsVector.step: call reset() first")
        if self._mode == AutoresetMode.DISABLED and self._ended.any():
            raise ResetNeeded("DialogueActsVector.step: an episode has ended; reset its copy with reset_mask")
        return acts.astype(np.int64, copy=False)

    def _observation(self) -> Observation:
        return {"acts": self._history.copy(), "features": self.task.observe(self.state)}

    def _final(self) -> dict[str, Any]:
        """``is_success`` and ``metrics`` of the copies that have ended; zeros for the others."""
        ended = self._ended.copy()
        success, numbers = self.task.outcome(self.state)
        metrics: dict[str, np.ndarray] = {}
        for name, values in numbers.items():
            metrics[name], metrics[f"_{name}"] = np.where(ended, values, 0.0), ended.copy()
        return {
            "is_success": success & ended, "_is_success": ended.copy(), "metrics": metrics, "_metrics": ended
        }  # fmt: skip

    def _restart(self, final_info: dict[str, Any]) -> dict[str, Any]:
        """``SAME_STEP``: keep the last observations and infos, start the next episodes at once."""
        ended, final_obs = self._ended.copy(), np.full(self.num_envs, None, object)
        seen = self._observation()
        final_obs[ended] = [{name: values[i] for name, values in seen.items()} for i in np.flatnonzero(ended)]
        self.keys.advance(ended)
        self._begin(ended)
        return {
            "final_obs": final_obs, "_final_obs": ended, "final_info": final_info, "_final_info": ended.copy()
        }  # fmt: skip


@njit(cache=True)
def _remember(
    history: np.ndarray,
    done: np.ndarray,
    acts: np.ndarray,
    replies: np.ndarray,
    turn: np.ndarray,
    n_acts: int,
) -> None:
    """Shift the history int8[N, 16] by two turns and write the newest two; note the acts int8[N, T]."""
    for i in range(len(acts)):
        if turn[i] <= done.shape[1]:
            done[i, turn[i] - 1] = acts[i]
        for place in range(HISTORY - 2):
            history[i, place] = history[i, place + 2]
        history[i, HISTORY - 2] = 1 + acts[i]
        history[i, HISTORY - 1] = 1 + n_acts + replies[i]
