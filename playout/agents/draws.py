"""The randomness of agents: every draw is fixed by (agent's seed, seat, episode, turn).

So what an agent does in a turn does not depend on which other episodes are played beside it, nor on
how often it was asked before.
"""

from functools import lru_cache
from zlib import crc32

import numpy as np

from playout.core import Turn, random

_DRAWS_PER_TURN = 1 << 20


def draws(seed: int, turn: Turn) -> random.Stream:
    """The draws of an agent with ``seed`` in ``turn``; the first 2**20 are its own."""
    key = _episode_key(seed, turn.seat, turn.episode)
    return random.Stream(key, random.STREAM_POLICY, turn.t * _DRAWS_PER_TURN)


@lru_cache(maxsize=4096)
def _episode_key(seed: int, seat: str, episode: int) -> int:
    return random.bits(_seat_key(seed, seat), episode, random.STREAM_POLICY)


def _seat_key(seed: int, seat: str) -> int:
    # A checksum, since hash(str) differs between processes.
    return random.bits(seed, crc32(seat.encode()), random.STREAM_POLICY)


def uniforms(seed: int, episodes: np.ndarray, t: int, *, seat: str = "agent") -> np.ndarray:
    """The first draw of :func:`draws` of many episodes at once: float64[N] in [0, 1).

    Args:
        seed: of the agent.
        episodes: int[N], their numbers.
        t: of the turn.
        seat: of the agent.
    """
    keys = random.bits_array(
        np.uint64(_seat_key(seed, seat)), episodes.astype(np.uint64), random.STREAM_POLICY
    )
    bits = random.bits_array(keys, t * _DRAWS_PER_TURN, random.STREAM_POLICY)
    return (bits >> np.uint64(11)) * 2.0**-53
