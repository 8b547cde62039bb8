"""What a buyer would do who sees the seller's mind: the acts that ``rules`` says get furthest, compiled.

It plans alone: one pull, as often as it pays, then the best way to close, all without luck. So it is a strong
policy and no bound; the population's chances of leaving early are not part of it.
"""

import numpy as np

from playout.simulators.dialogue.bargaining.acts import (
    AFFIRM,
    AGREE,
    BUYER,
    CONFIRM,
    COUNTER,
    DENY,
    DISAGREE,
    GREET,
    INFORM,
    INQUIRE,
    PROPOSE,
    SELLER,
    VAGUE,
)  # fmt: skip
from playout.simulators.dialogue.bargaining.rules import TURN_COST, Settings, State, conceded, rule
from playout.simulators.dialogue.bargaining.traits import (
    LIMIT,
    PLEADS,
    PRIDE,
    TRADES,
    WARMS,
    YIELDS,
)  # fmt: skip

_DEEP = 5  # acts looked ahead
_TALK = np.array([INQUIRE, INFORM, GREET, CONFIRM, AFFIRM, DENY])


@rule
def expert(state: State, i: int, settings: Settings) -> int:
    """The best act found for the buyer of copy ``i``."""
    traits, willing = state.traits[i, SELLER], state.willing[i, SELLER]
    act, best = _closing(state, i, settings, willing, state.turn[i])
    talk, fresh = -1, 0
    for other in _TALK:
        if (state.told[i, BUYER] >> other) & 1 == 0:
            fresh += 1
            talk = other if talk < 0 else talk
    levers = (VAGUE, DISAGREE, talk)
    pulls = (traits[PLEADS], traits[YIELDS], traits[WARMS])
    for kind in range(3):
        lever = levers[kind]
        if lever < 0:
            continue
        after, again = willing, state.again[i, BUYER] + 1 if state.said[i, BUYER] == lever else 0
        for acts in range(1, _DEEP):
            if kind == 2 and acts > fresh:
                break
            after += pulls[kind] * (1.0 if kind == 2 else 0.5**again) * (traits[LIMIT] - after)
            again += 1
            value = _closing(state, i, settings, after, state.turn[i] + acts)[1] - TURN_COST * acts
            if value > best:
                act, best = lever, value
    return act


@rule
def _closing(state: State, i: int, settings: Settings, willing: float, turn: int) -> tuple[int, float]:
    """How to come to a deal from here, and what it is worth: accept, or offer less and less until they do."""
    act, best = AGREE, state.standing[i, SELLER]
    for first in (PROPOSE, COUNTER):
        value = _offering(state, i, settings, willing, settings.max_turns - turn, first)
        if value > best:
            act, best = first, value
    return act, best


@rule
def _offering(state: State, i: int, settings: Settings, willing: float, turns: int, first: int) -> float:
    """What it is worth to begin with ``first`` and go on with counters, at most ``turns`` acts."""
    traits, held, asks = state.traits[i, SELLER], state.standing[i, BUYER], state.standing[i, SELLER]
    unit, moved = float(settings.step[state.item[i]]), first == COUNTER or np.isnan(held)
    price = 1.0 if np.isnan(held) else held
    for acts in range(min(turns, _DEEP)):
        if acts or first == COUNTER:
            price = conceded(price, asks, unit)
        if price > traits[LIMIT] + traits[PRIDE]:
            return -np.inf
        willing += traits[TRADES if acts or moved else YIELDS] * (traits[LIMIT] - willing)
        if price <= willing:
            return price - TURN_COST * acts
    return -np.inf
