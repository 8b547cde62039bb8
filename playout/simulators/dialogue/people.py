"""Kinds of people: each a range for every trait, from which an episode draws its person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from playout.core.errors import WrongUse
from playout.simulators.dialogue.task import SPLITS, Split

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Persona:
    """One kind of person."""

    name: str
    split: Split
    traits: Mapping[str, Range]
    """Lowest and highest value of each trait."""


def of_split(personas: Sequence[Persona], split: str) -> list[Persona]:
    """The personas of ``split``.

    Raises:
        WrongUse: no such split.
    """
    if split not in SPLITS:
        raise WrongUse(f"split: expected one of {', '.join(SPLITS)}, got {split!r}")
    return [persona for persona in personas if persona.split == split]


def table(personas: Sequence[Persona], traits: Sequence[str]) -> np.ndarray:
    """The ranges as float64[P, K, 2], for compiled rules; ``traits`` gives the order of K.

    Raises:
        WrongUse: a persona has other traits, or a range that is none.
    """
    for persona in personas:
        if persona.traits.keys() != set(traits):
            wrong = sorted(persona.traits.keys() ^ set(traits))
            raise WrongUse(f"persona {persona.name}: expected the traits {', '.join(traits)}; see {wrong}")
        for name, (low, high) in persona.traits.items():
            if not low <= high:
                raise WrongUse(f"persona {persona.name}: {name}: expected low <= high, got {low}, {high}")
    return np.array([[persona.traits[name] for name in traits] for persona in personas], np.float64)
