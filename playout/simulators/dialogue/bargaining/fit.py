"""Fits a population to CraigslistBargain: counts and quantiles first, then what only a simulation can tell.

Prices and outcomes come from raw dialogues, whose words the recogniser reads; acts from annotated ones.

1. *Acts*: how often each seat answers an act with which, smoothed towards the seat's own habits. ``agree`` is
   left to the rules, which decide on it by price.
2. *Giving*: quantiles of the share of the way to the other side's price that a new price goes; *openings*:
   quantiles of the first prices.
3. *Pleading and talk* pull by as much less than prices as the new prices that followed them gave less;
   holding on to a price is taken to pull as much as a new one.
4. *Leaving*: how often a seat ended a dialogue without a deal at its n-th turn, in place of that turn.
5. What nobody says is found by simulated moments (McFadden, Econometrica 1989): middle and spread of each
   seat's logistic ``limit``, its ``opening`` and its pull, and how much likelier leaving is. Both seats talk
   to each other, always with the same luck, and a pattern search brings deal rate, quartiles of SL and prices
   per buyer near those of the dialogues, in standard errors of these. Equal data gives equal numbers.

Patience, pride and touchiness have no trace in the data: nobody is offended, and leaving is chance alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from playout.core.errors import WrongUse
from playout.core.random import STREAM_GENERATE, bits_array
from playout.simulators.dialogue.bargaining.acts import AGREE, SEATS, SELLER, VAGUE
from playout.simulators.dialogue.bargaining.converse import Talks, converse
from playout.simulators.dialogue.bargaining.corpora import read_act_talks, read_talks
from playout.simulators.dialogue.bargaining.people import ANYBODY
from playout.simulators.dialogue.bargaining.populations import Population
from playout.simulators.dialogue.bargaining.rules import gives
from playout.simulators.dialogue.bargaining.statistics import (
    Course,
    Numbers,
    act_courses,
    courses,
    figures,
    numbers,
    resampled,
    talk_numbers,
    transitions,
)
from playout.simulators.dialogue.bargaining.task import Negotiation
from playout.simulators.dialogue.bargaining.traits import (
    EVER,
    KNOTS,
    LIMIT,
    OPENING,
    PLEADS,
    TRADES,
    TRAITS,
    WARMS,
    YIELDS,
)  # fmt: skip

_HABIT = 3.0  # weight of a seat's own habits, in acts heard
_SHARES = np.linspace(0.0, 1.0, KNOTS)
_FINE = np.linspace(0.0, 1.0, 41)  # of first prices, many of which are the same
_INSIDE = np.clip(_SHARES, 0.02, 0.98)  # where a logistic distribution is asked for its ends
_LOGIT = np.log(_INSIDE / (1 - _INSIDE))
_TURNS = 24  # of both seats, after which people who go on are taken to have given up
_LEAVES = 8  # turns that have a chance of leaving of their own
_FEWEST = 20  # dialogues without which nothing can be fitted
_PEOPLE = 4000
_DIGITS = 4

HIDDEN = (
    *(f"{seat} {what}" for seat in SEATS for what in ("limit", "spread", "opening", "pull")),
    "leaving",
)  # fmt: skip
"""What step 5 finds."""
_START = np.array([0.5, 0.25, 0.7, 0.4, 0.8, 0.25, 1.0, 0.4, 1.0])
_LEAST = np.array([-1.0, 0.02, 0.0, 0.02, -1.0, 0.02, 0.0, 0.02, 0.0])
_MOST = np.array([2.0, 1.0, 3.0, 0.95, 2.0, 1.0, 3.0, 0.95, 5.0])
_STRIDE = np.array([0.2, 0.1, 0.3, 0.15, 0.2, 0.1, 0.3, 0.15, 0.5])
_HALVINGS, _TRIES = 5, 600
_RESAMPLES, _LEAST_ERROR = 200, 0.02


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
    return Fitted(*matched(counted(raw, annotated), raw, annotated), len(raw), len(annotated))


def counted(raw: Sequence[Course], annotated: Sequence[Sequence[tuple[int, int]]]) -> Population:
    """Steps 1 to 4; what step 5 finds is as it starts."""
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
    """The quantile functions of one seat's traits, float64[10, 11]; pulls as shares of that of a price."""
    moves = _moves(raw, seat)
    price_move = max(float(np.mean(moves["price"])), 1e-6) if moves["price"] else 1.0
    pulls = {
        name: float(np.clip(np.mean(moves[name]) / price_move, 0.0, 1.0)) if moves[name] else 0.0
        for name in ("pleads", "warms")
    }
    flat = {"limit": 0.0, "opening": 0.0, "trades": 1.0, "yields": 1.0, **pulls}
    flat |= {"patience": EVER, "pride": EVER, "touchy": 0.0}
    table = {name: np.full(KNOTS, value) for name, value in flat.items()}
    table["gives"] = np.quantile(np.clip(moves["shares"], 0.0, 1.0), _SHARES)
    return np.array([table[name] for name in TRAITS])


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
    return np.quantile(firsts, _FINE)


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


