"""Scripted builders: simulated people who know the goal and build it, each in a way of its own.

A builder picks the cell that is next in its order among those that are not as they should be, goes to
where it can touch it and does what is to be done; now and then it takes the wrong block, or does nothing.
It is a pure function of the world, its key and the number of the step: it has no memory to be saved. Who
it is shows in what it does alone. Leaves out people who learn from records (``agents``).
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from typing import Literal, NamedTuple

import numpy as np
from numba import njit

from playout.core import compiled_random
from playout.core.errors import WrongUse
from playout.core.random import STREAM_EPISODE, STREAM_PERSON
from playout.simulators.building import rules
from playout.simulators.building.actions import BREAK, MOVE, NOOP, PLACE
from playout.simulators.building.blocks import AIR, BEDROCK, BLOCKS, FACES, FIRST_PLACEABLE
from playout.simulators.building.copies import STEPS as STEP_COUNT
from playout.simulators.building.copies import Copies, scene_at
from playout.simulators.building.rules import Field, Scene

Split = Literal["train", "unseen"]


@dataclass(frozen=True, kw_only=True)
class Persona:
    """How a builder goes about it: a pair is the range that the person of an episode is drawn from.

    The next cell is the one of lowest cost: a sum of the weights here times what they weigh.
    """

    near: tuple[float, float] = (1.0, 1.0)
    """Weight of the moves to where the cell can be touched; above 0."""
    low: tuple[float, float] = (0.0, 0.0)
    """Weight of the height: large builds layer by layer."""
    across: tuple[float, float] = (0.0, 0.0)
    """Weight of x: large sweeps from one side to the other, negative from the other one."""
    material: tuple[float, float] = (0.0, 0.0)
    """Weight of the number of the block, in an order that is the person's own: large builds kind by kind."""
    whim: tuple[float, float] = (0.0, 0.0)
    """Weight of a number in [0, 1) that is drawn once for each cell."""
    repair: tuple[float, float] = (2.0, 2.0)
    """Taken off for what is to be broken: large clears away first."""
    error: tuple[float, float] = (0.0, 0.0)
    """Chance that a block that is placed is a wrong one."""
    idle: tuple[float, float] = (0.0, 0.0)
    """Chance that a step passes in which nothing is done."""


TRAIN: dict[str, Persona] = {
    "mason": Persona(low=(8, 12), error=(0, 0.02)),
    "neighbour": Persona(near=(2, 3), error=(0, 0.04)),
    "sweeper": Persona(across=(2, 4), low=(0.5, 1), error=(0, 0.02)),
    "sorter": Persona(material=(6, 10), low=(1, 2), error=(0, 0.02)),
    "dreamer": Persona(whim=(4, 8), idle=(0.05, 0.15), error=(0, 0.05)),
    "clumsy": Persona(low=(3, 6), error=(0.08, 0.15)),
    "careful": Persona(low=(6, 10), repair=(20, 30), idle=(0.1, 0.2)),
}
"""Builders to learn from."""
UNSEEN: dict[str, Persona] = {
    "homecomer": Persona(across=(-4, -2), low=(0.5, 1), error=(0, 0.03)),
    "tidy": Persona(material=(6, 10), near=(0.2, 0.5), repair=(20, 30), error=(0, 0.02)),
    "hasty": Persona(near=(2, 3), whim=(2, 4), error=(0.1, 0.2)),
    "ponderous": Persona(low=(2, 4), across=(1, 2), idle=(0.2, 0.3), error=(0, 0.03)),
}
"""Builders to be tested with."""

PARAMETERS = len(fields(Persona))
_NEAR, _LOW, _ACROSS, _MATERIAL, _WHIM, _REPAIR, _ERROR, _IDLE = range(PARAMETERS)
_FIRST_INSIDE = 1000.0
_ROUNDS = 4
_UNKNOWN, _START = -2, -1  # in place of the direction that a place was reached by
# Counters under the key of an episode: who it is, whims of cells, then three draws per step.
_WHO, _WHIMS, _DRAWS = 0, 1 << 16, 1 << 32


class People(NamedTuple):
    """Personas as compiled code takes them."""

    low: np.ndarray
    """float64[K, 8], lower ends of the ranges."""
    high: np.ndarray
    """float64[K, 8]."""


