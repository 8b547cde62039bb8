"""N copies of the building game in play: goals from a bank, rewards, ends and observations, compiled.

One copy is N = 1. Interfaces hold these arrays and call the functions; leaves out who the players are.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from playout.core import compiled_random
from playout.core.random import STREAM_EPISODE, STREAM_LEVEL, STREAM_WORLD
from playout.simulators.building import rules
from playout.simulators.building.actions import BREAK, GIVE, PLACE
from playout.simulators.building.blocks import AIR, BLOCKS
from playout.simulators.building.rewards import RewardTable
from playout.simulators.building.rules import Field, Scene

# Columns of ``Copies.counters``.
STEPS, CORRECT, WRONG, START_CORRECT, IDLE, ENDED, START_WRONG = range(7)
COUNTERS = 7
# Columns of ``Copies.tallies``, per player: actions that did something.
PLACED, BROKEN, MOVED, GAVE, HELPED, HARMED = range(6)
TALLIES = 6
PLANES = 6
"""Of an observation: blocks, their states, goal, its states, players, who touched a cell last."""


class Copies(NamedTuple):
    """N copies. What can be told from the other arrays is kept where it would be dear to find out."""

    scene: Scene
    goal: np.ndarray
    """uint8[N, V]."""
    counters: np.ndarray
    """int32[N, 7]: steps; cells that equal the goal, and that hold another block than it; the former at the
    start; steps without a new best share of the goal; whether the episode has ended; the latter at the
    start."""
    tallies: np.ndarray
    """int32[N, P, 6]: places, breaks, moves, gifts; cells made right by places and breaks, and spoilt."""
    best: np.ndarray
    """float64[N], the largest share of the goal so far."""
    key: np.ndarray
    """uint64[N], of the environment; ``core.random``."""
    episode: np.ndarray
    """uint64[N], number of the episode."""
    level: np.ndarray
    """int64[N], which goal of the bank it is."""


class Ends(NamedTuple):
    """When episodes end."""

    max_steps: int
    """Truncated then."""
    finish_at: float
    """Terminated at this share of the goal; 1: when every cell is right."""
    patience: int
    """Truncated after so many steps without a new best share of the goal; 0: never."""


class Outputs(NamedTuple):
    """What a step gives."""

    reward: np.ndarray
    """float32[N, P]."""
    own_reward: np.ndarray
    """float32[N, P], before it is shared."""
    effective: np.ndarray
    """bool[N, P]: the action did something."""
    terminated: np.ndarray
    """bool[N]."""
    truncated: np.ndarray
    """bool[N]."""


def copies_of(n: int, players: int, field: Field) -> Copies:
    """Room for ``n`` copies, none of which has started."""
    cells = field.width * field.height * field.depth
    return Copies(
        scene=Scene(
            blocks=np.zeros((n, cells), np.uint8),
            surface=np.zeros((n, cells), np.uint8),
            last=np.zeros((n, cells), np.int8),
            players=np.zeros((n, players, 3), np.int16),
            inventory=np.zeros((n, players, BLOCKS), np.int16),
        ),
        goal=np.zeros((n, cells), np.uint8),
        counters=np.zeros((n, COUNTERS), np.int32),
        tallies=np.zeros((n, players, TALLIES), np.int32),
        best=np.zeros(n),
        key=np.zeros(n, np.uint64),
        episode=np.zeros(n, np.uint64),
        level=np.zeros(n, np.int64),
    )


def outputs_of(n: int, players: int) -> Outputs:
    """Room for what a step of ``n`` copies gives."""
    return Outputs(
        reward=np.zeros((n, players), np.float32),
        own_reward=np.zeros((n, players), np.float32),
        effective=np.zeros((n, players), np.bool_),
        terminated=np.zeros(n, np.bool_),
        truncated=np.zeros(n, np.bool_),
    )


@rules.rule
def scene_at(scene: Scene, i: int) -> Scene:
    """The scene of copy ``i``, as views."""
    return Scene(scene.blocks[i], scene.surface[i], scene.last[i], scene.players[i], scene.inventory[i])


@njit(cache=True)
def start_where(
    field: Field,
    copies: Copies,
    plain: np.ndarray,
    goals: np.ndarray,
    chosen: np.ndarray,
    random_start: bool,
) -> None:
    """Start the episode that ``key`` and ``episode`` decide, in the ``chosen`` copies.

    Args:
        field: of the world.
        copies: changed in place.
        plain: uint8[V], the world before anybody has built.
        goals: uint8[G, V], of which the episode's key picks one.
        chosen: bool[N].
        random_start: whether players start anywhere they can stand, else in the first row above the ground.
    """
    for i in range(len(chosen)):
        if not chosen[i]:
            continue
        key = compiled_random.philox(copies.key[i], copies.episode[i], np.uint64(STREAM_EPISODE))
        draws = np.array([key, np.uint64(STREAM_LEVEL), np.uint64(0)], np.uint64)
        scene = scene_at(copies.scene, i)
        copies.level[i] = compiled_random.below(draws, len(goals))
        copies.goal[i] = goals[copies.level[i]]
        scene.blocks[:], scene.last[:], scene.inventory[:] = plain, -1, 0
        rules.find_surface(field, scene)
        _place_players(field, scene, key, random_start)
        copies.tallies[i], copies.best[i], copies.counters[i] = 0, 0.0, 0
        _count(copies, i)
        copies.counters[i, START_CORRECT] = copies.counters[i, CORRECT]
        copies.counters[i, START_WRONG] = copies.counters[i, WRONG]


@rules.rule
def _place_players(field: Field, scene: Scene, key: np.uint64, random_start: bool) -> None:
    scene.players[:] = -9  # nobody is in the way yet
    draws = np.array([key, np.uint64(STREAM_WORLD), np.uint64(0)], np.uint64)
    for who in range(len(scene.players)):
        x, y, z = who % field.width, 2, who // field.width
        while random_start:
            x, y = compiled_random.below(draws, field.width), compiled_random.below(draws, field.height)
            z = compiled_random.below(draws, field.depth)
            if rules.can_stand(field, scene, who, x, y, z):
                break
        scene.players[who, 0], scene.players[who, 1], scene.players[who, 2] = x, y, z


@rules.rule
def _count(copies: Copies, i: int) -> None:
    """Compare all cells with the goal; later steps keep the counts."""
    correct, wrong = 0, 0
    for cell in range(copies.goal.shape[1]):
        block, wanted = copies.scene.blocks[i, cell], copies.goal[i, cell]
        correct += block == wanted
        wrong += (block != wanted) & (block != AIR) & (wanted != AIR)
    copies.counters[i, CORRECT], copies.counters[i, WRONG] = correct, wrong


@rules.rule
def share_of(copies: Copies, i: int, place_wrong: float) -> float:
    """The share of the goal that is done: (S - S0) / (V - S0), S the worth of all cells; may be negative."""
    counters = copies.counters[i]
    start = counters[START_CORRECT] + place_wrong * counters[START_WRONG]
    worth = counters[CORRECT] + place_wrong * counters[WRONG]
    todo = len(copies.goal[i]) - start
    return (worth - start) / todo if todo else 1.0


@njit(cache=True)
def step(
    field: Field, copies: Copies, actions: np.ndarray, rewards: RewardTable, ends: Ends, out: Outputs
) -> int:
    """Step all copies that have not ended; those that have stay as they are, with reward 0.

    Args:
        field: of the world.
        copies: changed in place.
        actions: int64[N, P, 3]: type, cell, block; valid ones (``actions.Numbering.decode``).
        rewards: of the players.
        ends: of the episodes.
        out: overwritten.

    Returns:
        How many episodes ended.
    """
    ended = 0
    changes = np.empty((copies.tallies.shape[1], 3), np.int64)
    for i in range(len(actions)):
        out.reward[i], out.own_reward[i], out.effective[i] = 0, 0, False
        out.terminated[i], out.truncated[i] = False, False
        if copies.counters[i, ENDED]:
            continue
        rules.step(field, scene_at(copies.scene, i), actions[i], changes)
        _reward(copies, i, actions[i], changes, rewards, out)
        _end(copies, i, rewards.place_wrong, ends, out)
        ended += copies.counters[i, ENDED]
    return ended


@rules.rule
def _reward(
    copies: Copies, i: int, actions: np.ndarray, changes: np.ndarray, rewards: RewardTable, out: Outputs
) -> None:
    total = 0.0
    for who in range(len(actions)):
        kind, effective, cell = actions[who, 0], changes[who, 0] != 0, changes[who, 1]
        own = rewards.action if effective else rewards.noop
        gain = 0.0
        if cell >= 0:
            new = actions[who, 2] if kind == PLACE else AIR
            gain = _note(copies, i, who, cell, changes[who, 2], new, rewards.place_wrong)
            own += gain
        if effective and kind in (PLACE, BREAK):
            if cell < 0:
                own += rewards.get_resources
            elif gain < 0 or (kind == PLACE and gain == 0):
                own += rewards.incorrect
        if effective:
            copies.tallies[i, who, _tally(kind)] += 1
        out.own_reward[i, who], out.effective[i, who] = own, effective
        total += own
    for who in range(len(actions)):
        own = out.own_reward[i, who]
        out.reward[i, who] = rewards.own_share * own + (1 - rewards.own_share) * total


@rules.rule
def _tally(kind: int) -> int:
    if kind == PLACE:
        return PLACED
    if kind == BREAK:
        return BROKEN
    return GAVE if kind == GIVE else MOVED


@rules.rule
def _note(copies: Copies, i: int, who: int, cell: int, old: int, new: int, place_wrong: float) -> float:
    """Keep the counts after a change; by how much the cell is worth more."""
    wanted, counters = copies.goal[i, cell], copies.counters[i]
    correct = int(new == wanted) - int(old == wanted)
    wrong = int(new != wanted and new != AIR and wanted != AIR)
    wrong -= int(old != wanted and old != AIR and wanted != AIR)
    counters[CORRECT] += correct
    counters[WRONG] += wrong
    copies.tallies[i, who, HELPED] += correct > 0
    copies.tallies[i, who, HARMED] += correct < 0
    return correct + place_wrong * wrong


@rules.rule
def _end(copies: Copies, i: int, place_wrong: float, ends: Ends, out: Outputs) -> None:
    counters = copies.counters[i]
    counters[STEPS] += 1
    share = share_of(copies, i, place_wrong)
    counters[IDLE] = 0 if share > copies.best[i] else counters[IDLE] + 1
    copies.best[i] = max(copies.best[i], share)
    every = counters[CORRECT] == len(copies.goal[i])
    out.terminated[i] = every if ends.finish_at >= 1 else share >= ends.finish_at
    over = counters[STEPS] >= ends.max_steps or 0 < ends.patience <= counters[IDLE]
    out.truncated[i] = over and not out.terminated[i]
    counters[ENDED] = out.terminated[i] or out.truncated[i]


@njit(cache=True)
def observe(field: Field, copies: Copies, who: int, goal_visible: bool, world: np.ndarray) -> None:
    """What a player sees.

    Args:
        field: of the world.
        copies: N copies.
        who: the player.
        goal_visible: whether it knows the goal; else its planes are 0.
        world: uint8[N, 6, V], overwritten. Players are 1 (oneself), 2, … (the others in their order), one
            value in each of their two cells; so is who touched a cell last, and 0 is nobody. Nobody is seen
            where players teleport.
    """
    for i in range(len(world)):
        planes = world[i]
        planes[0], planes[1], planes[3], planes[4] = copies.scene.blocks[i], 0, 0, 0
        if goal_visible:
            planes[2] = copies.goal[i]
        else:
            planes[2] = 0
        _show_touched(copies.scene.last[i], who, planes[5])
        if not field.teleport:
            _show_players(field, copies.scene.players[i], who, planes[4])


@rules.rule
def _show_touched(last: np.ndarray, who: int, plane: np.ndarray) -> None:
    # Without branches, so that many cells are done at once; the same as ``_seen_as``.
    for cell in range(len(last)):
        player = last[cell]
        plane[cell] = (player >= 0) * (1 + (player != who) * (1 + player - (player > who)))


@rules.rule
def _seen_as(player: int, who: int) -> int:
    """1 for oneself; the others count on from 2."""
    return 1 if player == who else 2 + player - (player > who)


@rules.rule
def _show_players(field: Field, players: np.ndarray, who: int, plane: np.ndarray) -> None:
    for turn in range(len(players)):
        # Oneself is drawn last.
        player = who if turn == len(players) - 1 else turn + (turn >= who)
        for up in range(2):
            cell = rules.cell_at(field, players[player, 0], players[player, 1] + up, players[player, 2])
            if cell >= 0:
                plane[cell] = _seen_as(player, who)


@njit(cache=True)
def legal(
    field: Field,
    copies: Copies,
    who: int,
    place: np.ndarray,
    remove: np.ndarray,
    move: np.ndarray,
    give: np.ndarray,
) -> None:
    """``rules.legal`` for all copies: uint8[N, V], uint8[N, V], uint8[N, 6] and uint8[N, V], overwritten."""
    for i in range(len(place)):
        rules.legal(field, scene_at(copies.scene, i), who, place[i], remove[i], move[i], give[i])
