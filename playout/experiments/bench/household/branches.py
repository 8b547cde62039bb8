"""Names the branch of the household world that a command took: what coverage is counted in.

A branch is a kind of command with what its answer depended on ("examine: hot and clean sliced",
"nothing: take, closed"); the end of a name after "," narrows it. Branches are told from the engine's tables
and states, so they are those of the original only as long as the two agree, which is what is tested.
"""

import re
from collections.abc import Callable

from playout.simulators.household import actions
from playout.simulators.household.state import State
from playout.simulators.household.tables import Game
from playout.simulators.household.texts import NOTHING_HAPPENS, members

_COUNTS = ("nothing", "one", "two")
_VERBS = frozenset(
    (
        "look", "inventory", "help", "go", "open", "close", "take", "move", "examine", "use", "clean", "heat",
        "cool", "slice",
    )
)  # fmt: skip


def branches(game: Game, before: State, command: str, after: State, answer: str) -> list[str]:
    """The branches of one step: that of its answer, and what it did to the goal.

    Args:
        game: the game.
        before: the state in which the command was given.
        command: as given, space around it included.
        after: the state after it.
        answer: what the world said.
    """
    reading = actions.read(game, command)
    if answer == NOTHING_HAPPENS:
        reason = _unread(game, command) if reading is None else _refused(game, before, *reading)
        found = [f"nothing: {reason}"]
    else:
        assert reading is not None, f"{command!r} was answered {answer!r} but cannot be read"
        action, first, second = reading
        found = [_TAKEN[action](game, before, first, second, answer)]
        if command != command.strip():
            found.append("space around a command")
    kind = found[0].partition(":")[0]
    if before.won != after.won:
        found.append(f"won by {kind}: {game.goal.task_type}" if after.won else f"won no more, by {kind}")
    elif before.won:
        found.append("played on after winning")
    return found


def features(game: Game) -> frozenset[str]:
    """What makes a game able to show rare branches."""
    begin = game.start
    seen, twice = 0, 0
    for inside in begin.contents:
        twice |= seen & inside
        seen |= inside
    lamps_inside = any(begin.contents[r] & game.toggleable for r in members(game.openable))
    present = {
        f"task: {game.goal.task_type}": True,
        "neighbours": any(len(here) > 1 for here in game.receptacles_at),
        "listed twice": bool(twice),
        "cool at the start": bool(begin.cool),
        "a vessel": bool(game.vessels),
        "a full vessel": any(game.inside),
        "knife and something to slice": bool(game.knives and game.sliceable),
        "lamp in something to open": lamps_inside,
        "microwave": bool(game.heaters),
        "fridge": bool(game.coolers),
        **{f"cleans: {game.receptacles[r].partition(' ')[0]}": True for r in members(game.cleaners)},
    }
    return frozenset(name for name, there in present.items() if there)


# Commands that did something.


def _view(game: Game, state: State, receptacle: int) -> str:
    if game.openable >> receptacle & 1 and not state.opened >> receptacle & 1:
        return "closed"
    inside = state.contents[receptacle].bit_count()
    how = "open" if game.openable >> receptacle & 1 else "on"
    return f"{how}, {_count(inside)}"


def _count(n: int) -> str:
    return _COUNTS[n] if n < len(_COUNTS) else "several"


def _neighbours(game: Game, location: int) -> str:
    return ", neighbours" if len(game.receptacles_at[location]) > 1 else ""


def _go(game: Game, before: State, _: int, receptacle: int, __: str) -> str:
    return f"go: {_view(game, before, receptacle)}{_neighbours(game, game.locations[receptacle])}"


def _open(game: Game, before: State, _: int, receptacle: int, __: str) -> str:
    inside = before.contents[receptacle].bit_count()
    return f"open: {_count(inside)}{_neighbours(game, before.at)}"


def _close(game: Game, before: State, *_: object) -> str:
    return f"close: receptacle{_neighbours(game, before.at)}"


def _where(game: Game, receptacle: int) -> str:
    return "inside" if game.openable >> receptacle & 1 else "on top"


def _take(game: Game, before: State, thing: int, receptacle: int, _: str) -> str:
    twice = sum(inside >> thing & 1 for inside in before.contents) > 1
    return f"take: {_where(game, receptacle)}{', listed twice' * twice}{_neighbours(game, before.at)}"


def _put(game: Game, before: State, thing: int, receptacle: int, _: str) -> str:
    here = game.receptacles_at[before.at]
    elsewhere = [r for r, inside in enumerate(before.contents) if inside >> thing & 1]
    floor = any(r != receptacle and before.missing[r] >> thing & 1 for r in here)
    how = ", also listed elsewhere" if elsewhere else ", shows on the floor" if floor else ""
    return f"move: {_where(game, receptacle)}{how}"


def _examine(game: Game, before: State, _: int, receptacle: int, __: str) -> str:
    return f"examine: receptacle {_view(game, before, receptacle)}{_neighbours(game, before.at)}"


def _examine_object(game: Game, before: State, thing: int, _: int, answer: str) -> str:
    if game.vessels >> thing & 1:
        return f"examine: vessel, {_count(len(game.inside[thing]))}"
    words = answer.replace(game.objects[thing], "").removeprefix("This is a").strip(" .")
    return f"examine: object, {re.sub(' +', ' ', words)}"