def people_of(people: str | Sequence[str] = "train") -> People:
    """The builders of a split, or those with these names.

    Raises:
        WrongUse: there is no such builder.
    """
    known = {**TRAIN, **UNSEEN}
    names = (
        {"train": list(TRAIN), "unseen": list(UNSEEN)}.get(people, people)
        if isinstance(people, str)
        else people
    )
    names = [names] if isinstance(names, str) else list(names)
    for name in names:
        if name not in known:
            raise WrongUse(f"people: expected train, unseen or names of {', '.join(known)}, got {name!r}")
    return _table([known[name] for name in names])


def _table(personas: list[Persona]) -> People:
    ranges = np.array([astuple(persona) for persona in personas], np.float64)
    return People(np.ascontiguousarray(ranges[..., 0]), np.ascontiguousarray(ranges[..., 1]))


EXPERT = _table([Persona()])
"""One builder without faults, who goes by the shortest ways."""


class Desk(NamedTuple):
    """Room for a builder's thoughts; int64[V] but for the last two."""

    todo: np.ndarray
    queue: np.ndarray
    far: np.ndarray
    came: np.ndarray
    place: np.ndarray
    remove: np.ndarray


@rules.rule
def _desk(cells: int) -> Desk:
    return Desk(
        np.empty(cells, np.int64), np.empty(cells, np.int64), np.empty(cells, np.int64),
        np.empty(cells, np.int64), np.empty(cells, np.uint8), np.empty(cells, np.uint8),
    )  # fmt: skip


@njit(cache=True)
def act(
    field: Field,
    copies: Copies,
    rounds: np.ndarray,
    who: int,
    people: People,
    actions: np.ndarray,
    persona: np.ndarray,
) -> None:
    """What the builder in seat ``who`` does next, in all copies.

    Args:
        field: of the world.
        copies: N copies; as before when this returns.
        rounds: uint8[G, V] of the goals (:func:`rounds_of`).
        who: its seat.
        people: of whom the episode's key picks one.
        actions: int64[N, 3], overwritten: type, cell, block.
        persona: int64[N], overwritten: which of ``people`` it is.
    """
    desk = _desk(copies.goal.shape[1])
    weights, cost = np.empty(PARAMETERS), np.empty(copies.goal.shape[1])
    for i in range(len(actions)):
        key = compiled_random.philox(copies.key[i], copies.episode[i], np.uint64(STREAM_EPISODE))
        persona[i] = _draw_person(key, people, weights)
        scene, goal, late = scene_at(copies.scene, i), copies.goal[i], rounds[copies.level[i]]
        _weigh(field, scene, goal, late, who, key, weights, cost)
        step = copies.counters[i, STEP_COUNT]
        _decide(field, scene, goal, who, key, step, weights, cost, desk, actions[i])


@rules.rule
def _uniform(key: np.uint64, counter: int) -> float:
    word = compiled_random.philox(key, np.uint64(counter), np.uint64(STREAM_PERSON))
    return np.float64(word >> np.uint64(11)) * 2.0**-53


@rules.rule
def _draw_person(key: np.uint64, people: People, weights: np.ndarray) -> int:
    """Fill ``weights``, float64[8], for the person of an episode; which persona it is."""
    persona = int(_uniform(key, _WHO) * len(people.low))
    for parameter in range(PARAMETERS):
        low, high = people.low[persona, parameter], people.high[persona, parameter]
        weights[parameter] = low + (high - low) * _uniform(key, _WHO + 1 + parameter)
    return persona


@rules.rule
def _decide(
    field: Field,
    scene: Scene,
    goal: np.ndarray,
    who: int,
    key: np.uint64,
    step: int,
    weights: np.ndarray,
    cost: np.ndarray,
    desk: Desk,
    action: np.ndarray,
) -> None:
    action[0], action[1], action[2] = NOOP, 0, AIR
    draw = _DRAWS + 3 * step
    if _uniform(key, draw) < weights[_IDLE]:
        return
    marks = rules.hide_others(field, scene, who)
    cell, direction = _next(field, scene, who, weights[_NEAR], cost, desk)
    rules.show_others(field, scene, who, marks)
    if cell < 0:
        return
    if direction >= 0:
        action[0] = MOVE + direction
        return
    action[0], action[1] = PLACE if scene.blocks[cell] == AIR else BREAK, cell
    if action[0] == PLACE:
        wrong = _uniform(key, draw + 1) < weights[_ERROR]
        any_block = FIRST_PLACEABLE + int(_uniform(key, draw + 2) * (BLOCKS - FIRST_PLACEABLE))
        action[2] = any_block if wrong else goal[cell]


