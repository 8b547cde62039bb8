"""Rooms that begin near their end: few moves solve them, the layout is another source's, the key decides."""

import numpy as np
import pytest

from playout.core import Unsupported, WrongUse
from playout.envs.sokoban.text import SokobanText
from playout.simulators.sokoban.distances import DistanceTable
from playout.simulators.sokoban.near import NearSource
from playout.simulators.sokoban.sources import ArraySource, FreshSource, LevelSource
from playout.simulators.sokoban.tiles import BOX_ON_GOAL, HAS_GOAL, PLAYER, WALL

ROOMS = FreshSource(6, 6, 1)


@pytest.mark.parametrize("within", [1, 4])
def test_a_room_begins_at_most_so_many_moves_from_solved(within):
    near: LevelSource = NearSource(ROOMS, within)
    assert near.shape == ROOMS.shape and near.split == ROOMS.split
    found = set()
    for key in range(40):
        tiles, other = near.level(key).tiles, ROOMS.level(key).tiles
        assert np.array_equal(tiles == WALL, other == WALL)
        assert np.array_equal(HAS_GOAL[tiles], HAS_GOAL[other])
        found.add(DistanceTable(tiles).distance(tiles))
        assert np.array_equal(tiles, near.level(key).tiles)
    assert found == set(range(1, within + 1))


def test_states_near_the_end_are_those_with_such_a_distance():
    table = DistanceTable(ROOMS.level(0).tiles)
    rooms = table.rooms(table.solvable())
    distances = table.distances_of(rooms)
    near = table.rooms(table.near(3))
    assert np.array_equal(near, rooms[(distances >= 1) & (distances <= 3)])


def test_there_is_no_bank_and_no_end_nearer_than_a_move():
    with pytest.raises(Unsupported, match="another state in every episode"):
        NearSource(ROOMS, 2).bank()
    with pytest.raises(WrongUse, match="within: expected at least 1 move, got 0"):
        NearSource(ROOMS, 0)
    closed = np.array([[WALL] * 4, [WALL, PLAYER, BOX_ON_GOAL, WALL], [WALL] * 4], np.uint8)
    with pytest.raises(WrongUse, match="no state of 'closed' is solved by 1 to 2 moves"):
        NearSource(ArraySource(closed[None], ["closed"], "train"), 2).level(0)


def test_an_environment_takes_it_by_name():
    world = SokobanText(size=(7, 7), boxes=2, source="fresh", within=3, frame=(8, 8))
    for seed in range(5):
        world.reset(seed=seed)
        steps, _ = world.optimal()
        assert steps is not None and 1 <= steps <= 3
