"""Frames: how a world says what it looks like, as plain JSON that every drawer understands.

A world returns one from ``env.unwrapped.frame()``. There is one drawer per *kind*, none per world:
``envs.drawing`` (pixels and terminal) and the report's page draw these and nothing else.

``grid``    ``{"cells": [[int]], "legend": [{"name", "glyph", "layers": [[shape, colour]]}]}``: a cell
            indexes the legend; layers are painted in order; shapes: ``square``, ``tile`` (square with
            an edge), ``crate``, ``disc``, ``ring``, ``diamond``, ``person``.
``voxels``  ``{"size": [x, y, z], "blocks": [[x, y, z, int]], "legend": [{"name", "colour"}], "marks": []}``.
``chat``    ``{"messages": [{"speaker", "text", "note"}], "facts": {name: value}}``; maybe ``lines``, as in
            ``series``: numbers that changed with the talk.
``rooms``   ``{"places": [{"name", "things": [str], "state"}], "agent": str, "holding": [str]}``.
``series``  ``{"lines": [{"name", "values": [float]}], "x": str, "y": str}``.
Every kind may have a ``caption`` (short text). All text is data: drawers escape it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["grid", "voxels", "chat", "rooms", "series"]


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture as data."""

    kind: Kind
    data: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """``{"kind": ..., **data}``, ready for ``json.dumps``."""
        return {"kind": self.kind, **self.data}
