"""Scenes for tests."""

import numpy as np
from numpy.typing import ArrayLike

from playout.simulators.building import rules


def scene_of(field: rules.Field, blocks: np.ndarray, players: ArrayLike) -> rules.Scene:
    """A scene with these blocks and players in which nobody has touched anything."""
    flat = np.ascontiguousarray(blocks, np.uint8).reshape(-1).copy()
    people = np.array(players, np.int16)
    inventory = np.zeros((len(people), 10), np.int16)
    scene = rules.Scene(flat, np.zeros_like(flat), np.full(flat.shape, -1, np.int8), people, inventory)
    rules.find_surface(field, scene)
    return scene