@rules.rule
def _next(field: Field, scene: Scene, who: int, near: float, cost: np.ndarray, desk: Desk) -> tuple[int, int]:
    """The cell of lowest cost, ``near`` for each move of the way to it included, and the first move.

    Since the way counts and not the distance, the choice stays the same until the builder is there. A
    breadth-first search, which ends when nothing farther away can be better.

    Returns:
        The cell, -1 where nothing can be done; the direction, -1 if the builder is there.
    """
    todo, least = 0, np.inf
    for cell in range(len(cost)):
        desk.came[cell] = _UNKNOWN
        if cost[cell] < np.inf:
            desk.todo[todo], least = cell, min(least, cost[cell])
            todo += 1
    if field.teleport:
        return _cheapest(field, scene, who, todo, cost, desk), -1
    x, y, z = scene.players[who, 0], scene.players[who, 1], scene.players[who, 2]
    desk.queue[0], desk.far[0], first, last = rules.cell_at(field, x, y, z), 0, 0, 1
    desk.came[desk.queue[0]] = _START
    best, found, stand = np.inf, -1, -1
    while first < last and todo and near * desk.far[first] + least < best:
        at, far = desk.queue[first], desk.far[first]
        x, y, z = rules.position(field, at)
        desk.place[:], desk.remove[:] = 0, 0
        rules.look(field, scene, who, x, y, z, desk.place, desk.remove)
        left = 0
        for number in range(todo):
            cell = desk.todo[number]
            if not (desk.place[cell] | desk.remove[cell]):
                desk.todo[left] = cell
                left += 1
            elif cost[cell] + near * far < best:
                best, found, stand = cost[cell] + near * far, cell, at
        todo = left
        last = _spread(field, scene, who, at, far, last, desk)
        first += 1
    direction = -1
    while found >= 0 and desk.came[stand] != _START:
        direction = desk.came[stand]
        stand -= field.behind[direction]
    return found, direction


@rules.rule
def _cheapest(field: Field, scene: Scene, who: int, todo: int, cost: np.ndarray, desk: Desk) -> int:
    """With teleport, where no way counts: the cell of lowest cost that can be touched; -1 none."""
    best, found = np.inf, -1
    for number in range(todo):
        cell = desk.todo[number]
        if cost[cell] < best and rules.touchable(field, scene, who, cell):
            best, found = cost[cell], cell
    return found


@rules.rule
def _spread(field: Field, scene: Scene, who: int, at: int, far: int, last: int, desk: Desk) -> int:
    """Add the places next to ``at`` to the search; how many there are now."""
    for direction in range(FACES):
        beside = rules.behind(field, at, direction)
        if beside >= 0 and desk.came[beside] == _UNKNOWN:
            x, y, z = rules.position(field, beside)
            if rules.can_stand(field, scene, who, x, y, z):
                desk.came[beside], desk.queue[last], desk.far[last] = direction, beside, far + 1
                last += 1
    return last


@rules.rule
def _weigh(
    field: Field,
    scene: Scene,
    goal: np.ndarray,
    late: np.ndarray,
    who: int,
    key: np.uint64,
    weights: np.ndarray,
    cost: np.ndarray,
) -> None:
    """The cost of each cell but for the way, float64[V]; infinite where nothing is to do or others stand."""
    blocks, surface, height, depth = scene.blocks, scene.surface, field.height, field.depth
    whims, rotation = weights[_WHIM] != 0, int(_uniform(key, _WHIMS - 1) * BLOCKS)
    for cell in range(len(cost)):
        block, wanted = blocks[cell], goal[cell]
        cost[cell] = np.inf
        fine = (block == wanted) | (block == BEDROCK)
        if fine or (block == AIR and surface[cell] == 0):
            continue
        z, y, x = cell % depth, cell // depth % height, cell // depth // height
        if _occupied(scene, who, x, y, z):
            continue
        price = weights[_LOW] * y + weights[_ACROSS] * x + weights[_MATERIAL] * ((wanted + rotation) % BLOCKS)
        price -= _FIRST_INSIDE * late[cell] + (weights[_REPAIR] if block != AIR else 0.0)
        if whims:
            price += weights[_WHIM] * _uniform(key, _WHIMS + cell)
        cost[cell] = price
    if field.finite:
        _fetch(field, scene, goal, who, cost)


