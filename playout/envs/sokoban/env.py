"""``playout/Sokoban-v0``: Sokoban on arrays for one copy."""

from collections.abc import Sequence
from typing import Any, Literal

import gymnasium as gym
import numpy as np
from gymnasium import spaces
from gymnasium.error import InvalidAction, ResetNeeded

from playout.core import Frame, Snapshot, StepResult
from playout.core.errors import WrongUse
from playout.envs.drawn import Drawn
from playout.envs.episodes import EpisodeKeys
from playout.envs.sokoban.frames import frame_of
from playout.envs.sokoban.options import Split, source_of
from playout.simulators.sokoban.game import Deadlocks, Game
from playout.simulators.sokoban.rewards import Rewards
from playout.simulators.sokoban.rules import ACTIONS
from playout.simulators.sokoban.sources import LevelSource
from playout.simulators.sokoban.tiles import TILES

ActionSet = Literal["push", "gym_sokoban"]
# Action set -> number of actions, and the action of the rules that 0 stands for.
ACTION_SETS: dict[str, tuple[int, int]] = {"push": (4, 1), "gym_sokoban": (ACTIONS, 0)}


def action_set(name: str) -> tuple[int, int]:
    """Of an action set: how many there are, and the action of the rules that 0 stands for."""
    if name not in ACTION_SETS:
        raise WrongUse(f"actions: expected one of {', '.join(ACTION_SETS)}, got {name!r}")
    return ACTION_SETS[name]


class SokobanEnv(Drawn, gym.Env[np.ndarray, np.int64]):
    """Push every box onto a goal.

    Observation: ``uint8[H, W]`` of tiles: 0 wall, 1 floor, 2 goal, 3 box on goal, 4 box, 5 player,
    6 player on goal.

    Actions: ``push``: 0 up, 1 down, 2 left, 3 right, each a move that pushes the box ahead if there is
    one. ``gym_sokoban``: 0 waits, 1-4 the same, 5-8 move without pushing.

    Rewards: preset ``gym_sokoban`` (-0.1 a step, +1 / -1 for a box onto / off a goal, +10 at the end)
    or ``dyna_mind`` (-0.1 a step, 10 at success, 0 at failure), ``sparse`` (1 for a solved room), or a
    ``Rewards``.

    Info: ``action_mask`` (int8, actions that change the room) and ``deadlock`` (bool: known to be
    unsolvable); at the end ``is_success`` and ``metrics``.

    Ends: terminated when solved, or at a deadlock with ``deadlocks="end"``; truncated at ``max_steps``.

    Version history: v0 first release.
    """

    def __init__(
        self,
        *,
        source: str | LevelSource = "bank",
        size: Sequence[int] = (8, 8),
        boxes: int = 2,
        split: Split = "train",
        data: str | None = None,
        actions: ActionSet = "push",
        rewards: str | Rewards = "gym_sokoban",
        max_steps: int = 120,
        deadlocks: Deadlocks = "info",
        render_mode: str | None = None,
    ) -> None:
        """Make the environment; for ``source`` to ``data`` see ``options.source_of``."""
        self._actions, self._first = action_set(actions)
        levels = source_of(source, size=size, boxes=boxes, split=split, data=data)
        self.game = Game(levels, rewards=rewards, max_steps=max_steps, deadlocks=deadlocks)
        self._keys = EpisodeKeys()
        self.observation_space = spaces.Box(0, TILES - 1, levels.shape, np.uint8)
        self.action_space = spaces.Discrete(self._actions)
        self.render_mode = render_mode

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[np.ndarray, dict[str, Any]]:
        """Start an episode; Gymnasium's contract."""
        super().reset(seed=seed)
        self.game.start(self._keys.next(self, seed))
        self.show()
        return self.game.tiles.copy(), self._info()

    def step(self, action: int | np.int64) -> StepResult:
        """Take an action.

        Raises:
            InvalidAction: ``action`` is not in the action space.
            ResetNeeded: the episode has ended.
        """
        game = self.game
        if game.ended:
            raise ResetNeeded("SokobanEnv.step: the episode has ended; call reset()")
        if not 0 <= action < self._actions:
            raise InvalidAction(f"SokobanEnv.step: expected 0 <= action < {self._actions}, got {action!r}")
        reward, terminated, truncated = game.step(int(action) + self._first)
        info = self._info()
        if game.ended:
            info["is_success"], info["metrics"] = game.outcome()
        self.show()
        return game.tiles.copy(), reward, terminated, truncated, info

    def action_masks(self) -> np.ndarray:
        """bool[A]: the actions that change the room, under the name that maskable policies look for."""
        return self.game.legal(self._actions).astype(bool)

    def snapshot(self) -> Snapshot:
        """The room, its counters and the episode's keys."""
        return Snapshot("sokoban", {**self.game.save(), "keys": self._keys.save()})

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to ``snapshot``."""
        saved = snapshot.of("sokoban")
        self.game.load(saved)
        self._keys.load(saved["keys"])

    def privileged(self) -> dict[str, Any]:
        """``expert_plan``: actions that solve the room from here (None if none was found)."""
        plan = self.game.plan()
        return {"expert_plan": plan and tuple(move + 1 - self._first for move in plan)}

    def frame(self) -> Frame:
        """The room as a ``grid`` frame."""
        return frame_of(self.game.tiles, f"step {self.game.steps} of {self.game.max_steps}")

    def _info(self) -> dict[str, Any]:
        return {"action_mask": self.game.legal(self._actions), "deadlock": self.game.deadlock}
