"""Rewards as tables over the events of a step: two presets, and any other by its five numbers."""

from dataclasses import dataclass

import numpy as np

from playout.core.presets import preset_of

# The events of ``rules``, repeated here so that naming a preset compiles nothing; a test compares them.
BOX_ON, BOX_OFF, SOLVED, EVENTS = 4, 8, 16, 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewards:
    """What a step is worth."""

    step: float = -0.1
    """Every step that does not end the episode."""
    last_step: float = -0.1
    """The step that ends the episode, solved or not, in place of ``step``."""
    box_on: float = 0.0
    """Added when a box comes onto a goal."""
    box_off: float = 0.0
    """Added when a box leaves a goal."""
    solved: float = 10.0
    """Added when the room is solved."""

    def table(self) -> np.ndarray:
        """float32[2, 32]: the reward of an event, by whether the episode goes on (0) or ends (1)."""
        events = np.arange(EVENTS)
        extra = (
            self.box_on * (events & BOX_ON > 0)
            + self.box_off * (events & BOX_OFF > 0)
            + self.solved * (events & SOLVED > 0)
        )
        return np.stack([self.step + extra, self.last_step + extra]).astype(np.float32)


PRESETS = {
    # gym-sokoban 0.0.6: the winning push of a room with one box is worth 10.9.
    "gym_sokoban": Rewards(step=-0.1, last_step=-0.1, box_on=1.0, box_off=-1.0, solved=10.0),
    # Dyna-Mind (Yu et al. 2025): -0.1 a step, 10 at success, 0 at failure.
    "dyna_mind": Rewards(step=-0.1, last_step=0.0, solved=10.0),
    # Success and nothing else.
    "sparse": Rewards(step=0.0, last_step=0.0, solved=1.0),
}


def rewards_of(spec: str | Rewards) -> Rewards:
    """The rewards that ``spec`` names, or ``spec`` itself."""
    return preset_of("rewards", spec, PRESETS)
