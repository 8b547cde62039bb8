"""The agent that always does the same: a baseline, and the simplest opponent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playout.core import Decision, Turn


@dataclass(frozen=True, kw_only=True)
class ConstantConfig:
    """Options of ``constant``."""

    action: Any
    """What it does every turn, legal or not."""


class ConstantAgent:
    """Gives ``config.action`` whatever it sees."""

    needs: frozenset[str] = frozenset()

    def __init__(self, config: ConstantConfig) -> None:
        self.config = config

    def act(self, turns: Sequence[Turn]) -> list[Decision]:
        """The same action for every turn."""
        return [Decision(action=self.config.action)] * len(turns)
