"""Every kind of frame as pixels and as text."""

import numpy as np
import pytest

from playout.core import Frame
from playout.core.errors import WrongUse
from playout.envs import drawing
from playout.envs.drawing import canvas, font, shapes

FLOOR = ["square", "#ece6d8"]
GRID = Frame(
    "grid",
    {
        "cells": [[0, 1, 2], [0, 3, 1]],
        "legend": [
            {"name": "wall", "glyph": "#", "layers": [["tile", "#606670"]]},
            {"name": "floor", "glyph": " ", "layers": [FLOOR]},
            {"name": "box", "glyph": "$", "layers": [FLOOR, ["crate", "#b9813f"]]},
            {"name": "player", "glyph": "@", "layers": [FLOOR, ["diamond", "#c00"], ["person", "#2d6cdf"]]},
        ],
    },
)
VOXELS = Frame(
    "voxels",
    {
        "size": [4, 3, 4],
        "blocks": [[x, 0, z, 0] for x in range(4) for z in range(4)] + [[1, 1, 1, 1]],
        "legend": [{"name": "grass", "colour": "#70a050"}, {"name": "brick", "colour": "#b5654a"}],
        "marks": [{"at": [2, 1, 3], "name": "human", "colour": "#2d6cdf"}],
    },
)
CHAT = Frame(
    "chat",
    {
        "messages": [
            {"speaker": "seller", "text": "540, please.", "note": ""},
            {"speaker": "buyer", "text": "450?", "note": "act: propose"},
        ],
        "facts": {"list price": 540},
    },
)
ROOMS = Frame(
    "rooms",
    {
        "places": [
            {"name": "desk 1", "things": ["mug 1", "pen 2"], "state": ""},
            {"name": "fridge 1", "things": [], "state": "closed"},
        ],
        "agent": "fridge 1",
        "holding": ["apple 1"],
    },
)
SERIES = Frame(
    "series",
    {
        "lines": [
            {"name": "trust", "values": [0.0, 0.5, float("nan"), 1.0]},
            {"name": "flat", "values": [2.0]},
        ],
        "x": "round",
        "y": "score",
    },
)
FRAMES = [GRID, VOXELS, CHAT, ROOMS, SERIES]
HOSTILE = "\x1b[2J\x07<script>\u202e\ud800\U0001f600"


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame.kind)
def test_pixels_are_a_picture_and_do_not_change(frame):
    picture = drawing.pixels(frame)
    assert picture.dtype == np.uint8 and picture.ndim == 3 and picture.shape[2] == 3
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 2
    assert np.array_equal(picture, drawing.pixels(frame))


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame.kind)
def test_plain_text_has_no_escapes_and_coloured_text_says_the_same(frame):
    plain, coloured = drawing.text(frame, color=False), drawing.text(frame)
    assert "\x1b" not in plain and "\x1b[38;2;" in coloured
    assert len(plain.splitlines()) == len(coloured.splitlines())


@pytest.mark.parametrize("cell", [5, 16])
def test_a_grid_is_cells_of_the_size_asked_for(cell):
    assert drawing.pixels(GRID, cell=cell).shape == (2 * cell, 3 * cell, 3)


def test_equal_cells_look_equal_and_different_ones_differ():
    picture = drawing.pixels(GRID, cell=16)
    tile = lambda row, column: picture[row * 16 : row * 16 + 16, column * 16 : column * 16 + 16]  # noqa: E731
    assert np.array_equal(tile(0, 0), tile(1, 0)) and np.array_equal(tile(0, 1), tile(1, 2))
    assert not np.array_equal(tile(0, 1), tile(0, 2)) and not np.array_equal(tile(0, 2), tile(1, 1))
    assert (tile(0, 1) == canvas.rgb("#ece6d8")).all()


def test_a_legend_changed_in_place_is_drawn_anew():
    legend = [{"name": "a", "glyph": "a", "layers": [["square", "#000000"]]}]
    frame = Frame("grid", {"cells": [[0]], "legend": legend})
    assert drawing.pixels(frame).max() == 0
    legend[0]["layers"] = [["square", "#ffffff"]]
    assert drawing.pixels(frame).min() == 255


@pytest.mark.parametrize("shape", shapes.SHAPES)
def test_every_shape_paints_its_colour_inside_its_cell(shape):
    picture = shapes.sprite((("square", "#ffffff"), (shape, "#3060c0")), 32)
    assert (picture == canvas.rgb("#3060c0")).all(-1).any()
    if shape not in ("square", "tile"):
        assert (picture[0] > 200).all() and (picture[:, 0] > 200).all()


