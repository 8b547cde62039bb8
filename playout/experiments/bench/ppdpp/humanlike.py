"""L9: people fitted to one half of CraigslistBargain talk to each other: are they like those of the other?

Judged are deal rate, quartiles of SL and of first prices, and prices per buyer, each by the other half's 95%
percentile interval over its dialogues (means have ``evaluation.interval``; quartiles need the plain
bootstrap), and which act follows which, by total variation beside what the two human halves differ by. Many
prices are exactly the target, so that a quartile of one set of dialogues may jump by luck: the figures are
medians over several sets, and how many of the sets are inside is told beside.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from playout.core import WrongUse
from playout.core.random import bits_array
from playout.evaluation.intervals import DRAWS
from playout.experiments.bench.suite import Bar, Context, Missing
from playout.simulators.dialogue.bargaining.acts import N_ACTS
from playout.simulators.dialogue.bargaining.corpora import ActTalk, read_act_talks, read_talks
from playout.simulators.dialogue.bargaining.fit import fit, play
from playout.simulators.dialogue.bargaining.populations import Population, population_of
from playout.simulators.dialogue.bargaining.statistics import (
    Course,
    Numbers,
    act_courses,
    courses,
    distance,
    figures,
    numbers,
    resampled,
    simulated,
    talk_numbers,
    transitions,
)

FITTED, JUDGE = 0, 1
"""People are fitted to the even dialogues and judged by the odd ones. The reverse is in the figures."""
DIALOGUES = 2000
SETS = 20
ALLOWED = 0.05
_SEED = 77  # of people that no fit has met


class Half(NamedTuple):
    """Half of the dialogues of both kinds."""

    numbers: Numbers
    transitions: np.ndarray
    intervals: dict[str, tuple[float, float]]
    """Of each figure."""


def humanlike(context: Context) -> Bar:
    """L9: see the module."""
    halves, people = halved(), fit(half=FITTED).population
    found = judged(people, halves[FITTED], halves[JUDGE])
    wrong = judged(shuffled(people), halves[FITTED], halves[JUDGE])
    value = {
        "figures_inside": len(found["inside"]),
        "acts_apart": round(found["acts_apart"], 3),
        "shuffled_fails": not wrong["met"],
    }
    bar = {
        "figures_inside": len(found["figures"]),
        "acts_apart": round(found["acts_allowed"], 3),
        "shuffled_fails": True,
    }
    outside = ", ".join(sorted(set(found["figures"]) - set(found["inside"]))) or "none"
    return Bar(
        value=value,
        bar=bar,
        met=found["met"] and not wrong["met"],
        note=f"fitted population, medians of {SETS} sets of {DIALOGUES} dialogues; outside: {outside}",
        figures={
            "fitted": found,
            "shuffled": wrong,
            "reverse": judged(fit(half=JUDGE).population, halves[JUDGE], halves[FITTED]),
            "humans of the fitted half": _beside([figures(halves[FITTED].numbers)], halves[JUDGE]),
            "designed": judged(population_of("designed"), halves[FITTED], halves[JUDGE]),
        },
    )


def halved(data: str | Path | None = None) -> tuple[Half, Half]:
    """The even and the odd dialogues.

    Raises:
        Missing: there are none.
    """
    try:
        raw, annotated = read_talks(data), list(read_act_talks(data))
    except WrongUse as error:
        raise Missing(f"CraigslistBargain: {error}") from None
    even, odd = (_half(courses(raw[half::2]), annotated[half::2]) for half in (0, 1))
    return even, odd


def _half(raw: Sequence[Course], annotated: Sequence[ActTalk]) -> Half:
    samples = numbers(raw)
    drawn = [figures(resampled(samples, draw)) for draw in range(DRAWS)]
    ends = {name: np.quantile([one[name] for one in drawn], (0.025, 0.975)) for name in drawn[0]}
    intervals = {name: (float(low), float(high)) for name, (low, high) in ends.items()}
    return Half(samples, transitions(act_courses(annotated)), intervals)


def judged(people: Population, own: Half, other: Half, *, sets: int = SETS) -> dict[str, Any]:
    """How like the ``other`` half people are who were fitted to their ``own``."""
    played = [play(people, DIALOGUES, seed=_SEED + number) for number in range(sets)]
    acts = transitions([[(turn.seat, turn.act) for turn in one.turns] for one in simulated(played[0])])
    beside = _beside([figures(talk_numbers(talks)) for talks in played], other)
    inside = [name for name, row in beside.items() if row["low"] <= row["value"] <= row["high"]]
    apart = distance(acts, other.transitions)
    allowed = distance(own.transitions, other.transitions) + ALLOWED
    return {
        "figures": beside,
        "inside": inside,
        "acts_apart": apart,
        "acts_allowed": allowed,
        "met": len(inside) == len(beside) and apart <= allowed,
    }


def shuffled(people: Population) -> Population:
    """The same numbers in the wrong places: answers to other acts, and the seats' traits exchanged."""
    order = np.argsort(bits_array(np.uint64(_SEED), np.arange(N_ACTS + 1, dtype=np.uint64), 1))
    return replace(
        people, acts=people.acts[:, order], traits=people.traits[::-1], openings=people.openings[::-1]
    )


def _beside(sets: Sequence[dict[str, float]], other: Half) -> dict[str, dict[str, float]]:
    """Each figure's median with the other half's interval, and the share of the sets in it."""
    rows = {}
    for name, (low, high) in other.intervals.items():
        values = np.array([one[name] for one in sets])
        share = float(((values >= low) & (values <= high)).mean())
        rows[name] = {"value": float(np.median(values)), "low": low, "high": high, "sets_inside": share}
    return rows