def _use(game: Game, before: State, lamp: int, _: int, __: str) -> str:
    holders = [r for r in game.receptacles_at[before.at] if before.contents[r] >> lamp & 1]
    closed = all(game.openable & ~before.opened & 1 << r for r in holders)
    again = before.toggled >> lamp & 1
    return f"use: lamp{', in something closed' * closed}{', again' * again}"


def _treat(verb: str, mark: str, other: str) -> Callable[[Game, State, int, int, str], str]:
    def label(game: Game, before: State, thing: int, receptacle: int, _: str) -> str:
        device = game.receptacles[receptacle].partition(" ")[0]
        shut = ", closed" if game.openable & ~before.opened & 1 << receptacle else ""
        again = ", again" if getattr(before, mark) >> thing & 1 else ""
        was = f", was {other}" if other and getattr(before, other) >> thing & 1 else ""
        return f"{verb}: {device}{shut}{again}{was}"

    return label


def _slice(game: Game, before: State, thing: int, knife: int, _: str) -> str:
    holders = [r for r in game.receptacles_at[before.at] if before.contents[r] >> thing & 1]
    shut = bool(holders) and all(game.openable & ~before.opened & 1 << r for r in holders)
    again = bool(before.sliced >> thing & 1)
    with_ = game.objects[knife].partition(" ")[0]
    return f"slice: {with_}{', in something closed' * shut}{', again' * again}"


def _look(game: Game, before: State, _: int, __: int, answer: str) -> str:
    here = game.receptacles_at[before.at]
    if not here:
        return "look: middle of the room"
    floor = answer.partition("you see ")[2]
    lies = "nothing" if floor == "nothing." else "several" if ", and " in floor else "one"
    return f"look: floor, {lies}{_neighbours(game, before.at)}"


def _inventory(game: Game, before: State, *_: object) -> str:
    return f"inventory: {'nothing' if before.held < 0 else 'one'}"


def _help(*_: object) -> str:
    return "help: list"


_TAKEN: dict[actions.Action, Callable[[Game, State, int, int, str], str]] = {
    actions.go: _go,
    actions.open_: _open,
    actions.close: _close,
    actions.take: _take,
    actions.put: _put,
    actions.examine: _examine,
    actions.examine_object: _examine_object,
    actions.use: _use,
    actions.clean: _treat("clean", "clean", ""),
    actions.heat: _treat("heat", "hot", "cool"),
    actions.cool: _treat("cool", "cool", "hot"),
    actions.slice_: _slice,
    actions.look: _look,
    actions.inventory: _inventory,
    actions.help_: _help,
}


# Commands that did nothing.


def _unread(game: Game, command: str) -> str:
    """Why a command is none of this game's."""
    command = command.strip()
    if not command:
        return "empty"
    if len(command) > 1000:
        return "very long"
    if not command.isascii():
        return "not ASCII"
    if actions.read(game, command.lower()) is not None:
        return "wrong case"
    if actions.read(game, " ".join(command.split())) is not None:
        return "space within"
    verb = command.split()[0]
    if verb == "put":
        return "older wording"
    return f"{verb}, unknown name or form" if verb in _VERBS else "unknown verb"


def _refused(game: Game, state: State, action: actions.Action, thing: int, receptacle: int) -> str:
    """Why a command of this game did nothing now: the first reason that holds."""
    verb = action.__name__.strip("_").replace("put", "move")
    if action in (actions.use, actions.slice_, actions.examine_object):
        return f"{verb}, {_refused_object(game, state, action, thing, receptacle)}"
    bit, here = 1 << receptacle, game.locations[receptacle] == state.at
    closed = bool(game.openable & ~state.opened & bit)
    empty = state.held < 0
    reasons: dict[actions.Action, dict[str, bool]] = {
        actions.go: {f"already here{_neighbours(game, state.at)}": here},
        actions.open_: {"not here": not here, "nothing to open": not game.openable & bit, "open": not closed},
        actions.close: {"not here": not here, "nothing to close": not game.openable & bit, "closed": closed},
        actions.take: {
            "not here": not here,
            "not in it": not state.contents[receptacle] >> thing & 1,
            "hands full": not empty,
            "closed": closed,
            "cannot be carried": not game.pickupable >> thing & 1,
        },
        actions.put: {
            "not in hand": thing != state.held,
            "does not fit": not game.fits[thing] >> receptacle & 1,
            "not here": not here,
            "closed": closed,
        },
        actions.examine: {"not here": not here},
        **{
            treatment: {
                "not in hand": thing != state.held,
                "not here": not here,
                "wrong device": not devices & bit,
                "cannot be": not able >> thing & 1,
            }
            for treatment, able, devices in (
                (actions.clean, game.cleanable, game.cleaners),
                (actions.heat, game.heatable, game.heaters),
                (actions.cool, game.coolable, game.coolers),
            )
        },
    }
    return f"{verb}, {next(reason for reason, so in reasons[action].items() if so)}"


def _refused_object(game: Game, state: State, action: actions.Action, thing: int, second: int) -> str:
    present = any(state.contents[r] >> thing & 1 for r in game.receptacles_at[state.at])
    if action is actions.examine_object:
        return "only lies here" if present else "not here"
    if action is actions.use:
        return "in hand" if thing == state.held else "no switch" if present else "not here"
    if second != state.held:
        return "knife not in hand"
    if not game.knives >> second & 1:
        return "with no knife"
    return "cannot be sliced" if present and not game.sliceable >> thing & 1 else "not here"
