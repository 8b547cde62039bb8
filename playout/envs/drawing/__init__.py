"""Draws frames: :func:`pixels` as an RGB array, :func:`text` for a terminal.

One drawer per kind of frame (``core.frames``), none per world, on numpy alone. The report draws the
same frames in the browser. Frames are not checked beyond what drawing them needs.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from playout.core import Frame
from playout.core.errors import WrongUse
from playout.envs.drawing import canvas, font, panels, shapes, terminal

__all__ = ["pixels", "text"]

_CELLS: Mapping[str, Callable[[Mapping[str, Any], int], np.ndarray]] = {
    "grid": shapes.grid,
    "voxels": shapes.voxels,
}
_PANELS: Mapping[str, Callable[[Mapping[str, Any], int], np.ndarray]] = {
    "chat": panels.chat,
    "rooms": panels.rooms,
    "series": panels.series,
}
_TEXTS: Mapping[str, Callable[[Mapping[str, Any], terminal.Paint, int], str]] = {
    "grid": terminal.grid,
    "voxels": terminal.voxels,
    "chat": terminal.chat,
    "rooms": terminal.rooms,
    "series": terminal.series,
}


def pixels(frame: Frame, *, cell: int = 16, width: int = 640) -> np.ndarray:
    """A frame as a picture whose shape depends on the world's size, not on what happens in it.

    Args:
        frame: what to draw.
        cell: pixels of one cell of ``grid`` and one block of ``voxels`` (there a multiple of four).
        width: pixels of the panels of ``chat``, ``rooms`` and ``series``; they are 4:3.

    Returns:
        uint8[H, W, 3]; one line higher where the frame has a ``caption``.

    Raises:
        WrongUse: unknown kind, shape or colour.
    """
    if frame.kind in _CELLS:
        image = _CELLS[frame.kind](frame.data, cell)
    else:
        image = _drawer(_PANELS, frame.kind)(frame.data, width)
    caption = frame.data.get("caption")
    return image if caption is None else _captioned(image, str(caption))


def text(frame: Frame, *, color: bool = True, width: int = 80) -> str:
    """A frame as lines of text without a final line break.

    Args:
        frame: what to write.
        color: with ANSI escape sequences for 24-bit colours.
        width: columns to wrap at; grids are as wide as they are.

    Raises:
        WrongUse: unknown kind or colour.
    """
    paint = terminal.ansi if color else terminal.uncoloured
    drawn = _drawer(_TEXTS, frame.kind)(frame.data, paint, width)
    caption = frame.data.get("caption")
    return f"{drawn}\n{paint(terminal.safe(str(caption)), canvas.MUTED)}" if caption else drawn


def _drawer(drawers: Mapping[str, Callable[..., Any]], kind: str) -> Callable[..., Any]:
    if kind not in drawers:
        raise WrongUse(f"frame kind {kind!r}: expected one of {', '.join(_TEXTS)}")
    return drawers[kind]


def _captioned(image: np.ndarray, caption: str) -> np.ndarray:
    strip = canvas.blank(font.HEIGHT + 6, image.shape[1])
    canvas.write(strip, 3, 3, canvas.fit(caption, (image.shape[1] - 6) // font.WIDTH), canvas.INK)
    return np.concatenate([image, strip])
