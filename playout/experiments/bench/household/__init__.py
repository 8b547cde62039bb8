"""The suite ``household``: sameness with the original and speed beside it, planner, generator, training.

Peer: ALFWorld 0.4.2 on TextWorld 1.7.0.
"""

from playout.experiments.bench.household import (
    generation,
    learning,
    memory,
    planning,
    pythons,
    sameness,
    steps,
)
from playout.experiments.bench.suite import Measure

MEASURES: dict[str, Measure] = {
    "H1": sameness.sameness,
    "H2": steps.engine,
    "H3": steps.environments,
    "H4": planning.planner,
    "H5": generation.generator,
    "H6": memory.memory,
    "H7": pythons.pythons,
    "H8": learning.learning,
}
