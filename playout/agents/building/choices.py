"""From what the network says of cells to actions: logits over flat numbers, and the likeliest legal ones.

A type of action that has no cell has the probability of its channel in all cells together.
"""

from typing import NamedTuple

import numpy as np
import torch
from numba import njit
from torch import Tensor

from playout.agents.building.network import BREAK_AT, CHANNELS, GIVE_AT, MOVE_AT, NOOP_AT, PLACE_AT
from playout.simulators.building.actions import BREAK, GIVE, MOVE, NOOP, PLACE, Numbering, Planes
from playout.simulators.building.blocks import BLOCKS


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


def likeliest(dense: np.ndarray, planes: Planes, numbering: Numbering, k: int) -> Likeliest:
    """The ``k`` likeliest actions that ``planes`` allow, the likeliest first.

    Args:
        dense: float32[N, 28, V], logits.
        planes: of the acting seat, each [N, ...].
        numbering: of the actions.
        k: how many.
    """
    n = len(dense)
    out = Likeliest(
        action=np.full((n, k), -1, np.int32),
        kind=np.zeros((n, k), np.int8),
        cell=np.zeros((n, k), np.int32),
        block=np.zeros((n, k), np.int8),
        prior=np.zeros((n, k), np.float32),
    )
    firsts = np.array([numbering.breaks, numbering.moves, numbering.gives], np.int64)
    _likeliest(dense, planes, firsts, numbering.finite, out)
    return out


@njit(cache=True)
def _likeliest(dense: np.ndarray, planes: Planes, firsts: np.ndarray, finite: bool, out: Likeliest) -> None:
    cells, logits = dense.shape[2], np.empty(out.prior.shape[1])
    for i in range(len(dense)):
        kept = _keep(out, i, 0, logits, _all(dense[i, NOOP_AT]), NOOP, 0, 0, 0)
        for move in range(6):
            if planes.move[i, move]:
                logit = _all(dense[i, MOVE_AT + move])
                kept = _keep(out, i, kept, logits, logit, MOVE + move, 0, 0, firsts[1] + move)
        for cell in range(cells):
            if planes.remove[i, cell]:
                logit = dense[i, BREAK_AT, cell]
                kept = _keep(out, i, kept, logits, logit, BREAK, cell, 0, firsts[0] + cell)
            if planes.place[i, cell]:
                for block in range(BLOCKS):
                    if planes.blocks[i, block]:
                        logit, flat = dense[i, PLACE_AT + block, cell], 1 + block * cells + cell
                        kept = _keep(out, i, kept, logits, logit, PLACE, cell, block, flat)
            if finite and planes.give[i, cell]:
                for block in range(BLOCKS):
                    if planes.owned[i, block]:
                        logit, flat = dense[i, GIVE_AT + block, cell], firsts[2] + block * cells + cell
                        kept = _keep(out, i, kept, logits, logit, GIVE, cell, block, flat)
        total = 0.0
        for place in range(kept):
            out.prior[i, place] = np.exp(logits[place] - logits[0])
            total += out.prior[i, place]
        for place in range(kept):
            out.prior[i, place] /= total


@njit(cache=True)
def _all(logits: np.ndarray) -> float:
    """Logarithm of the sum of exponentials."""
    largest = logits.max()
    return largest + np.log(np.exp(logits - largest).sum())


@njit(cache=True)
def _keep(
    out: Likeliest,
    i: int,
    kept: int,
    logits: np.ndarray,
    logit: float,
    kind: int,
    cell: int,
    block: int,
    flat: int,
) -> int:
    """Insert an action where it belongs, if it is among the likeliest; how many there are then."""
    most = len(logits)
    if kept == most and logit <= logits[most - 1]:
        return kept
    place = min(kept, most - 1)
    while place > 0 and logits[place - 1] < logit:
        logits[place] = logits[place - 1]
        out.action[i, place], out.kind[i, place] = out.action[i, place - 1], out.kind[i, place - 1]
        out.cell[i, place], out.block[i, place] = out.cell[i, place - 1], out.block[i, place - 1]
        place -= 1
    logits[place] = logit
    out.action[i, place], out.kind[i, place] = flat, kind
    out.cell[i, place], out.block[i, place] = cell, block
    return min(kept + 1, most)
