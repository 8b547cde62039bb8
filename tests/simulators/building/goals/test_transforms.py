"""What makes goals of houses of any size."""

import numpy as np
import pytest

from playout.core.random import Stream
from playout.simulators.building.blocks import AIR, DIRT, GLASS, PLANKS, STONE, WOOL
from playout.simulators.building.goals import transforms
from playout.simulators.building.goals.houses import house
from playout.simulators.building.goals.shrinking import shrink, ways

AREA = (9, 8, 8)


def hut(width: int, height: int, depth: int) -> np.ndarray:
    """Four walls, a floor, a roof and a door in the middle of the wall x = 0."""
    cells = np.full((width, height, depth), PLANKS, np.uint8)
    cells[1:-1, 1:-1, 1:-1] = AIR
    cells[0, 1:3, depth // 2] = AIR
    return cells


def test_air_around_is_cut_off() -> None:
    cells = np.zeros((6, 7, 8), np.uint8)
    cells[2:4, 1:5, 3:6] = STONE
    cropped = transforms.crop_air(cells)
    assert cropped is not None
    assert cropped.shape == (2, 4, 3)
    assert transforms.crop_air(np.zeros((3, 3, 3), np.uint8)) is None


def test_parts_join_at_edges_but_not_at_corners() -> None:
    cells = np.zeros((4, 4, 4), np.uint8)
    cells[0, 0, 0] = cells[1, 1, 0] = STONE
    assert transforms.one_component(cells) is cells
    cells[2, 2, 1] = WOOL
    assert transforms.one_component(cells) is None
    assert (transforms.largest_component(cells) == np.where(cells == STONE, STONE, AIR)).all()
    assert not transforms.largest_component(np.zeros((2, 2, 2), np.uint8)).any()


def test_small_and_thin_houses_are_refused() -> None:
    assert transforms.at_least(np.ones((4, 4, 3), np.uint8)) is None
    full = np.full((4, 4, 4), STONE, np.uint8)
    assert transforms.at_least(full) is full
    assert transforms.dense(full, 0, 0.9) is None
    assert transforms.dense(full) is full


def test_sparse_layers_below_are_cut_off() -> None:
    cells = np.full((5, 4, 5), STONE, np.uint8)
    cells[:, :2] = AIR
    cells[0, 0, 0] = STONE
    cropped = transforms.crop_sparse_bottom(cells)
    assert cropped is not None
    assert cropped.shape == (5, 2, 5)


def test_a_house_is_placed_anywhere_on_the_ground() -> None:
    small, seen = np.full((7, 3, 7), STONE, np.uint8), set()
    for key in range(60):
        out = transforms.place(small, AREA, Stream(key))
        assert out is not None
        assert (out != AIR).sum() == small.size
        assert (out[:, 0] != AIR).sum() == 49
        seen.add(tuple(np.argwhere(out)[0]))
    assert len(seen) == 6
    assert transforms.place(np.ones((10, 3, 3), np.uint8), AREA, Stream(0)) is None


def test_grass_mirrors_materials_and_the_hidden() -> None:
    cells = np.zeros((3, 3, 3), np.uint8)
    cells[0] = STONE
    assert (transforms.add_grass(cells)[1:, 0] == DIRT).all()
    assert {transforms.mirror(cells, Stream(key)).tobytes() for key in range(20)} == {
        cells.tobytes(), np.flip(cells, 0).tobytes(),
    }  # fmt: skip
    assert set(transforms.one_material(cells, WOOL).ravel().tolist()) == {AIR, WOOL}
    block = transforms.without_hidden(np.full((3, 3, 3), STONE, np.uint8))
    assert (block == DIRT).sum() == 2, "in the middle, and below it, which stands on the ground"
    assert block[1, 1, 1] == DIRT


@pytest.mark.parametrize("sides", [(14, 9, 12), (18, 16, 16), (10, 8, 8), (9, 12, 8)])
def test_large_houses_shrink_with_their_doors(sides: tuple[int, int, int]) -> None:
    large = hut(*sides)
    large[-1, 2:6, 1:-1] = GLASS
    small = shrink(large, AREA)
    assert small is not None
    assert all(side <= most for side, most in zip(small.shape, AREA, strict=True))
    assert set(np.unique(small).tolist()) <= {AIR, PLANKS, GLASS}
    assert GLASS in small
    assert (small[0, 1:3] == AIR).any(), "the door"
    assert (small[0] != AIR).sum() > 0.6 * small[0].size, "the wall around it"
    assert (small[:, 0] != AIR).all(), "the floor"
    assert (small[2:-2, 2:-2, 2:-2] == AIR).all()


def test_doors_are_where_ways_are_narrow() -> None:
    assert ways(hut(9, 6, 9)) == [(0, 1, 4)]
    closed = hut(9, 6, 9)
    closed[0, 1, 4] = PLANKS
    assert ways(closed) == []


def test_what_is_too_large_is_given_up_and_what_fits_is_left() -> None:
    assert shrink(hut(19, 8, 8), AREA) is None
    fits = hut(9, 8, 8)
    assert shrink(fits, AREA) is fits


def test_the_chain_makes_goals_of_houses() -> None:
    made = [transforms.as_goal(house(key, (15, 12, 14)), AREA, Stream(key)) for key in range(20)]
    goals = [goal for goal in made if goal is not None]
    assert len(goals) > 15
    for goal in goals:
        assert goal.shape == AREA
        assert (goal[:, 0] != AIR).all()
        assert transforms.one_component(goal) is goal
    again = transforms.as_goal(house(3, (15, 12, 14)), AREA, Stream(3))
    assert again is not None
    assert made[3] is not None
    assert (again == made[3]).all()
