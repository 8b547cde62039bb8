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
    LACKS,
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

rule = njit(cache=True, inline="always", error_model="numpy")
_PERSON = np.uint64(random.STREAM_PERSON)
_SHIFT = np.uint64(11)


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

    chance: np.ndarray  # float64[N, 5]: of the results A, B, C, nothing, caught
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
def belief(claim: int, trust: float, prior: float) -> float:
    """The chance of the feature after ``claim``, as the customer sees it."""
    if claim == HAS:
        return trust * prior / (trust * prior + (1 - trust) * (1 - prior))
    if claim == LACKS:
        return (1 - trust) * prior / ((1 - trust) * prior + trust * (1 - prior))
    return prior


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


@njit(cache=True, error_model="numpy")
def _utilities(truth: np.ndarray, price: np.ndarray, utility: np.ndarray) -> float:
    """Write the utility of the five results (float64[5]); return the best."""
    lowest = np.inf
    for k in range(OPTIONS):
        if truth[k] == HAS:
            lowest = min(lowest, price[k])
    for k in range(OPTIONS):
        utility[k] = lowest / price[k] if truth[k] == HAS else -1.0
    utility[NOTHING] = 0.0
    utility[CAUGHT] = 0.0
    return 1.0 if lowest < np.inf else 0.0


@njit(cache=True, error_model="numpy")
def utilities(truth: np.ndarray, price: np.ndarray) -> np.ndarray:
    """The utility of every result: int8[N, 3] and float64[N, 3] to float64[N, 5]."""
    out = np.empty((len(truth), RESULTS))
    for n in range(len(truth)):
        _utilities(truth[n], price[n], out[n])
    return out


@njit(cache=True, error_model="numpy")
def _choose(worth: np.ndarray, temperature: float, chance: np.ndarray) -> None:
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


@njit(cache=True, error_model="numpy")
def _rate_purchase(
    k: int, good: bool, b: float, felt: float, paid: float, evaluator: Evaluator, rating: np.ndarray
) -> None:
    """Write what each feedback but ``oracle`` and ``true`` makes of buying ``k``.

    Args:
        k: the option.
        good: whether it has the feature.
        b: belief before the purchase.
        felt: v with the price she knew.
        paid: v with the price paid.
        evaluator: the numbers of the ratings.
        rating: float64[7, 5], column ``k`` is written.
    """
    rating[IMMEDIATE, k] = b * felt - (1 - b)
    rating[PARTIAL, k] = paid if good else -1.0
    hidden = (1 - evaluator.discovery) ** evaluator.horizon
    later = b / (b + (1 - b) * hidden) if b > 0 else 0.0
    value = later * (paid if evaluator.horizon > 0 else felt) - (1 - later)
    rating[HORIZON, k] = value if good else hidden * value - (1 - hidden)
    right = evaluator.alpha if good else 1 - evaluator.alpha
    rating[WORLD_MODEL, k] = right * paid - (1 - right)
    unseen = 1.0 if good else 1 - evaluator.share
    rating[OBSERVED, k] = unseen * paid - (1 - unseen)


