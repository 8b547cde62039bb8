"""A bitmap font for printable ASCII, so that pictures with text need no image library.

A glyph is 5 pixels wide; its rows are base-32 digits, most significant bit left: seven down to the
baseline and, for letters that reach below it, two more. What the font lacks is drawn as a box,
except for common typographic marks, which have a plain stand-in. No kerning, no second size.
"""

from functools import cache

import numpy as np

WIDTH, HEIGHT = 6, 9
"""Pixels of one character with the gap to the next; lines need two more between them."""

# One word per character, in the order of ASCII from "!" to "~".
_GLYPHS = """
4444404 aaa0000 aavavaa 4fke5u4 op248j3 cik8lid 4480000 2488842 8422248 04lel40 044v440 000004480
000v000 00000cc 01248g0 ehjlphe 4c4444e eh1248v v2421he 26aiv22 vgu11he 68guhhe v124888 ehhehhe
ehhf12c 0cc0cc0 0cc0c48 248g842 00v0v00 8421248 eh12404 eh1dlle ehhvhhh uhhuhhu ehggghe sihhhis
vgguggv vgguggg ehgnhhf hhhvhhh e44444e 72222ic hikokih ggggggv hrllhhh hhpljhh ehhhhhe uhhuggg
ehhhlid uhhukih fgge11u v444444 hhhhhhe hhhhha4 hhhllla hha4ahh hhha444 v1248gv e88888e 0g84210
e22222e 4ah0000 000000v 8420000 00e1fhf ggmphhu 00egghe 11djhhf 00ehvge 698s888 00fhhhf1e ggmphhh
40c444e 2062222ic ggikoki c44444e 00qllhh 00mphhh 00ehhhe 00uhhhugg 00fhhhf11 00mpggg 00ege1u
88s8896 00hhhjd 00hhha4 00hhlla 00ha4ah 00hhhhf1e 00v248v 2448442 4444444 8442448 008l200
"""
_BOX = "vhhhhhv"
_BOX_CODE = 127
_STAND_INS = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
        "\t": "    ",
        "\u00a0": " ",
    }
)


@cache
def _table() -> np.ndarray:
    """All glyphs as bool[128, HEIGHT, WIDTH], indexed by code point; 127 is the box."""
    table = np.zeros((128, HEIGHT, WIDTH), np.bool_)
    for code, rows in enumerate([*_GLYPHS.split(), _BOX], start=ord("!")):
        for y, row in enumerate(rows):
            table[code, y, :5] = [int(row, 32) >> bit & 1 for bit in (4, 3, 2, 1, 0)]
    return table


def plain(text: str) -> str:
    """``text`` with typographic marks replaced by what the font has."""
    return text.translate(_STAND_INS)


def mask(text: str) -> np.ndarray:
    """The ink of one line: bool[HEIGHT, WIDTH * number of characters after :func:`plain`]."""
    codes = [code if 32 <= (code := ord(c)) < 127 else _BOX_CODE for c in plain(text)]
    return _table()[codes].transpose(1, 0, 2).reshape(HEIGHT, -1)
