"""The randomness of agents: every draw is fixed by (agent's seed, seat, episode, turn).

So what an agent does in a turn does not depend on which other episodes are played beside it, nor on
how often it was asked before.
"""

from functools import lru_cache
from zlib import crc32

from playout.core import Turn, random

_DRAWS_PER_TURN = 1 << 20


def draws(seed: int, turn: Turn) -> random.Stream:
    """The draws of an agent with ``seed`` in ``turn``; the first 2**20 are its own."""
    key = _episode_key(seed, turn.seat, turn.episode)
    return random.Stream(key, random.STREAM_POLICY, turn.t * _DRAWS_PER_TURN)


@lru_cache(maxsize=4096)
def _episode_key(seed: int, seat: str, episode: int) -> int:
    # A checksum, since hash(str) differs between processes.
    key = random.bits(seed, crc32(seat.encode()), random.STREAM_POLICY)
    return random.bits(key, episode, random.STREAM_POLICY)
