import os
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playout.simulators.sokoban.generator import generate
from playout.simulators.sokoban.levels import LevelError, parse_xsb, read_boxoban, read_xsb, to_xsb
from playout.simulators.sokoban.tiles import BOX, BOX_ON_GOAL, FLOOR, GOAL, PLAYER, PLAYER_ON_GOAL, WALL

ROOM = "######\n#@$. #\n######"


def test_all_symbols_and_three_kinds_of_floor():
    (level,) = parse_xsb("#######\n#+$*-_#\n# $. .#\n#  $  #\n#######")
    assert level.tiles.dtype == np.uint8
    assert level.tiles[1].tolist() == [WALL, PLAYER_ON_GOAL, BOX, BOX_ON_GOAL, FLOOR, FLOOR, WALL]
    assert level.tiles[2].tolist() == [WALL, FLOOR, BOX, GOAL, FLOOR, GOAL, WALL]


def test_a_level_cannot_be_written_to():
    (level,) = parse_xsb(ROOM)
    with pytest.raises(ValueError, match="read-only"):
        level.tiles[1, 1] = FLOOR


def test_several_levels_with_titles_comments_and_fields():
    text = (
        f"My set\r\n\r\n; first\r\n{ROOM}\nAuthor: me\n\n{ROOM}\nTitle: Second\n\n"
        f"Level 3\n\n{ROOM}\n; 4\n{ROOM}\n\n{ROOM}"
    )
    assert [level.name for level in parse_xsb(text)] == ["first", "Second", "Level 3", "4", "5"]


def test_ragged_rows_and_what_is_outside_become_wall():
    (level,) = parse_xsb("  ####\n###  ####\n#     $ #\n# #  #@.#\n#########")
    assert level.tiles.shape == (5, 9)
    assert level.tiles[0].tolist() == [WALL] * 9
    assert (level.tiles[:, [0, -1]] == WALL).all() and (level.tiles[[0, -1]] == WALL).all()


def test_a_room_with_a_gap_is_closed_by_its_edge_unless_strict():
    (level,) = parse_xsb("####\n @$.\n##")
    assert level.tiles[1].tolist() == [FLOOR, PLAYER, BOX, GOAL]
    assert level.tiles[2].tolist() == [WALL] * 4
    with pytest.raises(LevelError, match="gap"):
        parse_xsb("####\n @$.\n##", strict=True)


def test_a_room_without_any_wall():
    assert parse_xsb("@$.")[0].tiles.tolist() == [[PLAYER, BOX, GOAL]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"; a\n{ROOM}\n\n#####\n#@x$.#\n#####", "f.xsb:7: found 'x' in column 3"),
        ("######\n#@✓$.#\n######", "f.xsb:2: found '✓' in column 3"),
        ("######\n#@\t$.#\n######", r"f.xsb:2: found '\t' in column 3"),
        ("#####\n# $.#\n#####", "f.xsb:1: found 0 players"),
        ("\n######\n#@@$.#\n######", "f.xsb:2: found 2 players"),
        ("######\n#@+$.#\n######", "f.xsb:1: found 2 players"),
        ("######\n#@$$.#\n######", "f.xsb:1: found 2 boxes and 1 goals"),
        ("######\n#@   #\n######", "f.xsb:1: found 0 boxes and 0 goals"),
        ("", "f.xsb:1: found no level"),
        ("; only\n\nwords\n", "f.xsb:1: found no level"),
    ],
)
def test_malformed_levels_name_file_line_finding_and_expectation(text: str, message: str):
    with pytest.raises(LevelError, match="^" + re.escape(message) + ".*; expected "):
        parse_xsb(text, source="f.xsb")


def test_files_are_read_as_utf8_and_named_in_errors(tmp_path: Path):
    file = tmp_path / "a.xsb"
    file.write_bytes("\ufeff; Größe\n".encode() + ROOM.encode())
    assert read_xsb(file)[0].name == "Größe"
    file.write_bytes(b"; ok\n\xff\n" + ROOM.encode())
    with pytest.raises(LevelError, match=re.escape(f"{file}:2: found byte 0xff")):
        read_xsb(file)


@given(st.text(alphabet="#@+$*. -_;x\n:T\x00\udc80", max_size=80))
def test_any_text_is_levels_or_a_level_error(text: str):
    try:
        levels = parse_xsb(text)
    except LevelError:
        return
    assert all(level.tiles.max() <= 6 for level in levels)


@given(st.integers(0, 2**64 - 1))
@settings(deadline=None)
def test_writing_and_reading_gives_the_same_room(key: int):
    tiles = generate(7, 9, 2, key)
    assert np.array_equal(parse_xsb(to_xsb(tiles))[0].tiles, tiles)


def test_boxoban_files_of_the_stand_in(boxoban_folder: Path):
    levels = read_boxoban(boxoban_folder / "boxoban" / "hard" / "000.txt")
    assert [level.name for level in levels] == [str(number) for number in range(len(levels))]


def test_boxoban_refuses_other_shapes(tmp_path: Path):
    tmp_path.joinpath("a.txt").write_text(ROOM)
    with pytest.raises(LevelError, match=r"level '1' of 3x6; expected Boxoban's 10x10"):
        read_boxoban(tmp_path / "a.txt")


@pytest.mark.skipif("PLAYOUT_DATA" not in os.environ, reason="PLAYOUT_DATA is not set")
def test_every_real_boxoban_level_is_read_exactly():
    files = sorted(Path(os.environ["PLAYOUT_DATA"], "boxoban").rglob("[0-9]*.txt"))
    assert files
    for file in files:
        blocks = [block.split("\n", 1) for block in file.read_text().split("\n\n") if block.strip()]
        levels = read_boxoban(file)
        assert [f"; {level.name}" for level in levels] == [title for title, _ in blocks]
        assert [to_xsb(level.tiles) for level in levels] == [room.rstrip("\n") for _, room in blocks]
