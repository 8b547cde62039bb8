"""Rollouts of vector environments: Gymnasium's, compiled ones, and ones on a device.

In ``NEXT_STEP`` mode the step after an end only resets: nobody acts in it, so nothing is learnt from it. In
``SAME_STEP`` mode the last observation of an episode stands in the info. Either way the state after a cut is
valued as it was, before the reset, and what came of an end is worth nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import concatenate, create_empty_array
from numpy.typing import NDArray
from torch import Tensor

from playout.core import Snapshot, Unsupported, random, restore, snapshot
from playout.training import nested
from playout.training.actor_critic import ACTION_MASK, OBSERVATION
from playout.training.nested import Nested
from playout.training.rollout import ActorCritic, Rollout

Observe = Callable[[Any, Mapping[str, Any]], Nested]
"""From a vector environment's observations and infos to what the policy reads."""


class Outcomes(NamedTuple):
    """The E episodes that ended, in the order of their ends."""

    returns: NDArray[np.float64]
    """float64[E], undiscounted."""
    lengths: NDArray[np.int64]
    success: NDArray[np.float64]
    """float64[E]: 1, 0, or not a number where the world does not say."""
    metrics: dict[str, NDArray[np.float64]]
    """By name, float64[E]; not a number where the world does not say."""

    def means(self) -> dict[str, float]:
        """``episodes``, and means of all that is known: ``return``, ``length``, ``success``, metrics."""
        columns = {"return": self.returns, "length": self.lengths, "success": self.success, **self.metrics}
        known = {name: column[~np.isnan(column)] for name, column in columns.items()}
        return {
            "episodes": float(len(self.returns)),
            **{name: float(column.mean()) for name, column in known.items() if column.size},
        }


def observe(observations: Any, infos: Mapping[str, Any]) -> Nested:
    """The default :data:`Observe`: a mapping, with the ``action_mask`` of the infos where they have one.

    Observations that are no mapping stand in it under ``observation``.
    """
    found = dict(observations) if isinstance(observations, Mapping) else {OBSERVATION: observations}
    if ACTION_MASK in infos:
        # Copies that say nothing may do anything.
        mask = torch.as_tensor(infos[ACTION_MASK]) != 0
        silent = ~torch.as_tensor(infos.get(f"_{ACTION_MASK}", True), device=mask.device)
        found[ACTION_MASK] = mask | silent.reshape(-1, *[1] * (mask.ndim - 1))
    return found


