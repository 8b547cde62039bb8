"""Fits a population to CraigslistBargain: counts and quantiles first, then what only a simulation can tell.

Prices and outcomes come from raw dialogues, whose words the recogniser reads; acts from annotated ones.

1. *Acts*: how often each seat answers an act with which, smoothed towards the seat's own habits. ``agree`` is
   left to the rules, which decide on it by price.
2. *Acceptance*: a logistic regression of "accepted" on what a price asks one to give, by how many prices the
   other side had named (Train, Discrete Choice Methods, 2009, chapter 3). Read as a threshold, it is a
   logistic distribution of willingness over people; its middle after one, two and more prices gives
   ``limit``, ``opening`` and ``trades``. Holding on to a price is taken to pull as much as a new one.
3. *Giving*: quantiles of the share of the way to the other side's price that a new price goes.
4. *Pleading and talk* pull by as much less than prices as the new prices that followed them gave less.
5. *Leaving*: how often a seat ended a dialogue without a deal at its n-th turn, in place of that turn.
6. Both seats then talk to each other, and three numbers are set so that they do as people did: how far the
   limits are shifted, and how much likelier leaving is (deal rate, middle SL). Nothing is drawn: equal
   data gives equal numbers.

Patience, pride and touchiness have no trace in the data: nobody is offended, and leaving is chance alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from playout.core.errors import WrongUse
from playout.core.random import STREAM_GENERATE, bits_array
from playout.simulators.dialogue.bargaining.acts import AGREE, BUYER, SELLER, VAGUE
from playout.simulators.dialogue.bargaining.converse import converse
from playout.simulators.dialogue.bargaining.corpora import read_act_talks, read_talks
from playout.simulators.dialogue.bargaining.people import ANYBODY
from playout.simulators.dialogue.bargaining.populations import Population
from playout.simulators.dialogue.bargaining.rules import gives
from playout.simulators.dialogue.bargaining.statistics import (
    Course,
    act_courses,
    courses,
    figures,
    numbers,
    simulated,
    transitions,
)
from playout.simulators.dialogue.bargaining.task import Negotiation
from playout.simulators.dialogue.bargaining.traits import EVER, KNOTS, TRAITS

_HABIT = 3.0  # weight of a seat's own habits, in acts heard
_SHARES = np.linspace(0.0, 1.0, KNOTS)
_INSIDE = np.clip(_SHARES, 0.02, 0.98)  # where a logistic distribution is asked for its ends
_TURNS = 24  # of both seats, after which people who go on are taken to have given up
_LEAVES = 8  # turns that have a chance of leaving of their own
_FEWEST = 20  # dialogues without which nothing can be fitted
_ROUNDS, _PEOPLE = 12, 4000
_DIGITS = 4


class Fitted(NamedTuple):
    """What came of it."""

    population: Population
    human: dict[str, float]
    """Figures of the dialogues it was fitted to."""
    simulated: dict[str, float]
    """The same of people of the population who talk to each other."""
    talks: int
    act_talks: int


def fit(data: str | Path | None = None, *, half: int | None = None) -> Fitted:
    """Fit a population.

    Args:
        data: where the files are; see ``corpora``.
        half: 0 or 1 uses every second dialogue of each kind, from that one on; None all.

    Raises:
        CorpusError: a file is not as published.
        WrongUse: no files, too few dialogues, or no such half.
    """
    if half not in (None, 0, 1):
        raise WrongUse(f"half: expected 0 or 1, got {half}")
    part = slice(half, None, None if half is None else 2)
    raw = courses(read_talks(data)[part])
    annotated = act_courses(list(read_act_talks(data))[part])
    if min(len(raw), len(annotated)) < _FEWEST:
        raise WrongUse(f"fit: expected {_FEWEST} dialogues of each kind, got {len(raw)} and {len(annotated)}")
    return Fitted(*calibrated(counted(raw, annotated), raw, annotated), len(raw), len(annotated))


def counted(raw: Sequence[Course], annotated: Sequence[Sequence[tuple[int, int]]]) -> Population:
    """Steps 1 to 5."""
    said = transitions(annotated)
    return Population(
        name="fitted",
        traits=np.array([_traits(raw, seat) for seat in range(2)]),
        acts=np.array([_smoothed(_without_agree(counts)) for counts in said]),
        says=np.array([_smoothed(counts) for counts in said]),
        openings=np.array([_openings(raw, seat) for seat in range(2)]),
        leaves=np.array([_leaving(raw, seat) for seat in range(2)]),
        tones=np.array([1.5, 1.0]),
        bends=1.0,
    )


def _without_agree(counts: np.ndarray) -> np.ndarray:
    left = counts.copy()
    left[:, AGREE] = 0.0
    return left


def _smoothed(counts: np.ndarray) -> np.ndarray:
    """Rows of shares, each with the seat's habits as ``_HABIT`` answers more."""
    habits = counts.sum(axis=0) / counts.sum()
    return (counts + _HABIT * habits) / (counts.sum(axis=1, keepdims=True) + _HABIT)


