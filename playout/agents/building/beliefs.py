"""What a search in the building game believes of the network's predictions."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Beliefs:
    """What of the network's predictions the search takes; all in AssistanceZero, less in ablations."""

    goal: Literal["expected", "likeliest", "seen"] = "expected"
    """Rewards are expectations over the goal, those of its likeliest blocks, or of the goal that is seen."""
    human: bool = True
    """The other acts as predicted; else it is taken to wait."""
    value: bool = True
    """What is expected after a node counts; else only what is found on the way."""


BELIEFS = Beliefs()
ANCHORED = Beliefs(goal="seen", value=False)
"""piKL: a builder's search stays near what people do (Jacob et al. 2022)."""
