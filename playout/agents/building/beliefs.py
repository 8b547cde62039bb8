"""What a search in the building game believes of the network's predictions."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Beliefs:
    """What of the network's predictions the search takes; both in AssistanceZero, less in ablations."""

    goal: Literal["expected", "likeliest"] = "expected"
    """Rewards are expectations over the goal, or those of its likeliest blocks."""
    human: bool = True
    """The human acts as predicted; else it is taken to wait."""


BELIEFS = Beliefs()
