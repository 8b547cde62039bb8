"""What a step in the household is worth: two presets, and any other by its three numbers."""

from dataclasses import dataclass

from playout.core.presets import preset_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewards:
    """Rewards of a world that is only won or not."""

    step: float = 0.0
    """Every step that does not end the episode."""
    last_step: float = 0.0
    """The step that ends the episode without winning."""
    won: float = 1.0
    """The step that wins."""


PRESETS = {
    "sparse": Rewards(),
    # Dyna-Mind (Yu et al. 2025): -0.1 a step, 10 at success, 0 at failure.
    "dyna_mind": Rewards(step=-0.1, won=10.0),
}


def rewards_of(spec: str | Rewards) -> Rewards:
    """The rewards that ``spec`` names, or ``spec`` itself."""
    return preset_of("rewards", spec, PRESETS)
