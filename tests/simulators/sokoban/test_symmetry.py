import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from playout.simulators.sokoban.generator import generate_many
from playout.simulators.sokoban.symmetry import (
    SPLITS,
    canonical,
    canonical_hash,
    canonical_hashes,
    split_number,
    split_of,
)
from playout.simulators.sokoban.tiles import WALL

ROOMS = hnp.arrays(np.uint8, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.integers(0, 6))


def images(tiles: np.ndarray) -> list[np.ndarray]:
    """The 8 symmetric images, by numpy."""
    return [np.rot90(side, turns) for side in (tiles, tiles.T) for turns in range(4)]


@given(ROOMS)
@settings(deadline=None)
def test_all_images_have_one_canonical_form_and_it_is_one_of_them(tiles: np.ndarray):
    form = canonical(tiles)
    assert form.shape[0] <= form.shape[1]
    assert all(np.array_equal(canonical(image), form) for image in images(tiles))
    assert canonical_hash(tiles) == canonical_hash(form)
    if form.size:
        inside = np.argwhere(tiles != WALL)
        (top, left), (bottom, right) = inside.min(0), inside.max(0) + 1
        assert any(np.array_equal(image, form) for image in images(tiles[top:bottom, left:right]))


@given(ROOMS, st.integers(0, 2), st.integers(0, 2), st.integers(0, 2), st.integers(0, 2))
@settings(deadline=None)
def test_wall_around_a_room_does_not_matter(tiles: np.ndarray, top: int, bottom: int, left: int, right: int):
    framed = np.pad(tiles, ((top, bottom), (left, right)), constant_values=WALL)
    assert canonical_hash(framed) == canonical_hash(tiles)
    assert split_of(framed) == split_of(tiles)


@given(ROOMS, ROOMS)
@settings(deadline=None)
def test_equal_hashes_mean_equal_forms(one: np.ndarray, other: np.ndarray):
    same = np.array_equal(canonical(one), canonical(other))
    assert (canonical_hash(one) == canonical_hash(other)) == same


@given(ROOMS)
@settings(deadline=None)
def test_a_split_depends_on_the_walls_only(tiles: np.ndarray):
    walls = (tiles != WALL).astype(np.uint8)
    assert split_of(tiles) == split_of(walls) == SPLITS[split_number(walls)]


def test_splits_are_about_80_10_10_of_layouts():
    rooms = generate_many(8, 8, 1, np.arange(2000))
    layouts = np.unique(canonical_hashes(rooms != WALL), return_index=True)[1]
    shares = [np.mean([split_of(room) == split for room in rooms[layouts]]) for split in SPLITS]
    assert shares == pytest.approx([0.8, 0.1, 0.1], abs=0.03)


def test_read_only_rooms_are_taken():
    tiles = np.ones((2, 3), np.uint8)
    tiles.setflags(write=False)
    assert canonical(tiles).shape == (2, 3)


def test_the_hash_is_the_same_in_another_process_and_for_ever():
    room = np.arange(12, dtype=np.uint8).reshape(3, 4) % 7
    program = (
        "import numpy as np; from playout.simulators.sokoban.symmetry import canonical_hash;"
        "print(canonical_hash(np.arange(12, dtype=np.uint8).reshape(3, 4) % 7))"
    )
    out = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert int(out) == canonical_hash(room) == 13167308652096903784