def matched(
    start: Population, raw: Sequence[Course], annotated: Sequence[Sequence[tuple[int, int]]]
) -> tuple[Population, dict[str, float], dict[str, float]]:
    """Step 5: the population, the human figures, and those of people of the population."""
    human = numbers(raw)
    wanted, errors = figures(human), standard_errors(human)
    begins = float(np.mean([turns[0][0] == SELLER for turns in annotated]))

    def made(hidden: np.ndarray) -> dict[str, float]:
        return figures(talk_numbers(play(_with(start, hidden), _PEOPLE, begins=begins)))

    def misfit(hidden: np.ndarray) -> float:
        found = made(hidden)
        # First prices are the openings, which are counted.
        names = [name for name in wanted if not name.startswith("first")]
        return sum(((found[name] - wanted[name]) / max(errors[name], _LEAST_ERROR)) ** 2 for name in names)

    best = _searched(misfit)
    return _with(start, best), wanted, made(best)


def _searched(misfit: Callable[[np.ndarray], float]) -> np.ndarray:
    """Where a pattern search (Hooke and Jeeves, J. ACM 1961) finds the least misfit."""
    best, stride = _START.copy(), _STRIDE.copy()
    least, tries, halvings = misfit(best), 1, 0
    while halvings < _HALVINGS and tries < _TRIES:
        moved = False
        for place in range(len(best)):
            for direction in (1.0, -1.0):
                other = best.copy()
                other[place] += direction * stride[place]
                other = np.clip(other, _LEAST, _MOST)
                found, tries = misfit(other), tries + 1
                if found < least:
                    best, least, moved = other, found, True
                    break
        if not moved:
            stride, halvings = stride / 2, halvings + 1
    return best


def _with(start: Population, hidden: np.ndarray) -> Population:
    """``start`` with the values of :data:`HIDDEN`, rounded to what a file holds."""
    traits, values = start.traits.copy(), dict(zip(HIDDEN, hidden, strict=True))
    for seat, name in enumerate(SEATS):
        traits[seat, LIMIT] = values[f"{name} limit"] + values[f"{name} spread"] * _LOGIT
        traits[seat, OPENING] = values[f"{name} opening"]
        traits[seat, [TRADES, YIELDS, PLEADS, WARMS]] *= values[f"{name} pull"]
    changed = {"traits": traits, "leaves": np.minimum(start.leaves * values["leaving"], 0.9)}
    changed |= {name: getattr(start, name) for name in ("openings", "acts", "says")}
    return replace(start, **{name: np.round(array, _DIGITS) for name, array in changed.items()})


def standard_errors(samples: Numbers) -> dict[str, float]:
    """Bootstrap standard errors of the figures of some dialogues."""
    drawn = [figures(resampled(samples, draw)) for draw in range(_RESAMPLES)]
    return {name: float(np.std([one[name] for one in drawn])) for name in drawn[0]}


def play(
    population: Population, dialogues: int, *, begins: float = 0.45, seed: int = 0, data: str | None = None
) -> Talks:
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
    return converse(task.meet(keys), task.settings, first, _TURNS)
