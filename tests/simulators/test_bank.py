from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playout.core import compiled_random
from playout.core.random import STREAM_LEVEL
from playout.simulators.bank import LevelBank, index, indices, open_or_make

KEYS = st.integers(0, 2**64 - 1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLAYOUT_CACHE", str(tmp_path))
    return tmp_path / "levels"


class Maker:
    """Counts how often the arrays are made."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> dict[str, np.ndarray]:
        self.calls += 1
        return {"rooms": np.arange(12, dtype=np.uint8).reshape(3, 4), "score": np.array([1, 2, 3])}


def test_made_once_per_configuration(folder: Path):
    make = Maker()
    first = open_or_make("toy", {"a": 1, "b": 2}, make)
    again = open_or_make("toy", {"b": 2, "a": 1}, make)
    assert make.calls == 1 and len(again) == 3
    assert np.array_equal(again["rooms"], first["rooms"]) and again["rooms"].dtype == np.uint8
    open_or_make("toy", {"a": 1, "b": 3}, make)
    assert make.calls == 2
    assert len(list(folder.iterdir())) == 2


def test_a_bank_is_read_only_whether_made_or_opened():
    for _ in range(2):
        with pytest.raises(ValueError, match="read-only"):
            open_or_make("toy", {}, Maker())["rooms"][0] = 1


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_a_damaged_file_is_made_anew(folder: Path, damage: bytes | None):
    make = Maker()
    open_or_make("toy", {}, make)
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert np.array_equal(open_or_make("toy", {}, make)["score"], [1, 2, 3])
    assert make.calls == 2 and file.read_bytes() == whole


def test_a_flipped_bit_is_noticed(folder: Path):
    make = Maker()
    open_or_make("toy", {}, make)
    (file,) = folder.iterdir()
    data = bytearray(file.read_bytes())
    data[data.index(bytes(range(12))) + 5] ^= 1
    file.write_bytes(data)
    assert np.array_equal(open_or_make("toy", {}, make)["rooms"].ravel(), np.arange(12))


def test_a_damaged_directory_of_the_file_is_no_error(folder: Path):
    open_or_make("toy", {}, Maker())
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    for place in range(whole.index(b"PK\x01\x02"), len(whole)):
        data = bytearray(whole)
        data[place] ^= 1 << place % 8
        file.write_bytes(data)
        open_or_make("toy", {}, Maker())


def test_without_a_writable_folder_the_bank_stays_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    tmp_path.joinpath("file").write_text("not a folder")
    monkeypatch.setenv("PLAYOUT_CACHE", str(tmp_path / "file"))
    assert len(open_or_make("toy", {}, Maker())) == 3


def test_an_error_in_making_leaves_nothing_behind(folder: Path):
    with pytest.raises(ValueError, match=r"lengths \{'a': 2, 'b': 3\}"):
        open_or_make("toy", {}, lambda: {"a": np.zeros(2), "b": np.zeros(3)})
    assert not folder.exists()


def test_no_bank_is_empty():
    with pytest.raises(ValueError, match="at least 1"):
        LevelBank({"a": np.zeros(0)})


@given(KEYS, st.integers(1, 2**31 - 1))
@settings(deadline=None)
def test_the_index_is_the_same_in_python_numpy_and_numba(key: int, size: int):
    row = index(key, size)
    assert 0 <= row < size
    assert indices(np.array([key], np.uint64), size).tolist() == [row]
    assert compiled_random.below(compiled_random.generator(key, STREAM_LEVEL), size) == row


def test_the_index_is_the_same_in_torch():
    torch = pytest.importorskip("torch")
    from playout.core import tensor_random

    keys = np.random.default_rng(0).integers(0, 2**64, 200, np.uint64)
    words = tensor_random.bits(
        torch.from_numpy(keys.view(np.int64)), torch.zeros(200, dtype=torch.int64), STREAM_LEVEL
    )
    assert np.array_equal(tensor_random.below(words, 1000).numpy(), indices(keys, 1000))


def test_all_rows_are_drawn():
    assert len(np.unique(indices(np.arange(2000, dtype=np.uint64), 100))) == 100
