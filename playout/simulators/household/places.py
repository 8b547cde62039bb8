"""A household game seen from above, for whoever watches: the data of a ``rooms`` frame.

Closed receptacles are shown with what is in them; an agent must not be given this.
"""

from typing import Any

from playout.simulators.household.state import State
from playout.simulators.household.tables import Game
from playout.simulators.household.texts import members

_MARKS = (("clean", "clean"), ("hot", "hot"), ("cool", "cool"), ("sliced", "sliced"), ("toggled", "on"))


def places(game: Game, state: State) -> dict[str, Any]:
    """Receptacles in the order of the first observation, where the agent is, what it holds.

    Returns:
        ``{"places": [{"name", "things", "state"}], "agent", "holding", "caption"}``. Of receptacles that
        share the agent's location the first is named as where it is, the others are "in reach".
    """
    here = game.receptacles_at[state.at]
    return {
        "places": [
            {
                "name": name,
                "things": [_described(game, state, thing) for thing in members(state.contents[receptacle])],
                "state": ", ".join(_condition(game, state, receptacle)),
            }
            for receptacle, name in enumerate(game.receptacles)
        ],
        "agent": game.receptacles[here[0]] if here else "",
        "holding": [_described(game, state, state.held)] if state.held >= 0 else [],
        "caption": game.task,
    }


def _condition(game: Game, state: State, receptacle: int) -> list[str]:
    words = []
    if game.openable >> receptacle & 1:
        words.append("open" if state.opened >> receptacle & 1 else "closed")
    if receptacle in game.receptacles_at[state.at][1:]:
        words.append("in reach")
    return words


def _described(game: Game, state: State, thing: int) -> str:
    marks = [word for name, word in _MARKS if getattr(state, name) >> thing & 1]
    return f"{game.objects[thing]} ({', '.join(marks)})" if marks else game.objects[thing]
