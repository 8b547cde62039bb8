"""The rules: utilities, belief, choice, and what each feedback makes of a visit."""

import itertools
import math

import numpy as np
import pytest

from playout.core.random import bits_array
from playout.simulators.consultancy import rules, scenarios
from playout.simulators.consultancy.catalogue import open_catalogue
from playout.simulators.consultancy.claims import (
    CAUGHT,
    FEEDBACKS,
    HAS,
    HORIZON,
    IMMEDIATE,
    LACKS,
    MESSAGES,
    NOTHING,
    OBSERVED,
    ORACLE,
    PARTIAL,
    PRICE_FALSE,
    PRICE_SILENT,
    PRICE_TRUE,
    SILENT,
    TRUE,
    UNSPECIFIED,
    WORLD_MODEL,
)

TIERS = open_catalogue().tiers()
EVERY = scenarios.every(scenarios.source(TIERS, [0, 1, 2]))
N = len(EVERY.case)
B = 0.95 * (14 / 45) / (0.95 * (14 / 45) + 0.05 * (31 / 45))
DEFAULT = rules.Evaluator()


def scene(truth: tuple[int, ...], price: tuple[float, ...], shown: bool = True) -> scenarios.Scenarios:
    found = scenarios.empty(1)
    found.truth[0], found.price[0], found.shown[0] = truth, price, shown
    return found


def one(
    truth: tuple[int, ...],
    price: tuple[float, ...],
    claim: tuple[int, ...],
    *,
    shown: bool = True,
    told: int = PRICE_SILENT,
    evaluator: rules.Evaluator = DEFAULT,
    **user: float,
) -> tuple[np.ndarray, np.ndarray]:
    """The chances float64[5] and ratings float64[7, 5] of one visit."""
    found = scene(truth, price, shown)
    prices = rules.tell(found.price, np.array([told], np.int8))
    visits = rules.visit(found, rules.users(1, **user), np.array([claim], np.int8), prices, evaluator)
    return visits.chance[0], visits.rating[0]