def test_a_caption_adds_a_line_of_the_same_width_however_long():
    for caption in ("", "short", "long " * 100):
        frame = Frame("grid", {**GRID.data, "caption": caption})
        assert drawing.pixels(frame).shape == (2 * 16 + font.HEIGHT + 6, 48, 3)
    assert drawing.text(Frame("grid", {**GRID.data, "caption": "two left"}), color=False).endswith(
        "\ntwo left"
    )


def test_a_grid_as_plain_text_is_its_glyphs():
    assert drawing.text(GRID, color=False) == "# $\n#@ "


def test_voxels_hide_what_is_behind_and_show_people():
    solid = [[x, y, z, 0] for x in range(3) for y in range(3) for z in range(3)]
    assert len(shapes.visible(solid)) == 27 - 8
    without = Frame("voxels", {**VOXELS.data, "marks": []})
    assert not np.array_equal(drawing.pixels(VOXELS), drawing.pixels(without))
    assert drawing.pixels(VOXELS).shape == drawing.pixels(without).shape
    text = drawing.text(VOXELS, color=False)
    assert text.splitlines()[1] == " g b g g" and "@" in text and "16 grass, 1 brick" in text


def test_panels_have_one_shape_whatever_they_hold():
    many = [{"speaker": str(i % 9), "text": "word " * 50, "note": "n"} for i in range(50)]
    crowd = [{"name": f"place {i}", "things": ["thing"] * 30, "state": "open"} for i in range(40)]
    frames = [
        Frame("chat", {"messages": many, "facts": {"k" * 900: 1}}),
        Frame("chat", {"messages": []}),
        Frame("rooms", {"places": crowd, "agent": "place 33", "holding": []}),
        Frame("rooms", {"places": [], "agent": ""}),
        Frame("series", {"lines": [], "x": "", "y": ""}),
    ]
    for frame in frames:
        assert drawing.pixels(frame, width=320).shape == (240, 320, 3)
        assert drawing.text(frame) is not None


def test_the_agents_place_is_in_the_picture_however_many_there_are():
    places = [{"name": f"place {i}", "things": [], "state": ""} for i in range(40)]
    picture = drawing.pixels(Frame("rooms", {"places": places, "agent": "place 39", "holding": []}))
    assert (picture == canvas.ACCENT).all(-1).any()


def test_a_chat_panel_ends_with_the_last_message():
    def of(last):
        messages = [{"speaker": "a", "text": f"line {i}", "note": ""} for i in range(60)]
        return drawing.pixels(
            Frame("chat", {"messages": [*messages, {"speaker": "b", "text": last, "note": ""}]})
        )

    assert not np.array_equal(of("yes"), of("no"))


def test_text_from_a_model_cannot_command_the_terminal():
    frame = Frame(
        "chat",
        {"messages": [{"speaker": HOSTILE, "text": HOSTILE, "note": HOSTILE}], "facts": {HOSTILE: HOSTILE}},
    )
    place = {"name": HOSTILE, "things": [HOSTILE], "state": HOSTILE}
    rooms = Frame("rooms", {"places": [place], "agent": HOSTILE, "holding": [HOSTILE], "caption": HOSTILE})
    for hostile in (frame, rooms):
        text = drawing.text(hostile, color=False)
        assert not any(c in text for c in "\x1b\x07\u202e\ud800")
        assert "<script>" in text and "\U0001f600" in text
        text.encode()
        assert drawing.pixels(hostile).dtype == np.uint8


def test_lines_are_wrapped_at_spaces_and_keep_their_breaks():
    assert canvas.wrap("one two three\nfour", 8) == ["one two", "three", "four"]
    assert canvas.wrap("abcdefgh", 3) == ["abc", "def", "gh"]
    assert canvas.fit("a  long\nline of text", 10) == "a long ..."


def test_the_font_has_every_printable_character_and_a_box_for_others():
    inks = {font.mask(chr(code)).tobytes() for code in range(33, 127)}
    assert len(inks) == 94 and not font.mask(" ").any()
    box = font.mask("\u4e2d")
    assert box.any() and box.tobytes() not in inks
    assert font.mask("\u2019").tobytes() == font.mask("'").tobytes()


@pytest.mark.parametrize(
    ("frame", "named"),
    [
        (Frame("picture", {}), "grid, voxels"),  # type: ignore[arg-type]
        (Frame("grid", {"cells": [[0]], "legend": [{"glyph": "x", "layers": [["blob", "#fff"]]}]}), "'blob'"),
        (Frame("grid", {"cells": [[0]], "legend": [{"glyph": "x", "layers": [["disc", "red"]]}]}), "'red'"),
    ],
)
def test_what_cannot_be_drawn_is_named(frame, named):
    with pytest.raises(WrongUse, match=named):
        drawing.pixels(frame)
