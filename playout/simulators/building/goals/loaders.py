"""Houses from files that the user has: CraftAssist's ``schematic.npy`` and GrabCraft's nested JSON.

What a Minecraft block is here is said by a ``BlockMap``: a small one of ours, or the user's own files. No
house comes with this package.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from playout.core.errors import WrongUse
from playout.core.random import STREAM_GENERATE, Stream, bits
from playout.simulators.bank import LevelBank
from playout.simulators.building.blocks import AIR, BEDROCK, BLOCKS, NAMES, STONE, Size
from playout.simulators.building.goals.bank import area_of, goal_bank, placed
from playout.simulators.building.goals.minecraft import BY_NUMBER, BY_WORD
from playout.simulators.building.goals.transforms import as_goal

COPIES_OF_EACH = 8
"""Goals made of each house of a folder: each stands somewhere else."""
_TRIES = 20  # per goal wanted
_LISTED = 6  # unknown blocks that an error names
_AS_AROUND = 255
_NO_LETTERS = re.compile(r"[^a-z]+")
_AUTO = "auto"


@dataclass(frozen=True)
class BlockMap:
    """From blocks of Minecraft to ours."""

    name: str = "our own block map"
    """For errors."""
    numbers: Mapping[str, int] | None = None
    """``"id:data"`` -> block; None for ours."""
    words: Mapping[str, int] | None = None
    """Name -> block; None for ours."""

    def number(self, key: str) -> int | None:
        """The block of ``"id:data"``; None if it is unknown."""
        return self.numbers.get(key) if self.numbers is not None else BY_NUMBER.get(int(key.split(":")[0]))

    def word(self, name: str) -> int | None:
        """The block of a name; None if it is unknown."""
        if self.words is not None:
            return self.words.get(name)
        plainly = f" {_NO_LETTERS.sub(' ', name.lower())} "
        return next((block for word, block in BY_WORD if f" {word}" in plainly), None)


def read_block_map(folder: str | Path) -> BlockMap:
    """The map in a user's folder, in the published form.

    Args:
        folder: with ``limited_block_map.json`` (name -> one of our names, ``auto`` for what is around, or
            empty for air), and ``craftassist_block_map.json`` or ``grabcraft_block_map.json`` or both
            (``"id:data"``, or a name -> [name, variant], or null for air).

    Raises:
        WrongUse: a file is missing, cannot be read or names a block that we do not have.
    """
    place = Path(folder)
    limited = {}
    for name, ours in _json(place / "limited_block_map.json").items():
        known = ours in (*NAMES, "", _AUTO)
        if not known:
            raise WrongUse(
                f"{place / 'limited_block_map.json'}: {name!r}: expected one of ours, got {ours!r}"
            )
        limited[name] = AIR if ours == "" else _AS_AROUND if ours == _AUTO else NAMES.index(ours)
    limited |= {"air": AIR}
    maps: list[Mapping[str, int] | None] = []
    for kind in ("craftassist", "grabcraft"):
        file = place / f"{kind}_block_map.json"
        if not file.is_file():
            maps.append(None)
            continue
        named = {key: AIR if value is None else limited.get(value[0]) for key, value in _json(file).items()}
        maps.append({key: block for key, block in named.items() if block is not None})
    if maps == [None, None]:
        raise WrongUse(f"{place}: expected craftassist_block_map.json or grabcraft_block_map.json")
    return BlockMap(str(place), maps[0], maps[1])


def read_schematic(file: str | Path, blocks: BlockMap | None = None) -> np.ndarray:
    """A CraftAssist house.

    Args:
        file: ``.npy``, uint8[y, x, z, 2]: number and data value of Minecraft's blocks.
        blocks: which of ours they are.

    Returns:
        uint8[w, h, d].

    Raises:
        WrongUse: the file cannot be read, has another shape, or blocks that the map does not know.
    """
    try:
        cells = np.load(file, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise WrongUse(f"{file}: expected a schematic as .npy, cannot read it: {error}") from None
    if not isinstance(cells, np.ndarray) or cells.ndim != 4 or cells.shape[3] != 2 or not cells.size:
        raise WrongUse(f"{file}: expected an array [y, x, z, 2], got {getattr(cells, 'shape', 'an archive')}")
    if cells.dtype.kind not in "iu":
        raise WrongUse(f"{file}: expected integers, got {cells.dtype}")
    chosen = blocks or BlockMap()
    pairs, index = np.unique(cells.reshape(-1, 2), axis=0, return_inverse=True)
    ours = _all_known(file, chosen.name, chosen.number, [f"{number}:{data}" for number, data in pairs])
    return _resolved(np.array(ours, np.uint8)[index.reshape(-1)].reshape(cells.shape[:3]).transpose(1, 0, 2))


def read_grabcraft(file: str | Path, blocks: BlockMap | None = None) -> np.ndarray:
    """A GrabCraft house: nested objects whose leaves have ``x``, ``y`` (up), ``z`` and ``name``.

    Raises:
        WrongUse: the file cannot be read, a leaf lacks something, or has a block that the map does not know.
    """
    leaves = list(_leaves(file, _json(Path(file))))
    if not leaves:
        raise WrongUse(f"{file}: expected cells with x, y, z and name, found none")
    chosen = blocks or BlockMap()
    cells = np.array([at for at, _ in leaves])
    ours = _all_known(file, chosen.name, chosen.word, [name for _, name in leaves])
    cells -= cells.min(0)
    if cells.max() > 1000:
        raise WrongUse(f"{file}: expected a house, got one of {tuple(cells.max(0) + 1)} cells")
    house = np.full(cells.max(0) + 1, AIR, np.uint8)
    house[tuple(cells.T)] = ours
    return _resolved(house)


def read_houses(folder: str | Path, blocks: BlockMap | None = None) -> dict[str, np.ndarray]:
    """All houses below a folder: ``*/schematic.npy`` and ``*.json`` of GrabCraft, by name.

    Raises:
        WrongUse: there is none, or one cannot be read.
    """
    place = Path(folder)
    if not place.is_dir():
        raise WrongUse(f"goals: {str(folder)!r} is no folder")
    schematics = sorted(place.rglob("schematic.npy"))
    others = [
        file
        for file in sorted(place.rglob("*.json"))
        if not file.name.endswith(("metadata.json", "_map.json"))
    ]
    houses = {file.parent.name: read_schematic(file, blocks) for file in schematics}
    houses |= {file.stem: read_grabcraft(file, blocks) for file in others}
    if not houses:
        raise WrongUse(f"{folder}: expected houses as schematic.npy or GrabCraft's .json, found none")
    return houses


def goals_in(
    folder: str | Path,
    size: Size,
    *,
    palette: bool = False,
    blocks: BlockMap | None = None,
    number: int | None = None,
    key: int = 0,
) -> LevelBank:
    """Goals of the houses in a folder, through ``transforms.as_goal``.

    Args:
        folder: see :func:`read_houses`; block maps in it are taken if ``blocks`` is None.
        size: of the world.
        palette: with the palette of finite blocks.
        blocks: which of our blocks they are.
        number: how many; None for ``COPIES_OF_EACH`` of each house.
        key: decides which houses and where they stand.

    Raises:
        WrongUse: no house can be read, or none is fit for the world.
    """
    if blocks is None and (found := sorted(Path(folder).rglob("limited_block_map.json"))):
        blocks = read_block_map(found[0].parent)
    houses = read_houses(folder, blocks)
    wanted, area, goals = number or COPIES_OF_EACH * len(houses), area_of(size, palette=palette), []
    for attempt in range(_TRIES * wanted):
        draw = Stream(bits(key, attempt), STREAM_GENERATE)
        house = draw.choice(list(houses.values()))
        if (made := as_goal(house, area, draw)) is not None:
            goals.append(placed(made, size, palette=palette))
            if len(goals) == wanted:
                return goal_bank(np.stack(goals), palette=palette)
    sizes = ", ".join(f"{name} {house.shape}" for name, house in list(houses.items())[:_LISTED])
    raise WrongUse(
        f"goals: of the {len(houses)} houses in {folder} too few are fit for the {area} cells that can be"
        f" built in; they must be no more than twice as large, and no smaller than 4 x 4 x 4: {sizes}"
    )


def _json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise WrongUse(f"{file}: expected a JSON object, cannot read it: {error}") from None
    if not isinstance(found, dict):
        raise WrongUse(f"{file}: expected a JSON object, got {type(found).__name__}")
    return found


def _leaves(file: str | Path, node: dict[str, Any]) -> Iterator[tuple[tuple[int, int, int], str]]:
    for key, value in node.items():
        if not isinstance(value, dict):
            raise WrongUse(f"{file}: expected cells with x, y, z and name, got {key!r}: {value!r:.60}")
        if "name" not in value:
            yield from _leaves(file, value)
            continue
        try:
            yield (int(value["x"]), int(value["y"]), int(value["z"])), str(value["name"])
        except (KeyError, TypeError, ValueError):
            raise WrongUse(f"{file}: expected a cell with x, y, z and name, got {value!r:.120}") from None


def _all_known(
    file: str | Path, named: str, block_of: Callable[[str], int | None], keys: list[str]
) -> list[int]:
    found = [block_of(key) for key in keys]
    unknown = list(dict.fromkeys(key for key, block in zip(keys, found, strict=True) if block is None))
    if unknown:
        listed = ", ".join(map(repr, unknown[:_LISTED]))
        more = f" and {len(unknown) - _LISTED} more" if len(unknown) > _LISTED else ""
        raise WrongUse(
            f"{file}: {named} does not know the blocks {listed}{more}; put block maps into the folder:"
            " limited_block_map.json and craftassist_block_map.json or grabcraft_block_map.json"
        )
    return [block for block in found if block is not None]


def _resolved(house: np.ndarray) -> np.ndarray:
    """With what is around most often for the blocks that are to be so, and stone for bedrock."""
    out = np.where(house == BEDROCK, STONE, house).astype(np.uint8)  # nobody can place bedrock
    for x, y, z in np.argwhere(out == _AS_AROUND):
        near = house[max(0, x - 1) : x + 2, max(0, y - 1) : y + 2, max(0, z - 1) : z + 2]
        counts = np.bincount(near[(near != AIR) & (near != _AS_AROUND)].ravel(), minlength=BLOCKS)
        out[x, y, z] = counts.argmax() if counts.any() else AIR
    return out
