"""What can be counted of dialogues, human or simulated alike: deals, prices, and which act follows which."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from playout.core.random import STREAM_GENERATE, bits_array
from playout.simulators.dialogue.bargaining.acts import ACTS, AGREE, BUYER, N_ACTS, SEATS
from playout.simulators.dialogue.bargaining.converse import Talks
from playout.simulators.dialogue.bargaining.corpora import ActTalk, Talk
from playout.simulators.dialogue.bargaining.prices import Scene
from playout.simulators.dialogue.bargaining.recogniser import recognise

SL_RANGE = (-1.0, 3.0)
"""Prices outside are typing errors or jokes, and left out."""
SILENT = N_ACTS


class Turn(NamedTuple):
    """What one seat did until the other's turn."""

    seat: int
    act: int
    sl: float
    """Of the price named, NaN."""


class Course(NamedTuple):
    """A dialogue as far as it can be counted."""

    turns: tuple[Turn, ...]
    """Up to the first offer that was made by button."""
    deal: float
    """SL, NaN without one."""


def course(talk: Talk) -> Course:
    """What ``talk`` comes to, its words read by the recogniser; messages in a row are one turn."""
    item = talk.item
    last: list[float | None] = [None, None]
    turns: list[Turn] = []
    for event in talk.events:
        if event.kind != "message":
            break
        scene = Scene(item.list_price, last[event.seat], last[1 - event.seat])
        reading = recognise(event.text, seat=SEATS[event.seat], scene=scene)
        sl = np.nan if reading.price is None or reading.act == AGREE else item.sl(reading.price)
        if not SL_RANGE[0] <= sl <= SL_RANGE[1]:
            sl = np.nan
        else:
            last[event.seat] = reading.price
        if turns and turns[-1].seat == event.seat:
            before = turns.pop()
            turns.append(Turn(event.seat, reading.act, sl if np.isnan(before.sl) else before.sl))
        else:
            turns.append(Turn(event.seat, reading.act, sl))
    return Course(tuple(turns), np.nan if talk.deal is None else item.sl(talk.deal))


def courses(talks: Iterable[Talk]) -> list[Course]:
    """Those of the dialogues whose target lies below the list price and in which something was said."""
    found = [course(talk) for talk in talks if talk.item.target < talk.item.list_price]
    return [one for one in found if one.turns]


def simulated(talks: Talks) -> list[Course]:
    """The dialogues that ``converse`` played."""
    found = []
    for first, acts, prices, deal in zip(*talks, strict=True):
        said = [act for act in acts if 0 <= act < N_ACTS]
        turns = [Turn((int(first) + n) % 2, int(act), float(prices[n])) for n, act in enumerate(said)]
        if turns:
            found.append(Course(tuple(turns), float(deal)))
    return found


class Numbers(NamedTuple):
    """What the figures of N dialogues are made of."""

    deals: np.ndarray
    """float64[N]: SL, NaN without a deal."""
    firsts: np.ndarray
    """float64[N]: SL of the buyer's first price, NaN where there is none."""
    price_turns: np.ndarray
    """int64[N]: prices that the buyer named."""


def numbers(found: Sequence[Course]) -> Numbers:
    """Of some dialogues."""
    named = [[turn.sl for turn in one.turns if turn.seat == BUYER and not np.isnan(turn.sl)] for one in found]
    return Numbers(
        np.array([one.deal for one in found]),
        np.array([prices[0] if prices else np.nan for prices in named]),
        np.array([len(prices) for prices in named], np.int64),
    )


def talk_numbers(talks: Talks) -> Numbers:
    """Of the dialogues that ``converse`` played, without those in which nothing was said."""
    spoken = ((talks.acts >= 0) & (talks.acts < N_ACTS)).any(axis=1)
    seats = (talks.first[:, None] + np.arange(talks.acts.shape[1])) % 2
    named = ~np.isnan(talks.prices) & (seats == BUYER)
    place = named.argmax(axis=1)
    firsts = np.where(named.any(axis=1), talks.prices[np.arange(len(place)), place], np.nan)
    return Numbers(talks.deal[spoken], firsts[spoken], named.sum(axis=1)[spoken])


def resampled(samples: Numbers, draw: int) -> Numbers:
    """As many dialogues, drawn with replacement; ``draw`` numbers the resamples."""
    count = len(samples.deals)
    luck = bits_array(np.uint64(draw), np.arange(count, dtype=np.uint64), STREAM_GENERATE)
    rows = (luck % np.uint64(count)).astype(np.int64)
    return Numbers(*(values[rows] for values in samples))


def figures(samples: Numbers) -> dict[str, float]:
    """Deal rate, quartiles of deals' SL and of buyers' first prices, prices per buyer who names any.

    SL outside ``SL_RANGE`` is left out.
    """
    found = {"deal_rate": float((~np.isnan(samples.deals)).mean())}
    low, high = SL_RANGE
    for name, values in (("sl", samples.deals), ("first", samples.firsts)):
        inside = values[(values >= low) & (values <= high)]
        for quarter, value in zip((25, 50, 75), np.quantile(inside, (0.25, 0.5, 0.75)), strict=True):
            found[f"{name}_{quarter}"] = float(value)
    return {**found, "price_turns": float(samples.price_turns[samples.price_turns > 0].mean())}


def act_courses(talks: Iterable[ActTalk]) -> list[list[tuple[int, int]]]:
    """(seat, act) of each turn of the annotated dialogues; of turns of one seat in a row the last."""
    found = []
    for talk in talks:
        turns: list[tuple[int, int]] = []
        for said in talk.turns:
            if turns and turns[-1][0] == said.seat:
                turns.pop()
            turns.append((said.seat, said.act))
        if turns:
            found.append(turns)
    return found


def transitions(found: Iterable[Sequence[tuple[int, int]]], *, closing: bool = False) -> np.ndarray:
    """How often each seat answered an act with which: float64[2, 12, 11], the last row after nothing.

    Args:
        found: (seat, act) of each turn, the seats by turns.
        closing: whether what follows the first ``agree`` counts; there, bargaining is over.
    """
    counts = np.zeros((2, N_ACTS + 1, N_ACTS))
    for turns in found:
        heard = SILENT
        for seat, act in turns:
            counts[seat, heard, act] += 1
            if act == AGREE and not closing:
                break
            heard = act
    return counts


def distance(counts: np.ndarray, other: np.ndarray) -> float:
    """Total variation of the answers' distributions, weighted by how often each act is heard in ``other``.

    Acts that are never heard in ``counts`` are as far as can be.
    """
    total = 0.0
    for mine, theirs in zip(counts.reshape(-1, N_ACTS), other.reshape(-1, N_ACTS), strict=True):
        weight = theirs.sum()
        if weight:
            shares = mine / mine.sum() if mine.sum() else np.zeros(N_ACTS)
            total += weight * min(np.abs(shares - theirs / weight).sum() / 2, 1.0) if mine.sum() else weight
    return float(total / other.sum())


def named_acts(counts: np.ndarray) -> dict[str, float]:
    """Shares of the acts in all that was said, by name."""
    shares = counts.sum(axis=(0, 1)) / counts.sum()
    return dict(zip(ACTS, shares.tolist(), strict=True))
