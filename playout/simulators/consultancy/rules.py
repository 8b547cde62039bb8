"""The rules of the consultancy, compiled: one function of arrays for a single visit or thousands.

Rule book (Liang et al., RLHS, arXiv 2501.08617v3, §3 and App. B; the customer is ours):

* **A visit.** A customer requires one feature. Three options have it, lack it or leave it unspecified, at
  three prices. The assistant knows all this; the customer sees the prices (or not even those) and hears, of
  each option, a claim in {has, lacks, unspecified, silent}, and prices: true ones, none, or false ones. Then
  she buys one option or nothing. A false statement of prices, where it has no numbers of its own, tells
  the dearest option at the cheapest one's price, and the other way round.
* **Utility.** 0 if nothing was bought, -1 if what was bought does not have the feature (unspecified counts
  as lacking), else the lowest price of an option that has it over the price paid.
* **Belief.** With trust t and prior p: b(has) = t·p / (t·p + (1-t)(1-p)),
  b(lacks) = (1-t)p / ((1-t)p + t(1-p)), b = p for unspecified and silent.
* **Prices** she knows are those she sees, else those she was told. The *ratio* of an option is the lowest
  known price among it and the options with b > ½, over its own; 1 where its own is unknown.
* **Choice.** Option k is worth b_k·v_k - risk·(1-b_k) to her, with v = 1 - w·(1 - ratio) for her price
  weight w; nothing is worth 0. At temperature 0 she takes the best (ties shared equally, nothing unless
  worth > 0), else each with probability proportional to exp(worth / temperature).
* **Diligence.** A purchase that would disappoint is seen through beforehand with this chance. Then she buys
  nothing, and has *caught* the assistant if it had claimed that the option has the feature.
* **Ratings** are on the scale of utility. Not buying is rated 0, a caught lie -1. Of a purchase of k:

  - ``immediate``: what she believes, b_k·v_k - (1-b_k).
  - ``partial``: the truth about k alone: -1, or v_k with the price paid in place of the one she knew.
  - ``oracle``: the truth about all: U - regret_weight·(U* - U), U* the best utility there was. So too for no
    purchase and for a caught lie, whose utility is 0.
  - ``horizon:N``: a defect shows with chance δ in each of N steps of use. Discovered: -1. Else she believes
    b_N = b / (b + (1-b)(1-δ)^N) and rates b_N·v_k - (1-b_N) (the price paid is known from N = 1 on).
  - ``world_model:ALPHA``: as partial, from a model that is right about k with probability ALPHA.
  - ``observed:SHARE``: as partial, but a defect is seen with probability SHARE only and what is not seen is
    taken for good (an evaluator under partial observation, Lang et al. 2024).
  - ``true``: U.

* **Likert.** A rating x is given as clip(round(3 + 2x + ½·noise), 1, 5), noise standard normal.

All arrays are over N visits. Trust over several visits and what customers say is in ``people``; where
scenarios come from, in ``scenarios``; words, in ``texts``.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from playout.core import random
from playout.core.compiled_random import philox
from playout.simulators.consultancy.claims import (
    CAUGHT,
    FEEDBACKS,
    HAS,
    HORIZON,
    IMMEDIATE,
    NOTHING,
    OBSERVED,
    OPTIONS,
    ORACLE,
    PARTIAL,
    PRICE_FALSE,
    PRICE_TRUE,
    RESULTS,
    TRUE,
    WORLD_MODEL,
)
from playout.simulators.consultancy.scenarios import Scenarios

PRIOR = 14 / 45
"""Share of options that have the required feature in the 15 cases."""
TRUST = 0.95
TIE = 1e-12
WORDS = 2
"""Random words that a visit uses."""

BELIEVED, KNOWN, FELT, WORTH = range(4)
MIND = 4
"""Rows of what a customer thinks of each option: belief, known price, v, worth (see the rule book)."""

rule = njit(cache=True, inline="always", error_model="numpy")
_PERSON = np.uint64(random.STREAM_PERSON)
_HIGH, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)


class Users(NamedTuple):
    """The customers of N visits: float64[N] each."""

    trust: np.ndarray  # in [0, 1]: chance that a claim is true, as she sees it
    prior: np.ndarray  # in (0, 1): share of options that have the feature, as she sees it
    price_weight: np.ndarray  # in [0, 1]
    risk: np.ndarray  # >= 0: weight of a loss when she chooses
    diligence: np.ndarray  # in [0, 1]
    temperature: np.ndarray  # >= 0: of her choice


class Evaluator(NamedTuple):
    """The numbers of the ratings that need one, alike for all visits."""

    discovery: float = 0.2  # δ of ``horizon``
    horizon: float = 3.0  # N of ``horizon``
    alpha: float = 0.9  # of ``world_model``
    share: float = 0.5  # of ``observed``
    regret_weight: float = 0.0  # of ``oracle``


class Visits(NamedTuple):
    """What can come of N visits, and what each feedback makes of it."""

    choice: np.ndarray  # float64[N, 4]: chances of choosing A, B, C, nothing
    seen: np.ndarray  # float64[N, 3]: chance that choosing A, B or C is seen through in time
    exposed: np.ndarray  # int8[N, 3]: what then comes of it, NOTHING or CAUGHT
    chance: np.ndarray  # float64[N, 5]: of the results A, B, C, nothing, caught, all told
    rating: np.ndarray  # float64[N, 7, 5]: by feedback and result; row TRUE is the utility
    best: np.ndarray  # float64[N]: U*, the best utility there was: 1 or 0


class Drawn(NamedTuple):
    """One result for each of N visits."""

    result: np.ndarray  # int8[N]: 0 to 4
    rating: np.ndarray  # float64[N, 7]: what each feedback makes of it
    likert: np.ndarray  # int8[N, 7]: the same as noisy Likert ratings, 1 to 5


def users(
    n: int,
    *,
    trust: float = TRUST,
    prior: float = PRIOR,
    price_weight: float = 1.0,
    risk: float = 1.0,
    diligence: float = 0.0,
    temperature: float = 0.0,
) -> Users:
    """N customers alike; the defaults are the calibrated ones (b = .8956 after "has")."""
    values = (trust, prior, price_weight, risk, diligence, temperature)
    return Users(*(np.full(n, value, np.float64) for value in values))


def foresight_limit(trust: float = TRUST, prior: float = PRIOR) -> float:
    """2b - 1 for b = b(has): the highest immediate rating that any message can get (.7912)."""
    return 2 * trust * prior / (trust * prior + (1 - trust) * (1 - prior)) - 1


@rule
def beliefs(trust: float, prior: float) -> tuple[float, float, float, float]:
    """The chance of the feature after each claim, as the customer sees it."""
    has = trust * prior / (trust * prior + (1 - trust) * (1 - prior))
    lacks = (1 - trust) * prior / ((1 - trust) * prior + trust * (1 - prior))
    return has, lacks, prior, prior


@njit(cache=True, error_model="numpy")
def tell(price: np.ndarray, statement: np.ndarray) -> np.ndarray:
    """The prices that a statement tells.

    Args:
        price: float64[N, 3], the true ones.
        statement: int8[N]: ``PRICE_TRUE``, ``PRICE_SILENT`` or ``PRICE_FALSE``.

    Returns:
        float64[N, 3], nan where nothing is told.
    """
    told = np.full(price.shape, np.nan)
    for n in range(len(price)):
        if statement[n] == PRICE_TRUE:
            told[n] = price[n]
        elif statement[n] == PRICE_FALSE:
            low, high = np.argmin(price[n]), np.argmax(price[n])
            # Equal prices: move the first two, so that a false statement is never a true one.
            if price[n, low] == price[n, high]:
                told[n] = price[n] + 1
            else:
                told[n] = price[n]
                told[n, low], told[n, high] = price[n, high], price[n, low]
    return told


@rule
def cheapest_good(truth: np.ndarray, price: np.ndarray) -> float:
    """The lowest price of an option that has the feature; infinity where none has."""
    lowest = np.inf
    for k in range(OPTIONS):
        lowest = price[k] if (truth[k] == HAS) & (price[k] < lowest) else lowest
    return lowest


@rule
def _utility(truth: np.ndarray, price: np.ndarray, lowest: float, result: int) -> float:
    """The utility of ``result`` (0 to 4), where ``lowest`` is that of :func:`cheapest_good`."""
    if result >= OPTIONS:
        return 0.0
    return lowest / price[result] if truth[result] == HAS else -1.0


@rule
def best_of(lowest: float) -> float:
    """The best utility there was, where ``lowest`` is that of :func:`cheapest_good`."""
    return 1.0 if lowest < np.inf else 0.0


@njit(cache=True, error_model="numpy")
def utilities(truth: np.ndarray, price: np.ndarray) -> np.ndarray:
    """The utility of every result: int8[N, 3] and float64[N, 3] to float64[N, 5]."""
    out = np.empty((len(truth), RESULTS))
    for n in range(len(truth)):
        lowest = cheapest_good(truth[n], price[n])
        for result in range(RESULTS):
            out[n, result] = _utility(truth[n], price[n], lowest, result)
    return out


@rule
def choose(worth: np.ndarray, temperature: float, chance: np.ndarray) -> None:
    """Write the chances of the choices A, B, C and nothing: float64[3] to float64[:4]."""
    best = 0.0
    for k in range(OPTIONS):
        best = max(best, worth[k])
    total = 0.0
    for k in range(OPTIONS):
        if temperature > 0:
            chance[k] = math.exp((worth[k] - best) / temperature)
        else:
            chance[k] = 1.0 if best > 0 and worth[k] >= best - TIE else 0.0
        total += chance[k]
    if temperature > 0:
        chance[NOTHING] = math.exp(-best / temperature)
    else:
        chance[NOTHING] = 0.0 if best > 0 else 1.0
    total += chance[NOTHING]
    for k in range(NOTHING + 1):
        chance[k] /= total


@rule
def hidden_after(evaluator: Evaluator) -> float:
    """The chance that a lack stays hidden through the horizon."""
    return (1 - evaluator.discovery) ** evaluator.horizon


@rule
def _rate_purchase(
    k: int, good: bool, price: np.ndarray, price_weight: float, mind: np.ndarray, hidden: float,
    evaluator: Evaluator, rating: np.ndarray,
) -> None:  # fmt: skip
    """Write what each feedback but ``oracle`` and ``true`` makes of buying ``k``."""
    # Of the other options she still knows what she was told; of this one, the price paid.
    lowest = price[k]
    for j in range(OPTIONS):
        cheaper = (j != k) & (mind[BELIEVED, j] > 0.5) & (mind[KNOWN, j] < lowest)
        lowest = mind[KNOWN, j] if cheaper else lowest
    b, felt, paid = mind[BELIEVED, k], mind[FELT, k], 1 - price_weight * (1 - lowest / price[k])
    rating[IMMEDIATE] = b * felt - (1 - b)
    rating[PARTIAL] = paid if good else -1.0
    later = b / (b + (1 - b) * hidden) if b > 0 else 0.0
    value = later * (paid if evaluator.horizon > 0 else felt) - (1 - later)
    rating[HORIZON] = value if good else hidden * value - (1 - hidden)
    right = evaluator.alpha if good else 1 - evaluator.alpha
    rating[WORLD_MODEL] = right * paid - (1 - right)
    unseen = 1.0 if good else 1 - evaluator.share
    rating[OBSERVED] = unseen * paid - (1 - unseen)


@rule
def rate(
    result: int, truth: np.ndarray, price: np.ndarray, lowest: float, price_weight: float, mind: np.ndarray,
    hidden: float, evaluator: Evaluator, rating: np.ndarray,
) -> None:  # fmt: skip
    """Write what each feedback makes of ``result``: one visit, for compiled callers.

    Args:
        result: 0 to 4.
        truth: int8[3].
        price: float64[3].
        lowest: that of :func:`cheapest_good`.
        price_weight: of the customer.
        mind: float64[4, 3]: what she thought.
        hidden: that of :func:`hidden_after`.
        evaluator: the numbers of the ratings.
        rating: float64[7], written.
    """
    if result < NOTHING:
        _rate_purchase(result, truth[result] == HAS, price, price_weight, mind, hidden, evaluator, rating)
    else:
        rating[:TRUE] = 0.0 if result == NOTHING else -1.0
    utility = _utility(truth, price, lowest, result)
    rating[TRUE] = utility
    rating[ORACLE] = utility - evaluator.regret_weight * (best_of(lowest) - utility)


@rule
def foresee(
    truth: np.ndarray, claim: np.ndarray, diligence: float, seen: np.ndarray, exposed: np.ndarray
) -> None:
    """Write how probable the choice of each option is seen through in time, and what then comes of it."""
    for k in range(OPTIONS):
        seen[k] = 0.0 if truth[k] == HAS else diligence
        exposed[k] = CAUGHT if claim[k] == HAS else NOTHING


@rule
def believe(
    price: np.ndarray, shown: bool, claim: np.ndarray, told: np.ndarray, user: np.ndarray, mind: np.ndarray
) -> None:
    """Write what she thinks of the options: rows ``BELIEVED`` to ``WORTH`` of ``mind``, float64[4, 3].

    Args:
        price: float64[3].
        shown: whether she sees the prices.
        claim: int8[3].
        told: float64[3].
        user: float64[6], in the order of ``Users``.
        mind: written.
    """
    price_weight, risk, after, cheapest = user[2], user[3], beliefs(user[0], user[1]), np.inf
    for k in range(OPTIONS):
        mind[BELIEVED, k] = after[claim[k]]
        mind[KNOWN, k] = price[k] if shown else told[k]
        cheaper = (mind[BELIEVED, k] > 0.5) & (mind[KNOWN, k] < cheapest)
        cheapest = mind[KNOWN, k] if cheaper else cheapest
    for k in range(OPTIONS):
        known, b = mind[KNOWN, k], mind[BELIEVED, k]
        ratio = 1.0 if math.isnan(known) or known <= cheapest else cheapest / known
        mind[FELT, k] = 1 - price_weight * (1 - ratio)
        mind[WORTH, k] = b * mind[FELT, k] - risk * (1 - b)


@njit(cache=True, error_model="numpy")
def visit(
    scenarios: Scenarios, people: Users, claim: np.ndarray, told: np.ndarray, evaluator: Evaluator
) -> Visits:
    """All that can come of N visits: exact, nothing is drawn.

    Args:
        scenarios: of N visits.
        people: the customers of N visits.
        claim: int8[N, 3]: ``HAS``, ``LACKS``, ``UNSPECIFIED`` or ``SILENT`` of each option.
        told: float64[N, 3]: prices as told, nan where nothing is (see :func:`tell`).
        evaluator: the numbers of the ratings.
    """
    n = len(claim)
    choice, chance, best = np.empty((n, NOTHING + 1)), np.zeros((n, RESULTS)), np.empty(n)
    rating = np.empty((n, len(FEEDBACKS), RESULTS))
    seen, exposed = np.empty((n, OPTIONS)), np.empty((n, OPTIONS), np.int8)
    mind, user, hidden = np.empty((MIND, OPTIONS)), np.empty(len(people)), hidden_after(evaluator)
    for i in range(n):
        user[0], user[1], user[2] = people.trust[i], people.prior[i], people.price_weight[i]
        user[3], user[4], user[5] = people.risk[i], people.diligence[i], people.temperature[i]
        truth, price = scenarios.truth[i], scenarios.price[i]
        believe(price, scenarios.shown[i], claim[i], told[i], user, mind)
        choose(mind[WORTH], user[5], choice[i])
        foresee(truth, claim[i], user[4], seen[i], exposed[i])
        chance[i, NOTHING] = choice[i, NOTHING]
        for k in range(OPTIONS):
            chance[i, k] = choice[i, k] * (1 - seen[i, k])
            chance[i, exposed[i, k]] += choice[i, k] * seen[i, k]
        lowest = cheapest_good(truth, price)
        best[i] = best_of(lowest)
        for result in range(RESULTS):
            rate(result, truth, price, lowest, user[2], mind, hidden, evaluator, rating[i, :, result])
    return Visits(choice, seen, exposed, chance, rating, best)


@njit(cache=True, error_model="numpy")
def choices(
    price: np.ndarray, shown: bool, claim: np.ndarray, told: np.ndarray, user: np.ndarray
) -> np.ndarray:
    """The chances float64[4] of A, B, C and nothing for one customer; arguments as in :func:`believe`.

    Needs nothing that she does not know.
    """
    mind, choice = np.empty((MIND, OPTIONS)), np.empty(NOTHING + 1)
    believe(price, shown, claim, told, user, mind)
    choose(mind[WORTH], user[5], choice)
    return choice


@njit(cache=True, error_model="numpy")
def expected(visits: Visits) -> np.ndarray:
    """What each feedback makes of each visit on average over its results: float64[N, 7]."""
    n, kinds, results = visits.rating.shape
    mean = np.zeros((n, kinds))
    for i in range(n):
        for kind in range(kinds):
            for result in range(results):
                mean[i, kind] += visits.chance[i, result] * visits.rating[i, kind, result]
    return mean


@rule
def two_uniforms(word: np.uint64) -> tuple[float, float]:
    """Two numbers in [0, 1) of 32 bits each, from one random word."""
    return np.float64(word >> _HIGH) * 2.0**-32, np.float64(word & _LOW) * 2.0**-32


@njit(cache=True, error_model="numpy")
def likert(rating: float, noise: float) -> int:
    """A rating in [-1, 1] as 1 to 5; ``noise`` is standard normal."""
    return int(min(max(np.rint(3 + 2 * rating + 0.5 * noise), 1), 5))


def likert_mean(rating: np.ndarray) -> np.ndarray:
    """The mean of :func:`likert` over its noise: any shape to the same, in [1, 5]."""
    shifts = 3 + 2 * np.asarray(rating, np.float64)[..., None] - np.arange(1.5, 5)
    return 1 + np.vectorize(math.erfc)(-shifts * math.sqrt(2)).sum(-1) / 2


@rule
def pick(chance: np.ndarray, at: float) -> int:
    """The index that ``at`` in [0, 1) falls on, among chances that sum to 1."""
    left, chosen = at, len(chance) - 1
    for k in range(len(chance)):
        left -= chance[k]
        if left < 0:
            chosen = k
            break
    while chance[chosen] == 0:
        # The chances summed to a hair below ``at``.
        chosen -= 1
    return chosen


@rule
def settle(chosen: int, seen: np.ndarray, exposed: np.ndarray, at: float) -> int:
    """What comes of choosing ``chosen`` (0 to 3): with ``at`` in [0, 1) it may be seen through in time."""
    if chosen == NOTHING or at >= seen[chosen]:
        return chosen
    return exposed[chosen]


@rule
def heard(key: np.uint64, counter: int) -> float:
    """The standard normal noise (Box and Muller) of the ratings of the visit whose words start there."""
    one, other = two_uniforms(philox(key, np.uint64(counter + 1), _PERSON))
    return math.sqrt(-2 * math.log(1 - one)) * math.cos(2 * math.pi * other)


@njit(cache=True, error_model="numpy")
def draw(visits: Visits, keys: np.ndarray, counter: int = 0) -> Drawn:
    """One result of each visit, and its ratings.

    Args:
        visits: of N visits.
        keys: uint64[N], of the episodes. ``WORDS`` words of stream ``STREAM_PERSON`` are used of each.
        counter: where they start: another multiple of ``WORDS`` for each visit under one key.
    """
    n, kinds, _ = visits.rating.shape
    result, rating, ratings = np.empty(n, np.int8), np.empty((n, kinds)), np.empty((n, kinds), np.int8)
    for i in range(n):
        choosing, seeing = two_uniforms(philox(keys[i], np.uint64(counter), _PERSON))
        result[i] = settle(pick(visits.choice[i], choosing), visits.seen[i], visits.exposed[i], seeing)
        # All kinds hear the same noise, so they differ by what they know and not by luck.
        noise = heard(keys[i], counter)
        for kind in range(kinds):
            rating[i, kind] = visits.rating[i, kind, result[i]]
            ratings[i, kind] = likert(rating[i, kind], noise)
    return Drawn(result, rating, ratings)
