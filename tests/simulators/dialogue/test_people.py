"""Kinds of people."""

import numpy as np
import pytest

from playout.core.errors import WrongUse
from playout.simulators.dialogue.people import Persona, of_split, table
from playout.simulators.dialogue.support.people import PERSONAS as SEEKERS
from playout.simulators.dialogue.tutoring.people import PERSONAS as STUDENTS


@pytest.mark.parametrize("personas", [STUDENTS, SEEKERS], ids=["students", "seekers"])
def test_enough_kinds_to_learn_with_and_to_be_tested_by(personas) -> None:
    assert [len(of_split(personas, split)) for split in ("train", "valid")] == [6, 2]
    assert len(of_split(personas, "unseen")) >= 3
    assert len({persona.name for persona in personas}) == len(personas)
    with pytest.raises(WrongUse, match="split"):
        of_split(personas, "test")


def test_ranges_become_a_table_and_wrong_ones_are_named() -> None:
    ann = Persona("ann", "train", {"warm": (0.1, 0.2), "firm": (0.5, 0.5)})
    np.testing.assert_array_equal(table([ann], ("firm", "warm")), [[[0.5, 0.5], [0.1, 0.2]]])
    with pytest.raises(WrongUse, match="ann: expected the traits firm"):
        table([ann], ("firm",))
    with pytest.raises(WrongUse, match="ann: warm: expected low <= high"):
        table([Persona("ann", "train", {"warm": (1.0, 0.2)})], ("warm",))
