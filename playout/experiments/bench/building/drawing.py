"""Random actions that reach all there is: legal ones, a builder's and impossible ones."""

from itertools import pairwise

import numpy as np

from playout.simulators.building.actions import MOVE
from playout.simulators.building.blocks import BLOCKS
from playout.simulators.building.game import Game


def draw_actions(
    game: Game, who: int, mask: np.ndarray, built: float, rng: np.random.Generator
) -> np.ndarray:
    """Actions of a player, int64[N, 3].

    A share is a builder's, who takes the wrong block now and then. Of the others two thirds are legal (the
    type first, then which), the rest any.

    Args:
        game: N copies.
        who: the player.
        mask: uint8[N, A], the legal actions.
        built: share of the actions that are a builder's.
        rng: decides.
    """
    n, numbering = len(mask), game.numbering
    legal = mask * rng.random(mask.shape, dtype=np.float32)
    edges = [0, 1, numbering.breaks, numbering.moves, numbering.gives, numbering.count]
    groups = [(start, end) for start, end in pairwise(edges) if start < end]
    best = np.stack([legal[:, start:end].max(1) for start, end in groups], 1)
    group = ((best > 0) * rng.random(best.shape)).argmax(1)
    flat = np.array([start + legal[i, start:end].argmax() for i, (start, end) in _chosen(groups, group)])
    parts = numbering.decode(flat)
    expert, _ = game.person(who)
    wrong = (rng.random(n) < 0.1)[:, None] & (np.arange(3) == 2) & (expert[:, :1] < MOVE)
    expert = np.where(wrong, rng.integers(0, BLOCKS, (n, 1)), expert)
    anything = numbering.decode(rng.integers(0, numbering.count, n))
    parts = np.where((rng.random(n) < 2 / 3)[:, None], parts, anything)
    return np.where((rng.random(n) < built)[:, None], expert, parts)


def _chosen(groups: list[tuple[int, int]], group: np.ndarray) -> list[tuple[int, tuple[int, int]]]:
    return [(i, groups[number]) for i, number in enumerate(group)]
