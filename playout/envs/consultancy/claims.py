"""``playout/ConsultancyClaims-v0``: advice without words, for tables and small networks.

The rules are in ``simulators.consultancy``; many copies at once are in ``vector``, words in ``env``.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.error import InvalidAction, ResetNeeded

from playout.core import Frame, Snapshot, StepResult
from playout.envs.consultancy.frames import claims_frame
from playout.envs.drawn import Drawn
from playout.envs.episodes import EpisodeKeys
from playout.simulators.consultancy import copies
from playout.simulators.consultancy.catalogue import Catalogue
from playout.simulators.consultancy.claims import CLAIMS, OPTIONS, PRICE_STATEMENTS, PRICE_TRUE, RESULTS
from playout.simulators.consultancy.consultation import Consultation, Terms, tell
from playout.simulators.consultancy.population import Population
from playout.simulators.consultancy.scenarios import Mix, Split
from playout.simulators.hindsight.feedback import Feedback


class ConsultancyClaimsEnv(Drawn, gym.Env[np.ndarray, np.ndarray]):
    """Advise a customer about three options by saying what each has, and what they cost.

    Observation: int64[12], columns as in ``simulators.consultancy.copies.OBSERVED``: what is true of each
    option (0 has, 1 lacks, 2 unspecified), its price tier (0 high, 1 middle, 2 low), whether the customer
    sees prices and wants the cheapest, how she speaks, what came of her last visit, domain, visits made.

    Actions: int[4]: the claim about each option (0 has, 1 lacks, 2 unspecified, 3 silent) and the prices
    told (0 true, 1 none, 2 false), which only a customer who does not see prices hears. One step is one
    visit.

    Rewards: the rating of the visit by ``feedback``, in [-1, 1].

    Info: ``price`` (float64[3]); after a visit ``result`` (0 to 2 bought, 3 nothing, 4 nothing since a lie
    was seen through) and ``feedback`` (what each kind makes of it); at the end ``is_success`` (the customer
    always got the best there was) and ``metrics``, see ``copies.metrics_of``.

    Version history: v0 first release.
    """

    def __init__(
        self,
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
        render_mode: str | None = None,
    ) -> None:
        """Make the environment.

        Args:
            catalogue: None for our own, ``published`` for that of RLHS in ``$PLAYOUT_DATA``, or a path.
            domain: one or some of the catalogue's domains; None for all.
            mix: ``15`` or ``34`` cases.
            split: ``train``, ``validation`` or ``test`` part of the scenarios, or ``all``.
            people: who the customers are: ``steady``, ``adaptive``, ``mixed``, ``mixed-no-cue``, or a
                ``Population``.
            feedback: whose rating is the reward: ``immediate``, ``partial``, ``oracle``, ``horizon:N``,
                ``world_model:A``, ``observed:SHARE`` or ``true``.
            likert: the reward is a noisy rating from 1 to 5, as (rating - 3) / 2.
            visits: how often a customer comes.
            max_steps: visits after which an episode is truncated; None for no such limit.
            discovery: chance that a defect shows in a step of ``horizon:N``.
            regret_weight: of ``oracle``.
            render_mode: ``ansi``, ``rgb_array``, ``human`` or None.
        """
        self.terms = Terms.of(
            catalogue=catalogue, domain=domain, mix=mix, split=split, people=people, feedback=feedback,
            likert=likert, visits=visits, max_steps=max_steps, discovery=discovery,
            regret_weight=regret_weight,
        )  # fmt: skip
        self.consultation, self._keys = Consultation(self.terms), EpisodeKeys()
        self.observation_space, self.action_space = spaces_of(self.terms)
        self.render_mode = render_mode
        self._said: tuple[int, ...] | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Start an episode; Gymnasium's contract."""
        super().reset(seed=seed)
        self.consultation.start(self._keys.next(self, seed))
        self._said = None
        self.show()
        return self._observation(), self._info()

    def step(self, action: Sequence[int] | np.ndarray) -> StepResult:
        """Advise, and let the customer decide.

        Raises:
            InvalidAction: ``action`` is not in the action space.
            ResetNeeded: the episode has ended.
        """
        if self.consultation.ended:
            raise ResetNeeded("ConsultancyClaimsEnv.step: the episode has ended; call reset()")
        said = np.asarray(action)
        if said.dtype.kind not in "iu" or not self.action_space.contains(said.astype(np.int64)):
            raise InvalidAction(
                f"ConsultancyClaimsEnv.step: expected 4 integers below 4, 4, 4, 3, got {action!r}"
            )
        self._said = tuple(said.tolist())
        told = tell(self.consultation.scenario, self._said[OPTIONS])
        visit = self.consultation.decide(self._said[:OPTIONS], told.tolist())
        info = self._info() | {"result": visit.result, "feedback": visit.rating}
        if self.consultation.ended:
            info["is_success"], info["metrics"] = self.consultation.outcome()
        self.show()
        return self._observation(), visit.reward, visit.terminated, visit.truncated, info

    def snapshot(self) -> Snapshot:
        """The customer's state and the episode's keys."""
        state = {"consultation": self.consultation.save(), "said": self._said, "keys": self._keys.save()}
        return Snapshot("consultancy-claims", state)

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to ``snapshot``."""
        saved = snapshot.of("consultancy-claims")
        self.consultation.load(saved["consultation"])
        self._said = saved["said"]
        self._keys.load(saved["keys"])

    def privileged(self) -> dict[str, Any]:
        """The customer's type and trust, and ``expert_plan``: what an honest assistant says."""
        claims = self.consultation.scenario.truth[0].tolist()
        return self.consultation.hidden() | {"expert_plan": (np.array([*claims, PRICE_TRUE]),)}

    def frame(self) -> Frame:
        """The options, what was last said and what came of it, as a ``chat`` frame."""
        return claims_frame(self.consultation, self._said)

    def _observation(self) -> np.ndarray:
        return copies.observe(self.consultation.copies)[0]

    def _info(self) -> dict[str, Any]:
        return {"price": self.consultation.scenario.price[0].copy()}


def spaces_of(terms: Terms) -> tuple[spaces.MultiDiscrete, spaces.MultiDiscrete]:
    """The observation and action space of one copy."""
    visits = min(terms.fixed.visits, terms.fixed.max_steps)
    seen = [3] * 2 * OPTIONS + [2, 2, 2, RESULTS + 1, len(terms.domains), visits + 1]
    return spaces.MultiDiscrete(seen), spaces.MultiDiscrete([CLAIMS] * OPTIONS + [PRICE_STATEMENTS])
