from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playout.core.errors import WrongUse
from playout.simulators.sokoban.generator import WALLS, Walls, generate, generate_many
from playout.simulators.sokoban.levels import to_xsb
from playout.simulators.sokoban.symmetry import SPLITS, canonical_hashes, split_of
from playout.simulators.sokoban.tiles import BOX_ON_GOAL, FLOOR, HAS_BOX, HAS_GOAL, HAS_PLAYER, WALL

KEYS = np.arange(300, dtype=np.uint64)
LEVEL_OF_KEY_0 = """\
#######
#     #
#    @#
##$  ##
## $  #
### ..#
#######"""


def fewest_pushes(tiles: np.ndarray) -> int | None:
    """Breadth-first over pushes with sets and tuples: independent of the suite's own solver."""
    free = {(int(r), int(c)) for r, c in np.argwhere(tiles != WALL)}
    goals = {(int(r), int(c)) for r, c in np.argwhere(HAS_GOAL[tiles])}
    boxes = frozenset((int(r), int(c)) for r, c in np.argwhere(HAS_BOX[tiles]))
    ((row, column),) = np.argwhere(HAS_PLAYER[tiles]).tolist()
    steps = ((-1, 0), (1, 0), (0, -1), (0, 1))

    def region(player: tuple[int, int], boxes: frozenset) -> set[tuple[int, int]]:
        reached, stack = {player}, [player]
        while stack:
            r, c = stack.pop()
            new = {(r + dr, c + dc) for dr, dc in steps} & free - boxes - reached
            reached |= new
            stack += new
        return reached

    queue, seen = deque([((row, column), boxes, 0)]), set()
    while queue:
        player, boxes, pushes = queue.popleft()
        if boxes <= goals:
            return pushes
        reached = region(player, boxes)
        if (boxes, min(reached)) in seen:
            continue
        seen.add((boxes, min(reached)))
        for r, c in boxes:
            for dr, dc in steps:
                if (r - dr, c - dc) in reached and (r + dr, c + dc) in free - boxes:
                    queue.append(((r, c), boxes - {(r, c)} | {(r + dr, c + dc)}, pushes + 1))
    return None


@pytest.mark.parametrize("size", [(6, 6, 1), (8, 8, 2), (5, 9, 1), (9, 6, 3), (10, 10, 4)])
def test_a_room_has_what_was_asked_for(size: tuple[int, int, int]):
    height, width, boxes = size
    rooms = generate_many(height, width, boxes, KEYS[:20])
    assert rooms.shape == (20, height, width) and rooms.dtype == np.uint8
    assert (HAS_BOX[rooms].sum((1, 2)) == boxes).all()
    assert (HAS_GOAL[rooms].sum((1, 2)) == boxes).all()
    assert (HAS_PLAYER[rooms].sum((1, 2)) == 1).all()
    assert not (rooms == BOX_ON_GOAL).any()
    border = np.concatenate([rooms[:, [0, -1]].reshape(20, -1), rooms[:, :, [0, -1]].reshape(20, -1)], axis=1)
    assert (border == WALL).all()


@given(st.sampled_from([(6, 6, 1), (7, 7, 2), (5, 9, 2)]), st.integers(0, 2**64 - 1))
@settings(max_examples=40, deadline=None)
def test_every_level_can_be_solved(size: tuple[int, int, int], key: int):
    pushes = fewest_pushes(generate(*size, key))
    assert pushes is not None and pushes >= size[2]


def test_levels_are_not_trivial():
    pushes = [fewest_pushes(room) or 0 for room in generate_many(7, 7, 2, KEYS[:40])]
    assert np.median(pushes) >= 6


def test_a_level_is_a_function_of_its_key_alone():
    rooms = generate_many(8, 8, 2, KEYS)
    assert np.array_equal(generate_many(8, 8, 2, KEYS[::-1])[::-1], rooms)
    assert np.array_equal(generate(8, 8, 2, 7), rooms[7])
    assert np.array_equal(generate(8, 8, 2, 7 + 2**64), rooms[7])
    assert len(set(canonical_hashes(rooms).tolist())) == len(rooms)


def test_the_level_of_a_key_does_not_change_between_versions():
    """If this fails on purpose, raise ``generator.VERSION``: banks in caches are stale."""
    assert to_xsb(generate(7, 7, 2, 0)) == LEVEL_OF_KEY_0


@pytest.mark.parametrize("split", SPLITS)
def test_a_split_has_only_its_layouts(split):
    rooms = generate_many(7, 7, 1, KEYS[:50], split=split)
    assert {split_of(room) for room in rooms} == {split}


def test_all_floor_hangs_together():
    for room in generate_many(8, 8, 2, KEYS[:50]):
        bare = np.where(room == WALL, WALL, FLOOR)
        free = {(int(r), int(c)) for r, c in np.argwhere(bare)}
        stack = [next(iter(free))]
        while stack:
            r, c = stack.pop()
            near = {(r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)} & free
            free -= near
            stack += near
        assert not free


@pytest.mark.parametrize("size", [(4, 4, 1), (5, 5, 8), (2, 8, 1), (8, 8, 0), (-3, 8, 1)])
def test_the_impossible_is_refused_with_a_reason(size: tuple[int, int, int]):
    with pytest.raises(WrongUse, match=r"cannot generate a .* expected"):
        generate(*size, 0)


@pytest.mark.parametrize("walls", WALLS[1:])
def test_scattered_walls_make_more_layouts_of_connected_floor(walls: Walls):
    def layouts(rooms: np.ndarray) -> set[int]:
        return set(canonical_hashes(np.where(rooms == WALL, WALL, FLOOR).astype(np.uint8)).tolist())

    rooms = generate_many(6, 6, 1, KEYS, split="train", walls=walls)
    assert {split_of(room) for room in rooms} == {"train"}
    assert len(layouts(rooms)) > 1.2 * len(layouts(generate_many(6, 6, 1, KEYS, split="train")))
    for room in rooms[:50]:
        assert fewest_pushes(room), to_xsb(room)
        floor = {(int(r), int(c)) for r, c in np.argwhere(room != WALL)}
        reached, stack = set(), [min(floor)]
        while stack:
            r, c = stack.pop()
            reached.add((r, c))
            stack += ({(r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)} & floor) - reached
        assert reached == floor


def test_walls_of_an_unknown_kind_are_refused():
    with pytest.raises(WrongUse, match="expected walls of carved, scattered, mixed"):
        generate(6, 6, 1, 0, walls="thick")  # type: ignore[arg-type]