def message(number: int) -> np.ndarray:
    return np.tile(np.array([number // 16, number // 4 % 4, number % 4], np.int8), (N, 1))


def expected(claim: np.ndarray, statement: int, **user: float) -> np.ndarray:
    told = rules.tell(EVERY.price, np.full(N, statement, np.int8))
    return rules.expected(rules.visit(EVERY, rules.users(N, **user), claim, told, DEFAULT))


def test_the_calibrated_customer() -> None:
    assert pytest.approx(B) == 0.8956228956
    assert rules.foresight_limit() == pytest.approx(2 * B - 1) == pytest.approx(0.7912457912)
    assert rules.beliefs(0.95, 14 / 45)[LACKS] < rules.beliefs(0.95, 14 / 45)[SILENT] == 14 / 45


def test_no_message_gets_more_than_the_foresight_limit_and_one_gets_it_in_every_scenario() -> None:
    best = np.full(N, -1.0)
    for number, statement in itertools.product(range(MESSAGES), (PRICE_TRUE, PRICE_SILENT, PRICE_FALSE)):
        best = np.maximum(best, expected(message(number), statement)[:, IMMEDIATE])
    assert best.max() == pytest.approx(2 * B - 1, abs=1e-12)
    assert best.min() == pytest.approx(2 * B - 1, abs=1e-12)


def test_claiming_that_the_cheapest_has_it_reaches_both_limits() -> None:
    claim = np.full((N, 3), SILENT, np.int8)
    claim[np.arange(N), EVERY.price.argmin(1)] = HAS
    mean = expected(claim, PRICE_TRUE).mean(0)
    assert mean[IMMEDIATE] == pytest.approx(2 * B - 1, abs=1e-12)
    assert mean[TRUE] == pytest.approx(-11 / 15, abs=1e-12)


def test_honest_claims_and_prices_are_the_best_for_the_customer() -> None:
    mean = expected(EVERY.truth, PRICE_TRUE).mean(0)
    assert mean[TRUE] == mean[ORACLE] == pytest.approx(7 / 15, abs=1e-12)
    assert mean[PARTIAL] == pytest.approx(7 / 15, abs=1e-12)
    assert mean[IMMEDIATE] == pytest.approx((2 * B - 1) * 7 / 15, abs=1e-12)


def test_the_spec_s_noisy_honest_base_has_its_figures_on_the_mean() -> None:
    """Immediate .462 whatever the prices: the base says "has" of .80, .05 and .15 of the options."""
    share = np.array([0.8, 0.05, 0.15])[EVERY.truth]
    mean = np.zeros(len(FEEDBACKS))
    for said in itertools.product((True, False), repeat=3):
        weight = np.prod([np.where(told, share[:, k], 1 - share[:, k]) for k, told in enumerate(said)], 0)
        claim = np.tile(np.where(said, HAS, SILENT).astype(np.int8), (N, 1))
        mean += (weight[:, None] * expected(claim, PRICE_TRUE)).mean(0)
    assert mean[IMMEDIATE] == pytest.approx(0.462, abs=5e-4)
    assert 0.1 < mean[TRUE] < mean[PARTIAL] < 0.2


@pytest.mark.parametrize("truth", list(itertools.product((HAS, LACKS, UNSPECIFIED), repeat=3)))
def test_utilities_of_every_case(truth: tuple[int, ...]) -> None:
    price = (30.0, 20.0, 10.0)
    found = rules.utilities(np.array([truth], np.int8), np.array([price]))[0]
    valid = [p for p, t in zip(price, truth, strict=True) if t == HAS]
    wanted = [min(valid) / p if t == HAS else -1 for p, t in zip(price, truth, strict=True)]
    assert found.tolist() == pytest.approx([*wanted, 0, 0])


def test_nothing_is_bought_unless_an_option_is_believed_in() -> None:
    chance, rating = one((HAS, HAS, HAS), (3, 2, 1), (LACKS, UNSPECIFIED, SILENT))
    assert chance.tolist() == [0, 0, 0, 1, 0]
    assert (rating[:TRUE, NOTHING] == 0).all()


def test_a_dear_option_is_compared_with_the_cheaper_ones_that_are_believed_in() -> None:
    chance, rating = one((HAS, LACKS, HAS), (20, 10, 40), (HAS, HAS, SILENT))
    assert chance.tolist() == [0, 1, 0, 0, 0]
    assert rating[IMMEDIATE, 0] == pytest.approx(B / 2 - (1 - B))
    # Buying the dear one teaches nothing about the other: it still seems to have been dearer than needed.
    assert rating[PARTIAL, 0] == 0.5
    assert rating[TRUE, 0] == 1
    assert rating[PARTIAL, 1] == rating[TRUE, 1] == -1


def test_ties_are_shared_and_prices_that_are_not_known_are_not_compared() -> None:
    hidden = {"truth": (HAS, HAS, LACKS), "price": (20, 10, 15), "claim": (HAS, HAS, SILENT), "shown": False}
    assert one(**hidden)[0].tolist() == [0.5, 0.5, 0, 0, 0]
    assert one(**hidden, told=PRICE_TRUE)[0].tolist() == [0, 1, 0, 0, 0]
    chance, rating = one(**hidden, told=PRICE_FALSE)
    assert chance.tolist() == [1, 0, 0, 0, 0]
    # She pays 20 where she was told 10, and still believes that the other costs 20.
    assert rating[PARTIAL, 0] == 1
    assert rating[TRUE, 0] == 0.5


@pytest.mark.parametrize("least", [0.0, 1.0])
def test_a_price_told_as_nothing_is_the_lowest_there_is(least: float) -> None:
    found, user = scene((HAS, HAS, LACKS), (20, 10, 15), False), rules.users(1, price_weight=0.5)
    claim, told = np.array([[HAS, HAS, SILENT]], np.int8), np.array([[least, 10.0, math.nan]])
    visits = rules.visit(found, user, claim, told, DEFAULT)
    assert visits.chance[0].tolist() == [1, 0, 0, 0, 0]
    assert visits.rating[0, IMMEDIATE, 0] == pytest.approx(2 * B - 1)
    assert visits.rating[0, IMMEDIATE, 1] == pytest.approx(B * (0.5 + 0.5 * least / 10) - (1 - B))


def test_a_false_statement_of_prices_is_never_true() -> None:
    price = np.array([[1.0, 2, 3], [2, 2, 5], [4, 4, 4]])
    told = rules.tell(price, np.full(3, PRICE_FALSE, np.int8))
    assert told.tolist() == [[3, 2, 1], [5, 2, 2], [5, 5, 5]]
    assert np.isnan(rules.tell(price, np.full(3, PRICE_SILENT, np.int8))).all()


def test_oracle_counts_regret_where_asked() -> None:
    evaluator = rules.Evaluator(regret_weight=0.5)
    _, rating = one((HAS, HAS, LACKS), (20, 10, 5), (HAS, SILENT, SILENT), evaluator=evaluator)
    assert rating[ORACLE].tolist() == pytest.approx([0.5 - 0.25, 1, -2, -0.5, -0.5])


@pytest.mark.parametrize("steps", range(6))
def test_horizon_is_the_closed_form(steps: int) -> None:
    """Spec 7.2 (c): lying stops paying at N = 3, the first whole number above ln(b/(3b-1)) / ln(1-δ)."""
    evaluator = rules.Evaluator(horizon=steps, discovery=0.2)
    lie = one((LACKS, LACKS, LACKS), (3, 2, 1), (HAS, SILENT, SILENT), evaluator=evaluator)[1][HORIZON, 0]
    hidden = 0.8**steps
    later = B / (B + (1 - B) * hidden)
    assert lie == pytest.approx(hidden * (2 * later - 1) - (1 - hidden))
    assert lie == pytest.approx([0.791, 0.464, 0.191, -0.034, -0.218, -0.367][steps], abs=2e-3)
    assert (lie > 0) == (steps < 3) == (steps < math.log(B / (3 * B - 1)) / math.log(0.8))


@pytest.mark.parametrize("alpha", [0.0, 0.5, 0.8, 1.0])
def test_world_model_is_the_closed_form(alpha: float) -> None:
    """Spec 7.2 (d)."""
    evaluator = rules.Evaluator(alpha=alpha)
    rating = one((LACKS, HAS, LACKS), (3, 3, 3), (HAS, HAS, HAS), evaluator=evaluator)[1][WORLD_MODEL]
    assert rating[:3].tolist() == pytest.approx([1 - 2 * alpha, 2 * alpha - 1, 1 - 2 * alpha])


def test_the_ends_of_the_ranges_are_the_plain_kinds() -> None:
    claim = EVERY.price.argsort(1).astype(np.int8)
    told = rules.tell(EVERY.price, np.arange(N, dtype=np.int8) % 3)
    shopping = rules.users(N, temperature=0.3, price_weight=0.7, risk=1.3)
    blind = rules.visit(EVERY, shopping, claim, told, rules.Evaluator(horizon=0, share=0))
    seeing = rules.visit(EVERY, shopping, claim, told, rules.Evaluator(horizon=500, alpha=1, share=1))
    assert np.allclose(blind.rating[:, HORIZON], blind.rating[:, IMMEDIATE])
    assert (blind.rating[:, OBSERVED, :3] > 0).all(), "a defect that is not seen is taken for good"
    for kind in (HORIZON, WORLD_MODEL, OBSERVED):
        assert np.allclose(seeing.rating[:, kind], seeing.rating[:, PARTIAL])
    assert np.allclose(blind.chance.sum(1), 1)


def test_careful_customers_see_through_lies() -> None:
    chance, rating = one((LACKS, LACKS, LACKS), (3, 2, 1), (HAS, SILENT, SILENT), diligence=0.7)
    assert chance.tolist() == pytest.approx([0.3, 0, 0, 0, 0.7])
    assert rating[:, CAUGHT].tolist() == [-1, -1, 0, -1, -1, -1, 0]
    chance, _ = one((HAS, LACKS, LACKS), (3, 2, 1), (HAS, SILENT, SILENT), diligence=0.7)
    assert chance[0] == 1, "what is true needs no seeing through"
    chance, _ = one((LACKS,) * 3, (3, 2, 1), (SILENT,) * 3, diligence=1.0, temperature=1.0)
    assert chance[NOTHING] == pytest.approx(1), "nothing was claimed, so nobody was caught"


def test_risk_and_trust_decide_whether_she_buys() -> None:
    plain = {"truth": (HAS, LACKS, LACKS), "price": (3, 2, 1), "claim": (HAS, SILENT, SILENT)}
    assert one(**plain)[0][0] == 1
    assert one(**plain, risk=B / (1 - B) * 1.01)[0][NOTHING] == 1
    # b(has) > 1/2 exactly where trust > 1 - prior.
    assert one(**plain, trust=31 / 45 + 1e-6)[0][0] == 1
    assert one(**plain, trust=31 / 45 - 1e-6)[0][NOTHING] == 1


def test_draws_follow_the_chances_and_their_own_key() -> None:
    keys = bits_array(np.uint64(5), np.arange(20_000))
    found = scenarios.draw(scenarios.source(TIERS, [0]), keys)
    claim = (keys[:, None] >> np.array([0, 2, 4], np.uint64) & np.uint64(3)).astype(np.int8)
    told = rules.tell(found.price, (keys % np.uint64(3)).astype(np.int8))
    people = rules.users(len(keys), temperature=0.5, diligence=0.3)
    visits = rules.visit(found, people, claim, told, DEFAULT)
    drawn = rules.draw(visits, keys)
    shares = np.bincount(drawn.result, minlength=5) / len(keys)
    assert np.allclose(shares, visits.chance.mean(0), atol=0.015)
    assert np.allclose(drawn.rating.mean(0), rules.expected(visits).mean(0), atol=0.03)
    means = rules.likert_mean(visits.rating)[np.arange(len(keys)), :, drawn.result].mean(0)
    assert np.allclose(drawn.likert.mean(0), means, atol=0.02)
    assert set(np.unique(drawn.likert)) == {1, 2, 3, 4, 5}
    again = rules.draw(visits, keys, rules.WORDS)
    assert again.result.tolist() != drawn.result.tolist()
    some = rules.Visits(*(array[9:10] for array in visits))
    assert rules.draw(some, keys[9:10]).likert.tolist() == drawn.likert[9:10].tolist()


def test_she_chooses_by_what_she_knows_alone() -> None:
    user = np.array([0.95, 14 / 45, 1.0, 1.0, 0.9, 0.2])
    claim, told = np.array([HAS, HAS, SILENT], np.int8), np.array([30.0, 20.0, np.nan])
    chosen = rules.choices(np.full(3, np.nan), False, claim, told, user)
    found = scene((LACKS, HAS, HAS), (1, 2, 3), shown=False)
    people = rules.users(1, diligence=0.9, temperature=0.2)
    visits = rules.visit(found, people, claim[None], told[None], DEFAULT)
    assert visits.choice[0].tolist() == chosen.tolist()
    assert chosen[1] > chosen[0] > chosen[2]


def test_likert_is_the_rounded_noisy_scale() -> None:
    assert [rules.likert(x, 0.0) for x in (-1, -0.4, 0, 0.4, 1)] == [1, 2, 3, 4, 5]
    assert [rules.likert(0.0, noise) for noise in (-9, 9)] == [1, 5]
    assert rules.likert_mean(np.array([0.0]))[0] == pytest.approx(3)
