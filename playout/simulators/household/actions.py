"""The thirteen kinds of command: how each is read, when it works, what it changes and answers.

An action gets a game, its state (changed in place) and two numbers: an object first, a receptacle
second; 0 where the command names none. It returns the answer, or None where the command does nothing
now. :func:`read` finds the action of a command; it matches exactly, upper and lower case too.
"""

from __future__ import annotations

from collections.abc import Callable

from playout.simulators.household import goals
from playout.simulators.household.state import State
from playout.simulators.household.tables import MEMO_SIZE, Game
from playout.simulators.household.texts import facing, help_text, object_text, receptacle_text

Action = Callable[[Game, State, int, int], str | None]
Reading = tuple[Action, int, int]


def read(game: Game, command: str) -> Reading | None:
    """The action and the numbers that a command names; None for what is no command of this game.

    A reading does not say that the command works now. Readings are kept in the game's memo.
    """
    command = command.strip()
    found = game.commands.get(command) or _read(game, command)
    if found is not None and command not in game.commands:
        if len(game.commands) >= MEMO_SIZE:
            game.commands.clear()
        game.commands[command] = found
    return found


def go(game: Game, state: State, _: int, receptacle: int) -> str | None:
    """Go to a receptacle; one at the agent's own location cannot be gone to."""
    location = game.locations[receptacle]
    if location == state.at:
        return None
    state.at = location
    if game.look_under:
        state.won = goals.holds(game, state)
    return f"You arrive at {game.receptacles[receptacle]}. {receptacle_text(game, state, receptacle)}"


def open_(game: Game, state: State, _: int, receptacle: int) -> str | None:
    """Open a receptacle here."""
    bit = 1 << receptacle
    if game.locations[receptacle] != state.at or not game.openable & bit or state.opened & bit:
        return None
    state.opened |= bit
    return f"You open the {game.receptacles[receptacle]}. {receptacle_text(game, state, receptacle)}"


def close(game: Game, state: State, _: int, receptacle: int) -> str | None:
    """Close a receptacle here."""
    bit = 1 << receptacle
    if game.locations[receptacle] != state.at or not game.openable & state.opened & bit:
        return None
    state.opened ^= bit
    return f"You close the {game.receptacles[receptacle]}."


def take(game: Game, state: State, thing: int, receptacle: int) -> str | None:
    """Take an object from one receptacle; where it is listed in two it stays in the other."""
    bit = 1 << thing
    if state.held >= 0 or not state.contents[receptacle] & game.pickupable & bit:
        return None
    if not _reachable(game, state, receptacle):
        return None
    state.contents[receptacle] ^= bit
    state.missing[receptacle] |= bit
    state.around[state.at] &= ~bit
    state.held = thing
    state.won = goals.holds(game, state)
    return f"You pick up the {game.objects[thing]} from the {game.receptacles[receptacle]}."


def put(game: Game, state: State, thing: int, receptacle: int) -> str | None:
    """Put the object in hand into or onto a receptacle; nothing is ever full."""
    if thing != state.held or not game.fits[thing] >> receptacle & 1:
        return None
    if not _reachable(game, state, receptacle):
        return None
    bit = 1 << thing
    state.contents[receptacle] |= bit
    state.missing[receptacle] &= ~bit
    state.around[state.at] |= bit
    state.held = -1
    state.won = goals.holds(game, state)
    verb, middle = game.put_words
    return f"You {verb} the {game.objects[thing]}{middle}the {game.receptacles[receptacle]}."


def examine(game: Game, state: State, _: int, receptacle: int) -> str | None:
    """Look at a receptacle here."""
    return receptacle_text(game, state, receptacle) if game.locations[receptacle] == state.at else None


def examine_object(game: Game, state: State, thing: int, _: int) -> str | None:
    """Look at the object in hand; one that only lies here cannot be examined."""
    return object_text(game, state, thing) if thing == state.held else None


def use(game: Game, state: State, thing: int, _: int) -> str | None:
    """Turn on a lamp in a receptacle here, closed or not. It is never turned off."""
    bit = 1 << thing
    if not game.toggleable & bit or not any(state.contents[r] & bit for r in game.receptacles_at[state.at]):
        return None
    state.toggled |= bit
    state.won = goals.holds(game, state)
    return f"You turn on the {game.objects[thing]}."


