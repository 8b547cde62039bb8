"""Kinds of people."""

import numpy as np
import pytest

from playout.core.errors import WrongUse
from playout.simulators.dialogue.people import Persona, of_split, table
from playout.simulators.dialogue.support.people import PERSONAS as SEEKERS
from playout.simulators.dialogue.tutoring.people import PERSONAS as STUDENTS


@pytest.mark.parametrize(
    ("personas", "valid"), [(STUDENTS, 3), (SEEKERS, 2)], ids=["students", "seekers"]
)  # fmt: skip
def test_enough_kinds_to_learn_with_and_to_be_tested_by(personas, valid: int) -> None:
    assert [len(of_split(personas, split)) for split in ("train", "valid")] == [6, valid]
    assert len(of_split(personas, "unseen")) >= 3
    assert len({persona.name for persona in personas}) == len(personas)
    with pytest.raises(WrongUse, match="split"):
        of_split(personas, "test")


def test_students_that_are_not_learnt_with_lie_between_those_that_are() -> None:
    known = of_split(STUDENTS, "train")
    for persona in of_split(STUDENTS, "valid") + of_split(STUDENTS, "unseen"):
        for trait, (low, high) in persona.traits.items():
            lows, highs = zip(*(one.traits[trait] for one in known), strict=True)
            assert min(lows) <= low <= high <= max(highs), (persona.name, trait)


def test_ranges_become_a_table_and_wrong_ones_are_named() -> None:
    ann = Persona("ann", "train", {"warm": (0.1, 0.2), "firm": (0.5, 0.5)})
    np.testing.assert_array_equal(table([ann], ("firm", "warm")), [[[0.5, 0.5], [0.1, 0.2]]])
    with pytest.raises(WrongUse, match="ann: expected the traits firm"):
        table([ann], ("firm",))
    with pytest.raises(WrongUse, match="ann: warm: expected low <= high"):
        table([Persona("ann", "train", {"warm": (1.0, 0.2)})], ("warm",))
