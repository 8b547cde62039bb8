"""Houses from files, and what is said about files that are none. The user's own, where they are, as well."""

import json
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from playout.core.errors import WrongUse
from playout.simulators.building.blocks import AIR, COBBLESTONE, DIRT, LOG, PLANKS, PRESETS, STONE
from playout.simulators.building.goals import loaders


def schematic(folder: Path, name: str = "a", sides: tuple[int, int, int] = (6, 7, 5)) -> Path:
    """A house of planks on stone with a log, as [y, x, z, 2]."""
    cells = np.zeros((*sides, 2), np.uint8)
    cells[0] = (1, 0)
    cells[1:, 0] = cells[1:, -1] = cells[1:, :, 0] = cells[-1] = (5, 2)
    cells[1, 0, 0] = (17, 12)
    (folder / name).mkdir(parents=True, exist_ok=True)
    np.save(folder / name / "schematic.npy", cells)
    return folder / name / "schematic.npy"


def grabcraft(file: Path, names: list[str]) -> Path:
    leaves: dict[str, Any] = {}
    for y in range(5):
        for x in range(5):
            for z in range(5):
                name = names[(x + y + z) % len(names)]
                leaf = {"x": x + 3, "y": str(y + 1), "z": str(z + 2), "name": name}
                leaves.setdefault(str(y), {}).setdefault(str(x), {})[str(z)] = leaf
    file.write_text(json.dumps(leaves))
    return file


def block_maps(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "limited_block_map.json").write_text(
        json.dumps({"planks": "planks", "rock": "cobblestone", "lamp": "auto", "mist": "", "air": "air"})
    )
    (folder / "craftassist_block_map.json").write_text(
        json.dumps({"0:0": None, "1:0": ["rock", None], "5:2": ["planks", "birch"], "17:12": ["lamp", None]})
    )
    return folder


def test_a_schematic_is_read_by_our_map(tmp_path: Path) -> None:
    house = loaders.read_schematic(schematic(tmp_path))
    assert house.shape == (7, 6, 5), "x, y, z"
    assert (house[:, 0] == STONE).all()
    assert house[0, 1, 0] == LOG
    assert house[3, 5, 2] == PLANKS
    assert house[3, 2, 2] == AIR


def test_a_schematic_is_read_by_the_user_s_map(tmp_path: Path) -> None:
    maps = loaders.read_block_map(block_maps(tmp_path / "maps"))
    house = loaders.read_schematic(schematic(tmp_path), maps)
    assert (house[:, 0] == COBBLESTONE).all()
    assert house[0, 1, 0] == PLANKS, "what is around it most often"


def test_grabcraft_is_read_by_words(tmp_path: Path) -> None:
    names = ["Cobblestone Stairs (Facing East)", "Oak Wood Plank", "Grass Block", "Torch (Facing Up)"]
    house = loaders.read_grabcraft(grabcraft(tmp_path / "hut.json", names))
    assert house.shape == (5, 5, 5)
    assert [int(block) for block in house[0, 0, :4]] == [COBBLESTONE, PLANKS, DIRT, AIR]


def test_a_folder_gives_goals_and_an_environment(tmp_path: Path) -> None:
    schematic(tmp_path, "one")
    schematic(tmp_path, "two", (12, 14, 10))
    bank = loaders.goals_in(tmp_path, PRESETS["paper"])
    assert bank["goals"].shape == (16, 1100)
    assert (bank["goals"] == loaders.goals_in(tmp_path, PRESETS["paper"])["goals"]).all()
    env = gym.make("playout/BuildingSolo-v0", size="paper", goals=str(tmp_path))
    seen, _ = env.reset(seed=0)
    assert (seen["world"][2] == PLANKS).sum() > 20


def test_unknown_blocks_are_named(tmp_path: Path) -> None:
    file = schematic(tmp_path)
    cells = np.load(file)
    cells[2, 2, 2] = (250, 3)
    np.save(file, cells)
    with pytest.raises(WrongUse, match="our own block map does not know the blocks '250:3'; put block maps"):
        loaders.read_schematic(file)
    with pytest.raises(WrongUse, match="does not know the blocks '250:3'"):
        loaders.read_schematic(file, loaders.read_block_map(block_maps(tmp_path / "maps")))
    with pytest.raises(WrongUse, match="'Flux Capacitor'"):
        loaders.read_grabcraft(grabcraft(tmp_path / "b.json", ["Flux Capacitor"]))


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    file = schematic(tmp_path)
    whole = file.read_bytes()
    for content, said in (
        (whole[:100], "cannot read it"),
        (whole[:-40], "cannot read it"),
        (b"", "cannot read it"),
    ):
        file.write_bytes(content)
        with pytest.raises(WrongUse, match=said):
            loaders.read_schematic(file)
    np.save(file, np.zeros((3, 3, 3), np.uint8))
    with pytest.raises(WrongUse, match=r"expected an array \[y, x, z, 2\], got \(3, 3, 3\)"):
        loaders.read_schematic(file)
    np.save(file, np.zeros((3, 3, 3, 2)))
    with pytest.raises(WrongUse, match="expected integers, got float64"):
        loaders.read_schematic(file)
    other = tmp_path / "x.json"
    for text, said in (
        ("{", "cannot read it"),
        ("[]", "got list"),
        ("{}", "found none"),
        ('{"1": {"1": 3}}', "expected cells"),
        ('{"1": {"name": "Stone", "x": 1}}', "expected a cell with x, y, z and name"),
        ('{"1": {"name": "Stone", "x": 1, "y": 1, "z": 9}, "2": {"name": "Air", "x": 9999, "y": 1, "z": 9}}',
         "expected a house, got one of"),
    ):  # fmt: skip
        other.write_text(text)
        with pytest.raises(WrongUse, match=said):
            loaders.read_grabcraft(other)


def test_houses_that_do_not_fit_are_named(tmp_path: Path) -> None:
    schematic(tmp_path, "castle", (12, 40, 40))
    with pytest.raises(WrongUse, match=r"too few are fit for the \(9, 8, 8\).*castle \(40, 12, 40\)"):
        loaders.goals_in(tmp_path, PRESETS["paper"])
    with pytest.raises(WrongUse, match="is no folder"):
        loaders.goals_in(tmp_path / "nothing", PRESETS["paper"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(WrongUse, match="found none"):
        loaders.goals_in(tmp_path / "empty", PRESETS["paper"])


def test_block_maps_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="cannot read it"):
        loaders.read_block_map(tmp_path)
    (tmp_path / "limited_block_map.json").write_text('{"stone": "marble"}')
    with pytest.raises(WrongUse, match="'stone': expected one of ours, got 'marble'"):
        loaders.read_block_map(tmp_path)
    (tmp_path / "limited_block_map.json").write_text('{"stone": "stone"}')
    with pytest.raises(WrongUse, match="expected craftassist_block_map"):
        loaders.read_block_map(tmp_path)


def test_published_houses_are_mapped_as_published(published: Path) -> None:
    """Both CraftAssist houses that the released code comes with, cell by cell."""
    maps = loaders.read_block_map(published / "houses" / "block_maps")
    mapped = np.load(published / "houses" / "mapped.npz")
    for name in ("train", "test"):
        file = published / "houses" / f"craftassist_{name}" / "schematic.npy"
        assert (loaders.read_schematic(file, maps) == mapped[name]).all()
        assert (loaders.read_schematic(file) != mapped[name]).sum() <= 1, "our own map"
    assert loaders.read_grabcraft(published / "houses" / "grabcraft" / "5861.json").shape == (15, 19, 17)
