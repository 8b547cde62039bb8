"""What an action is worth in the building game: a table of numbers, no part of the rules."""

from dataclasses import dataclass
from typing import NamedTuple


class RewardTable(NamedTuple):
    """``Rewards`` as compiled code takes them."""

    place_wrong: float
    incorrect: float
    noop: float
    action: float
    get_resources: float
    own_share: float


@dataclass(frozen=True, kw_only=True)
class Rewards:
    """Rewards of Laidlaw et al. 2025; the defaults are those of the paper.

    A cell is worth 1 where it equals the goal, ``place_wrong`` where another block stands than should, and
    0 where a block is missing or too many. A place or break earns by how much its cell is worth more.
    """

    place_wrong: float = -1.0
    """Worth of a cell that holds another block than it should."""
    incorrect: float = 0.0
    """For placing a block that does not help, or breaking one that should stay."""
    noop: float = 0.0
    """For doing nothing, or nothing that can be done."""
    action: float = 0.0
    """For any action that did something."""
    get_resources: float = 0.0
    """For each block taken from the palette of finite blocks."""
    own_share: float = 0.0
    """p: a player gets p times its own reward and 1 - p times the sum of all."""

    def table(self) -> RewardTable:
        """For compiled code."""
        return RewardTable(
            self.place_wrong, self.incorrect, self.noop, self.action, self.get_resources, self.own_share
        )


PAPER = Rewards()
"""Those of Laidlaw et al. 2025."""
