"""``Language``: a Gymnasium space of any Unicode text, with shared memory of its own.

Gymnasium's ``Text`` takes a fixed alphabet, checks it character by character in Python, and its
asynchronous vector environment reads shared text only once. Here membership is a length check, and
what is read from shared memory is a lazy sequence that becomes a tuple when copied.
"""

from collections.abc import Iterable, Sequence
from multiprocessing.sharedctypes import SynchronizedArray
from typing import Any

import numpy as np
from gymnasium import Space, spaces
from gymnasium.spaces.utils import flatdim, flatten, flatten_space, unflatten
from gymnasium.vector.utils import batch_space, concatenate, create_empty_array, create_shared_memory
from gymnasium.vector.utils import read_from_shared_memory as read_shared
from gymnasium.vector.utils import write_to_shared_memory as write_shared

PRINTABLE = "".join(map(chr, range(32, 127)))
_SAMPLE_LENGTH = 16


class Language(Space[str]):
    """All texts of at most ``max_length`` code points, lone surrogates included."""

    def __init__(self, max_length: int = 4096, seed: int | np.random.Generator | None = None) -> None:
        """Take texts up to ``max_length`` code points.

        Raises:
            ValueError: ``max_length`` is below 1.
        """
        if max_length < 1:
            raise ValueError(f"Language: expected max_length >= 1, got {max_length}")
        self.max_length = max_length
        super().__init__(shape=None, dtype=str, seed=seed)

    @property
    def is_np_flattenable(self) -> bool:
        """Yes: as padded code points."""
        return True

    def sample(self, mask: None = None, probability: None = None) -> str:
        """A short printable text; masks are not supported."""
        if mask is not None or probability is not None:
            raise ValueError("Language.sample: masks and probabilities are not supported")
        length = int(self.np_random.integers(1, min(_SAMPLE_LENGTH, self.max_length) + 1))
        return "".join(PRINTABLE[i] for i in self.np_random.integers(len(PRINTABLE), size=length))

    def contains(self, x: Any) -> bool:
        """Whether ``x`` is a text that is short enough."""
        return isinstance(x, str) and len(x) <= self.max_length

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Language) and other.max_length == self.max_length

    def __hash__(self) -> int:
        return self.max_length

    def __repr__(self) -> str:
        return f"Language({self.max_length})"


def code_points(text: str) -> np.ndarray:
    """int32[len(text)]; lone surrogates pass."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.int32)


def from_code_points(points: np.ndarray) -> str:
    """The text of :func:`code_points`."""
    return points.astype("<i4").tobytes().decode("utf-32-le", "surrogatepass")


class SharedTexts(Sequence[str]):
    """A view of n texts in shared memory, read when asked for; ``deepcopy`` makes it a tuple."""

    def __init__(self, memory: Any, n: int, max_length: int) -> None:
        """View ``memory``: int32[n, 1 + max_length], the first column the lengths."""
        self._rows = np.frombuffer(memory.get_obj(), np.int32).reshape(n, 1 + max_length)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return tuple(self)[index]
        row = self._rows[index]
        return from_code_points(row[1 : 1 + row[0]])

    def __deepcopy__(self, memo: dict[int, Any]) -> tuple[str, ...]:
        return tuple(self)

    def __repr__(self) -> str:
        return repr(tuple(self))


@batch_space.register(Language)
def _batch(space: Language, n: int = 1) -> spaces.Tuple:
    return spaces.Tuple(tuple(Language(space.max_length) for _ in range(n)))


@concatenate.register(Language)
def _concatenate(space: Language, items: Iterable[str], out: Any) -> tuple[str, ...]:
    return tuple(items)


@create_empty_array.register(Language)
def _empty(space: Language, n: int = 1, fn: Any = np.zeros) -> tuple[str, ...]:
    return ("",) * n


@create_shared_memory.register(Language)
def _create(space: Language, n: int = 1, ctx: Any = None) -> SynchronizedArray:
    return ctx.Array("i", n * (1 + space.max_length))


@read_shared.register(Language)
def _read(space: Language, shared_memory: Any, n: int = 1) -> Any:
    return SharedTexts(shared_memory, n, space.max_length)


@write_shared.register(Language)
def _write(space: Language, index: int, value: str, shared_memory: Any) -> None:
    row = 1 + space.max_length
    memory = np.frombuffer(shared_memory.get_obj(), np.int32)[index * row : (index + 1) * row]
    points = code_points(value)
    memory[0] = len(points)
    memory[1 : 1 + len(points)] = points


@flatdim.register(Language)
def _flatdim(space: Language) -> int:
    return space.max_length


@flatten.register(Language)
def _flatten(space: Language, x: str) -> np.ndarray:
    padded = np.full(space.max_length, -1, np.int32)
    padded[: len(x)] = code_points(x)
    return padded


@unflatten.register(Language)
def _unflatten(space: Language, x: np.ndarray) -> str:
    return from_code_points(x[x >= 0])


@flatten_space.register(Language)
def _flatten_space(space: Language) -> spaces.Box:
    return spaces.Box(-1, 0x10FFFF, (space.max_length,), np.int32)