def clean(game: Game, state: State, thing: int, receptacle: int) -> str | None:
    """Clean the object in hand at a sink."""
    if not _can_treat(game, state, thing, receptacle, game.cleanable, game.cleaners):
        return None
    state.clean |= 1 << thing
    return _treated(game, state, "clean", thing, receptacle)


def heat(game: Game, state: State, thing: int, receptacle: int) -> str | None:
    """Heat the object in hand with a microwave, open or not; it is no longer cool."""
    if not _can_treat(game, state, thing, receptacle, game.heatable, game.heaters):
        return None
    state.hot |= 1 << thing
    state.cool &= ~(1 << thing)
    return _treated(game, state, "heat", thing, receptacle)


def cool(game: Game, state: State, thing: int, receptacle: int) -> str | None:
    """Cool the object in hand with a fridge, open or not; it is no longer hot."""
    if not _can_treat(game, state, thing, receptacle, game.coolable, game.coolers):
        return None
    state.cool |= 1 << thing
    state.hot &= ~(1 << thing)
    return _treated(game, state, "cool", thing, receptacle)


def slice_(game: Game, state: State, thing: int, knife: int) -> str | None:
    """Slice an object recorded to be here with the knife in hand."""
    if knife != state.held or not game.knives >> knife & 1:
        return None
    if not (game.sliceable & state.around[state.at]) >> thing & 1:
        return None
    state.sliced |= 1 << thing
    return f"You sliced the {game.objects[thing]} with the {game.objects[knife]}."


def look(game: Game, state: State, _: int, __: int) -> str:
    """Look around."""
    return facing(game, state)


def inventory(game: Game, state: State, _: int, __: int) -> str:
    """Say what is in hand."""
    if state.held < 0:
        return "You are not carrying anything."
    return f"You are carrying: a {game.objects[state.held]}."


def help_(game: Game, state: State, _: int, __: int) -> str:
    """List the commands."""
    return help_text(game)


def _reachable(game: Game, state: State, receptacle: int) -> bool:
    """Whether the agent stands at a receptacle and it is not closed."""
    closed = game.openable & ~state.opened
    return game.locations[receptacle] == state.at and not closed >> receptacle & 1


def _can_treat(game: Game, state: State, thing: int, receptacle: int, able: int, devices: int) -> bool:
    here = thing == state.held and game.locations[receptacle] == state.at
    return bool(here and able >> thing & 1 and devices >> receptacle & 1)


def _treated(game: Game, state: State, verb: str, thing: int, receptacle: int) -> str:
    # An object listed in a second receptacle is still in it, so this alone can win.
    state.won = goals.holds(game, state)
    return f"You {verb} the {game.objects[thing]} using the {game.receptacles[receptacle]}."


_WORDS: dict[str, Action] = {"look": look, "inventory": inventory, "help": help_}
_RECEPTACLE: dict[str, Action] = {"open": open_, "close": close}
_WITH: dict[str, Action] = {"clean": clean, "heat": heat, "cool": cool}


def _read(game: Game, command: str) -> Reading | None:
    if command in _WORDS:
        return _WORDS[command], 0, 0
    verb, _, rest = command.partition(" ")
    if verb == "go":
        to, _, name = rest.partition(" ")
        return _on_receptacle(game, go, name) if to == "to" else None
    if verb in _RECEPTACLE:
        return _on_receptacle(game, _RECEPTACLE[verb], rest)
    if verb == "examine":
        return _on_receptacle(game, examine, rest) or _on_object(game, examine_object, rest)
    if verb == "use":
        return _on_object(game, use, rest)
    if verb == "take":
        return _on_both(game, take, rest, " from ")
    if verb in _WITH:
        return _on_both(game, _WITH[verb], rest, " with ")
    if verb == "slice":
        thing, _, knife = rest.partition(" with ")
        named = game.object_named
        return (slice_, named[thing], named[knife]) if thing in named and knife in named else None
    put_verb, middle = game.put_words
    return _on_both(game, put, rest, middle) if verb == put_verb else None


def _on_receptacle(game: Game, action: Action, name: str) -> Reading | None:
    number = game.receptacle_named.get(name)
    return None if number is None else (action, 0, number)


def _on_object(game: Game, action: Action, name: str) -> Reading | None:
    number = game.object_named.get(name)
    return None if number is None else (action, number, 0)


def _on_both(game: Game, action: Action, rest: str, middle: str) -> Reading | None:
    thing, _, receptacle = rest.partition(middle)
    o, r = game.object_named.get(thing), game.receptacle_named.get(receptacle)
    return None if o is None or r is None else (action, o, r)
