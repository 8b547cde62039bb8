"""What a training took, which may have been broken off and gone on in another process."""

from collections.abc import Iterable, Mapping
from typing import Any


def cpu_seconds(rows: Iterable[Mapping[str, Any]]) -> float:
    """CPU seconds of all processes of a training, from what each of its rows says of its own process.

    Args:
        rows: of metrics, oldest first, with ``cpu_seconds`` since the process began.
    """
    spent = before = 0.0
    for row in rows:
        now = row["cpu_seconds"]
        spent += now - before if now >= before else now  # a process that went on counts from 0
        before = now
    return spent
