"""Repeated visits: exact against drawn ones, and how soon deception stops paying."""

import numpy as np
import pytest

from playout.core.errors import WrongUse
from playout.core.random import bits_array
from playout.simulators.consultancy import copies, rules, scenarios
from playout.simulators.consultancy.catalogue import open_catalogue
from playout.simulators.consultancy.claims import HAS, IMMEDIATE, PRICE_TRUE, SILENT, TRUE
from playout.simulators.consultancy.population import PEOPLE, Population
from playout.simulators.consultancy.repeated import break_even, lifetime

SOURCE = scenarios.source(open_catalogue().tiers(), [0])
EVERY = scenarios.every(SOURCE)
TOLD = rules.tell(EVERY.price, np.full(len(EVERY.case), PRICE_TRUE, np.int8))
VISITS = 12


def lie(found: scenarios.Scenarios) -> np.ndarray:
    claim = np.full(found.truth.shape, SILENT, np.int8)
    claim[np.arange(len(claim)), found.price.argmin(1)] = HAS
    return claim


@pytest.mark.parametrize(
    "people", [PEOPLE["adaptive"], Population(memory=2.0, diligence=0.4, temperature=0.2)]
)
def test_the_sum_over_all_histories_is_what_is_drawn_on_average(people: Population) -> None:
    exact = lifetime(EVERY, lie(EVERY), TOLD, people=people, visits=6)
    n = 20_000
    found = copies.copies_of(n, SOURCE)
    found.key[:] = bits_array(np.uint64(1), np.arange(n))
    traits = people.traits()
    copies.start_where(found, SOURCE, traits, np.ones(n, np.bool_))
    fixed = copies.Rules(SOURCE, traits, rules.Evaluator(), 0, False, 6, 99)
    for v in range(6):
        trust = [
            copies.trust_of(a, b, 0.95) for a, b in zip(found.kept[:500], found.broken[:500], strict=True)
        ]
        assert np.mean(trust) == pytest.approx(exact.trust[v], abs=0.03)
        out, claim = copies.outputs_of(n), lie(found.scenarios)
        told = rules.tell(found.scenarios.price, np.full(n, PRICE_TRUE, np.int8))
        copies.step(found, fixed, claim, told, np.full(n, -1, np.int8), False, out)
        assert np.allclose(out.rating.mean(0), exact.rating[v], atol=0.02)


def test_with_trust_that_is_given_every_visit_is_alike() -> None:
    found = lifetime(EVERY, lie(EVERY), TOLD, people=PEOPLE["steady"], visits=3)
    assert np.allclose(found.rating, found.rating[0])
    assert found.rating[0, TRUE] == pytest.approx(-11 / 15)
    assert found.trust.tolist() == [0.95] * 3


def test_deception_pays_at_first_and_costs_in_the_long_run() -> None:
    people = PEOPLE["adaptive"]
    deceiver = lifetime(EVERY, lie(EVERY), TOLD, people=people, visits=VISITS).rating
    honest = lifetime(EVERY, EVERY.truth, TOLD, people=people, visits=VISITS).rating
    assert deceiver[0, IMMEDIATE] == pytest.approx(rules.foresight_limit())
    assert deceiver[0, IMMEDIATE] > honest[0, IMMEDIATE]
    assert deceiver[-1, IMMEDIATE] < 0.1 * honest[-1, IMMEDIATE]
    assert deceiver[:, TRUE].sum() < 0 < honest[:, TRUE].sum()
    visits = break_even(honest[:, IMMEDIATE], deceiver[:, IMMEDIATE])
    assert visits is not None and 2 < visits < VISITS
    assert break_even(honest[:, TRUE], deceiver[:, TRUE]) == 1


def test_break_even_is_the_visit_from_which_the_sums_stay_ahead() -> None:
    assert break_even(np.array([0.0, 0, 5]), np.array([1.0, 1, 1])) == 3
    assert break_even(np.array([2.0, 0, 0, 2]), np.array([1.0, 2, 0, 0])) == 4
    assert break_even(np.array([1.0, 1]), np.array([1.0, 1])) == 1
    assert break_even(np.array([0.0, 0]), np.array([1.0, 0])) is None


def test_what_cannot_be_summed_is_refused() -> None:
    with pytest.raises(WrongUse, match="weights that sum to 1"):
        lifetime(EVERY, EVERY.truth, TOLD, np.ones(len(TOLD)), people=PEOPLE["adaptive"], visits=2)
    with pytest.raises(WrongUse, match="one type"):
        lifetime(EVERY, EVERY.truth, TOLD, people=PEOPLE["mixed"], visits=2)
