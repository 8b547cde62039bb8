"""Both seats driven by the same rules and tables: people who bargain with each other, compiled.

For fitting, for ``how human is it``, and for examples; what one seat is for an agent is in ``task``.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from playout.simulators.dialogue.bargaining.acts import N_ACTS
from playout.simulators.dialogue.bargaining.rules import Settings, State, answer, over

LEFT = N_ACTS
"""In the place of an act: walked away."""


class Talks(NamedTuple):
    """N dialogues of at most T turns, the seats by turns."""

    first: np.ndarray  # int64[N]: the seat that begins
    acts: np.ndarray  # int8[N, T]: acts, LEFT, or -1 after the end
    prices: np.ndarray  # float64[N, T]: SL named, NaN
    deal: np.ndarray  # float64[N]: SL, NaN


def converse(state: State, settings: Settings, first: np.ndarray, turns: int) -> Talks:
    """Let people who have met talk until they agree, one leaves, or ``turns`` turns are over.

    Args:
        state: with nothing said; changed in place.
        settings: of the people.
        first: int64[N], which seat begins.
        turns: of both seats together.
    """
    acts = np.full((len(first), turns), -1, np.int8)
    prices = np.full((len(first), turns), np.nan)
    _converse(state, settings, first, acts, prices)
    return Talks(first, acts, prices, state.deal.copy())


@njit(cache=True)
def _converse(
    state: State, settings: Settings, first: np.ndarray, acts: np.ndarray, prices: np.ndarray
) -> None:
    for i in range(len(first)):
        seat = first[i]
        for turn in range(acts.shape[1]):
            if turn % 2 == 0:
                state.turn[i] += 1
            answer(state, i, seat, settings)
            if state.left[i] == seat:
                acts[i, turn] = LEFT
            else:
                acts[i, turn], prices[i, turn] = state.said[i, seat], state.price[i, seat]
            if over(state, i):
                break
            seat = 1 - seat
