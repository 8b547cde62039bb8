import os
from pathlib import Path

import numpy as np
import pytest

from playout.simulators.sokoban import solver
from playout.simulators.sokoban.solver import Solution, solve, solve_fast

BOXOBAN = """
##########
########@#
########$#
##### #  #
#####  . #
##### $. #
######.  #
######$$.#
######   #
##########"""


def small_rooms(exhaustive):
    return [
        exhaustive.room(seed, boxes=1 + seed % 3, walls=0.15, pulls=100 * (seed % 2)) for seed in range(120)
    ]


def test_optimal_pushes_and_unsolvable_rooms_agree_with_exhaustive_search(exhaustive):
    solved = 0
    for tiles in small_rooms(exhaustive):
        fewest, found = exhaustive.fewest(tiles, "pushes"), solve(tiles)
        assert found.solved == (fewest is not None)
        assert found.proved_unsolvable == (fewest is None)
        if found.solved:
            assert exhaustive.replay(tiles, found.moves) == (True, fewest)
            assert found.pushes == fewest
            solved += fewest > 0
    assert solved > 40


def test_weighted_search_stays_within_its_weight(exhaustive):
    for tiles in small_rooms(exhaustive):
        best, found = solve(tiles), solve(tiles, weight=2.0)
        assert found.solved == best.solved
        assert best.pushes <= found.pushes <= 2 * best.pushes
        assert exhaustive.replay(tiles, found.moves)[0] == found.solved


def test_a_boxoban_room_is_solved_optimally_whatever_the_array_sizes(exhaustive, monkeypatch):
    tiles = exhaustive.read(BOXOBAN)
    expected = solve(tiles)
    assert expected.pushes == 16
    assert exhaustive.replay(tiles, expected.moves) == (True, 16)
    monkeypatch.setattr(solver, "_FIRST_CAPACITY", 20)
    assert solve(tiles) == expected


def test_equal_hashes_never_merge_nodes(exhaustive, monkeypatch):
    tiles = exhaustive.read(BOXOBAN)
    expected = solve(tiles)
    monkeypatch.setattr(solver, "_zobrist", lambda squares: np.zeros((2, squares), np.uint64))
    assert solve(tiles) == expected


def test_the_node_limit_is_neither_a_solution_nor_a_proof(exhaustive):
    found = solve(exhaustive.read(BOXOBAN), max_nodes=10)
    assert not found.solved
    assert not found.proved_unsolvable
    assert 10 <= found.nodes <= 10 + 4 * 4 + 1


def test_a_solved_room_needs_nothing(exhaustive):
    assert solve(exhaustive.read("*@*")) == Solution(True, False, 0, (), 1)


def test_a_large_room_with_sixteen_boxes(exhaustive):
    tiles = np.ones((64, 64), np.uint8)
    tiles[10:42:2, 20], tiles[10:42:2, 22], tiles[63, 63] = 4, 2, 5
    found = solve_fast(tiles)
    assert found.pushes == 32
    assert exhaustive.replay(tiles, found.moves) == (True, 32)


@pytest.mark.parametrize(
    "options", [{"weight": 0.5}, {"weight": 17.0}, {"max_nodes": 0}, {"max_nodes": 9_000_000}]
)
def test_options_outside_their_range_are_named(exhaustive, options):
    with pytest.raises(ValueError, match=next(iter(options))):
        solve(exhaustive.read(BOXOBAN), **options)


@pytest.mark.parametrize("part", ["unfiltered/train", "medium/train", "hard"])
def test_boxoban_levels_are_all_solved(exhaustive, part):
    path = Path(os.environ.get("PLAYOUT_DATA", "")) / "boxoban" / part / "000.txt"
    if not path.is_file():
        pytest.skip("PLAYOUT_DATA does not name a folder with boxoban/")
    for level in path.read_text().split("; ")[1:51]:
        tiles = exhaustive.read(level.split("\n", 1)[1])
        best, fast = solve(tiles), solve_fast(tiles)
        assert exhaustive.replay(tiles, best.moves) == (True, best.pushes)
        assert exhaustive.replay(tiles, fast.moves) == (True, fast.pushes)
        assert best.pushes <= fast.pushes <= solver.FAST_WEIGHT * best.pushes
