"""What can be set in ``playout train dyna-grpo``."""

from dataclasses import dataclass, field

from playout.core import WrongUse
from playout.language.parsing import MAX_PLAN
from playout.training.settings import GRPOConfig, GRPOSettings


@dataclass(frozen=True, kw_only=True)
class DynaGRPOSettings(GRPOSettings):
    """How the policy learns."""

    depth: int = MAX_PLAN
    """Most actions of a plan that a SimRollout tries."""
    simulation: int = 1
    """Iterations with SimRollouts in each turn of the two phases; 0 is GRPO."""
    policy: int = 1
    """Iterations with standard rollouts alone in each turn."""
    standard: bool = True
    """Simulation phase: learn from the standard rollouts (tau)."""
    stripped: bool = True
    """Simulation phase: learn from SimRollouts without the futures in their prompts (tau')."""
    refined: bool = True
    """Simulation phase: learn from SimRollouts with the futures in their prompts (tau'_refine)."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.depth <= MAX_PLAN or min(self.simulation, self.policy) < 0:
            raise WrongUse(f"dyna-grpo: expected depth from 1 to {MAX_PLAN}, no negative phase, got {self}")
        if not self.simulation + self.policy:
            raise WrongUse("dyna-grpo: expected iterations of one phase at least")
        if self.simulation and self.group % 2:
            raise WrongUse(f"dyna-grpo: half of a group are SimRollouts; expected it even, got {self.group}")


@dataclass(frozen=True, kw_only=True)
class DynaGRPOConfig(GRPOConfig):
    """Which policy learns, and in which world."""

    settings: DynaGRPOSettings = field(default_factory=DynaGRPOSettings)
    """How."""
