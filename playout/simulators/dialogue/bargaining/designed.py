"""The designed population: what moves one person leaves the next cold. The numbers are ours, not fitted.

Most people hardly react to most of what is done to them, and strongly to one kind of thing (the pulls'
quantile functions are flat, then steep), so that no single act gets far with everybody.
"""

from collections.abc import Mapping

import numpy as np

from playout.simulators.dialogue.bargaining.acts import (
    AFFIRM,
    CONFIRM,
    COUNTER,
    DENY,
    DISAGREE,
    GREET,
    INFORM,
    INQUIRE,
    N_ACTS,
    PROPOSE,
    VAGUE,
)  # fmt: skip
from playout.simulators.dialogue.bargaining.populations import Population
from playout.simulators.dialogue.bargaining.traits import KNOTS, TRAITS

_FEW = np.array([0, 0, 0, 0.02, 0.06, 0.12, 0.25, 0.5, 0.8, 0.92, 1.0])
"""Quantiles of a pull, as a share of the strongest."""


def _even(low: float, high: float) -> np.ndarray:
    return np.linspace(low, high, KNOTS)


_TRAITS = {
    "limit": _even(0.3, 1.3),
    "opening": _even(0.3, 1.1),
    "gives": _even(0.2, 0.9),
    "trades": 0.6 * _FEW,
    "yields": 0.75 * _FEW,
    "pleads": 0.75 * _FEW,
    "warms": 0.9 * _FEW,
    "patience": _even(3.0, 10.0),
    "pride": _even(0.1, 1.5),
    "touchy": _even(0.0, 0.6),
}
_CHAT = {INFORM: 8, AFFIRM: 3, DENY: 1, INQUIRE: 3, CONFIRM: 1, GREET: 2, COUNTER: 2}
_ANSWERS: Mapping[int, Mapping[int, float]] = {
    GREET: {GREET: 9, AFFIRM: 3, INQUIRE: 3, INFORM: 3, PROPOSE: 1, CONFIRM: 1},
    INQUIRE: {INFORM: 9, AFFIRM: 5, DENY: 2, COUNTER: 2, VAGUE: 1, INQUIRE: 1},
    CONFIRM: {AFFIRM: 8, INFORM: 5, DENY: 4, COUNTER: 1, VAGUE: 1, INQUIRE: 1},
    INFORM: _CHAT,
    AFFIRM: _CHAT,
    DENY: _CHAT,
    COUNTER: {COUNTER: 12, VAGUE: 3, DISAGREE: 3, INFORM: 1, DENY: 1},
    PROPOSE: {COUNTER: 11, VAGUE: 3, DISAGREE: 4, INFORM: 1, DENY: 1},
    VAGUE: {COUNTER: 10, VAGUE: 3, DISAGREE: 3, INFORM: 2, DENY: 2},
    DISAGREE: {COUNTER: 10, VAGUE: 3, DISAGREE: 3, INFORM: 2, DENY: 2},
}
_OPENS: Mapping[int, float] = {GREET: 6, INQUIRE: 3, INFORM: 2, PROPOSE: 2}


def _acts() -> np.ndarray:
    table = np.zeros((N_ACTS + 1, N_ACTS))
    for heard in range(N_ACTS + 1):
        for act, weight in _ANSWERS.get(heard, _OPENS).items():
            table[heard, act] = weight
    return table / table.sum(axis=1, keepdims=True)


DESIGNED = Population(
    name="designed",
    traits=np.array([[_TRAITS[name] for name in TRAITS]] * 2),
    acts=np.array([_acts()] * 2),
    says=np.array([_acts()] * 2),
    openings=np.array([_even(0.8, 1.4), np.maximum(_even(-0.3, 0.3), 0.0)]),
    leaves=np.zeros((2, 1)),
    tones=np.array([3.0, 1.0]),
    bends=2.0,
)
