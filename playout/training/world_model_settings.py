"""What can be set in ``playout train world-model``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playout.core import WrongUse
from playout.training.settings import SFTSettings


def settings() -> SFTSettings:
    """How transitions are learnt, where nothing else is said."""
    return SFTSettings(epochs=3.0, batch_tokens=2048)


@dataclass(frozen=True, kw_only=True)
class WorldModelConfig:
    """What is predicted, by whom."""

    env: str
    """Id of a language world of one seat that can be saved and restored."""
    env_kwargs: Mapping[str, Any] = field(default_factory=dict)
    """Its arguments."""
    model: str = "new:small"
    """``new:SIZE`` for a decoder from scratch, a run, ``hf:``, ``gguf:`` or ``smollm2``."""
    transitions: int = 60_000
    """How many are learnt."""
    noise: float = 0.5
    """Share of the actions that are random; the others are the expert's."""
    slips: float = 0.2
    """Share of the states in which one more action is tried that was legal before and is not now."""
    per_episode: int = 12
    """Most steps of an episode; then it is broken off, so that there are many levels."""
    seed: int = 0
    """Of episodes, weights and order."""
    settings: SFTSettings = field(default_factory=settings)
    """How."""

    def __post_init__(self) -> None:
        shares = (self.noise, self.slips)
        if min(self.transitions, self.per_episode) < 1 or not all(0 <= share <= 1 for share in shares):
            raise WrongUse(
                f"world-model: expected transitions, per_episode >= 1 and shares from 0 to 1, got {self}"
            )
