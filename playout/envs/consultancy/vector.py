"""``gym.make_vec("playout/ConsultancyClaims-v0", n)``: many customers through the compiled rules.

Observations, rewards, ends and infos are those of n scalar environments under ``SyncVectorEnv``, in each
of Gymnasium's autoreset modes.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium.error import ResetNeeded
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space

from playout.core import Snapshot
from playout.core.errors import WrongUse
from playout.core.snapshots import fitting
from playout.envs.consultancy.claims import spaces_of
from playout.envs.vectors import VectorKeys, chosen_of
from playout.simulators.consultancy import copies, rules
from playout.simulators.consultancy.catalogue import Catalogue
from playout.simulators.consultancy.claims import FEEDBACKS, OPTIONS
from playout.simulators.consultancy.consultation import BY_RULES, Consultation, Terms
from playout.simulators.consultancy.population import Population
from playout.simulators.consultancy.scenarios import Mix, Split
from playout.simulators.hindsight.feedback import Feedback


class ConsultancyClaimsVectorEnv(gym.vector.VectorEnv):
    """N copies of ``ConsultancyClaimsEnv``; see there for observations, actions, rewards, ends and infos."""

    def __init__(
        self,
        num_envs: int = 1,
        *,
        catalogue: str | Path | Catalogue | None = None,
        domain: str | Sequence[str] | None = None,
        mix: Mix = "15",
        split: Split = "all",
        people: str | Population = "steady",
        feedback: str | Feedback = "partial",
        likert: bool = False,
        visits: int = 1,
        max_steps: int | None = None,
        discovery: float = 0.2,
        regret_weight: float = 0.0,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    ) -> None:
        """Make ``num_envs`` copies; the other arguments are those of ``ConsultancyClaimsEnv``."""
        self.terms = Terms.of(
            catalogue=catalogue, domain=domain, mix=mix, split=split, people=people, feedback=feedback,
            likert=likert, visits=visits, max_steps=max_steps, discovery=discovery,
            regret_weight=regret_weight,
        )  # fmt: skip
        self.num_envs, self._mode = num_envs, AutoresetMode(autoreset_mode)
        self.metadata = {"render_modes": [], "autoreset_mode": self._mode}
        self.single_observation_space, self.single_action_space = spaces_of(self.terms)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.copies = copies.copies_of(num_envs, self.terms.fixed.source)
        self.keys = VectorKeys(num_envs)
        self.keys.key, self.keys.episode = self.copies.key, self.copies.episode
        self._everyone = np.ones(num_envs, np.bool_)
        self._by_rules = np.full(num_envs, BY_RULES, np.int8)

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Start an episode in every copy, or in those of ``options["reset_mask"]`` (bool[N])."""
        chosen = chosen_of(options, self.num_envs)
        self.keys.seed(seed, chosen)
        self._start(chosen)
        return copies.observe(self.copies), self._prices(chosen)

    def step(
        self, actions: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Advise every customer.

        Args:
            actions: integers [N, 4] in the action space.

        Raises:
            WrongUse: the shape or a value of ``actions`` is wrong.
            ResetNeeded: a copy has not been started, or has ended where nothing restarts it.
        """
        said, out = self._checked(actions), copies.outputs_of(self.num_envs)
        told = rules.tell(self.copies.scenarios.price, said[:, OPTIONS])
        restart = self._mode == AutoresetMode.NEXT_STEP
        claims = said[:, :OPTIONS]
        ends = copies.step(self.copies, self.terms.fixed, claims, told, self._by_rules, restart, out)
        if ends and self._mode == AutoresetMode.SAME_STEP:
            info = self._restart(out)
        else:
            info = self._prices(self._everyone) | self._visited(out, out.visited)
            info |= self._final() if ends else {}
        return copies.observe(self.copies), out.reward, out.terminated, out.truncated, info

    def snapshot(self, index: int) -> Snapshot:
        """The state of copy ``index``."""
        state = {name: array[index].copy() for name, array in copies.columns(self.copies).items()}
        return Snapshot("consultancy-claims-vector", state)

    def restore(self, snapshot: Snapshot, index: int) -> None:
        """Take copy ``index`` back to ``snapshot``."""
        saved = snapshot.of("consultancy-claims-vector")
        for name, array in copies.columns(self.copies).items():
            array[index] = fitting(saved[name], array.shape[1:])
        self.keys.load(index, self.keys.save(index))

    def privileged(self, index: int) -> dict[str, Any]:
        """What the customer of copy ``index`` hides."""
        alone = Consultation(self.terms)
        alone.load({name: array[[index]] for name, array in copies.columns(self.copies).items()})
        return alone.hidden()

    def _start(self, chosen: np.ndarray) -> None:
        copies.start_where(self.copies, self.terms.fixed.source, self.terms.fixed.traits, chosen)

    def _checked(self, actions: np.ndarray) -> np.ndarray:
        said = np.asarray(actions)
        if said.shape != self.action_space.shape or said.dtype.kind not in "iu":
            raise WrongUse(
                f"step: expected integers of shape {self.action_space.shape}, got {said.dtype} of shape"
                f" {said.shape}"
            )
        most = np.array(self.single_action_space.nvec)  # type: ignore[reportAttributeAccessIssue]
        # Two maxima in place of four by column: numpy is slow along an axis of 4.
        if said.min() < 0 or said.max() >= most.max() or said[:, OPTIONS].max() >= most[OPTIONS]:
            least, largest = said.min(0).tolist(), said.max(0).tolist()
            raise WrongUse(f"step: expected actions from 0 below {most.tolist()}, got {least} to {largest}")
        if not self.keys.ready or (self._mode == AutoresetMode.DISABLED and self.copies.ended.any()):
            raise ResetNeeded("ConsultancyClaimsVectorEnv.step: call reset() first")
        return said.astype(np.int8)

    def _prices(self, whose: np.ndarray) -> dict[str, Any]:
        """What ``whose`` copies (bool[N]) know at any time; zeros for the others."""
        return {"price": np.where(whose[:, None], self.copies.scenarios.price, 0.0), "_price": whose.copy()}

    def _visited(self, out: copies.Outputs, whose: np.ndarray) -> dict[str, Any]:
        """What came of the visits of ``whose`` copies (bool[N])."""
        if not whose.any():
            return {}
        ratings = dict(zip(FEEDBACKS, np.where(whose[:, None], out.rating, 0.0).T, strict=True))
        masks = {f"_{name}": whose.copy() for name in FEEDBACKS}
        return {
            "result": np.where(whose, out.result, 0).astype(np.int64), "_result": whose.copy(),
            "feedback": ratings | masks, "_feedback": whose.copy(),
        }  # fmt: skip

    def _final(self) -> dict[str, Any]:
        """``is_success`` and ``metrics`` of the copies that have ended; zeros for the others."""
        ended, tally = self.copies.ended.copy(), self.copies.tally
        found = copies.metrics_of(tally, self.copies.vulnerable, self.terms.domains, ended)
        metrics = {name: values for name, (values, _) in found.items()}
        metrics |= {f"_{name}": known for name, (_, known) in found.items()}
        success = copies.succeeded(tally) & ended
        return {
            "is_success": success, "_is_success": ended.copy(), "metrics": metrics, "_metrics": ended
        }  # fmt: skip

    def _restart(self, out: copies.Outputs) -> dict[str, Any]:
        """``SAME_STEP``: keep the last observations and infos, start the next episodes at once."""
        ended, last = self.copies.ended.copy(), copies.observe(self.copies)
        final_info = {**self._prices(ended), **self._visited(out, ended), **self._final()}
        final_obs = np.full(self.num_envs, None, object)
        for i in np.flatnonzero(ended):
            final_obs[i] = last[i]
        self.keys.advance(ended)
        self._start(ended)
        return self._prices(self._everyone) | self._visited(out, ~ended) | {
            "final_obs": final_obs, "_final_obs": ended, "final_info": final_info, "_final_info": ended.copy()
        }  # fmt: skip
