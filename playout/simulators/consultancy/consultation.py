"""One customer's episode, visit by visit: the compiled copies with N = 1, and what does not change in it.

For environments of one copy, whatever they are spoken to in; many copies are ``copies`` itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from playout.core.errors import WrongUse
from playout.simulators.consultancy import copies, rules
from playout.simulators.consultancy.catalogue import Catalogue, open_catalogue
from playout.simulators.consultancy.claims import FEEDBACKS
from playout.simulators.consultancy.feedback import rater_of
from playout.simulators.consultancy.population import Population, people_of
from playout.simulators.consultancy.rules import Evaluator
from playout.simulators.consultancy.scenarios import Mix, Scenarios, Split, source
from playout.simulators.hindsight.feedback import Feedback

BY_RULES = -1
"""The choice of a visit that is left to the rules' own customer."""


@dataclass(frozen=True)
class Terms:
    """What stays the same from episode to episode."""

    catalogue: Catalogue
    domains: tuple[str, ...]
    """All the catalogue's, by number."""
    people: Population
    fixed: copies.Rules

    @classmethod
    def of(
        cls,
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
        discovery: float = Evaluator().discovery,
        regret_weight: float = 0.0,
    ) -> "Terms":
        """Put together the terms; arguments as of the environments.

        Raises:
            WrongUse: one of them is out of range; says which.
        """
        opened, population = open_catalogue(catalogue), people_of(people)
        if not 0 <= discovery <= 1 or not regret_weight >= 0:
            found = f"{discovery} and {regret_weight}"
            raise WrongUse(f"expected a discovery from 0 to 1 and a regret_weight >= 0, got {found}")
        steps = visits if max_steps is None else max_steps
        if visits < 1 or steps < 1:
            raise WrongUse(f"expected visits >= 1 and max_steps >= 1, got {visits} and {steps}")
        numbers = opened.numbers(domain if domain is None or isinstance(domain, str) else list(domain))
        row, evaluator = rater_of(feedback, Evaluator(discovery=discovery, regret_weight=regret_weight))
        fixed = copies.Rules(
            source(opened.tiers(), numbers, mix, split), population.traits(), evaluator, row, bool(likert),
            int(visits), int(steps),
        )  # fmt: skip
        return cls(opened, tuple(found.name for found in opened.domains), population, fixed)


class Visit(NamedTuple):
    """What came of a visit."""

    result: int
    rating: dict[str, float]
    """By feedback."""
    likert: dict[str, int]
    """The same as noisy ratings, 1 to 5."""
    reward: float
    terminated: bool
    truncated: bool


class Consultation:
    """The state of one customer's episode, with the functions that change it."""

    def __init__(self, terms: Terms) -> None:
        """Nobody has come yet."""
        self.terms = terms
        self.copies = copies.copies_of(1, terms.fixed.source)

    @property
    def scenario(self) -> Scenarios:
        """What this visit is about: arrays with N = 1, not to be changed."""
        return self.copies.scenarios

    @property
    def visit(self) -> int:
        """Visits made."""
        return int(self.copies.visit[0])

    @property
    def last(self) -> int | None:
        """The result of the last visit; None before the first."""
        return int(self.copies.last[0]) - 1 if self.copies.last[0] else None

    @property
    def ended(self) -> bool:
        """Whether the customer will not come again."""
        return bool(self.copies.ended[0])

    @property
    def person(self) -> int:
        """The key of the episode."""
        return int(self.copies.person[0])

    def start(self, key: int) -> None:
        """Let the customer of the episode with ``key`` come."""
        self.copies.person[0] = key
        copies.start(self.copies, self.terms.fixed.source, self.terms.fixed.traits, np.zeros(1, np.int64))

    def user(self) -> np.ndarray:
        """The customer's traits as they are now: float64[6], in the order of ``rules.Users``."""
        user = np.empty(len(self.terms.fixed.traits.user))
        copies.write_user(self.copies, self.terms.fixed.traits, 0, user)
        return user

    def decide(self, claim: Sequence[int], told: Sequence[float], choice: int = BY_RULES) -> Visit:
        """End this visit.

        Args:
            claim: of each option, as it was heard.
            told: prices as they were heard, nan where nothing was.
            choice: 0 to 3 where somebody else chooses, ``BY_RULES`` otherwise.
        """
        out = copies.outputs_of(1)
        copies.step(
            self.copies, self.terms.fixed, np.array([claim], np.int8), np.array([told], np.float64),
            np.array([choice], np.int8), False, out,
        )  # fmt: skip
        return Visit(
            int(out.result[0]),
            dict(zip(FEEDBACKS, out.rating[0].tolist(), strict=True)),
            dict(zip(FEEDBACKS, copies.likert_of(self.copies, out)[0].tolist(), strict=True)),
            float(out.reward[0]),
            bool(out.terminated[0]),
            bool(out.truncated[0]),
        )

    def outcome(self) -> tuple[bool, Mapping[str, float]]:
        """Whether the customer always got the best there was, and the metrics of ``copies.metrics_of``."""
        tally = self.copies.tally
        found = copies.metrics_of(tally, self.copies.vulnerable, self.terms.domains)
        metrics = {name: float(values[0]) for name, (values, known) in found.items() if known[0]}
        return bool(copies.succeeded(tally)[0]), metrics

    def hidden(self) -> dict[str, Any]:
        """What the assistant must not know of the customer."""
        user = self.user()
        kind = "vulnerable" if self.copies.vulnerable[0] else "careful"
        return {"customer_type": kind, "trust": float(user[0]), "diligence": float(user[4])}

    def save(self) -> dict[str, np.ndarray]:
        """The state as plain data."""
        return {name: array.copy() for name, array in copies.columns(self.copies).items()}

    def load(self, saved: Mapping[str, np.ndarray]) -> None:
        """Take back what :meth:`save` gave."""
        for name, array in copies.columns(self.copies).items():
            array[:] = saved[name]


def honest(scenario: Scenarios) -> tuple[np.ndarray, np.ndarray]:
    """The truth about every option, and the true prices: int8[N, 3] and float64[N, 3]."""
    return scenario.truth.copy(), scenario.price.copy()


def tell(scenario: Scenarios, statement: int) -> np.ndarray:
    """The prices that ``statement`` tells of one scenario: float64[3], nan where nothing is told."""
    return rules.tell(scenario.price, np.array([statement], np.int8))[0]
