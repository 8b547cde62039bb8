"""An expert that knows only what it has seen: it looks for what the task needs, then takes the shortest way.

The planner knows what is in closed drawers of rooms that nobody has entered; who imitates it learns to guess.
This one looks into one receptacle after the other, in the order in which the room lists them and those
without a lid first, so that the next one follows from the text alone.
"""

from collections.abc import Sequence
from typing import NamedTuple

from playout.simulators.household.engine import step
from playout.simulators.household.goals import LOOK
from playout.simulators.household.planner import plan
from playout.simulators.household.state import State
from playout.simulators.household.tables import Game
from playout.simulators.household.texts import members

_LOOKS = ("go to ", "open ", "examine ")


class Search(NamedTuple):
    """What an agent has seen of a room."""

    seen: int = 0
    """Receptacles of which it was told what is in them (bits)."""
    last: int = -1
    """The one it looked at last, open or not; -1 for none."""

    def after(self, game: Game, state: State, command: str) -> "Search":
        """What is seen after a command that has led to ``state``."""
        verb = next((verb for verb in _LOOKS if command.startswith(verb)), None)
        name = command[len(verb) :].strip() if verb else ""
        looked = game.receptacle_named.get(name)
        if looked is None or game.locations[looked] != state.at:
            return self
        return Search(self.seen | (_open(game, state) & 1 << looked), looked)


_NOTHING_SEEN = Search()


def searching_plan(game: Game, state: State, search: Search = _NOTHING_SEEN) -> tuple[str, ...] | None:
    """All commands that the searching expert will give from here until the task is done.

    Args:
        game: the game.
        state: where it stands; is not changed.
        search: what has been seen.

    Returns:
        The commands, or None where the task cannot be done any more (or never could).
    """
    if not state.won and plan(game, state) is None:
        return None
    state, commands, known = state.copy(), list[str](), -1
    rest: Sequence[str] = ()
    while not state.won:
        if search.seen != known:
            rest, known = plan(game, _believed(game, state, search)) or (), search.seen
        if rest:
            command, *rest = rest
        else:
            command = _fetch(game, state, search) or _look(game, state, search) or _told(game, state)
        step(game, state, command)
        search = search.after(game, state, command)
        commands.append(command)
    return tuple(commands)


def _open(game: Game, state: State) -> int:
    """The receptacles that can be looked into (bits)."""
    return ~game.openable | state.opened


def _believed(game: Game, state: State, search: Search) -> State:
    """The state as far as it is known: nothing is where nobody has looked."""
    known = state.copy()
    known.contents = [
        inside if search.seen >> receptacle & 1 else 0 for receptacle, inside in enumerate(state.contents)
    ]
    return known


def _fetch(game: Game, state: State, search: Search) -> str | None:
    """For the task that needs two things to be found: the way to the object, as soon as it has been seen."""
    if game.goal.task_type != LOOK or state.held >= 0:
        return None
    wanted = game.sought & game.pickupable
    for receptacle in members(search.seen):
        for thing in members(state.contents[receptacle] & wanted):
            if game.locations[receptacle] != state.at:
                return f"go to {game.receptacles[receptacle]}"
            if _open(game, state) >> receptacle & 1:
                return f"take {game.objects[thing]} from {game.receptacles[receptacle]}"
            return f"open {game.receptacles[receptacle]}"
    return None


def _look(game: Game, state: State, search: Search) -> str | None:
    """The next look at a receptacle; None where all have been seen."""
    places = range(len(game.receptacles))
    unseen = [place for place in places if not search.seen >> place & 1]
    if not unseen:
        return None
    lids = game.openable & ~state.opened
    place = min(unseen, key=lambda place: (lids >> place & 1, place <= search.last, place))
    if search.last in unseen and lids >> search.last & 1:
        place = search.last  # went there to open it
    name = game.receptacles[place]
    if game.locations[place] != state.at:
        return f"go to {name}"
    return f"open {name}" if lids >> place & 1 else f"examine {name}"


def _told(game: Game, state: State) -> str:
    """The way to what can be seen from nowhere."""
    return (plan(game, state) or ("",))[0]
