"""Painting on ``uint8[H, W, 3]`` arrays: colours, rectangles, lines of text. Knows no frame."""

import re

import numpy as np

from playout.core.errors import WrongUse
from playout.envs.drawing import font

Colour = tuple[int, int, int]

PAPER, INK, MUTED, EDGE, ACCENT = (
    (252, 252, 250),
    (31, 35, 40),
    (112, 118, 126),
    (222, 222, 216),
    (45, 108, 223),
)
SERIES = ((45, 108, 223), (208, 90, 40), (32, 140, 90), (140, 84, 190), (184, 134, 11), (60, 140, 160))
"""Colours of speakers and curves, in order of appearance."""

_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


def rgb(colour: str) -> Colour:
    """``#rgb`` or ``#rrggbb`` as three numbers 0 to 255.

    Raises:
        WrongUse: anything else.
    """
    if not _HEX.fullmatch(colour):
        raise WrongUse(f"frame colour {colour!r}: expected '#rgb' or '#rrggbb'")
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def tint(colour: Colour, amount: float) -> Colour:
    """``colour`` mixed with white (``amount`` > 0) or black (< 0)."""
    end = 255 if amount > 0 else 0
    red, green, blue = (round(c + (end - c) * abs(amount)) for c in colour)
    return red, green, blue


def blank(height: int, width: int, colour: Colour = PAPER) -> np.ndarray:
    """A new ``uint8[height, width, 3]`` of one colour."""
    return np.full((height, width, 3), colour, np.uint8)


def fill(image: np.ndarray, left: int, top: int, right: int, bottom: int, colour: Colour) -> None:
    """Paint the rectangle up to, not with, ``right`` and ``bottom``; what lies outside is cut off."""
    image[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = colour


def frame(image: np.ndarray, left: int, top: int, right: int, bottom: int, colour: Colour, line: int) -> None:
    """The rectangle's edge, ``line`` pixels wide, drawn inside it."""
    fill(image, left, top, right, top + line, colour)
    fill(image, left, bottom - line, right, bottom, colour)
    fill(image, left, top, left + line, bottom, colour)
    fill(image, right - line, top, right, bottom, colour)


def write(image: np.ndarray, left: int, top: int, text: str, colour: Colour, scale: int = 1) -> None:
    """One line of text with its upper left corner at ``(left, top)``; cut off at the edges."""
    ink = font.mask(text).repeat(scale, 0).repeat(scale, 1)
    target = image[top:, left:][: ink.shape[0], : ink.shape[1]]
    target[ink[: target.shape[0], : target.shape[1]]] = colour


def fit(text: str, columns: int) -> str:
    """``text`` on one line of at most ``columns`` characters, shortened with dots."""
    line = " ".join(font.plain(text).split())
    return line if len(line) <= columns else line[: max(columns - 3, 0)] + "..."[:columns]


def wrap(text: str, columns: int) -> list[str]:
    """Lines of at most ``columns`` characters, broken at spaces where possible; keeps line breaks."""
    lines: list[str] = []
    for line in font.plain(text).split("\n"):
        while len(line) > columns:
            cut = line.rfind(" ", 1, columns + 1)
            cut = cut if cut > 0 else columns
            lines.append(line[:cut])
            line = line[cut:].lstrip(" ")
        lines.append(line)
    return lines
