"""Generated games for environments: a bank of them, or a new one for every episode.

The bank is made in chunks when they are first asked for and kept in the cache folder, so nobody waits for
all of it. Environments of one configuration share it within a process.
"""

import json
import zlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import asdict
from functools import lru_cache

import numpy as np

from playout.core.errors import WrongUse
from playout.core.random import STREAM_LEVEL, bits
from playout.simulators import bank
from playout.simulators.household.games import GameFile
from playout.simulators.household.generator.games import ROOMS, VERSION, GeneratorConfig, generate
from playout.simulators.household.generator.rooms import SPLITS, Split
from playout.simulators.household.library import FORMAT, LIVE_GAMES
from playout.simulators.household.tables import Game, Record, Wording, check_wording

BANK_SIZE = 2048
CHUNK = 32  # games made and kept together: a tenth of a second
CACHED_CHUNKS = 256


class GeneratedSource:
    """Games of our own: ``game(key)`` is the game of the episode with that key."""

    def __init__(
        self,
        *,
        split: Split = "train",
        task_types: Iterable[str] | None = None,
        size: int | None = BANK_SIZE,
        rooms: int = ROOMS,
        seed: int = 0,
        wording: Wording = "move",
    ) -> None:
        """Choose the games; none is made yet.

        Args:
            split: ``train``; ``seen``, its rooms with other tasks; ``unseen``, other rooms.
            task_types: some of ``goals.TASK_TYPES``; None for all.
            size: games in the bank; None for a new game every episode.
            rooms: of each of the four kinds.
            seed: of the rooms and of the bank.
            wording: how putting an object down is said.
        """
        if size is not None and size < 1:
            raise WrongUse(f"size: expected at least 1 or None, got {size}")
        check_wording(wording)
        types = None if task_types is None else tuple(sorted(set(task_types)))
        self.config = GeneratorConfig(split=split, task_types=types, rooms=rooms, seed=seed)
        self.size = size
        self._wording: Wording = wording
        self._live = _live_games(self.config, size, wording)

    def game(self, episode_key: int) -> Game:
        """Row ``bank.index(episode_key, size)`` of the bank, or the game made from the key itself."""
        number = episode_key if self.size is None else bank.index(episode_key, self.size)
        game = self._live.get(number)
        if game is None:
            game = self._live[number] = Game(self._record(number), wording=self._wording)
            if len(self._live) > LIVE_GAMES:
                self._live.popitem(last=False)
        self._live.move_to_end(number)
        return game

    def file(self, episode_key: int) -> GameFile:
        """The same game as it would be published, without domain and grammar (``export.complete``)."""
        if self.size is None:
            return generate(episode_key, self.config).file
        return generate(_key(self.config, bank.index(episode_key, self.size)), self.config).file

    def _record(self, number: int) -> Record:
        if self.size is None:
            return generate(number, self.config).record
        chunk, row = divmod(number, CHUNK)
        return Record.load(json.loads(zlib.decompress(_chunk(self.config, chunk)[row])))


@lru_cache(maxsize=8)
def _live_games(config: GeneratorConfig, size: int | None, wording: Wording) -> OrderedDict[int, Game]:
    """The games of a configuration that were played last, by row or key."""
    return OrderedDict()


@lru_cache(maxsize=CACHED_CHUNKS)
def _chunk(config: GeneratorConfig, number: int) -> tuple[bytes, ...]:
    """Compressed records of the rows of a chunk."""

    def make() -> dict[str, np.ndarray]:
        rows = range(number * CHUNK, (number + 1) * CHUNK)
        packed = [_packed(generate(_key(config, row), config).record) for row in rows]
        records = np.zeros((CHUNK, max(map(len, packed))), np.uint8)
        for row, data in zip(records, packed, strict=True):
            row[: len(data)] = np.frombuffer(data, np.uint8)
        return {"records": records, "lengths": np.array([len(data) for data in packed])}

    versions = {"generator": VERSION, "record": FORMAT, "fields": Record._fields}
    found = bank.open_or_make("household", {**versions, **asdict(config), "chunk": number}, make)
    return tuple(
        row[:length].tobytes()
        for row, length in zip(found["records"], found["lengths"].tolist(), strict=True)
    )


def _key(config: GeneratorConfig, row: int) -> int:
    return bits(config.seed, row + (SPLITS.index(config.split) << 32), STREAM_LEVEL)


def _packed(record: Record) -> bytes:
    return zlib.compress(json.dumps(record, separators=(",", ":")).encode("ascii"))
