"""A frame as a picture in the terminal: two pixels of ``envs.drawing`` per character, in 24-bit colour.

Used by the full-screen game and the replay. What a frame looks like is decided in ``envs.drawing``.
"""

from functools import lru_cache

from rich.style import Style
from rich.text import Text

from playout.core import Frame
from playout.envs import drawing

_CELLS = (12, 10, 8, 6, 4)  # pixels of one cell, the largest that fits; even, so that no row is cut
PICTURED = ("grid", "voxels")  # kinds of which a small picture says more than words


def picture(frame: Frame, columns: int, rows: int) -> Text:
    """``frame`` within ``columns`` x ``rows`` characters; in words where no picture fits."""
    caption = str(frame.data.get("caption") or "")
    plain = Frame(frame.kind, {name: value for name, value in frame.data.items() if name != "caption"})
    for cell in _CELLS if frame.kind in PICTURED else ():
        height, width, _ = (image := drawing.pixels(plain, cell=cell)).shape
        if width <= columns and (height + 1) // 2 + bool(caption) <= rows:
            return _half_blocks(image.tolist()).append(caption and f"\n{caption}", "dim")
    return Text.from_ansi(drawing.text(frame, width=columns))


def _half_blocks(image: list[list[list[int]]]) -> Text:
    """Rows of ``▀``, its ink the upper pixel and its ground the lower; a blank where both are equal."""
    lower = [*image[1::2], image[-1]]
    lines = []
    for above, below in zip(image[::2], lower, strict=False):
        line = Text(no_wrap=True)
        for ink, ground in zip(above, below, strict=True):
            line.append(" " if ink == ground else "▀", _style(*ink, *ground))
        lines.append(line)
    return Text("\n", no_wrap=True).join(lines)


@lru_cache(4096)
def _style(*levels: int) -> Style:
    red, green, blue, *ground = levels
    return Style.parse(f"rgb({red},{green},{blue}) on rgb({ground[0]},{ground[1]},{ground[2]})")
