"""Steps of the building game to learn from: recorded, kept, and drawn as sequences.

A row of the buffer is a fragment: T steps of one game in order, so that recurrent networks can be taken
through it. What can be had again from what is stored is not stored. Leaves out losses.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from playout.simulators.building.game import Game


class Steps(NamedTuple):
    """Steps of F fragments by T; arrays [F, T, ...]."""

    world: np.ndarray
    """uint8[F, T, 3, V]: blocks, players, who touched last, as the assistant sees them."""
    inventory: np.ndarray
    """int16[F, T, P, 10]."""
    timestep: np.ndarray
    """int32[F, T]."""
    mask: np.ndarray
    """uint8[F, T, A / 8], packed: what the assistant could do."""
    human_mask: np.ndarray
    """uint8[F, T, A / 8], packed."""
    edges: np.ndarray
    """int32[F, T, K], flat actions; -1 for none."""
    policy: np.ndarray
    """float32[F, T, K], what to learn of them; all 0 where nothing is."""
    human: np.ndarray
    """int32[F, T], what the human did, flat."""
    goal: np.ndarray
    """uint8[F, T, V]."""
    predicted: np.ndarray
    """float16[F, T, 10, V], the goal's log-probabilities when it was played; empty where not kept."""
    value: np.ndarray
    """float32[F, T], return to be predicted."""
    first: np.ndarray
    """bool[F, T]: an episode begins."""
    reward: np.ndarray
    """float32[F, T]."""


def steps_of(game: Game, fragments: int, length: int, edges: int, *, keep_predicted: bool) -> Steps:
    """Room for ``fragments`` of ``length`` steps of ``game``."""
    at, cells = (fragments, length), game.size.cells
    packed = (game.numbering.count + 7) // 8
    predicted = (*at, 10, cells) if keep_predicted else (*at, 0)
    return Steps(
        world=np.zeros((*at, 3, cells), np.uint8),
        inventory=np.zeros((*at, game.config.players, 10), np.int16),
        timestep=np.zeros(at, np.int32),
        mask=np.zeros((*at, packed), np.uint8),
        human_mask=np.zeros((*at, packed), np.uint8),
        edges=np.full((*at, edges), -1, np.int32),
        policy=np.zeros((*at, edges), np.float32),
        human=np.zeros(at, np.int32),
        goal=np.zeros((*at, cells), np.uint8),
        predicted=np.zeros(predicted, np.float16),
        value=np.zeros(at, np.float32),
        first=np.zeros(at, np.bool_),
        reward=np.zeros(at, np.float32),
    )


def joined(parts: Sequence[Steps]) -> Steps:
    """The fragments of all ``parts``."""
    return Steps(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


class Replay:
    """The newest fragments, as many as there is room for."""

    def __init__(self, room: Steps) -> None:
        """Keep steps in ``room``."""
        self.steps, self.filled, self._next = room, 0, 0

    def add(self, new: Steps) -> None:
        """Put fragments in place of the oldest."""
        size, count = len(self.steps.value), len(new.value)
        rows = (self._next + np.arange(count)) % size
        for mine, array in zip(self.steps, new, strict=True):
            mine[rows] = array
        self._next, self.filled = (self._next + count) % size, min(size, self.filled + count)

    def draw(self, fragments: int, generator: np.random.Generator) -> Steps:
        """Some of the fragments, with replacement."""
        rows = generator.integers(0, self.filled, fragments)
        return Steps(*(array[rows] for array in self.steps))

    def state(self) -> dict[str, np.ndarray]:
        """For a checkpoint."""
        kept = {name: array[: self.filled] for name, array in zip(Steps._fields, self.steps, strict=True)}
        return {**kept, "next": np.array(self._next)}

    def load(self, state: dict[str, np.ndarray]) -> None:
        """Take back what :meth:`state` gave."""
        self.filled, self._next = len(state["value"]), int(state["next"])
        for name, array in zip(Steps._fields, self.steps, strict=True):
            array[: self.filled] = state[name]


def returns_of(reward: np.ndarray, ended: np.ndarray, last: np.ndarray, discount: float) -> np.ndarray:
    """Discounted returns to the end of a fragment, and what is expected after it.

    Args:
        reward: float[F, T].
        ended: bool[F, T]: the episode ended with the step.
        last: float[F], the value of the state after the fragment.
        discount: gamma.
    """
    found, following = np.empty_like(reward), last.astype(reward.dtype)
    for t in range(reward.shape[1] - 1, -1, -1):
        following = reward[:, t] + discount * np.where(ended[:, t], 0.0, following)
        found[:, t] = following
    return found
