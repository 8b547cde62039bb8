"""How a Sokoban room is drawn: a ``grid`` frame with one legend entry per tile."""

import numpy as np

from playout.core import Frame

_FLOOR = ["square", "#e9e4d8"]
_GOAL = ["diamond", "#c9503c"]
_PLAYER = ["person", "#2f5d8a"]
_BOX, _BOX_ON_GOAL = ["crate", "#b9813f"], ["crate", "#5d9a52"]

LEGEND = [
    {"name": "wall", "glyph": "#", "layers": [["tile", "#59616b"]]},
    {"name": "floor", "glyph": " ", "layers": [_FLOOR]},
    {"name": "goal", "glyph": ".", "layers": [_FLOOR, _GOAL]},
    {"name": "box on goal", "glyph": "*", "layers": [_FLOOR, _BOX_ON_GOAL]},
    {"name": "box", "glyph": "$", "layers": [_FLOOR, _BOX]},
    {"name": "player", "glyph": "@", "layers": [_FLOOR, _PLAYER]},
    {"name": "player on goal", "glyph": "+", "layers": [_FLOOR, _GOAL, _PLAYER]},
]


def frame_of(tiles: np.ndarray, caption: str) -> Frame:
    """The frame of a room uint8[H, W]."""
    return Frame("grid", {"cells": tiles.tolist(), "legend": LEGEND, "caption": caption})
