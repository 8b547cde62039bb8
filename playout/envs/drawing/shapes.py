"""Pictures of grids (from sprites) and of voxels (isometric, from painted cubes).

A sprite is rendered once per legend and cell size, four times finer than shown and then averaged,
so that discs and diamonds have smooth edges; a grid is then one indexed copy.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from playout.core.errors import WrongUse
from playout.envs.drawing import canvas

FINER = 4
Coats = list[tuple[np.ndarray, float]]
"""What a shape paints, in order: where (bool[n, n]) and how much lighter or darker than its colour."""
Layers = tuple[tuple[str, str], ...]


def _square(x: np.ndarray, y: np.ndarray) -> Coats:
    return [(np.ones(x.shape, np.bool_), 0.0)]


def _tile(x: np.ndarray, y: np.ndarray) -> Coats:
    edge = 0.87
    lit = (x < edge) & (y < edge)
    return [(np.ones(x.shape, np.bool_), -0.22), (lit, 0.16), (lit & (x > -edge) & (y > -edge), 0.0)]


def _crate(x: np.ndarray, y: np.ndarray) -> Coats:
    reach = np.maximum(abs(x), abs(y))
    rounded = reach + 0.35 * np.maximum(np.minimum(abs(x), abs(y)) - 0.68, 0)
    panel = reach < 0.5
    return [
        (rounded < 0.86, -0.42),
        (reach < 0.73, 0.0),
        (panel, -0.16),
        (panel & (abs(x - y) < 0.22), 0.0),
    ]


def _disc(x: np.ndarray, y: np.ndarray) -> Coats:
    radius = np.hypot(x, y)
    return [(radius < 0.6, -0.3), (radius < 0.48, 0.0)]


def _ring(x: np.ndarray, y: np.ndarray) -> Coats:
    radius = np.hypot(x, y)
    return [((radius < 0.62) & (radius > 0.4), 0.0)]


def _diamond(x: np.ndarray, y: np.ndarray) -> Coats:
    reach = abs(x) + abs(y)
    return [(reach < 0.52, -0.25), (reach < 0.36, 0.0)]


def _person(x: np.ndarray, y: np.ndarray) -> Coats:
    def parts(grow: float) -> np.ndarray:
        head = np.hypot(x, y + 0.4) < 0.4 + grow
        body = (np.hypot(x / (0.64 + grow), (y - 0.82) / (0.76 + grow)) < 1) & (y < 0.82 + grow)
        return head | body

    return [(parts(0.0), -0.4), (parts(-0.12), 0.0)]


SHAPES: Mapping[str, Callable[[np.ndarray, np.ndarray], Coats]] = {
    "square": _square,
    "tile": _tile,
    "crate": _crate,
    "disc": _disc,
    "ring": _ring,
    "diamond": _diamond,
    "person": _person,
}


def _coats(shape: str, size: int) -> Coats:
    if shape not in SHAPES:
        raise WrongUse(f"frame shape {shape!r}: expected one of {', '.join(SHAPES)}")
    axis = (np.arange(size) + 0.5) / size * 2 - 1
    return SHAPES[shape](*np.meshgrid(axis, axis))


def sprite(layers: Layers, cell: int) -> np.ndarray:
    """Layers painted in order on paper: uint8[cell, cell, 3]."""
    fine = np.full((cell * FINER, cell * FINER, 3), canvas.PAPER, np.float32)
    for shape, colour in layers:
        for where, amount in _coats(shape, cell * FINER):
            fine[where] = canvas.tint(canvas.rgb(colour), amount)
    return fine.reshape(cell, FINER, cell, FINER, 3).mean((1, 3)).round().astype(np.uint8)


@lru_cache(maxsize=64)
def _sprites(legend: tuple[Layers, ...], cell: int) -> np.ndarray:
    return np.stack([sprite(layers, cell) for layers in legend])


def grid(data: Mapping[str, Any], cell: int) -> np.ndarray:
    """A ``grid`` frame: uint8[rows * cell, columns * cell, 3]."""
    legend = tuple(tuple((shape, colour) for shape, colour in entry["layers"]) for entry in data["legend"])
    cells = np.asarray(data["cells"], np.intp)
    rows, columns = cells.shape
    tiles = _sprites(legend, cell).take(cells, axis=0)
    return tiles.transpose(0, 2, 1, 3, 4).reshape(rows * cell, columns * cell, 3)


# Isometric: x runs down to the right, z down to the left, y up. A cube is ``cell`` wide and high.
_TOP, _LEFT, _RIGHT = 0.16, -0.1, -0.3
_RIM = 0.1
"""How much darker the edges of a face are, so that neighbouring blocks can be told apart."""


@lru_cache(maxsize=256)
def _cube(colour: str, cell: int) -> tuple[np.ndarray, np.ndarray]:
    """Pixels uint8[cell, cell, 3] of one cube and where it is, bool[cell, cell]."""
    across = (np.arange(cell) + 0.5) / cell * 2 - 1
    down = ((np.arange(cell) + 0.5) / cell * 2)[:, None]
    brink = 0.5 + 0.5 * (1 - abs(across))
    top, side = (down >= 1 - brink) & (down < brink), (down >= brink) & (down < brink + 1)
    pixels = np.zeros((cell, cell, 3), np.uint8)
    top_rim = abs(across) + 2 * abs(down - 0.5) > 1 - 3 / cell
    side_rim = (abs(across) > 1 - 2 / cell) | (down > brink + 1 - 3 / cell)
    faces = (
        (top, top_rim, _TOP),
        (side & (across < 0), side_rim, _LEFT),
        (side & (across > 0), side_rim, _RIGHT),
    )
    for where, rim, amount in faces:
        pixels[where] = canvas.tint(canvas.rgb(colour), amount)
        pixels[where & rim] = canvas.tint(canvas.rgb(colour), amount - _RIM)
    return pixels, top | side


@lru_cache(maxsize=64)
def _figure(colour: str, cell: int) -> tuple[np.ndarray, np.ndarray]:
    pixels, covered = np.zeros((cell, cell, 3), np.uint8), np.zeros((cell, cell), np.bool_)
    for where, amount in _coats("person", cell):
        pixels[where] = canvas.tint(canvas.rgb(colour), amount)
        covered |= where
    return pixels, covered


def visible(blocks: Sequence[Sequence[int]]) -> list[Sequence[int]]:
    """The blocks not hidden behind their three nearer neighbours, farthest first."""
    places = {tuple(block[:3]) for block in blocks}
    shown = [
        block
        for block in blocks
        if not {
            (block[0] + 1, block[1], block[2]),
            (block[0], block[1] + 1, block[2]),
            (block[0], block[1], block[2] + 1),
        }
        <= places
    ]
    return sorted(shown, key=lambda block: sum(block[:3]))


def voxels(data: Mapping[str, Any], cell: int) -> np.ndarray:
    """A ``voxels`` frame: uint8[H, W, 3] that depends on ``size`` and ``cell`` only.

    ``marks`` are ``{"at": [x, y, z], "name": str, "colour": str}`` and drawn as people.
    """
    width, height, depth = data["size"]
    cell = max(cell // 4 * 4, 4)
    half, quarter = cell // 2, cell // 4
    image = canvas.blank((width + depth) * quarter + (height + 1) * half, (width + depth) * half)

    def paint(at: Sequence[float], picture: tuple[np.ndarray, np.ndarray]) -> None:
        x, y, z = at
        left = round((x - z + depth - 1) * half)
        top = round((x + z) * quarter + (height - y - 1) * half) + quarter
        target = image[max(top, 0) :, max(left, 0) :][:cell, :cell]
        pixels, where = (part[: target.shape[0], : target.shape[1]] for part in picture)
        target[where] = pixels[where]

    things = [
        (block[:3], _cube(data["legend"][block[3]]["colour"], cell)) for block in visible(data["blocks"])
    ]
    things += [(mark["at"], _figure(mark["colour"], cell)) for mark in data.get("marks", ())]
    _ground(image, width, height, depth, cell)
    for at, picture in sorted(things, key=lambda thing: sum(thing[0])):
        paint(at, picture)
    return image


def _ground(image: np.ndarray, width: int, height: int, depth: int, cell: int) -> None:
    """The floor that the world stands on, with the lines of its cells."""
    half, quarter = cell // 2, cell // 4
    rows, columns = np.indices(image.shape[:2]) + 0.5
    across, down = (columns - depth * half) / half, (rows - height * half - quarter) / quarter
    x, z = (down + across) / 2, (down - across) / 2
    inside = (x >= 0) & (x < width) & (z >= 0) & (z < depth)
    line = (x % 1 < 1.5 / cell) | (z % 1 < 1.5 / cell)
    image[inside] = (240, 240, 235)
    image[inside & line] = canvas.EDGE
