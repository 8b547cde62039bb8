"""The expert: a shortest plan, from any state, over errands of the form "go there, open it, do this".

What a task needs is a short chain of stages (free the hand, take an object, treat it, put it down),
each with a few places to do it. The chains are laid out per object (per target for two objects) and the
cheapest way through one is found by dynamic programming over (location, receptacles opened, objects
taken). So the work is bounded by sizes of the room, and unlike a search it cannot hang. Shortest means
among plans of this form; detours through several objects, which no task needs, are not looked at.
"""

from collections.abc import Iterator
from typing import NamedTuple

from playout.simulators.household.engine import step
from playout.simulators.household.goals import CLEAN, COOL, HEAT, LOOK, TWO, treated
from playout.simulators.household.state import State
from playout.simulators.household.tables import Game
from playout.simulators.household.texts import members


class _Errand(NamedTuple):
    """One way to do a stage."""

    receptacle: int
    """Where to stand."""
    command: str
    """What to say there; empty for nothing, and where ``puts``."""
    opens: bool = False
    """Whether the receptacle must be open."""
    takes: int = 0
    """The object that is taken (bit), so that a later stage takes another."""
    puts: bool = False
    """Whether what is in hand is put down."""


_Stage = list[_Errand]


class _Path(NamedTuple):
    """A way through the first stages."""

    cost: int
    errands: tuple[_Errand, ...]


def plan(game: Game, state: State) -> tuple[str, ...] | None:
    """Commands that win from here, few of them; none where the game is won already.

    The plan was played on a copy of the state, so each command works and the last one wins. Keep it
    while it is followed: it is not recomputed cheaper for having been computed before.

    Returns:
        The commands, or None where the task cannot be done any more (or never could).
    """
    if state.won:
        return ()
    paths = [path for stages in _chains(game, state) if (path := _cheapest(game, state, stages)) is not None]
    for path in sorted(paths, key=lambda path: path.cost):
        commands = _played(game, state, path.errands)
        if commands is not None:
            return commands
    return None


def _chains(game: Game, state: State) -> Iterator[list[_Stage]]:
    """The stages of every way to do the task."""
    if game.goal.task_type == TWO:
        for target in game.targets:
            yield _two_into(game, state, target)
        return
    for thing in members(game.sought & (game.pickupable | _held(state))):
        taken = _in_hand(game, state, 1 << thing)
        if game.goal.task_type == LOOK:
            yield [*taken, _under_lamp(game, state)]
            continue
        treatment = _treatment(game, state, thing)
        yield [*taken, *treatment, [_putting(r) for r in game.targets if game.fits[thing] >> r & 1]]
        # An object listed in two receptacles stays in the one it was not taken from.
        left = [target for target in game.targets if state.contents[target] >> thing & 1]
        if left and taken:
            taken[-1] = [errand for errand in taken[-1] if set(left) - {errand.receptacle}]
        if left:
            yield [*taken, *treatment]


def _two_into(game: Game, state: State, target: int) -> list[_Stage]:
    """Bring what is missing of two objects to one target."""
    fitting = 0
    for thing in members(game.sought & ~state.contents[target]):
        fitting |= (game.fits[thing] >> target & 1) << thing
    stages = [*_in_hand(game, state, fitting), [_putting(target)]]
    if state.contents[target] & game.sought:
        return stages
    return [*stages, _taking(game, state, fitting), [_putting(target)]]


def _in_hand(game: Game, state: State, things: int) -> list[_Stage]:
    """Stages after which one of these objects is in hand."""
    if _held(state) & things:
        return []
    fetch = _taking(game, state, things)
    if state.held < 0:
        return [fetch]
    return [[_putting(receptacle) for receptacle in members(game.fits[state.held])], fetch]


def _treatment(game: Game, state: State, thing: int) -> list[_Stage]:
    """The stage that cleans, heats or cools an object in hand, if it needs one."""
    if treated(game, state) >> thing & 1:
        return []
    verb, able, devices = {
        CLEAN: ("clean", game.cleanable, game.cleaners),
        HEAT: ("heat", game.heatable, game.heaters),
        COOL: ("cool", game.coolable, game.coolers),
    }[game.goal.task_type]
    usable = devices if able >> thing & 1 else 0
    name = game.objects[thing]
    return [[_Errand(r, f"{verb} {name} with {game.receptacles[r]}") for r in members(usable)]]


def _under_lamp(game: Game, state: State) -> _Stage:
    return [
        _Errand(receptacle, "" if state.toggled >> lamp & 1 else f"use {game.objects[lamp]}")
        for receptacle, inside in enumerate(state.contents)
        for lamp in members(inside & game.lamps)
    ]


def _taking(game: Game, state: State, things: int) -> _Stage:
    return [
        _Errand(r, f"take {game.objects[thing]} from {game.receptacles[r]}", opens=True, takes=1 << thing)
        for r, inside in enumerate(state.contents)
        for thing in members(inside & things & game.pickupable)
    ]


def _putting(receptacle: int) -> _Errand:
    return _Errand(receptacle, "", opens=True, puts=True)


def _held(state: State) -> int:
    return 1 << state.held if state.held >= 0 else 0


def _cheapest(game: Game, state: State, stages: list[_Stage]) -> _Path | None:
    """The shortest way through the stages, None where one has no errand."""
    # (location, opened receptacles, objects taken) -> the best way to be there after the stages so far.
    reached = {(state.at, state.opened, _held(state)): _Path(0, ())}
    for stage in stages:
        following: dict[tuple[int, int, int], _Path] = {}
        for (at, opened, taken), path in reached.items():
            for errand in stage:
                if errand.takes & taken:
                    continue
                to = game.locations[errand.receptacle]
                lid = game.openable & ~opened & 1 << errand.receptacle if errand.opens else 0
                cost = path.cost + (to != at) + (lid > 0) + (errand.puts or errand.command != "")
                key = (to, opened | lid, taken | errand.takes)
                known = following.get(key)
                if known is None or cost < known.cost:
                    following[key] = _Path(cost, (*path.errands, errand))
        reached = following
    return min(reached.values(), key=lambda path: path.cost, default=None)


def _played(game: Game, state: State, errands: tuple[_Errand, ...]) -> tuple[str, ...] | None:
    """The commands of the errands up to the one that wins; None if none does."""
    state = state.copy()
    commands: list[str] = []
    for errand in errands:
        for command in _commands(game, state, errand):
            step(game, state, command)
            commands.append(command)
            if state.won:
                return tuple(commands)
    return None


def _commands(game: Game, state: State, errand: _Errand) -> list[str]:
    name, bit = game.receptacles[errand.receptacle], 1 << errand.receptacle
    commands = [f"go to {name}"] if game.locations[errand.receptacle] != state.at else []
    if errand.opens and game.openable & ~state.opened & bit:
        commands.append(f"open {name}")
    if errand.puts:
        verb, middle = game.put_words
        commands.append(f"{verb} {game.objects[state.held]}{middle}{name}")
    return [*commands, errand.command] if errand.command else commands
