"""What a language agent remembers of the episodes it is playing: its last few exchanges in each."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from playout.core import Message, Turn

_EPISODES_KEPT = 16384


class Exchange(NamedTuple):
    """One past turn of one seat."""

    t: int
    observation: str
    action: str
    """What it did; empty if nothing could be read from its reply."""
    asked: Message
    reply: Message


class Memory:
    """The last ``length`` exchanges of each episode and seat; the first one too if ``keep_first``.

    Nobody says when an episode is over, so the ones longest unseen are dropped beyond 16,384. Each
    operation on the table is atomic: one agent may serve many threads with an episode each.
    """

    def __init__(self, length: int, keep_first: bool = False) -> None:
        self._most = length + keep_first
        self._oldest = int(keep_first)  # of those that may go
        self._episodes: OrderedDict[int, dict[str, list[Exchange]]] = OrderedDict()

    def recall(self, turn: Turn) -> list[Exchange]:
        """The exchanges before ``turn``, oldest first.

        What lies at or after ``turn.t`` is forgotten: the world was restored, or the number of the
        episode is used again.
        """
        past = self._episodes.setdefault(turn.episode, {}).setdefault(turn.seat, [])
        while past and past[-1].t >= turn.t:
            past.pop()
        return past

    def store(self, turn: Turn, exchange: Exchange) -> None:
        """Add the exchange of ``turn``."""
        past = self.recall(turn)
        past.append(exchange)
        if len(past) > self._most:
            del past[self._oldest]
        self._episodes.move_to_end(turn.episode)
        while len(self._episodes) > _EPISODES_KEPT:
            self._episodes.popitem(last=False)

    def forget(self, episodes: Iterable[int]) -> None:
        """Drop all that is known of ``episodes``."""
        for episode in episodes:
            self._episodes.pop(episode, None)
