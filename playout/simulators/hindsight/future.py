"""What follows a decision: events, as they happen or as somebody imagines them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from playout.core import StepResult


class Event(NamedTuple):
    """What one step of a world shows to whoever decided."""

    observation: Any
    reward: float = float("nan")
    """NaN where it is not known."""
    terminated: bool = False
    truncated: bool = False
    info: Mapping[str, Any] = {}

    @classmethod
    def of(cls, result: StepResult) -> "Event":
        """From what Gymnasium's ``step`` returns."""
        observation, reward, terminated, truncated, info = result
        return cls(observation, float(reward), bool(terminated), bool(truncated), info)

    @property
    def ended(self) -> bool:
        """Whether nothing follows."""
        return self.terminated or self.truncated


class Future(NamedTuple):
    """The events from a decision on, that of the decision itself first; empty where nothing is known."""

    events: tuple[Event, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether it reaches to the end."""
        return bool(self.events) and self.events[-1].ended

    def value(self, discount: float = 1.0) -> float:
        """The sum of discounted rewards (Liang et al. 2025, definition 1); NaN where one is not known."""
        return float(sum(event.reward * discount**t for t, event in enumerate(self.events)))

    def first(self, steps: int) -> "Future":
        """What shows within ``steps``."""
        return Future(self.events[:steps])
