"""A toy world: one thing that is good or not, which shows step by step once it is bought."""

from dataclasses import dataclass, replace
from typing import Any

from playout.core import Snapshot
from playout.core.random import Stream, bits


@dataclass(frozen=True)
class State:
    good: bool
    key: int = 0
    t: int = 0
    bought: bool = False
    shown: bool = False


class Shop:
    """Buying is worth +1 or -1 when the quality shows: for certain at the end, before by chance."""

    def __init__(self, good: bool, *, key: int = 0, discovery: float = 1.0, length: int = 1) -> None:
        self.state, self.discovery, self.length = State(good, key), discovery, length
        self.steps = 0

    def snapshot(self) -> Snapshot:
        return Snapshot("Shop", dict(vars(self.state)))

    def restore(self, snapshot: Snapshot) -> None:
        self.state = State(**snapshot.state)

    def step(self, action: str) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.steps += 1
        now = replace(self.state, t=self.state.t + 1, bought=self.state.bought or action == "buy")
        last = now.t >= self.length
        chance = (bits(now.key, now.t) >> 11) * 2.0**-53 < self.discovery
        news = now.bought and not now.shown and (last or chance)
        self.state = replace(now, shown=now.shown or news)
        reward = (1.0 if now.good else -1.0) if news else 0.0
        seen = ("good" if now.good else "bad") if self.state.shown else "unknown"
        return seen, reward, last, False, {}


def look(world: Any) -> bool:
    return world.state.good


def flipped(world: Any, stream: Stream) -> None:
    world.state = replace(world.state, good=not world.state.good)
