"""Household games of our own: rooms, objects and tasks drawn from a key, with the published games' numbers.

A game is a pure function of its key and a ``GeneratorConfig``. It is written as a PDDL problem, the format
in which games are published, and compiled like any other; the planner plays each one before it is given
out. Its rooms are invented, so nothing in them is anybody's layout; which types occur how often and where
was counted in published games (``fit``). Sentences and predicates are ALFWorld's, as its interface.
"""

from playout.simulators.household.generator.games import (
    ENDLESS_ROOMS,
    Generated,
    GeneratorConfig,
    generate,
)
from playout.simulators.household.generator.rooms import SPLITS, Split, room_code
from playout.simulators.household.generator.sources import GeneratedSource
from playout.simulators.household.generator.tasks import split_of

__all__ = [
    "ENDLESS_ROOMS",
    "SPLITS",
    "Generated",
    "GeneratedSource",
    "GeneratorConfig",
    "Split",
    "generate",
    "room_code",
    "split_of",
]
