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
from playout.core.compiled_random import below, next_bits, philox
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

_GENERATE = random.STREAM_GENERATE
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


@njit(cache=True)
def _in_split(source: Source, domain: int, category: int, feature: int, case: int, order: int) -> bool:
    categories, cases = source.tiers.shape[1], len(source.cases.shown)
    number = ((domain * categories + category) * FEATURES + feature) * cases + case
    word = philox(_SPLIT_KEY + np.uint64(cases), np.uint64(number * 6 + order), np.uint64(_GENERATE))
    tenth = int((word >> np.uint64(32)) * np.uint64(10) >> np.uint64(32))
    return source.share[0] <= tenth < source.share[1]


@njit(cache=True)
def _fill(source: Source, state: np.ndarray, order: int, out: Scenarios, i: int) -> None:
    """Complete scenario ``i``, whose domain, category, feature and case are set; draws from ``state``."""
    case, cases = out.case[i], source.cases
    coins = next_bits(state)
    out.shown[i], out.thrifty[i] = cases.shown[case], cases.thrifty[case]
    for k in range(OPTIONS):
        tier = ORDERS[order, k]
        low, high = source.tiers[out.domain[i], out.category[i], tier]
        out.tier[i, k] = tier
        out.truth[i, k] = cases.truth[case, tier]
        out.price[i, k] = low + below(state, high - low + 1)
        for feature in range(FEATURES):
            out.profile[i, k, feature] = HAS if coins & np.uint64(1) else LACKS
            coins >>= np.uint64(1)
        out.profile[i, k, out.feature[i]] = out.truth[i, k]


@njit(cache=True)
def fill(source: Source, keys: np.ndarray, out: Scenarios, chosen: np.ndarray) -> None:
    """Draw a scenario for each key.

    Args:
        source: what to draw from.
        keys: uint64[N], of the episodes; the draws are of stream ``STREAM_GENERATE``.
        out: N scenarios, overwritten where chosen.
        chosen: bool[N].
    """
    state = np.zeros(3, np.uint64)
    for i in range(len(keys)):
        if not chosen[i]:
            continue
        state[0], state[1], state[2] = keys[i], np.uint64(_GENERATE), np.uint64(0)
        order = -1
        while order < 0 or not _in_split(
            source, out.domain[i], out.category[i], out.feature[i], out.case[i], order
        ):
            out.domain[i] = source.domains[below(state, len(source.domains))]
            out.category[i] = below(state, source.tiers.shape[1])
            out.feature[i] = below(state, FEATURES)
            out.case[i] = below(state, len(source.cases.shown))
            order = below(state, len(ORDERS))
        _fill(source, state, order, out, i)


def draw(source: Source, keys: np.ndarray) -> Scenarios:
    """One scenario for each of ``keys``, uint64[N]."""
    out = empty(len(keys))
    fill(source, keys, out, np.ones(len(keys), np.bool_))
    return out


def every(source: Source, key: int = 0) -> Scenarios:
    """Each case of each feature of each category once: 1,200 a domain of the 15 cases, 2,720 of the 34.

    Orders and prices are drawn by ``key``. Of a split only those whose drawn order belongs to it are listed.
    """
    _, categories = source.tiers.shape[:2]
    sizes = (range(categories), range(FEATURES), range(len(source.cases.shown)))
    rows = np.array(list(product(source.domains.tolist(), *sizes)), np.int8)
    out = empty(len(rows))
    for array, column in zip(out[:4], rows.T, strict=True):
        array[:] = column
    keys = random.bits_array(np.uint64(key % (1 << 64)), np.arange(len(rows)), random.STREAM_LEVEL)
    return out.take(_fill_all(source, keys, out))


@njit(cache=True)
def _fill_all(source: Source, keys: np.ndarray, out: Scenarios) -> np.ndarray:
    state, kept = np.zeros(3, np.uint64), np.zeros(len(keys), np.bool_)
    for i in range(len(keys)):
        state[0], state[1], state[2] = keys[i], np.uint64(_GENERATE), np.uint64(0)
        order = below(state, len(ORDERS))
        kept[i] = _in_split(source, out.domain[i], out.category[i], out.feature[i], out.case[i], order)
        _fill(source, state, order, out, i)
    return kept
