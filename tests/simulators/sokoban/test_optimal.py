"""Distances by room: equal to the table of the room, whatever was asked before."""

from collections import OrderedDict

import numpy as np
import pytest

from playout.core import WrongUse
from playout.simulators.sokoban import optimal as module
from playout.simulators.sokoban.distances import DistanceTable
from playout.simulators.sokoban.generator import generate
from playout.simulators.sokoban.levels import parse_xsb
from playout.simulators.sokoban.optimal import optimal


def test_equals_the_table_of_each_room(monkeypatch):
    monkeypatch.setattr(module, "KEPT", 2)
    monkeypatch.setattr(module, "_tables", OrderedDict())  # without the rooms of other tests
    rooms = [generate(6, 6, 1, key) for key in range(4)]
    for room in [*rooms, *rooms[::-1]]:
        table = DistanceTable(room)
        assert optimal(room) == (table.distance(room), table.best_directions(room))
    assert len(module._tables) <= 2


def test_a_lost_room_has_no_way():
    (level,) = parse_xsb("#####\n#$@.#\n#####")
    assert optimal(np.array(level.tiles, np.uint8)) == (None, ())


def test_too_many_states_are_refused(monkeypatch):
    monkeypatch.setattr(module, "MOST_STATES", 10)
    with pytest.raises(WrongUse, match="states"):
        optimal(generate(7, 7, 2, 1))