def _traits(raw: Sequence[Course], seat: int) -> np.ndarray:
    """The quantile functions of one seat's traits: float64[10, 11]."""
    middle, spread, opening, trades = acceptance(raw, seat)
    moves = _moves(raw, seat)
    price_move = max(np.mean(moves["price"]), 1e-6) if moves["price"] else 1.0
    pulls = {
        name: trades * float(np.clip(np.mean(moves[name]) / price_move, 0.0, 1.0)) if moves[name] else 0.0
        for name in ("pleads", "warms")
    }
    flat = {"opening": opening, "trades": trades, "yields": trades, **pulls}
    flat |= {"patience": EVER, "pride": EVER, "touchy": 0.0}
    table = {name: np.full(KNOTS, value) for name, value in flat.items()}
    table["limit"] = middle + spread * np.log(_INSIDE / (1 - _INSIDE))
    table["gives"] = np.quantile(np.clip(moves["shares"], 0.0, 1.0), _SHARES)
    return np.array([table[name] for name in TRAITS])


def acceptance(raw: Sequence[Course], seat: int) -> tuple[float, float, float, float]:
    """Middle and spread of the limit, ``opening`` and ``trades`` of one seat; see the module."""
    asked, count, accepted = [], [], []
    for one in raw:
        prices = [turn for turn in one.turns if not np.isnan(turn.sl)]
        named = 0
        for place, turn in enumerate(prices):
            if turn.seat == seat:
                continue
            named += 1
            later = prices[place + 1 :]
            same_deal = not np.isnan(one.deal) and abs(one.deal - turn.sl) < 0.03
            asked.append(gives(seat, turn.sl))
            count.append(min(named, 3))
            accepted.append(same_deal and not any(abs(other.sl - turn.sl) >= 0.03 for other in later))
    design = np.column_stack([*(np.equal(count, n) for n in (1, 2, 3)), -np.array(asked)]).astype(float)
    *levels, slope = _logistic(design, np.array(accepted, float))
    slope = max(slope, 0.2)
    first, second, third = (level / slope for level in levels)
    left = np.clip((third - second) / (second - first), 0.1, 0.9) if second > first else 0.5
    trades = 1.0 - float(left)
    opening = max((second - first) / (trades * left), 0.0)
    return first + opening * float(left), 1.0 / slope, float(opening), trades


