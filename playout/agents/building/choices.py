"""From what the network says of cells to actions: logits over flat numbers, and the likeliest legal ones.

A type of action that has no cell has the probability of its channel in all cells together.
"""

from typing import NamedTuple

import numpy as np
import torch
from numba import njit
from torch import Tensor

from playout.agents.building.network import BREAK_AT, CHANNELS, GIVE_AT, MOVE_AT, NOOP_AT, PLACE_AT
from playout.core import compiled_random
from playout.core.random import STREAM_POLICY
from playout.simulators.building.actions import BREAK, GIVE, MOVE, NOOP, PLACE, TYPES, Numbering, Planes
from playout.simulators.building.blocks import AIR, BLOCKS


def flat_logits(dense: Tensor, numbering: Numbering) -> Tensor:
    """Logits over the flat actions: float[N, 28, V] to float[N, A]."""
    parts = [
        dense[:, NOOP_AT].logsumexp(1, keepdim=True),
        dense[:, PLACE_AT:BREAK_AT].flatten(1),
        dense[:, BREAK_AT],
    ]
    if not numbering.teleport:
        parts.append(dense[:, MOVE_AT:GIVE_AT].logsumexp(2))
    if numbering.finite:
        parts.append(dense[:, GIVE_AT:CHANNELS].flatten(1))
    return torch.cat(parts, 1)


def masked_logprobs(dense: Tensor, mask: Tensor, numbering: Numbering) -> Tensor:
    """Log-probabilities of the flat actions that ``mask`` (bool[N, A]) allows, float[N, A]; else -inf."""
    return flat_logits(dense, numbering).masked_fill(~mask, -torch.inf).log_softmax(1)


class Likeliest(NamedTuple):
    """The K likeliest legal actions of N policies."""

    action: np.ndarray
    """int32[N, K], flat; -1 where there are fewer."""
    kind: np.ndarray
    """int8[N, K]: types."""
    cell: np.ndarray
    """int32[N, K]."""
    block: np.ndarray
    """int8[N, K]."""
    prior: np.ndarray
    """float32[N, K], of those K; sums to 1."""
    gain: np.ndarray
    """float32[N, K]: by how much each is expected to raise the worth of its cell; 0 without a goal."""


class Goal(NamedTuple):
    """What is believed of the goal."""

    chance: np.ndarray
    """float32[N, 10, V], probabilities of blocks."""
    blocks: np.ndarray
    """uint8[N, V], what stands there now."""
    place_wrong: float
    """Of the rewards."""


class Exploration(NamedTuple):
    """Actions are drawn instead of the likeliest taken, and from a policy that is mixed with another one.

    The other one first draws a type of those that are legal, then an action of it.
    """

    share: float
    """Of the other policy."""
    keys: np.ndarray
    """uint64[N], decide the draws."""


def likeliest(
    logits: np.ndarray,
    planes: Planes,
    numbering: Numbering,
    k: int,
    *,
    goal: Goal | None = None,
    explore: Exploration | None = None,
) -> Likeliest:
    """The ``k`` likeliest actions that ``planes`` allow, the likeliest first.

    With a ``goal`` the second half of them are those of the rest that promise most.

    Args:
        logits: float32[N, A], of all flat actions.
        planes: of the acting seat, each [N, ...].
        numbering: of the actions.
        k: how many.
        goal: what is believed of it.
        explore: draws them without replacement (Gumbel's trick) from a mixture.
    """
    n = len(logits)
    out = Likeliest(
        action=np.full((n, k), -1, np.int32),
        kind=np.zeros((n, k), np.int8),
        cell=np.zeros((n, k), np.int32),
        block=np.zeros((n, k), np.int8),
        prior=np.zeros((n, k), np.float32),
        gain=np.zeros((n, k), np.float32),
    )
    firsts = np.array([numbering.breaks, numbering.moves, numbering.gives], np.int64)
    share, keys = (0.0, np.zeros(0, np.uint64)) if explore is None else explore
    if goal is None:
        goal = Goal(np.zeros((0, BLOCKS, 0), np.float32), np.zeros((0, 0), np.uint8), 0.0)
    _likeliest(logits, planes, firsts, numbering.finite, goal, share, keys, out)
    return out


@njit(cache=True)
def _likeliest(
    logits: np.ndarray,
    planes: Planes,
    firsts: np.ndarray,
    finite: bool,
    goal: Goal,
    share: float,
    keys: np.ndarray,
    out: Likeliest,
) -> None:
    most, k, cells = logits.shape[1], out.prior.shape[1], planes.place.shape[1]
    flat, kind = np.empty(most, np.int32), np.empty(most, np.int8)
    chance, gain, taken = np.empty(most), np.zeros(most), np.zeros(most, np.bool_)
    score, best = np.empty(k), np.empty(k, np.int64)
    likely = k - k // 2 if len(goal.blocks) else k
    for i in range(len(logits)):
        count = _legal(planes, i, firsts, finite, flat, kind)
        _chances(logits[i], flat, kind, count, share, chance)
        kept = 0
        for number in range(count):
            value = np.log(chance[number])
            if len(keys):
                word = compiled_random.philox(keys[i], np.uint64(flat[number]), np.uint64(STREAM_POLICY))
                value -= np.log(-np.log((np.float64(word >> np.uint64(11)) + 0.5) * 2.0**-53))
            kept = _keep(best[:likely], score, kept, number, value)
        if len(goal.blocks):
            _gains(goal, i, firsts, flat, kind, count, cells, gain)
            taken[:count] = False
            for place in range(kept):
                taken[best[place]] = True
            more = 0
            for number in range(count):
                if not taken[number]:
                    value = gain[number] + 1e-3 * np.log(chance[number])
                    more = _keep(best[kept:], score, more, number, value)
            kept += more
        _write(i, firsts, flat, kind, chance, gain, cells, best[:kept], out)


