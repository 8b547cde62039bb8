"""What the world says: ALFWorld's messages, word for word, since they are its interface (MIT).

Lists are in the order of PDDL ids and every article is "a". The texts that depend on what a receptacle
holds are made once per game and content and kept in the game's memo.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from playout.simulators.household.tables import MEMO_SIZE, Contents, Game

if TYPE_CHECKING:
    from playout.simulators.household.state import State

WELCOME = "-= Welcome to TextWorld, ALFRED! =-"
NOTHING_HAPPENS = "Nothing happens."
_MIDDLE = "You are in the middle of a room. Looking quickly around you, you see "
_HELP = """Available commands:
  look:                             look around your current location
  inventory:                        check your current inventory
  go to (receptacle):               move to a receptacle
  open (receptacle):                open a receptacle
  close (receptacle):               close a receptacle
  take (object) from (receptacle):  take an object from a receptacle
  {put}  place an object in or on a receptacle
  examine (something):              examine a receptacle or an object
  use (object):                     use an object
  heat (object) with (receptacle):  heat an object using a receptacle
  clean (object) with (receptacle): clean an object using a receptacle
  cool (object) with (receptacle):  cool an object using a receptacle
  slice (object) with (object):     slice an object using a sharp object
"""

# Treatment of an object in hand -> how it is described; the first that applies.
_TREATED = (
    (("clean", "hot", "sliced"), "hot and clean sliced"),
    (("clean", "cool", "sliced"), "cool and clean sliced"),
    (("clean", "sliced"), "clean sliced"),
    (("hot", "sliced"), "hot sliced"),
    (("cool", "sliced"), "cool sliced"),
    (("clean", "hot"), "hot and clean"),
    (("clean", "cool"), "cool and clean"),
    (("hot",), "hot"),
    (("clean",), "clean"),
    (("cool",), "cold"),
)


def members(bits: int) -> Iterator[int]:
    """The numbers in a set of bits, rising."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def listed(names: Iterable[str]) -> str:
    """``a x, a y, and a z``; ``nothing`` for none. Two take the comma too."""
    *rest, last = [f"a {name}" for name in names] or ["nothing"]
    return f"{', '.join(rest)}, and {last}" if rest else last


def help_text(game: Game) -> str:
    """The answer to ``help``."""
    verb, middle = game.put_words
    return _HELP.format(put=f"{verb} (object){middle}(receptacle):")


def introduction(game: Game, state: State) -> str:
    """What is said before the first command: greeting, room and task."""
    room = facing(game, state) if game.receptacles_at[state.at] else f"{_MIDDLE}{listed(game.receptacles)}."
    return f"{WELCOME}\n\n{room}\n\n{game.task}"


def facing(game: Game, state: State) -> str:
    """The answer to ``look``.

    Two quirks of the original: away from receptacles one sees nothing, and on the floor lies what was
    taken from a receptacle here and put into a neighbour of it, once for each it is missing from.
    """
    here = game.receptacles_at[state.at]
    if not here:
        return f"{_MIDDLE}nothing."
    near = state.around[state.at]
    floor = [o for o in members(near) for receptacle in here if state.missing[receptacle] >> o & 1]
    *rest, last = [game.receptacles[receptacle] for receptacle in here]
    names = f"{', '.join(rest)}, and {last}" if rest else last
    return f"You are facing the {names}. Next to it, you see {listed(game.objects[o] for o in floor)}."


def receptacle_text(game: Game, state: State, receptacle: int) -> str:
    """What is said on arriving at, opening and examining a receptacle."""
    if game.openable >> receptacle & 1 and not state.opened >> receptacle & 1:
        return f"The {game.receptacles[receptacle]} is closed."
    return contents_of(game, receptacle, state.contents[receptacle]).text


def contents_of(game: Game, receptacle: int, bits: int) -> Contents:
    """Text and ``take`` commands of an open receptacle with these objects."""
    memo = game.contents_memo
    found = memo.get((receptacle, bits))
    if found is None:
        if len(memo) >= MEMO_SIZE:
            memo.clear()
        found = memo[receptacle, bits] = _contents(game, receptacle, bits)
    return found


def object_text(game: Game, state: State, thing: int) -> str:
    """What is said on examining an object in hand."""
    name = game.objects[thing]
    if game.vessels >> thing & 1:
        inside = listed(game.objects[o] for o in game.inside[thing])
        return f"This is a normal {name}. In it, you see {inside}."
    for marks, words in _TREATED:
        if all(getattr(state, mark) >> thing & 1 for mark in marks):
            return f"This is a {words} {name}."
    if (game.toggleable & state.toggled) >> thing & 1:
        return f"This {name} is on."
    if (game.sliceable & state.sliced) >> thing & 1:
        return f"This is a sliced {name}."
    return f"There's nothing special about {name}."


def _contents(game: Game, receptacle: int, bits: int) -> Contents:
    name = game.receptacles[receptacle]
    things = listed(game.objects[o] for o in members(bits))
    where = f"The {name} is open. In it" if game.openable >> receptacle & 1 else f"On the {name}"
    takes = (f"take {game.objects[o]} from {name}" for o in members(bits & game.pickupable))
    return Contents(f"{where}, you see {things}.", tuple(takes))