def _logistic(design: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Coefficients of a logistic regression with a slight ridge, by Newton's method."""
    weights, ridge = np.zeros(design.shape[1]), 0.1 * np.eye(design.shape[1])
    for _ in range(50):
        chance = 1.0 / (1.0 + np.exp(-design @ weights))
        slope = design.T @ (target - chance) - ridge @ weights
        curve = design.T @ (design * (chance * (1 - chance))[:, None]) + ridge
        weights += np.linalg.solve(curve, slope)
    return weights


def _moves(raw: Sequence[Course], seat: int) -> dict[str, list[float]]:
    """How new prices moved: shares of the way to the other's; gives after a price, pleading and talk."""
    found: dict[str, list[float]] = {"shares": [], "price": [], "pleads": [], "warms": []}
    for one in raw:
        own = 0.0 if seat == SELLER else np.nan
        heard, other, fresh = -1, np.nan, False
        for turn in one.turns:
            if turn.seat != seat:
                heard, fresh = turn.act, not np.isnan(turn.sl)
                other = gives(seat, turn.sl) if fresh else other
                continue
            given = gives(seat, turn.sl)
            if not np.isnan(own) and heard >= 0:
                moved = 0.0 if np.isnan(given) else max(given - own, 0.0)
                kind = "price" if fresh else "pleads" if heard == VAGUE else "warms"
                found[kind].append(moved)
                if not np.isnan(given) and other - own > 0.05:
                    found["shares"].append((given - own) / (other - own))
            own = own if np.isnan(given) else given
    return found


def _openings(raw: Sequence[Course], seat: int) -> np.ndarray:
    """Quantiles of a seat's first price as SL; of a seller's only where the buyer had named none."""
    firsts = []
    for one in raw:
        for turn in one.turns:
            if not np.isnan(turn.sl):
                if turn.seat == seat:
                    firsts.append(turn.sl)
                if turn.seat == seat or seat == SELLER:
                    break
    return np.quantile(firsts, _SHARES)


def _leaving(raw: Sequence[Course], seat: int) -> np.ndarray:
    """The chance that a seat's n-th turn was not taken any more, without a deal: float64[8]; n from 1."""
    ended, came = np.zeros(_LEAVES), np.zeros(_LEAVES)
    for one in raw:
        turns = sum(turn.seat == seat for turn in one.turns)
        came[: turns + 1] += 1
        if np.isnan(one.deal) and one.turns[-1].seat != seat and turns < _LEAVES:
            ended[turns] += 1
    chances = (ended + 0.5) / (came + 1.0)
    return np.concatenate([[0.0], chances[:-1]])


def calibrated(
    start: Population, raw: Sequence[Course], annotated: Sequence[Sequence[tuple[int, int]]]
) -> tuple[Population, dict[str, float], dict[str, float]]:
    """Step 6: the population, the human figures, and those of people of the population."""
    human = figures(numbers(raw))
    begins = float(np.mean([turns[0][0] == SELLER for turns in annotated]))
    shift, likelier = 0.0, 1.0
    found, made = start, {}
    for _ in range(_ROUNDS):
        found = _adjusted(start, shift, likelier)
        made = figures(numbers(play(found, _PEOPLE, begins=begins)))
        shift += 0.5 * (human["sl_50"] - made["sl_50"])
        likelier *= float(np.clip((1 - human["deal_rate"]) / max(1 - made["deal_rate"], 0.01), 0.5, 2.0))
    return found, human, made


def _adjusted(start: Population, shift: float, likelier: float) -> Population:
    """Sellers ready to give ``shift`` more and buyers less, and leaving ``likelier`` times as likely."""
    traits = start.traits.copy()
    limit = TRAITS.index("limit")
    traits[SELLER, limit] += shift
    traits[BUYER, limit] -= shift
    rounded = {"traits": traits, "leaves": np.minimum(start.leaves * likelier, 0.9)}
    rounded |= {name: getattr(start, name) for name in ("openings", "acts", "says")}
    return replace(start, **{name: np.round(values, _DIGITS) for name, values in rounded.items()})


def play(
    population: Population, dialogues: int, *, begins: float = 0.45, seed: int = 0, data: str | None = None
) -> list[Course]:
    """Let people of a population, as it is, talk to each other.

    Args:
        population: of both seats.
        dialogues: how many.
        begins: share of dialogues that the seller begins.
        seed: of the people.
        data: whose listings; None for ours.
    """
    task = Negotiation(population=population, data=data, personas=(ANYBODY,), max_turns=_TURNS)
    keys = bits_array(np.uint64(seed), np.arange(dialogues, dtype=np.uint64), STREAM_GENERATE)
    first = (np.arange(dialogues) % 100 < round(100 * begins)).astype(np.int64)
    state = task.meet(keys)
    return simulated(converse(state, task.settings, first, _TURNS))
