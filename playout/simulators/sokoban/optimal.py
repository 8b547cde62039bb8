"""Fewest moves and optimal directions of one room after another: tables of distances, kept by layout.

For whoever asks about many states of few rooms, as a teacher does. Rooms with too many states are for
``solver``.
"""

from collections import OrderedDict

import numpy as np

from playout.simulators.sokoban.distances import DistanceTable
from playout.simulators.sokoban.tiles import BOX, BOX_ON_GOAL, STILL

MOST_STATES = 1 << 20
"""Of a layout: 4 MB and some tenths of a second."""
KEPT = 64
"""Layouts."""

_tables: OrderedDict[tuple[bytes, tuple[int, ...], int], DistanceTable] = OrderedDict()


def optimal(tiles: np.ndarray) -> tuple[int | None, tuple[int, ...]]:
    """Fewest moves to the solved room, None if it is lost, and all directions (0 to 3) that begin them.

    Args:
        tiles: uint8[H, W].

    Raises:
        WrongUse: its layout has more than ``MOST_STATES`` states.
    """
    return table_of(tiles).solution(tiles)


def table_of(tiles: np.ndarray) -> DistanceTable:
    """The table of a room's layout, uint8[H, W]; ``WrongUse`` as in :func:`optimal`."""
    raw = tiles.tobytes()
    key = (raw.translate(STILL), tiles.shape, raw.count(BOX) + raw.count(BOX_ON_GOAL))
    table = _tables.get(key)
    if table is None:
        table = _tables[key] = DistanceTable(tiles, max_states=MOST_STATES)
        if len(_tables) > KEPT:
            _tables.popitem(last=False)
    return table
