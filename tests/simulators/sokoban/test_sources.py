import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from playout.core.errors import Unsupported, WrongUse
from playout.simulators import bank
from playout.simulators.sokoban.generator import generate
from playout.simulators.sokoban.levels import LevelError
from playout.simulators.sokoban.sources import (
    BankSource,
    FileSource,
    FramedSource,
    FreshSource,
    LevelSource,
    boxoban,
)
from playout.simulators.sokoban.symmetry import SPLITS, canonical_hashes, split_of
from playout.simulators.sokoban.tiles import WALL

KEYS = range(200)
SMALL = "######\n#@$. #\n######"
TALL = "#####\n#@$.#\n#   #\n#####"


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLAYOUT_CACHE", str(tmp_path / "cache"))
    return tmp_path


@pytest.mark.parametrize("split", SPLITS)
def test_a_bank_has_distinct_levels_of_its_split(split):
    source: LevelSource = BankSource(7, 8, 1, split=split, size=100)
    rooms = source.bank()
    assert rooms.shape == (100, 7, 8) and source.shape == (7, 8) and source.split == split
    assert len(set(canonical_hashes(rooms).tolist())) == 100
    assert {split_of(room) for room in rooms} == {split}


def test_the_level_of_an_episode_is_the_row_of_its_index():
    source = BankSource(6, 6, 1, size=50)
    for key in KEYS:
        assert np.array_equal(source.level(key).tiles, source.bank()[bank.index(key, 50)])
    assert source.level(3).name.startswith("Sokoban 6x6, 1 box, train, level ")


def test_a_bank_is_the_same_from_the_cache_and_differs_by_seed(own_cache: Path):
    made = BankSource(6, 6, 1, size=20).bank()
    opened = BankSource(6, 6, 1, size=20, progress=lambda done, total: pytest.fail("made again")).bank()
    assert np.array_equal(made, opened) and not opened.flags.writeable
    assert not np.array_equal(BankSource(6, 6, 1, size=20, seed=1).bank(), made)


def test_progress_is_reported_up_to_the_size(own_cache: Path):
    reports: list[tuple[int, int]] = []
    BankSource(7, 7, 1, size=150, progress=lambda done, total: reports.append((done, total)))
    assert len(reports) > 1 and reports[-1] == (150, 150)


def test_a_bar_appears_only_when_it_takes_long(own_cache: Path, monkeypatch, capsys):
    BankSource(6, 6, 1, size=10)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("playout.simulators.sokoban.sources.QUIET_SECONDS", 0.0)
    BankSource(6, 6, 1, size=11)
    out, err = capsys.readouterr()
    assert "Generating Sokoban 6x6, 1 box, train" in err and out == ""


def test_a_bar_leaves_the_global_random_numbers_alone():
    program = (
        "import random; from playout.simulators.sokoban import sources; sources.QUIET_SECONDS = 0.0\n"
        "random.seed(0); sources.BankSource(6, 6, 1, size=12)\n"
        "print(random.random())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "Generating" in done.stderr
    assert float(done.stdout) == random.Random(0).random()


def test_a_tiny_room_gives_as_many_distinct_levels_as_it_has():
    source = BankSource(3, 6, 1, size=500)
    assert 1 <= len(source) < 500
    assert len(set(canonical_hashes(source.bank()).tolist())) == len(source)


def test_a_bank_needs_a_size():
    with pytest.raises(WrongUse, match="size >= 1, got 0"):
        BankSource(6, 6, 1, size=0)


def test_fresh_levels_are_generated_from_the_key_within_the_split():
    source: LevelSource = FreshSource(7, 7, 1, split="test")
    assert np.array_equal(source.level(5).tiles, generate(7, 7, 1, 5, split="test"))
    assert {split_of(source.level(key).tiles) for key in range(20)} == {"test"}
    with pytest.raises(Unsupported, match="BankSource"):
        source.bank()


def test_files_and_folders_padded_with_wall_to_one_shape(tmp_path: Path):
    tmp_path.joinpath("b.xsb").write_text(f"; one\n{SMALL}\n; two\n{TALL}\n")
    tmp_path.joinpath("a.txt").write_text(TALL)
    tmp_path.joinpath("notes.md").write_text("# no level")
    source: LevelSource = FileSource(tmp_path, split="mine")
    assert source.shape == (4, 6) and source.split == "mine"
    assert source.bank().shape == (3, 4, 6)
    assert (source.bank()[0, :, 5] == WALL).all() and (source.bank()[1, 3] == WALL).all()
    assert {source.level(key).name for key in KEYS} == {"a.txt: 1", "b.xsb: one", "b.xsb: two"}
    assert len(FileSource(tmp_path / "b.xsb")) == 2
    assert len(FileSource([tmp_path / "b.xsb", tmp_path / "a.txt"])) == 3


def test_files_that_are_missing_or_malformed_are_named(tmp_path: Path):
    with pytest.raises(FileNotFoundError, match=r"none\.xsb"):
        FileSource(tmp_path / "none.xsb")
    with pytest.raises(FileNotFoundError, match="no level files"):
        FileSource(tmp_path)
    tmp_path.joinpath("bad.txt").write_text("####\n#@$#\n####")
    with pytest.raises(LevelError, match=r"bad.txt:1: found 1 boxes and 0 goals"):
        FileSource(tmp_path)


def test_boxoban_by_difficulty_and_split(boxoban_folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PLAYOUT_DATA", str(boxoban_folder))
    assert boxoban().shape == (10, 10)
    assert [boxoban("medium", split=split).split for split in ("train", "valid", "validation")] == [
        "train",
        "validation",
        "validation",
    ]
    assert boxoban("hard", data=boxoban_folder).split == "test"


def test_missing_boxoban_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PLAYOUT_DATA", raising=False)
    with pytest.raises(
        FileNotFoundError, match=r"\$PLAYOUT_DATA/boxoban/medium/test.*download .* PLAYOUT_DATA"
    ):
        boxoban("medium", split="test")
    with pytest.raises(FileNotFoundError, match=str(tmp_path)):
        boxoban("hard", data=tmp_path)


@pytest.mark.parametrize("asked", [("easy", "train"), ("medium", "dev")])
def test_boxoban_refuses_unknown_names(asked):
    with pytest.raises(WrongUse, match="boxoban: expected a difficulty"):
        boxoban(asked[0], split=asked[1])


def test_framed_rooms_lie_anywhere_in_the_frame_and_are_the_same_levels():
    source, bank_of = BankSource(6, 6, 1, size=40), BankSource(6, 6, 1, size=40).bank()
    framed = FramedSource(source, (8, 7))
    assert framed.shape == (8, 7) and framed.split == "train"
    assert np.array_equal(canonical_hashes(framed.bank()), canonical_hashes(bank_of))
    assert len({tuple(np.argwhere(room != WALL).min(0)) for room in framed.bank()}) > 3
    for key in KEYS:
        assert np.array_equal(framed.level(key).tiles, framed.bank()[bank.index(key, 40)])
    with pytest.raises(WrongUse, match="expected at least"):
        FramedSource(source, (6, 5))
