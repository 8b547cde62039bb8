"""Rates per CPU second of this process and its children, with wall-clock rates beside them.

CPU time is what a step costs whoever else is on the machine; the wall clock shows what was seen. Both
are medians over parts of equal work, so that a hiccup in one of them does not count.
"""

import os
import time
from collections.abc import Callable, Iterable, Mapping
from statistics import median
from typing import Any, NamedTuple

PARTS = 5


class Spent(NamedTuple):
    """Work done and the time it took."""

    work: int
    cpu: float  # seconds
    wall: float  # seconds


class Rate(NamedTuple):
    """Work per second."""

    cpu: float
    wall: float

    @classmethod
    def of(cls, parts: Iterable[Spent]) -> "Rate":
        """The medians over parts."""
        listed = list(parts)
        return cls(median(p.work / p.cpu for p in listed), median(p.work / p.wall for p in listed))

    def figures(self) -> dict[str, float]:
        """As they are reported."""
        return {"per_cpu_second": self.cpu, "per_second": self.wall}


def cpu_seconds() -> float:
    """CPU time of this process, all threads, and of its children that have ended."""
    children = os.times()
    return time.process_time() + children.children_user + children.children_system


def spent(call: Callable[[], int]) -> Spent:
    """One call; it returns the work it did."""
    cpu, wall = cpu_seconds(), time.perf_counter()
    work = call()
    return Spent(work, cpu_seconds() - cpu, time.perf_counter() - wall)


def total(times: Iterable[Spent]) -> Spent:
    """Their sum."""
    work, cpu, wall = zip(*times, strict=True)
    return Spent(sum(work), sum(cpu), sum(wall))


def rate(call: Callable[[], int], *, seconds: float = 0.4, parts: int = PARTS) -> Rate:
    """Call again and again, first once untimed.

    Args:
        call: does some work and returns how much.
        seconds: of CPU time in each part, at least.
        parts: over which the median is taken.
    """
    call()
    return Rate.of(spent(lambda: _repeat(call, seconds)) for _ in range(parts))


def _repeat(call: Callable[[], int], seconds: float) -> int:
    work, end = 0, time.process_time() + seconds
    while time.process_time() < end:
        work += call()
    return work


def parts_of(said: Mapping[str, Any]) -> list[Spent]:
    """The ``parts`` of a peer's answer."""
    return [Spent(**part) for part in said["parts"]]