class VectorCollector:
    """Plays copies of an environment on and on, a rollout at a time; a ``ppo.Collector``."""

    def __init__(
        self,
        envs: VectorEnv,
        *,
        steps: int,
        seed: int = 0,
        device: str = "cpu",
        observe: Observe = observe,
    ) -> None:
        """Start an episode in every copy.

        Args:
            envs: with discrete actions; on numpy or on torch. What a step returns must not be overwritten by
                the next.
            steps: of a rollout.
            seed: of the episodes.
            device: where policies are; those of ``collect`` must be there.
            observe: makes of observations and infos what the policy reads.
        """
        self.envs, self.steps, self.seed, self.device = envs, steps, seed, device
        self._observe, self._restarts = observe, 0
        self._mode = AutoresetMode(envs.metadata.get("autoreset_mode", AutoresetMode.NEXT_STEP))
        if self._mode == AutoresetMode.DISABLED:
            raise Unsupported(f"{envs}: autoreset is disabled; make it with NEXT_STEP or SAME_STEP")
        # Policies count their choices from 0.
        self._start = getattr(envs.single_action_space, "start", 0)
        self._restart()

    def collect(self, policy: ActorCritic, generator: torch.Generator) -> tuple[Rollout, dict[str, float]]:
        """The next rollout, and the means of the episodes that ended in it with ``env_steps``."""
        rollout, outcomes = self.play(policy, generator)
        return rollout, {"env_steps": float(rollout.mask.sum()), **outcomes.means()}

    @torch.no_grad()
    def play(self, policy: ActorCritic, generator: torch.Generator | None) -> tuple[Rollout, Outcomes]:
        """The next rollout [T, N], and what ended in it; without a generator by the likeliest actions."""
        steps, ends = [], list[Outcomes]()
        for _ in range(self.steps):
            seen, acted = self._seen, policy.act(self._seen, generator)
            steps.append((seen, acted, self._step(policy, acted.actions, ends)))
        seen, acted, step = nested.stack(steps)
        following = torch.cat([acted.values[1:], policy.value(self._seen)[None]])
        rollout = Rollout(
            observations=seen,
            actions=acted.actions,
            logprobs=acted.logprobs,
            values=acted.values,
            next_values=torch.where(step.cut, step.cut_values, following),
            rewards=step.rewards,
            terminated=step.terminated,
            ended=step.ended,
            mask=step.acted,
        )
        return rollout, _joined(ends)

    def save(self) -> dict[str, Any]:
        """See ``ppo.Collector``. Copies that cannot be saved are restarted, here as after :meth:`load`."""
        try:
            copies = [snapshot(self.envs, i).to_json() for i in range(self.envs.num_envs)]
        except Unsupported:
            self._restarts += 1
            self._restart()
            return {"restarts": self._restarts}
        counts = {"returns": self._returns.tolist(), "lengths": self._lengths.tolist()}
        kept = {"seen": self._seen, "asleep": self._asleep, **counts}
        return {"restarts": self._restarts, "copies": copies, **kept}

    def load(self, state: Mapping[str, Any]) -> None:
        """See ``ppo.Collector``."""
        self._restarts = state["restarts"]
        if "copies" not in state:
            self._restart()
            return
        for i, copy in enumerate(state["copies"]):
            restore(self.envs, Snapshot.from_json(copy), i)
        self._seen, self._asleep = nested.to((state["seen"], state["asleep"]), self.device)
        self._returns, self._lengths = np.array(state["returns"]), np.array(state["lengths"], np.int64)

    def _restart(self) -> None:
        """Episode 0 of fresh seeds in every copy; how often that was done before decides which."""
        first = random.bits(self.seed, self._restarts, random.STREAM_KEY) >> 33
        observations, infos = self.envs.reset(seed=first)
        n = self.envs.num_envs
        self._returns, self._lengths = np.zeros(n), np.zeros(n, np.int64)
        self._asleep = torch.zeros(n, dtype=torch.bool, device=self.device)
        self._on_tensors = isinstance(next(nested.leaves(observations)), Tensor)
        self._look(observations, infos)

    def _look(self, observations: Any, infos: Mapping[str, Any]) -> None:
        self._seen = nested.to(self._observe(observations, infos), self.device)

    def _step(self, policy: ActorCritic, actions: Tensor, ends: list[Outcomes]) -> "_Step":
        observations, *results, infos = self.envs.step(self._for_world(actions))
        rewards, terminated, truncated = (torch.as_tensor(part, device=self.device) for part in results)
        acted, ended = ~self._asleep, terminated | truncated
        self._count(rewards, acted, ended, infos, ends)
        cut = truncated & ~terminated
        if self._mode == AutoresetMode.NEXT_STEP:
            # What the next step sees is still the end of this episode.
            self._asleep, cut = ended, torch.zeros_like(ended)
        cut_values = torch.zeros(len(ended), device=self.device)
        if cut.any():
            cut_values[cut] = policy.value(self._last_seen(cut.cpu().numpy(), infos))
        self._look(observations, infos)
        return _Step(rewards.float(), terminated, ended, acted, cut, cut_values)

    def _for_world(self, actions: Tensor) -> Any:
        if self._on_tensors:
            return actions + torch.as_tensor(self._start, device=actions.device)
        return (actions.cpu().numpy() + self._start).astype(self.envs.action_space.dtype)

    def _last_seen(self, whose: NDArray[np.bool_], infos: Mapping[str, Any]) -> Nested:
        """What the policy would have read after the last step of ``whose`` (bool[N]) episodes."""
        final = infos["final_obs"]
        if isinstance(final, np.ndarray) and final.dtype == object:
            space, n = self.envs.single_observation_space, int(whose.sum())
            final = concatenate(space, list(final[whose]), create_empty_array(space, n))
        else:
            final = nested.apply(lambda found: found[whose], final)
        info = nested.apply(lambda found: found[whose], infos.get("final_info", {}))
        return nested.to(self._observe(final, info), self.device)

    def _count(
        self, rewards: Tensor, acted: Tensor, ended: Tensor, infos: Mapping[str, Any], ends: list[Outcomes]
    ) -> None:
        """Add a step to the running episodes; those that ended in it go to ``ends``."""
        taken = acted.cpu().numpy()
        self._returns += rewards.cpu().numpy() * taken
        self._lengths += taken
        rows = np.flatnonzero(ended.cpu().numpy())
        if not rows.size:
            return
        info = infos.get("final_info", infos)
        found = info.get("metrics", {})
        metrics = {name: _said(found, name, rows) for name in found if not name.startswith("_")}
        success = _said(info, "is_success", rows)
        ends.append(Outcomes(self._returns[rows], self._lengths[rows], success, metrics))
        self._returns[rows] = self._lengths[rows] = 0


class _Step(NamedTuple):
    """What came of a step of N copies."""

    rewards: Tensor
    terminated: Tensor
    ended: Tensor
    acted: Tensor
    cut: Tensor
    """bool[N], truncated, and what the copy shows is the next episode already."""
    cut_values: Tensor


def _said(infos: Mapping[str, Any], name: str, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """What infos say under ``name`` about copies ``rows``; not a number where they say nothing."""
    if name not in infos:
        return np.full(len(rows), np.nan)
    found = _array(infos[name])
    known = _array(infos.get(f"_{name}", np.ones(len(found), bool)))
    return np.where(known[rows], found[rows].astype(np.float64), np.nan)


def _array(found: Any) -> NDArray:
    return found.cpu().numpy() if isinstance(found, Tensor) else np.asarray(found)


def _joined(ends: list[Outcomes]) -> Outcomes:
    names = list(dict.fromkeys(name for end in ends for name in end.metrics))
    none = Outcomes(np.zeros(0), np.zeros(0, np.int64), np.zeros(0), {})
    parts = [none, *ends]
    return Outcomes(
        np.concatenate([part.returns for part in parts]),
        np.concatenate([part.lengths for part in parts]),
        np.concatenate([part.success for part in parts]),
        {
            name: np.concatenate(
                [part.metrics.get(name, np.full(len(part.returns), np.nan)) for part in parts]
            )
            for name in names
        },
    )