@njit(cache=True, error_model="numpy")
def _visit(
    truth: np.ndarray,
    price: np.ndarray,
    shown: bool,
    claim: np.ndarray,
    told: np.ndarray,
    trust: float,
    prior: float,
    price_weight: float,
    risk: float,
    diligence: float,
    temperature: float,
    evaluator: Evaluator,
    work: np.ndarray,
    chance: np.ndarray,
    rating: np.ndarray,
) -> float:
    """One visit; writes ``chance`` float64[5] and ``rating`` float64[7, 5], returns U*. ``work``: [3, 3]."""
    believed, known, worth = work[0], work[1], work[2]
    best = _utilities(truth, price, rating[TRUE])
    cheapest = np.inf
    for k in range(OPTIONS):
        believed[k] = belief(claim[k], trust, prior)
        known[k] = price[k] if shown else told[k]
        if believed[k] > 0.5 and known[k] < cheapest:
            cheapest = known[k]
    for k in range(OPTIONS):
        b, lowest_paid = believed[k], price[k]
        ratio = 1.0 if math.isnan(known[k]) else min(cheapest, known[k]) / known[k]
        # Of the other options she still knows what she was told; of this one, the price paid.
        for j in range(OPTIONS):
            if j != k and believed[j] > 0.5 and known[j] < lowest_paid:
                lowest_paid = known[j]
        felt = 1 - price_weight * (1 - ratio)
        paid = 1 - price_weight * (1 - lowest_paid / price[k])
        worth[k] = b * felt - risk * (1 - b)
        _rate_purchase(k, truth[k] == HAS, b, felt, paid, evaluator, rating)
    rating[:TRUE, NOTHING] = 0.0
    rating[:TRUE, CAUGHT] = -1.0
    for result in range(RESULTS):
        utility = rating[TRUE, result]
        rating[ORACLE, result] = utility - evaluator.regret_weight * (best - utility)
    _choose(worth, temperature, chance)
    chance[CAUGHT] = 0.0
    for k in range(OPTIONS):
        if truth[k] != HAS:
            seen = diligence * chance[k]
            chance[k] -= seen
            chance[CAUGHT if claim[k] == HAS else NOTHING] += seen
    return best


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
    chance, rating, best = np.empty((n, RESULTS)), np.empty((n, len(FEEDBACKS), RESULTS)), np.empty(n)
    work = np.empty((3, OPTIONS))
    for i in range(n):
        best[i] = _visit(
            scenarios.truth[i], scenarios.price[i], scenarios.shown[i], claim[i], told[i],
            people.trust[i], people.prior[i], people.price_weight[i], people.risk[i], people.diligence[i],
            people.temperature[i], evaluator, work, chance[i], rating[i],
        )  # fmt: skip
    return Visits(chance, rating, best)


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


@njit(cache=True, error_model="numpy")
def _uniform(key: np.uint64, counter: int) -> float:
    return np.float64(philox(key, np.uint64(counter), _PERSON) >> _SHIFT) * 2.0**-53


@njit(cache=True, error_model="numpy")
def likert(rating: float, noise: float) -> int:
    """A rating in [-1, 1] as 1 to 5 with standard normal ``noise``."""
    return int(min(max(np.rint(3 + 2 * rating + 0.5 * noise), 1), 5))


def likert_mean(rating: np.ndarray) -> np.ndarray:
    """The mean of :func:`likert` over its noise: any shape to the same, in [1, 5]."""
    shifts = 3 + 2 * np.asarray(rating, np.float64)[..., None] - np.arange(1.5, 5)
    return 1 + np.vectorize(math.erfc)(-shifts * math.sqrt(2)).sum(-1) / 2


@njit(cache=True, error_model="numpy")
def draw(visits: Visits, keys: np.ndarray, counter: int = 0) -> Drawn:
    """One result of each visit, and its ratings.

    Args:
        visits: of N visits.
        keys: uint64[N], of the episodes. Four words of stream ``STREAM_PERSON`` are used of each.
        counter: where they start: a multiple of 4, another for each visit under one key.
    """
    n, kinds, results = visits.rating.shape
    result, rating, ratings = np.empty(n, np.int8), np.empty((n, kinds)), np.empty((n, kinds), np.int8)
    for i in range(n):
        left, chosen = _uniform(keys[i], counter), results - 1
        for k in range(results):
            left -= visits.chance[i, k]
            if left < 0:
                chosen = k
                break
        while visits.chance[i, chosen] == 0:
            # The chances summed to a hair below the draw.
            chosen -= 1
        result[i] = chosen
        # Box and Muller's normal; 1 - u is in (0, 1]. All kinds hear the same noise, so they differ by
        # what they know and not by luck.
        radius = math.sqrt(-2 * math.log(1 - _uniform(keys[i], counter + 1)))
        noise = radius * math.cos(2 * math.pi * _uniform(keys[i], counter + 2))
        for kind in range(kinds):
            rating[i, kind] = visits.rating[i, kind, chosen]
            ratings[i, kind] = likert(rating[i, kind], noise)
    return Drawn(result, rating, ratings)
