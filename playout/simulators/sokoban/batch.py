"""The rules of ``rules`` on torch tensors: N copies on any device, for GPUs and beside networks.

Pure functions of a :class:`State`; nothing is changed in place, so a state can be kept as a branch of
a search. Restarts are the caller's choice (:meth:`SokobanBatch.restart`). Deadlocks are not looked
for here.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from playout.core import Step, random
from playout.core.tensor_random import below, bits
from playout.simulators.sokoban import tiles
from playout.simulators.sokoban.rewards import BOX_OFF, BOX_ON, SOLVED, Rewards

MOVED, PUSHED = 1, 2


class State(NamedTuple):
    """N rooms being played."""

    rooms: Tensor  # uint8[N, C]: C cells of the padded room
    player: Tensor  # int64[N]: cell
    boxes_off: Tensor  # int64[N]
    steps: Tensor  # int64[N]
    pushes: Tensor  # int64[N]
    key: Tensor  # int64[N]: of the environment
    episode: Tensor  # int64[N]


class SokobanBatch:
    """A ``BatchedWorld``: rooms of one bank, one table of rewards, one step limit."""

    def __init__(
        self,
        rooms: np.ndarray,
        *,
        rewards: Rewards,
        max_steps: int,
        device: str = "cpu",
        first_action: int = 1,
    ) -> None:
        """Put a bank on ``device``.

        Args:
            rooms: uint8[S, H, W].
            rewards: turned into a table.
            max_steps: steps after which an episode is truncated.
            device: any torch device.
            first_action: the action of ``rules`` that action 0 stands for.
        """
        self.device, self.max_steps, self.first_action = torch.device(device), max_steps, first_action
        # A ring of wall spares the test for the edge: the player stays inside it.
        padded = np.pad(rooms, ((0, 0), (1, 1), (1, 1)))
        self.height, self.width = padded.shape[1:]
        flat = self._tensor(padded.reshape(len(rooms), -1))
        self._rooms = flat
        self._players = self._tensor(tiles.HAS_PLAYER)[flat.long()].int().argmax(1)
        self._off = (flat == tiles.BOX).sum(1)
        self._rewards = self._tensor(rewards.table())
        self._offsets = self._tensor(tiles.ROW_STEP * self.width + tiles.COLUMN_STEP)
        self._emptied, self._with_player = self._tensor(tiles.EMPTIED), self._tensor(tiles.WITH_PLAYER)
        self._with_box = self._tensor(tiles.WITH_BOX)
        free = np.isin(np.arange(tiles.TILES), (tiles.FLOOR, tiles.GOAL))
        self._free, self._has_box = self._tensor(free), self._tensor(tiles.HAS_BOX)

    def reset(self, keys: Tensor) -> State:
        """Episode 0 under each key: int64[N] (the bits of the uint64)."""
        return self.start(keys, torch.zeros_like(keys))

    def start(self, key: Tensor, episode: Tensor) -> State:
        """The episodes of these numbers under these keys: int64[N] each."""
        episode_key = bits(key, episode, random.STREAM_EPISODE)
        level = below(bits(episode_key, torch.zeros_like(key), random.STREAM_LEVEL), len(self._rooms))
        # Of its own each: a restore writes into them.
        steps, pushes = torch.zeros_like(key), torch.zeros_like(key)
        return State(self._rooms[level], self._players[level], self._off[level], steps, pushes, key, episode)

    def restart(self, state: State, where: Tensor) -> State:
        """The next episode of the copies that ``where`` (bool[N]) marks; the others as they are."""
        rows = where.nonzero()[:, 0]
        fresh = self.start(state.key[rows], state.episode[rows] + 1)
        return State(*(old.index_copy(0, rows, new) for old, new in zip(state, fresh, strict=True)))

    def step(self, state: State, actions: Tensor) -> Step:
        """One step of every copy, as ``rules.step``.

        Args:
            state: N copies.
            actions: int64[N] in the action set.
        """
        move = actions + self.first_action
        acts, pushing = move > 0, move <= 4
        offset = self._offsets[(move - 1) & 3]
        ahead = state.player + offset
        beyond = (ahead + offset).clamp(0, self.height * self.width - 1)
        tile, tile_beyond = self._at(state.rooms, ahead), self._at(state.rooms, beyond)
        pushed = self._has_box[tile] & self._free[tile_beyond] & acts & pushing
        moved = (self._free[tile] & acts) | pushed
        event, boxes_off = self._event(state, pushed, moved, tile, tile_beyond)
        rooms = self._moved(state, ahead, beyond, tile, tile_beyond, pushed, moved)
        steps = state.steps + 1
        terminated = event >= SOLVED
        truncated = ~terminated & (steps >= self.max_steps)
        reward = self._rewards[(terminated | truncated).long(), event]
        player = torch.where(moved, ahead, state.player)
        after = State(rooms, player, boxes_off, steps, state.pushes + pushed, state.key, state.episode)
        return Step(after, reward, terminated, truncated, {"pushes": after.pushes, "boxes_off": boxes_off})

    def observe(self, state: State) -> Tensor:
        """uint8[N, H, W]."""
        return state.rooms.view(-1, self.height, self.width)[:, 1:-1, 1:-1].contiguous()

    def legal(self, state: State) -> Tensor:
        """bool[N, 4]: the pushes that change the room."""
        ahead = state.player[:, None] + self._offsets
        beyond = (ahead + self._offsets).clamp(0, self.height * self.width - 1)
        near, far = state.rooms.gather(1, ahead).long(), state.rooms.gather(1, beyond).long()
        return self._free[near] | (self._has_box[near] & self._free[far])

    def _event(
        self, state: State, pushed: Tensor, moved: Tensor, tile: Tensor, beyond: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Events as ``rules`` numbers them, and the boxes that are off the goals afterwards."""
        on = pushed & (tile == tiles.BOX) & (beyond == tiles.GOAL)
        off = pushed & (tile == tiles.BOX_ON_GOAL) & (beyond == tiles.FLOOR)
        boxes_off = state.boxes_off - on.long() + off.long()
        solved = on & (boxes_off == 0)
        event = MOVED * moved + PUSHED * pushed + BOX_ON * on + BOX_OFF * off + SOLVED * solved
        return event, boxes_off

    def _moved(
        self,
        state: State,
        ahead: Tensor,
        beyond: Tensor,
        tile: Tensor,
        tile_beyond: Tensor,
        pushed: Tensor,
        moved: Tensor,
    ) -> Tensor:
        """The rooms after the step. Cells are written farthest first, each with what stands there."""
        here = self._at(state.rooms, state.player)
        arrived = self._with_player[torch.where(pushed, self._emptied[tile].long(), tile)]
        cells = torch.stack((beyond, ahead, state.player), 1)
        values = torch.stack(
            (
                torch.where(pushed, self._with_box[tile_beyond], tile_beyond.to(torch.uint8)),
                torch.where(moved, arrived, tile.to(torch.uint8)),
                torch.where(moved, self._emptied[here], here.to(torch.uint8)),
            ),
            1,
        )
        return state.rooms.scatter(1, cells, values)

    @staticmethod
    def _at(rooms: Tensor, cells: Tensor) -> Tensor:
        return rooms.gather(1, cells[:, None])[:, 0].long()

    def _tensor(self, values: np.ndarray) -> Tensor:
        return torch.from_numpy(values.copy()).to(self.device)
