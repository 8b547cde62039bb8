"""The suite ``sokoban``: speed, levels, solver, rollouts and start-up; nothing here learns.

Peers: gym-sokoban 0.0.6 and EnvPool 1.2.5.
"""

from playout.experiments.bench.sokoban import batched, generation, rollouts, solving, startup, steps
from playout.experiments.bench.suite import Measure

MEASURES: dict[str, Measure] = {
    "A1": steps.one_environment,
    "A2": steps.text,
    "A3": batched.many_copies,
    "A4": generation.levels,
    "A5": solving.solver,
    "A6": rollouts.overhead,
    "A7": startup.start,
}
