"""Many copies of the world at once, compiled: steps, ends, restarts and observations in one pass.

Everything is an array over the N copies and is changed in place; no Python runs per copy. Rooms
come from a bank, so that a restart copies one row. The same on torch tensors is ``batch``.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from playout.core import random
from playout.core.compiled_random import philox
from playout.simulators.sokoban import deadlocks, rules
from playout.simulators.sokoban.tiles import COLUMN_STEP, ROW_STEP

_EPISODE, _LEVEL = np.uint64(random.STREAM_EPISODE), np.uint64(random.STREAM_LEVEL)
_HIGH = np.uint64(32)


class Bank(NamedTuple):
    """Rooms to start from, with what is needed of them at a start."""

    tiles: np.ndarray  # uint8[S, H, W]
    counters: np.ndarray  # int32[S, 4]
    dead: np.ndarray  # bool[S, H, W]: squares from which no goal can be reached


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
    """What a step gives; fresh arrays for each step."""

    observation: np.ndarray  # uint8[N, H, W]
    reward: np.ndarray  # float32[N]
    terminated: np.ndarray  # bool[N]
    truncated: np.ndarray  # bool[N]
    mask: np.ndarray  # int8[N, A]


def bank_of(rooms: np.ndarray) -> Bank:
    """Prepare rooms uint8[S, H, W]."""
    counters = np.zeros((len(rooms), rules.COUNTERS), np.int32)
    dead = np.zeros(rooms.shape, np.bool_)
    _prepare(rooms, counters, dead)
    return Bank(np.ascontiguousarray(rooms), counters, dead)


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


def outputs_of(n: int, shape: tuple[int, int], actions: int) -> Outputs:
    """Empty outputs for one step."""
    return Outputs(
        np.empty((n, *shape), np.uint8), np.empty(n, np.float32), np.empty(n, np.bool_), np.empty(n, np.bool_),
        np.empty((n, actions), np.int8),
    )  # fmt: skip


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
def observe(copies: Copies, out: Outputs) -> None:
    """Write the observation and mask of every copy."""
    for i in range(len(copies.tiles)):
        out.observation[i] = copies.tiles[i]
        rules.legal(copies.tiles[i], copies.counters[i], out.mask[i])


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
) -> None:
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
        out: overwritten.
    """
    for i in range(len(actions)):
        tiles, counters = copies.tiles[i], copies.counters[i]
        if copies.ended[i]:
            out.reward[i], out.terminated[i], out.truncated[i] = 0.0, False, False
            if restart:
                copies.episode[i] += np.uint64(1)
                start(copies, bank, i)
        else:
            event = rules.step(tiles, counters, actions[i] + first)
            if notice and event & rules.PUSHED and not copies.stuck[i]:
                copies.stuck[i] = _stuck(
                    tiles, counters, bank.dead[copies.level[i]], (actions[i] + first - 1) & 3
                )
            terminated = event >= rules.SOLVED or (end and copies.stuck[i])
            truncated = not terminated and counters[rules.STEPS] >= max_steps
            copies.ended[i] = terminated or truncated
            out.reward[i] = table[1 if copies.ended[i] else 0, event]
            out.terminated[i], out.truncated[i] = terminated, truncated
        out.observation[i] = tiles
        rules.legal(tiles, counters, out.mask[i])


@njit(cache=True)
def _stuck(tiles: np.ndarray, counters: np.ndarray, dead: np.ndarray, direction: int) -> bool:
    row, column = divmod(counters[rules.PLAYER_AT], tiles.shape[1])
    row, column = row + ROW_STEP[direction], column + COLUMN_STEP[direction]
    return deadlocks.after_push(tiles, dead, row, column) != deadlocks.NONE