@njit(cache=True)
def worth_of(goal: np.ndarray, cell: int, block: int, place_wrong: float) -> float:
    """The expected worth of a cell that holds ``block``, given the goal's probabilities float[10, V]."""
    right = goal[block, cell]
    if block == AIR:
        return right
    return right + place_wrong * (1.0 - right - goal[AIR, cell])


@njit(cache=True)
def _gains(
    goal: Goal,
    i: int,
    firsts: np.ndarray,
    flat: np.ndarray,
    kind: np.ndarray,
    count: int,
    cells: int,
    gain: np.ndarray,
) -> None:
    """By how much each legal action is expected to raise the worth of its cell."""
    for number in range(count):
        gain[number] = 0.0
        if kind[number] == PLACE or kind[number] == BREAK:
            cell, new = flat[number] - firsts[0], AIR
            if kind[number] == PLACE:
                new, cell = (flat[number] - 1) // cells, (flat[number] - 1) % cells
            old = goal.blocks[i, cell]
            gain[number] = worth_of(goal.chance[i], cell, new, goal.place_wrong)
            gain[number] -= worth_of(goal.chance[i], cell, old, goal.place_wrong)


@njit(cache=True)
def _legal(
    planes: Planes, i: int, firsts: np.ndarray, finite: bool, flat: np.ndarray, kind: np.ndarray
) -> int:
    """Fill in all legal actions and their types; how many there are."""
    cells = planes.place.shape[1]
    flat[0], kind[0], count = 0, NOOP, 1
    for move in range(6):
        if planes.move[i, move]:
            flat[count], kind[count] = firsts[1] + move, MOVE + move
            count += 1
    for cell in range(cells):
        if planes.remove[i, cell]:
            flat[count], kind[count] = firsts[0] + cell, BREAK
            count += 1
        if planes.place[i, cell]:
            for block in range(BLOCKS):
                if planes.blocks[i, block]:
                    flat[count], kind[count] = 1 + block * cells + cell, PLACE
                    count += 1
        if finite and planes.give[i, cell]:
            for block in range(BLOCKS):
                if planes.owned[i, block]:
                    flat[count], kind[count] = firsts[2] + block * cells + cell, GIVE
                    count += 1
    return count


@njit(cache=True)
def _chances(
    logits: np.ndarray, flat: np.ndarray, kind: np.ndarray, count: int, share: float, chance: np.ndarray
) -> None:
    """The probabilities of the legal actions."""
    largest, total = -np.inf, 0.0
    for number in range(count):
        largest = max(largest, logits[flat[number]])
    of_type = np.zeros(TYPES)
    for number in range(count):
        chance[number] = np.exp(logits[flat[number]] - largest)
        total += chance[number]
        of_type[kind[number]] += 1
    types = (of_type > 0).sum()
    for number in range(count):
        own = chance[number] / total
        chance[number] = max((1 - share) * own + share / (types * of_type[kind[number]]), 1e-12)


@njit(cache=True)
def _keep(best: np.ndarray, score: np.ndarray, kept: int, number: int, value: float) -> int:
    """Insert an action where it belongs, if it is among the best; how many there are then."""
    most = len(best)
    if kept == most and value <= score[most - 1]:
        return kept
    place = min(kept, most - 1)
    while place > 0 and score[place - 1] < value:
        score[place], best[place] = score[place - 1], best[place - 1]
        place -= 1
    score[place], best[place] = value, number
    return min(kept + 1, most)


@njit(cache=True)
def _write(
    i: int,
    firsts: np.ndarray,
    flat: np.ndarray,
    kind: np.ndarray,
    chance: np.ndarray,
    gain: np.ndarray,
    cells: int,
    best: np.ndarray,
    out: Likeliest,
) -> None:
    total = 0.0
    for number in best:
        total += chance[number]
    for place in range(len(best)):
        number = best[place]
        action, what = flat[number], kind[number]
        out.action[i, place], out.kind[i, place] = action, what
        out.prior[i, place], out.gain[i, place] = chance[number] / total, gain[number]
        if what == PLACE:
            out.block[i, place], out.cell[i, place] = (action - 1) // cells, (action - 1) % cells
        elif what == BREAK:
            out.cell[i, place] = action - firsts[0]
        elif what == GIVE:
            out.block[i, place] = (action - firsts[2]) // cells
            out.cell[i, place] = (action - firsts[2]) % cells
