"""Scenarios: which option has the required feature, at which price, and what the customer sees.

Drawn from a key (counter-based) or listed, as arrays over N of them. The two mixes of cases are those of
Liang et al. (RLHS, arXiv 2501.08617v3, App. B): a case says of the dear, the middle and the cheap option
whether it has the feature, and whether prices are shown and asked for. Words are in ``texts``.
"""

from collections.abc import Sequence
from itertools import product
from typing import Literal, NamedTuple

import numpy as np
from numba import njit

from playout.core import random
from playout.core.compiled_random import bits_array, philox
from playout.core.errors import WrongUse
from playout.simulators.consultancy.claims import HAS, LACKS, OPTIONS, UNSPECIFIED

Mix = Literal["15", "34"]
Split = Literal["all", "train", "validation", "test"]
MIXES: tuple[Mix, ...] = ("15", "34")
SPLITS: tuple[Split, ...] = ("all", "train", "validation", "test")
TIERS = ("high", "middle", "low")
FEATURES = 8

ORDERS = np.array([(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)], np.int8)
"""int8[6, 3]: in each order, the tiers of the options A, B and C."""

rule = njit(cache=True, inline="always", error_model="numpy")
_GENERATE = np.uint64(random.STREAM_GENERATE)
_HIGH = np.uint64(32)
_SPLIT_KEY = np.uint64(0xC0551)
_SHARES = ((0, 10), (0, 8), (8, 9), (9, 10))  # in tenths of the combinations, by split


class Cases(NamedTuple):
    """The kinds of scenario that are drawn with equal chance."""

    truth: np.ndarray  # int8[C, 3]: of the high, the middle and the low tier
    shown: np.ndarray  # bool[C]: the customer sees the prices
    thrifty: np.ndarray  # bool[C]: she says that she wants the cheapest option that has the feature


class Scenarios(NamedTuple):
    """N scenarios. Options are in the order of their letters A, B, C."""

    domain: np.ndarray  # int8[N]
    category: np.ndarray  # int8[N]
    feature: np.ndarray  # int8[N]: the required one of 8
    case: np.ndarray  # int8[N]
    tier: np.ndarray  # int8[N, 3]: 0 high, 1 middle, 2 low
    truth: np.ndarray  # int8[N, 3]: HAS, LACKS or UNSPECIFIED, of the required feature
    price: np.ndarray  # float64[N, 3]
    shown: np.ndarray  # bool[N]
    thrifty: np.ndarray  # bool[N]
    profile: np.ndarray  # int8[N, 3, 8]: HAS or LACKS of every feature, ``truth`` at the required one

    def row(self, index: int) -> "Scenarios":
        """Scenario ``index`` alone, copied: arrays with N = 1."""
        return Scenarios(*(array[index : index + 1].copy() for array in self))

    def take(self, rows: np.ndarray) -> "Scenarios":
        """The scenarios at ``rows`` (integers or bools)."""
        return Scenarios(*(array[rows] for array in self))


def cases_of(mix: Mix) -> Cases:
    """The 15 cases (7 of them with a valid option) or the 34.

    Raises:
        WrongUse: no such mix.
    """
    if mix not in MIXES:
        raise WrongUse(f"mix: expected one of {', '.join(MIXES)}, got {mix!r}")
    y, n, u = HAS, LACKS, UNSPECIFIED
    plain = list(product((n, u) if mix == "15" else (n, u, y), repeat=OPTIONS))
    thrifty = [(y, u, u), (u, y, u), (y, y, u), (y, y, y)]
    unseen = [(y, y, n), (y, y, u), (y, y, y)]
    numbers = np.arange(len(plain) + len(thrifty) + len(unseen))
    return Cases(
        truth=np.array(plain + thrifty + unseen, np.int8),
        shown=numbers < len(plain) + len(thrifty),
        thrifty=numbers >= len(plain),
    )


def empty(n: int) -> Scenarios:
    """N scenarios, to be filled."""
    return Scenarios(
        domain=np.zeros(n, np.int8),
        category=np.zeros(n, np.int8),
        feature=np.zeros(n, np.int8),
        case=np.zeros(n, np.int8),
        tier=np.zeros((n, OPTIONS), np.int8),
        truth=np.zeros((n, OPTIONS), np.int8),
        price=np.zeros((n, OPTIONS)),
        shown=np.zeros(n, np.bool_),
        thrifty=np.zeros(n, np.bool_),
        profile=np.zeros((n, OPTIONS, FEATURES), np.int8),
    )


class Source(NamedTuple):
    """All that a draw depends on but its key."""

    tiers: np.ndarray  # int64[D, K, 3, 2]: lowest and highest price, by domain, category and tier
    domains: np.ndarray  # int8[M]: those that are drawn from
    cases: Cases
    share: tuple[int, int]  # of the combinations, in tenths


def source(tiers: np.ndarray, domains: Sequence[int], mix: Mix = "15", split: Split = "all") -> Source:
    """What scenarios are drawn from.

    Args:
        tiers: int64[D, K, 3, 2] of a catalogue.
        domains: numbers of the domains to draw from.
        mix: ``15`` or ``34`` cases.
        split: combinations of domain, category, feature, case and order of the options are dealt 8:1:1 to
            ``train``, ``validation`` and ``test``; ``all`` has every one.

    Raises:
        WrongUse: no such mix, split or domain.
    """
    if split not in SPLITS:
        raise WrongUse(f"split: expected one of {', '.join(SPLITS)}, got {split!r}")
    if not len(domains) or not all(0 <= domain < len(tiers) for domain in domains):
        raise WrongUse(f"domains: expected numbers below {len(tiers)}, got {list(domains)}")
    chosen = np.array(domains, np.int8)
    return Source(np.asarray(tiers, np.int64), chosen, cases_of(mix), _SHARES[SPLITS.index(split)])


