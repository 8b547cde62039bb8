"""What changes while a household game is played: plain numbers, cheap to copy."""

from dataclasses import dataclass
from typing import Any

from playout.simulators.household import goals
from playout.simulators.household.tables import Game


@dataclass(slots=True)
class State:
    """All that changes in a game; sets are bits of an int."""

    at: int
    """Location of the agent."""
    held: int
    """Object in hand, -1 for none."""
    contents: list[int]
    """Per receptacle, the objects in it."""
    around: list[int]
    """Per location, the objects recorded to be there."""
    missing: list[int]
    """Per receptacle, the objects that were taken from it and not put back: see ``texts.facing``."""
    opened: int
    """Receptacles."""
    clean: int
    hot: int
    cool: int
    toggled: int
    sliced: int
    won: bool
    """Whether the goal holds now; ``engine.step`` keeps it."""

    def copy(self) -> "State":
        """An independent copy: a snapshot."""
        return State(
            self.at, self.held, self.contents.copy(), self.around.copy(), self.missing.copy(), self.opened,
            self.clean, self.hot, self.cool, self.toggled, self.sliced, self.won,
        )  # fmt: skip

    def __deepcopy__(self, memo: object) -> "State":
        return self.copy()

    def save(self) -> dict[str, Any]:
        """Plain data for a snapshot or JSON; ``State(**saved).copy()`` gives the state back."""
        copy = self.copy()
        return {name: getattr(copy, name) for name in self.__slots__}


def start(game: Game) -> State:
    """The state in which a game starts."""
    begin = game.start
    state = State(
        begin.at, begin.held, list(begin.contents), list(begin.around), [0] * len(begin.contents),
        begin.opened, begin.clean, begin.hot, begin.cool, begin.toggled, begin.sliced, False,
    )  # fmt: skip
    state.won = goals.holds(game, state)
    return state
