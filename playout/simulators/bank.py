"""A bank of levels: arrays made once per configuration and kept in the user's cache folder.

Any world whose levels are dear to make uses it. What a level is, and how it is made, is the
world's business.
"""

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from playout.core.cache import cache_folder
from playout.core.random import STREAM_LEVEL, bits, bits_array

FORMAT = 1  # of the files; another number makes all banks anew
DIGEST_CHARACTERS = 16
_DAMAGED = (OSError, ValueError, EOFError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True, eq=False)
class LevelBank:
    """Named arrays with one row per level."""

    arrays: Mapping[str, np.ndarray]
    """Each of shape [size, ...]; read-only."""

    def __post_init__(self) -> None:
        sizes = {name: len(array) for name, array in self.arrays.items()}
        if len(set(sizes.values())) != 1 or 0 in sizes.values():
            raise ValueError(f"LevelBank: expected arrays of one length of at least 1, got lengths {sizes}")
        for array in self.arrays.values():
            array.setflags(write=False)

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values())))

    def __getitem__(self, name: str) -> np.ndarray:
        return self.arrays[name]


def index(key: int, size: int) -> int:
    """Which of ``size`` levels the episode with ``key`` plays.

    The upper 32 of the 64 bits at (key, 0, ``STREAM_LEVEL``), mapped to [0, size) by a
    multiply-shift: the same as ``below(generator(key, STREAM_LEVEL), size)`` of
    ``compiled_random`` and ``below(bits(key, 0, STREAM_LEVEL), size)`` of ``tensor_random``.
    """
    return (bits(key, 0, STREAM_LEVEL) >> 32) * size >> 32


def indices(keys: np.ndarray, size: int) -> np.ndarray:
    """:func:`index` elementwise: uint64[N] to int64[N]."""
    words = bits_array(keys, 0, STREAM_LEVEL) >> np.uint64(32)
    return (words * np.uint64(size) >> np.uint64(32)).astype(np.int64)


def open_or_make(
    name: str, config: Mapping[str, object], make: Callable[[], Mapping[str, np.ndarray]]
) -> LevelBank:
    """The bank of ``config``, from the cache or else made and put there.

    A damaged file is made anew; where the folder cannot be written the bank stays in memory.
    Processes that make the same bank at once each write it whole, and the last one stays.

    Args:
        name: first part of the file's name, letters and digits.
        config: all that ``make`` depends on, its own version included, as plain JSON values.
        make: the arrays, one row per level.
    """
    canonical = json.dumps({"format": FORMAT, **config}, sort_keys=True)
    digest = hashlib.sha256(canonical.encode()).hexdigest()[:DIGEST_CHARACTERS]
    file = cache_folder() / "levels" / f"{name}-{digest}.npz"
    try:
        with np.load(file, allow_pickle=False) as stored:
            return LevelBank({key: stored[key] for key in stored.files})
    except _DAMAGED:
        bank = LevelBank({key: np.ascontiguousarray(array) for key, array in make().items()})
    with suppress(OSError):
        _write(file, bank.arrays)
    return bank


def _write(file: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write under another name in the same folder, then rename: readers never see half a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".part", delete=False) as part:
        try:
            np.savez(part, allow_pickle=False, **dict(arrays))
            part.close()
            os.replace(part.name, file)
        except BaseException:
            os.unlink(part.name)
            raise
