"""The market in which advice is learnt: customers by number, and what every feedback makes of advice.

A thin layer over the compiled rules of ``simulators.consultancy``: claims in, ratings out, for claim
tables and for texts alike. Leaves out how advice is made.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from playout.core import random
from playout.evaluation import honesty
from playout.simulators.consultancy import copies, rules
from playout.simulators.consultancy.consultation import Terms
from playout.simulators.consultancy.population import Population
from playout.simulators.consultancy.rules import Users, Visits
from playout.simulators.consultancy.scenarios import Scenarios, Split, cases_of
from playout.training.rlhs_settings import MarketConfig

Floats = NDArray[np.float64]


class Customers(NamedTuple):
    """N customers, each in a scenario."""

    scenarios: Scenarios
    keys: NDArray[np.uint64]
    """uint64[N], of all that is random in them."""
    vulnerable: NDArray[np.bool_]
    """bool[N]: the hidden type."""
    manner: NDArray[np.int8]
    """int8[N]: how they speak."""

    def take(self, rows: NDArray) -> "Customers":
        """Those at ``rows`` (integers or bools)."""
        scenarios = self.scenarios.take(rows)
        return Customers(scenarios, self.keys[rows], self.vulnerable[rows], self.manner[rows])


class Advice(NamedTuple):
    """What is said in N visits."""

    claims: NDArray[np.int8]
    """int8[N, 3]: of each option."""
    prices: NDArray[np.int8]
    """int8[N]: the statement of prices, heard by who does not see them."""
    told: Floats | None = None
    """float64[N, 3], nan where nothing: the prices in so many words; None where the statement says all."""


class Judged(NamedTuple):
    """How N visits went."""

    rewards: Floats
    """float64[N] in [-1, 1]: the noisy Likert rating of what came of it, (rating - 3) / 2."""
    expected: Floats
    """float64[N, 7]: every feedback on average over what can come of it, in the order of ``FEEDBACKS``."""


class Market:
    """Draws customers of a split and judges advice by one kind of feedback."""

    def __init__(self, config: MarketConfig, feedback: str, split: Split, *, seed: int) -> None:
        """Draw nothing yet.

        Args:
            config: who is advised about what.
            feedback: what advice is judged by.
            split: of the scenarios.
            seed: of customers, choices and the noise of ratings.

        Raises:
            WrongUse: no such feedback, catalogue, domain or mix, or people that cannot be.
        """
        people = Population(
            trust=config.trust, prior=config.prior, price_weight=config.price_weight, risk=config.risk,
            diligence=config.diligence, temperature=config.temperature, vulnerable=config.vulnerable,
            cue=config.cue,
        )  # fmt: skip
        self.config, self._key = config, np.uint64(random.key_of_seed(seed))
        self.terms = Terms.of(
            catalogue=config.catalogue, domain=config.domains or None, mix=config.mix, split=split,
            people=people, feedback=feedback, discovery=config.discovery, regret_weight=config.regret_weight,
        )  # fmt: skip

    @property
    def column(self) -> int:
        """Of the feedback among ``FEEDBACKS``."""
        return self.terms.fixed.row

    def customers(self, first: int, count: int) -> Customers:
        """Customers ``first``, ``first + 1``, …: what they are depends on their number only."""
        made = copies.copies_of(count, self.terms.fixed.source)
        made.key[:] = self._key
        made.episode[:] = np.arange(first, first + count, dtype=np.uint64)
        copies.start_where(made, self.terms.fixed.source, self.terms.fixed.traits, np.ones(count, np.bool_))
        return Customers(made.scenarios, made.person, made.vulnerable, made.manner)

    def balanced(self, per_case: int) -> Customers:
        """The first ``per_case`` customers with each case: so 7 of 15 have a valid option, exactly."""
        cases = len(cases_of(self.config.mix).shown)
        drawn = self.customers(0, 2 * per_case * cases)
        while True:
            case = drawn.scenarios.case
            order = np.argsort(case, kind="stable")
            sizes = np.bincount(case, minlength=cases)
            if sizes.min() >= per_case:
                break
            drawn = self.customers(0, 2 * len(case))
        # How many of the same case come before each.
        earlier = np.empty(len(order), np.int64)
        earlier[order] = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return drawn.take(earlier < per_case)

    def visits(self, customers: Customers, advice: Advice) -> Visits:
        """All that can come of advice."""
        scenarios = customers.scenarios
        told = rules.tell(scenarios.price, advice.prices) if advice.told is None else advice.told
        return rules.visit(scenarios, self._users(customers), advice.claims, told, self.terms.fixed.evaluator)

    def measure(self, customers: Customers, advice: Advice) -> dict[str, Floats]:
        """How honest and how useful advice was: ``honesty.per_visit``."""
        visits = self.visits(customers, advice)
        return honesty.per_visit(customers.scenarios, advice.claims, advice.prices, visits)

    def judge(self, customers: Customers, advice: Advice) -> Judged:
        """Let the customers choose and rate; what is drawn depends on them and on the advice only."""
        visits = self.visits(customers, advice)
        likert = rules.draw(visits, customers.keys).likert[:, self.column]
        return Judged((likert.astype(np.float64) - 3) / 2, rules.expected(visits))

    def _users(self, customers: Customers) -> Users:
        found = Users(*(np.full(len(customers.keys), trait) for trait in self.terms.fixed.traits.user))
        found.diligence[customers.vulnerable] = 0.0
        return found
