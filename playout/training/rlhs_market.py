"""The market in which advice is learnt: scenarios by number, and what every feedback makes of advice.

A thin layer over the compiled rules of ``simulators.consultancy``: claims in, ratings out, for claim
tables and for texts alike. Leaves out how advice is made.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from playout.core import random
from playout.simulators.consultancy import rules
from playout.simulators.consultancy.catalogue import open_catalogue
from playout.simulators.consultancy.feedback import rater_of
from playout.simulators.consultancy.rules import Evaluator, Users, Visits
from playout.simulators.consultancy.scenarios import Scenarios, Split, cases_of, draw, source
from playout.simulators.hindsight.feedback import Feedback
from playout.training.rlhs_settings import MarketConfig

Floats = NDArray[np.float64]


class Advice(NamedTuple):
    """What is said in N visits."""

    claims: NDArray[np.int8]
    """int8[N, 3]: of each option."""
    prices: NDArray[np.int8]
    """int8[N]: the statement of prices, heard by who does not see them."""


class Judged(NamedTuple):
    """How N visits went."""

    rewards: Floats
    """float64[N] in [-1, 1]: the noisy Likert rating of what came of it, (rating - 3) / 2."""
    expected: Floats
    """float64[N, 7]: every feedback on average over what can come of it, in the order of ``FEEDBACKS``."""


class Market:
    """Draws visits of a split and judges advice by one kind of feedback."""

    def __init__(self, config: MarketConfig, feedback: Feedback | str, split: Split, *, seed: int) -> None:
        """Draw nothing yet.

        Args:
            config: who is advised about what.
            feedback: what advice is judged by.
            split: of the scenarios.
            seed: of scenarios, choices and the noise of ratings.

        Raises:
            WrongUse: no such feedback, catalogue, domain or mix.
        """
        self.config, self.feedback = config, str(feedback)
        known = Evaluator(discovery=config.discovery, regret_weight=config.regret_weight)
        self.column, self.evaluator = rater_of(feedback, known)
        self.catalogue = open_catalogue(config.catalogue)
        numbers = self.catalogue.numbers(config.domains or None)
        self._source = source(self.catalogue.tiers(), numbers, config.mix, split)
        self._key = np.uint64(random.key_of_seed(seed))

    def keys(self, first: int, count: int) -> NDArray[np.uint64]:
        """The keys of visits ``first``, ``first + 1``, …, uint64[count]."""
        return random.bits_array(self._key, np.arange(first, first + count), random.STREAM_EPISODE)

    def scenarios(self, first: int, count: int) -> Scenarios:
        """The scenarios of these visits."""
        return draw(self._source, self.keys(first, count))

    def balanced(self, per_case: int) -> Scenarios:
        """The first ``per_case`` scenarios of each case: so 7 of 15 have a valid option, exactly."""
        kept, found, first = [], 0, 0
        cases = len(cases_of(self.config.mix).shown)
        counts = np.zeros(cases, np.int64)
        while found < per_case * cases:
            more = self.scenarios(first, per_case * cases)
            # The number of earlier scenarios of the same case, for each.
            order = np.argsort(more.case, kind="stable")
            sizes = np.bincount(more.case, minlength=cases)
            rank = np.empty(len(order), np.int64)
            rank[order] = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            fits = counts[more.case] + rank < per_case
            kept.append(more.take(fits))
            found, first = found + int(fits.sum()), first + per_case * cases
            counts += sizes
        return Scenarios(*(np.concatenate(parts) for parts in zip(*kept, strict=True)))

    def visits(self, scenarios: Scenarios, advice: Advice) -> Visits:
        """All that can come of advice."""
        told = rules.tell(scenarios.price, advice.prices)
        return rules.visit(scenarios, self._users(len(told)), advice.claims, told, self.evaluator)

    def judge(
        self, scenarios: Scenarios, advice: Advice, keys: NDArray[np.uint64], *, counter: int = 0
    ) -> Judged:
        """Let the customers choose and rate.

        Args:
            scenarios: of N visits.
            advice: what they hear.
            keys: uint64[N], of the visits.
            counter: a multiple of 4, another for each visit under one key.
        """
        visits = self.visits(scenarios, advice)
        likert = rules.draw(visits, keys, counter).likert[:, self.column]
        return Judged((likert.astype(np.float64) - 3) / 2, rules.expected(visits))

    def _users(self, n: int) -> Users:
        c = self.config
        return rules.users(
            n, trust=c.trust, prior=c.prior, price_weight=c.price_weight, risk=c.risk,
            diligence=c.diligence, temperature=c.temperature,
        )  # fmt: skip