class _Combination(NamedTuple):
    """What is dealt to the splits."""

    domain: int
    category: int
    feature: int
    case: int
    order: int  # row of ORDERS


@rule
def _slice(word: np.uint64, part: int, n: int) -> int:
    """An int in [0, n) for n < 2**10 or so, from 21 bits of ``word``; three parts share no bit."""
    bits = word >> np.uint64(21 * part) & np.uint64(0x1FFFFF)
    return int(np.int64(bits * np.uint64(n) >> np.uint64(21)))


@rule
def _combination(source: Source, word: np.uint64) -> _Combination:
    """One of all combinations, each with equal chance but for 2**-32."""
    categories, cases = source.tiers.shape[1], len(source.cases.shown)
    size = len(source.domains) * categories * FEATURES * cases * len(ORDERS)
    number = int(np.int64((word >> np.uint64(32)) * np.uint64(size) >> np.uint64(32)))
    rest, order = divmod(number, len(ORDERS))
    rest, case = divmod(rest, cases)
    rest, feature = divmod(rest, FEATURES)
    domain, category = divmod(rest, categories)
    return _Combination(source.domains[domain], category, feature, case, order)


@rule
def _in_split(source: Source, at: _Combination) -> bool:
    low, high = source.share
    if low == 0 and high == 10:
        return True
    categories, cases = source.tiers.shape[1], len(source.cases.shown)
    number = ((at.domain * categories + at.category) * FEATURES + at.feature) * cases + at.case
    word = philox(_SPLIT_KEY, np.uint64(number * len(ORDERS) + at.order), np.uint64(cases))
    return low <= _slice(word, 0, 10) < high


@rule
def _fill(
    source: Source, at: _Combination, coins: np.uint64, prices: np.uint64, out: Scenarios, i: int
) -> None:
    """Write scenario ``i``: the combination ``at``, with other features and prices by two random words."""
    cases = source.cases
    out.domain[i], out.category[i], out.feature[i], out.case[i] = at.domain, at.category, at.feature, at.case
    out.shown[i], out.thrifty[i] = cases.shown[at.case], cases.thrifty[at.case]
    for k in range(OPTIONS):
        tier = ORDERS[at.order, k]
        low, high = source.tiers[at.domain, at.category, tier]
        out.tier[i, k] = tier
        out.truth[i, k] = cases.truth[at.case, tier]
        out.price[i, k] = low + _slice(prices, k, high - low + 1)
        for feature in range(FEATURES):
            out.profile[i, k, feature] = HAS if coins & np.uint64(1) else LACKS
            coins >>= np.uint64(1)
        out.profile[i, k, at.feature] = out.truth[i, k]


@njit(cache=True, error_model="numpy")
def fill(source: Source, keys: np.ndarray, numbers: np.ndarray, out: Scenarios, which: np.ndarray) -> None:
    """Draw M scenarios, for compiled callers.

    Args:
        source: what they are drawn from.
        keys: uint64[M].
        numbers: uint64[M]: each is the one with this number under its key.
        out: where they are written.
        which: int64[M]: at these places.
    """
    counters = numbers << _HIGH
    coins, prices = (
        bits_array(keys, counters, _GENERATE),
        bits_array(keys, counters + np.uint64(1), _GENERATE),
    )
    counters += np.uint64(2)
    words = bits_array(keys, counters, _GENERATE)
    for j in range(len(which)):
        at = _combination(source, words[j])
        while not _in_split(source, at):
            counters[j] += np.uint64(1)
            at = _combination(source, philox(keys[j], counters[j], _GENERATE))
        _fill(source, at, coins[j], prices[j], out, which[j])


def draw(source: Source, keys: np.ndarray) -> Scenarios:
    """One scenario for each of ``keys``, uint64[N]: the draws are of stream ``STREAM_GENERATE``."""
    out = empty(len(keys))
    fill(source, keys, np.zeros(len(keys), np.uint64), out, np.arange(len(keys)))
    return out


def every(source: Source, key: int = 0) -> Scenarios:
    """Each case of each feature of each category once: 1,200 a domain of the 15 cases, 2,720 of the 34.

    Orders and prices are drawn by ``key``. Of a split only those whose drawn order belongs to it are listed.
    """
    sizes = (range(source.tiers.shape[1]), range(FEATURES), range(len(source.cases.shown)))
    rows = np.array(list(product(source.domains.tolist(), *sizes)), np.int64)
    out = empty(len(rows))
    keys = random.bits_array(np.uint64(key % (1 << 64)), np.arange(len(rows)), random.STREAM_LEVEL)
    return out.take(_list(source, rows, keys, out))


@njit(cache=True)
def _list(source: Source, rows: np.ndarray, keys: np.ndarray, out: Scenarios) -> np.ndarray:
    kept = np.zeros(len(rows), np.bool_)
    for i in range(len(rows)):
        coins, prices = philox(keys[i], np.uint64(0), _GENERATE), philox(keys[i], np.uint64(1), _GENERATE)
        order = _slice(philox(keys[i], np.uint64(2), _GENERATE), 0, len(ORDERS))
        at = _Combination(rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3], order)
        kept[i] = _in_split(source, at)
        _fill(source, at, coins, prices, out, i)
    return kept
