"""Options of agents with a planner; light, so that commands can list them."""

from dataclasses import dataclass
from typing import Literal

from playout.simulators.dialogue.acts import TaskName

WORLDS: dict[TaskName, str] = {
    "negotiation": "playout/NegotiationActs-v0",
    "tutoring": "playout/TutoringActs-v0",
    "support": "playout/EmotionalSupportActs-v0",
}
"""Their ids at act level; those in words have no ``Acts``."""
GDP_ZERO = "gdp-zero"


@dataclass(frozen=True, kw_only=True)
class PlannedConfig:
    """Options of ``planned``."""

    task: TaskName
    """What the dialogue is about: negotiation, tutoring or support."""
    planner: str = "hand"
    """hand, random, fitted (as people talked) or the name of an act; the folder of a run; gdp-zero (searches,
    an oracle); with a model also standard, proactive, procot, icl-aif or ask-an-expert."""
    prior: str = "hand"
    """The policy that gdp-zero searches with: hand, random, fitted or the folder of a run."""
    simulations: int = 40
    """Sequences of acts that gdp-zero plays in a turn."""
    sample: bool = False
    """Draw acts by the policy's probabilities instead of taking the likeliest."""
    speaker: Literal["model", "world"] = "model"
    """Who words the acts where a model is given; without one the world does."""
    temperature: float = 0.0
    """Of the model."""
    seed: int = 0
    """Decides all draws, together with the seat, the episode and the turn."""


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """Options of a planner that was trained."""

    sample: bool = False
    """Draw acts by the planner's probabilities instead of taking the likeliest."""
    model: str | None = None
    """The language model that words the acts; None lets the world do it."""
    temperature: float = 0.0
    """Of the model."""
    seed: int = 0
    """Decides all draws, together with the seat, the episode and the turn."""
