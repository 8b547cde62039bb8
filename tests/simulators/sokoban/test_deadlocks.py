from collections import Counter

import numpy as np
import pytest

from playout.core.random import Stream
from playout.simulators.sokoban import deadlocks
from playout.simulators.sokoban.deadlocks import NAMES, after_push, dead_squares, find
from playout.simulators.sokoban.geometry import push_distances

EXAMPLES = {
    "none": """
#######
#@ $ .#
#     #
#######""",
    "corner": """
#######
#$    #
#  @ .#
#######""",
    "dead_square": """
#######
# $   #
#  @  #
#    .#
#######""",
    "block_2x2": """
#########
#       #
#   $*  #
#  @*$ .#
#     . #
#########""",
    "freeze": """
#########
#   #   #
#   $*  #
#    # @#
#      .#
#########""",
    "bipartite": """
#########
#. $ $  #
##### ###
#   @ . #
#########""",
}


def code(tiles):
    return find(tiles, dead_squares(tiles), push_distances(tiles))


@pytest.mark.parametrize("name", NAMES)
def test_each_kind_is_found(exhaustive, name):
    tiles = exhaustive.read(EXAMPLES[name])
    assert NAMES[code(tiles)] == name
    assert (exhaustive.fewest(tiles, "pushes") is None) == (name != "none")


def test_whatever_is_flagged_cannot_be_solved(exhaustive):
    kinds = Counter()
    for seed in range(300):
        tiles = exhaustive.room(seed, boxes=2 + seed % 3, walls=0.25)
        found = code(tiles)
        kinds[NAMES[found]] += 1
        assert found == deadlocks.NONE or exhaustive.fewest(tiles, "pushes") is None, (seed, tiles)
    assert min(kinds[name] for name in NAMES) > 2, kinds


def test_rooms_made_backwards_from_their_solution_are_not_flagged(exhaustive):
    for seed in range(600):
        tiles = exhaustive.room(seed, height=5 + seed % 3, boxes=3 + seed % 2, walls=0.2, pulls=80)
        assert code(tiles) == deadlocks.NONE, (seed, tiles)


def test_whatever_is_flagged_after_a_push_cannot_be_solved(exhaustive):
    kinds = Counter()
    for seed in range(150):
        tiles, draws = exhaustive.room(seed, boxes=4, walls=0.15, pulls=60), Stream(seed)
        dead, found = dead_squares(tiles), deadlocks.NONE
        for _ in range(40):
            result = exhaustive.after(tiles, draws.below(4))
            tiles, pushed_to = result if result else (tiles, None)
            found = after_push(tiles, dead, *pushed_to) if pushed_to else deadlocks.NONE
            kinds[NAMES[found]] += pushed_to is not None
            if found != deadlocks.NONE:
                assert exhaustive.fewest(tiles, "pushes") is None, (seed, tiles)
                break
    assert min(kinds[name] for name in ("none", "corner", "dead_square", "block_2x2")) > 5, kinds


def test_held_boxes_that_are_all_on_goals_are_no_deadlock(exhaustive):
    tiles = exhaustive.read("**@\n** ")
    assert code(tiles) == deadlocks.NONE
    assert after_push(tiles, dead_squares(tiles), 0, 0) == deadlocks.NONE


def test_boxes_that_only_seem_to_hold_each_other_are_not_frozen(exhaustive):
    tiles = exhaustive.read("""
########
#      #
#  $   #
# #$#  #
#  $  @#
#  ... #
#      #
########""")
    assert code(tiles) == deadlocks.NONE
    assert exhaustive.fewest(tiles, "pushes") is not None


def test_a_room_without_goals_has_only_dead_squares():
    assert dead_squares(np.array([[5, 1]], np.uint8)).all()