@rules.rule
def _fetch(field: Field, scene: Scene, goal: np.ndarray, who: int, cost: np.ndarray) -> None:
    """With finite blocks: one that she does not own is taken from the palette, at the cost of its cell."""
    palette, least = (field.width - 1) * field.height * field.depth, np.full(BLOCKS, np.inf)
    for cell in range(palette):
        wanted = goal[cell]
        if scene.blocks[cell] == AIR and scene.inventory[who, wanted] == 0:
            least[wanted], cost[cell] = min(least[wanted], cost[cell]), np.inf
    for cell in range(palette, len(cost)):
        cost[cell] = least[scene.blocks[cell]]


@rules.rule
def _occupied(scene: Scene, who: int, x: int, y: int, z: int) -> bool:
    """Whether another player stands in the cell."""
    for other in range(len(scene.players)):
        player = scene.players[other]
        if other != who and player[0] == x and player[2] == z and 0 <= y - player[1] <= 1:
            return True
    return False


@njit(cache=True)
def rounds_of(field: Field, plain: np.ndarray, goals: np.ndarray) -> np.ndarray:
    """What must be built before it is out of reach: people with eyes in their heads begin inside.

    The finished house is taken down in rounds: in each, all that can be touched from outside is taken.

    Args:
        field: of the world.
        plain: uint8[V], the world before anybody has built.
        goals: uint8[G, V].

    Returns:
        uint8[G, V], the round in which a cell can be touched; cells of later rounds are built first.
    """
    cells = goals.shape[1]
    rounds = np.zeros(goals.shape, np.uint8)
    surface, last = np.zeros(cells, np.uint8), np.zeros(cells, np.int8)
    players, inventory = np.zeros((1, 3), np.int16), np.zeros((1, BLOCKS), np.int16)
    for number in range(len(goals)):
        scene = Scene(goals[number].copy(), surface, last, players, inventory)
        hidden = goals[number] != plain
        for turn in range(_ROUNDS):
            rules.find_surface(field, scene)
            seen = _touched_from_outside(field, scene)
            for cell in range(cells):
                if hidden[cell]:
                    rounds[number, cell], hidden[cell] = turn, not seen[cell]
                if seen[cell] and scene.blocks[cell] != BEDROCK:
                    scene.blocks[cell] = AIR
            if not hidden.any():
                break
    return rounds


@rules.rule
def _touched_from_outside(field: Field, scene: Scene) -> np.ndarray:
    """bool[V]: cells that can be filled or broken by somebody who comes from the sky."""
    cells = len(scene.blocks)
    seen, place, remove = np.zeros(cells, np.bool_), np.zeros(cells, np.uint8), np.zeros(cells, np.uint8)
    queue, known = np.empty(cells, np.int64), np.zeros(cells, np.bool_)
    first, last = 0, 0
    for cell in range(cells):
        x, y, z = rules.position(field, cell)
        if y == field.height - 1 and rules.can_stand(field, scene, 0, x, y, z):
            queue[last], known[cell] = cell, True
            last += 1
    while first < last:
        x, y, z = rules.position(field, queue[first])
        place[:], remove[:] = 0, 0
        rules.look(field, scene, 0, x, y, z, place, remove)
        seen |= (place | remove) != 0
        for direction in range(FACES):
            beside = rules.behind(field, queue[first], direction)
            if beside >= 0 and not known[beside]:
                nx, ny, nz = rules.position(field, beside)
                if rules.can_stand(field, scene, 0, nx, ny, nz):
                    queue[last], known[beside] = beside, True
                    last += 1
        first += 1
    return seen
