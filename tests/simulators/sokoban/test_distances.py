import numpy as np
import pytest

from playout.core.random import Stream
from playout.simulators.sokoban.distances import DistanceTable


@pytest.mark.parametrize("metric", ["moves", "pushes"])
def test_distances_agree_with_exhaustive_search(exhaustive, metric):
    values = set()
    for seed in range(40):
        tiles = exhaustive.room(seed, boxes=1 + seed % 3, walls=0.15, pulls=60 * (seed % 2))
        expected = exhaustive.fewest(tiles, metric)
        assert DistanceTable(tiles, metric).distance(tiles) == expected
        values.add(expected)
    assert None in values
    assert len(values) > 6


@pytest.mark.parametrize("boxes", [1, 2])
def test_best_directions_are_all_that_come_one_move_closer(exhaustive, boxes):
    for seed in range(6):
        tiles = exhaustive.room(seed, height=4, width=5, boxes=boxes, walls=0.1)
        table = DistanceTable(tiles)
        for room in some(table.rooms(table.solvable()), 25):
            here = table.distance(room)
            after = [exhaustive.after(room, direction) for direction in range(4)]
            closer = [d for d in range(4) if after[d] and table.distance(after[d][0]) == here - 1]
            assert table.best_directions(room) == (tuple(closer) if here else ())
            assert bool(closer) == bool(here)


@pytest.mark.parametrize("metric", ["moves", "pushes"])
def test_following_best_directions_solves_in_the_distance(exhaustive, metric):
    for seed in range(6):
        tiles = exhaustive.room(seed, boxes=2, walls=0.1)
        table = DistanceTable(tiles, metric)
        for start in some(table.rooms(table.solvable()), 25):
            room, way = start, []
            while directions := table.best_directions(room):
                way.append(directions[-1])
                room = exhaustive.after(room, directions[-1])[0]
            solved, pushes = exhaustive.replay(start, way)
            assert solved
            assert (len(way) if metric == "moves" else pushes) == table.distance(start)


def test_batches_agree_with_single_rooms_and_mark_lost_ones(exhaustive):
    tiles = exhaustive.read("#####\n#@  #\n# $ #\n# . #\n#####")
    lost = exhaustive.read("#####\n#@  #\n#   #\n# .$#\n#####")
    table = DistanceTable(tiles)
    rooms = np.concatenate([table.rooms(table.solvable()), lost[None]])
    distances, best = table.distances_of(rooms), table.best_directions_of(rooms)
    assert distances.dtype == np.int16
    assert distances[-1] == -1
    assert not best[-1].any()
    assert table.distance(lost) is None
    assert table.best_directions(lost) == ()
    for room, distance, mask in zip(rooms[:-1], distances, best, strict=False):
        assert table.distance(room) == distance >= 0
        assert table.best_directions(room) == tuple(np.flatnonzero(mask))


def test_states_and_rooms_are_inverse(exhaustive):
    table = DistanceTable(exhaustive.room(3, boxes=3, walls=0.0), "pushes")
    states = table.solvable()
    assert states.size > 1000
    assert np.array_equal(table.states_of(table.rooms(states)), states)


def test_rooms_of_another_layout_are_refused(exhaustive):
    table = DistanceTable(exhaustive.read("@$. "))
    for picture in ("@$ .", "#$. ", " $. ", "@$.$", "@ . ", "@$.@"):
        with pytest.raises(ValueError, match="room 1 is not a state"):
            table.distances_of(np.stack([exhaustive.read("@$. "), exhaustive.read(picture)]))
        with pytest.raises(ValueError, match="room 0 is not a state"):
            table.solution(exhaustive.read(picture))
    for ask in (table.distance, table.solution):
        with pytest.raises(ValueError, match=r"uint8\[K, 1, 4\]"):
            ask(exhaustive.read("@$.  "))


def test_too_many_states_are_refused_with_a_way_out(exhaustive):
    tiles = exhaustive.room(0, height=12, width=12, boxes=6, walls=0.0)
    with pytest.raises(ValueError, match=r"[\d,]+ states, more than max_states = 16,777,216; use solver"):
        DistanceTable(tiles)


def test_an_unknown_metric_is_refused(exhaustive):
    with pytest.raises(ValueError, match="'steps'"):
        DistanceTable(exhaustive.read("@$."), "steps")


def some(rooms, count):
    draws = Stream(len(rooms))
    return [rooms[draws.below(len(rooms))] for _ in range(count)]
