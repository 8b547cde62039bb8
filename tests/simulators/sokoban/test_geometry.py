import numpy as np
import pytest

from playout.simulators.sokoban.geometry import (
    check_room,
    flood,
    player_square,
    push_distances,
    steps_of,
    walk,
    with_wall_ring,
)


def test_push_distances_need_room_for_the_player_and_go_round_walls(exhaustive):
    tiles = exhaustive.read("""
. $  @
 #### 
      """)
    assert push_distances(tiles)[0].tolist() == [
        [0, 1, 2, 3, 4, -1],
        [1, -1, -1, -1, -1, -1],
        [-1, -1, -1, -1, -1, -1],
    ]


def test_push_distances_agree_with_one_box_rooms(exhaustive):
    for seed in range(40):
        tiles = exhaustive.room(seed, boxes=1, walls=0.1, pulls=50 * (seed % 2))
        box = np.argwhere(np.isin(tiles, (3, 4)))[0]
        fewest = exhaustive.fewest(tiles, "pushes")
        bound = push_distances(tiles)[0][tuple(box)]
        assert fewest is None or 0 <= bound <= fewest


def test_walk_is_shortest_and_stays_off_boxes(exhaustive):
    board = with_wall_ring(exhaustive.read("@$ \n $ \n   "))
    cells, steps, start = board.ravel(), steps_of(5), player_square(board)
    end = 1 * 5 + 3
    assert walk(cells, steps, start, end).tolist() == [1, 1, 3, 3, 0, 0]
    assert walk(cells, steps, start, start).size == 0


def test_flood_names_a_region_by_its_lowest_square(exhaustive):
    board = with_wall_ring(exhaustive.read(" $ \n#$@\n   "))
    seen = np.zeros(25, np.int64)
    lowest = flood(board.ravel(), steps_of(5), player_square(board), seen, 7, np.empty(25, np.int64))
    assert lowest == 1 * 5 + 3
    assert np.flatnonzero(seen).tolist() == [8, 13, 16, 17, 18]


@pytest.mark.parametrize(
    ("tiles", "message"),
    [
        (np.zeros((3, 3), np.int64), "uint8"),
        (np.zeros((3, 65), np.uint8), "at most 64"),
        (np.zeros((0, 0), np.uint8), "at most 64"),
        (np.full((3, 3), 7, np.uint8), "codes below 7, got 7"),
        (np.array([[5, 2, 1]], np.uint8), "1 players, 0 boxes and 1 goals"),
        (np.array([[3, 1, 1]], np.uint8), "0 players"),
        (np.array([[5, 6, 4]], np.uint8), "2 players"),
    ],
)
def test_what_is_no_room_is_named(tiles, message):
    with pytest.raises(ValueError, match=message):
        check_room(tiles)
