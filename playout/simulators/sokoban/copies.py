"""Many copies of the world at once, compiled: steps, ends, restarts and masks in one pass.

Everything is an array over the N copies and is changed in place; no Python runs per copy. Rooms
come from a bank, so that a restart copies one row. The same on torch tensors is ``batch``.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from playout.core import random
from playout.core.compiled_random import philox
from playout.simulators.sokoban import deadlocks, rules
from playout.simulators.sokoban.tiles import COLUMN_STEP, HAS_BOX, ROW_STEP

_EPISODE, _LEVEL = np.uint64(random.STREAM_EPISODE), np.uint64(random.STREAM_LEVEL)
_HIGH = np.uint64(32)


class Bank(NamedTuple):
    """Rooms to start from, with what is needed of them at a start."""

    tiles: np.ndarray  # uint8[S, H, W]
    counters: np.ndarray  # int32[S, 4]
    dead: np.ndarray  # bool[S, H, W]: squares from which no goal can be reached
    boxes: np.ndarray  # int32[S]


class Copies(NamedTuple):
    """The state of N copies."""

    tiles: np.ndarray  # uint8[N, H, W]
    counters: np.ndarray  # int32[N, 4]
    level: np.ndarray  # int64[N]: row of the bank
    key: np.ndarray  # uint64[N]: of the environment
    episode: np.ndarray  # uint64[N]
    stuck: np.ndarray  # bool[N]: known to be unsolvable
    ended: np.ndarray  # bool[N]


class Outputs(NamedTuple):
    """What a step gives beside the rooms; fresh arrays for each step."""

    reward: np.ndarray  # float32[N]
    terminated: np.ndarray  # bool[N]
    truncated: np.ndarray  # bool[N]
    mask: np.ndarray  # int8[N, A]
    success: np.ndarray  # bool[N]: solved in this step
    metrics: np.ndarray  # float64[3, N], rows as in METRICS: of the episodes that this step ended, else 0


METRICS = ("pushes", "boxes_on_goals", "deadlock")


def bank_of(rooms: np.ndarray) -> Bank:
    """Prepare rooms uint8[S, H, W]."""
    counters = np.zeros((len(rooms), rules.COUNTERS), np.int32)
    dead = np.zeros(rooms.shape, np.bool_)
    _prepare(rooms, counters, dead)
    boxes = np.count_nonzero(HAS_BOX[rooms], axis=(1, 2)).astype(np.int32)
    return Bank(np.ascontiguousarray(rooms), counters, dead, boxes)


def copies_of(n: int, bank: Bank) -> Copies:
    """N copies that have not been started."""
    return Copies(
        tiles=np.zeros((n, *bank.tiles.shape[1:]), np.uint8),
        counters=np.zeros((n, rules.COUNTERS), np.int32),
        level=np.zeros(n, np.int64),
        key=np.zeros(n, np.uint64),
        episode=np.zeros(n, np.uint64),
        stuck=np.zeros(n, np.bool_),
        ended=np.ones(n, np.bool_),
    )


def outputs_of(n: int, actions: int) -> Outputs:
    """Empty outputs for one step."""
    terminated, truncated, success = np.zeros((3, n), np.bool_)
    mask, metrics = np.empty((n, actions), np.int8), np.zeros((len(METRICS), n))
    return Outputs(np.zeros(n, np.float32), terminated, truncated, mask, success, metrics)


@njit(cache=True)
def _prepare(rooms: np.ndarray, counters: np.ndarray, dead: np.ndarray) -> None:
    for row in range(len(rooms)):
        rules.count(rooms[row], counters[row])
        dead[row] = deadlocks.dead_squares(rooms[row])


@njit(cache=True)
def start(copies: Copies, bank: Bank, i: int) -> None:
    """Put copy ``i`` at the start of its episode: ``bank[hash(key, episode) mod size]``."""
    key = philox(copies.key[i], copies.episode[i], _EPISODE)
    word = philox(key, np.uint64(0), _LEVEL) >> _HIGH
    level = np.int64((word * np.uint64(len(bank.tiles))) >> _HIGH)
    copies.level[i] = level
    copies.tiles[i] = bank.tiles[level]
    copies.counters[i] = bank.counters[level]
    copies.stuck[i] = False
    copies.ended[i] = False


@njit(cache=True)
def start_where(copies: Copies, bank: Bank, chosen: np.ndarray) -> None:
    """:func:`start` for the copies that ``chosen`` (bool[N]) marks."""
    for i in range(len(chosen)):
        if chosen[i]:
            start(copies, bank, i)


@njit(cache=True)
def legal(copies: Copies, mask: np.ndarray) -> None:
    """Write the mask of every copy: int8[N, A]."""
    for i in range(len(copies.tiles)):
        rules.legal(copies.tiles[i], copies.counters[i], mask[i])


@njit(cache=True)
def step(
    copies: Copies,
    bank: Bank,
    actions: np.ndarray,
    first: int,
    table: np.ndarray,
    max_steps: int,
    notice: bool,
    end: bool,
    restart: bool,
    out: Outputs,
) -> int:
    """One step of every copy.

    Args:
        copies: changed in place.
        bank: where restarting copies find their rooms.
        actions: int64[N].
        first: the action of the rules that action 0 stands for.
        table: float32[2, 32] of ``Rewards.table``.
        max_steps: steps after which an episode is truncated.
        notice: whether deadlocks are looked for.
        end: whether a deadlock ends the episode.
        restart: a copy whose episode has ended starts its next one instead of stepping; the action
            is not used and the reward is 0 (Gymnasium's ``NEXT_STEP``).
        out: fresh ones, filled.

    Returns:
        How many episodes have ended, or -1 if an action is outside the mask's range: then nothing was done.
    """
    if actions.min() < 0 or actions.max() >= out.mask.shape[1]:
        return -1
    ends = 0
    for i in range(len(actions)):
        if copies.ended[i]:
            if restart:
                copies.episode[i] += np.uint64(1)
                start(copies, bank, i)
            continue
        event = rules.step(copies.tiles[i], copies.counters[i], actions[i] + first)
        if notice and event & rules.PUSHED and not copies.stuck[i]:
            copies.stuck[i] = _stuck(copies, bank, i, (actions[i] + first - 1) & 3)
        out.terminated[i] = event >= rules.SOLVED or (end and copies.stuck[i])
        out.truncated[i] = not out.terminated[i] and copies.counters[i, rules.STEPS] >= max_steps
        copies.ended[i] = out.terminated[i] or out.truncated[i]
        out.reward[i] = table[1 if copies.ended[i] else 0, event]
        if copies.ended[i]:
            ends += 1
            _report(copies, bank, i, out)
    # Apart from the steps, whose branches are often guessed wrong, this takes a third of the time.
    legal(copies, out.mask)
    return ends


@njit(cache=True)
def _report(copies: Copies, bank: Bank, i: int, out: Outputs) -> None:
    """Write success and metrics of copy ``i``, whose episode has ended."""
    off = copies.counters[i, rules.BOXES_OFF]
    out.success[i] = off == 0
    out.metrics[0, i] = copies.counters[i, rules.PUSHES]
    out.metrics[1, i] = 1.0 - off / bank.boxes[copies.level[i]]
    out.metrics[2, i] = copies.stuck[i]


@njit(cache=True)
def _stuck(copies: Copies, bank: Bank, i: int, direction: int) -> bool:
    """Whether the box that copy ``i`` has just pushed in ``direction`` can be brought to no goal any more."""
    tiles = copies.tiles[i]
    row, column = divmod(copies.counters[i, rules.PLAYER_AT], tiles.shape[1])
    row, column = row + ROW_STEP[direction], column + COLUMN_STEP[direction]
    return deadlocks.after_push(tiles, bank.dead[copies.level[i]], row, column) != deadlocks.NONE
