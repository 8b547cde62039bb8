"""The rooms of another source, begun near their end: what remains is as short as one likes.

For learners to whom whole levels are too long. The layout, and so the split, is that of the other source.
"""

import numpy as np

from playout.core.errors import Unsupported, WrongUse
from playout.core.random import STREAM_LEVEL, Stream
from playout.simulators.sokoban.levels import Level
from playout.simulators.sokoban.optimal import table_of
from playout.simulators.sokoban.sources import LevelSource

_AFTER_ROW = 1  # draw 0 of the stream has chosen the row of a bank


class NearSource:
    """The layouts of another source, each begun in a random state that few moves solve."""

    def __init__(self, source: LevelSource, within: int) -> None:
        """Begin in states from which the shortest solution has at most ``within`` moves.

        All such states of a layout are equally likely.

        Raises:
            WrongUse: ``within`` is below 1.
        """
        if within < 1:
            raise WrongUse(f"within: expected at least 1 move, got {within}")
        self.shape, self.split, self._source, self._within = source.shape, source.split, source, within

    def level(self, episode_key: int) -> Level:
        """The other source's layout, begun elsewhere.

        Raises:
            WrongUse: the layout has too many states to be tabulated, or none that so few moves solve.
        """
        level = self._source.level(episode_key)
        table = table_of(level.tiles)
        states = table.near(self._within)
        if not len(states):
            raise WrongUse(f"within: no state of {level.name!r} is solved by 1 to {self._within} moves")
        draw = Stream(episode_key, STREAM_LEVEL, _AFTER_ROW)
        return Level(table.rooms(states[[draw.below(len(states))]])[0], level.name)

    def bank(self) -> np.ndarray:
        """There is none: where a room begins depends on the episode.

        Raises:
            Unsupported: always.
        """
        raise Unsupported("NearSource has no bank: a room of it begins in another state in every episode")
