"""One copy of the world: a room, its counters, when it ends, what it is worth.

Both interfaces (arrays and text) hold a ``Game``; many copies at once are in ``copies`` (compiled)
and ``batch`` (torch). How it looks and what an agent reads is not here.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from playout.core.errors import WrongUse
from playout.core.snapshots import fitting
from playout.simulators.sokoban import deadlocks, rules, tiles
from playout.simulators.sokoban.geometry import MAX_SIDE
from playout.simulators.sokoban.rewards import Rewards, rewards_of
from playout.simulators.sokoban.solver import solve, solve_fast
from playout.simulators.sokoban.sources import LevelSource
from playout.simulators.sokoban.symmetry import trimmed

Deadlocks = Literal["off", "info", "end"]
_MODES = ("off", "info", "end")

# Past these, an optimal solution is not looked for and the metric is left out.
OPTIMAL_NODES = 200_000


def check_limits(max_steps: int, deadlocks: str) -> None:
    """Refuse a limit of steps, or what is to be done about deadlocks, that no room can be played with."""
    if deadlocks not in _MODES:
        raise WrongUse(f"deadlocks: expected one of {', '.join(_MODES)}, got {deadlocks!r}")
    if not isinstance(max_steps, int) or max_steps < 1:
        raise WrongUse(f"max_steps: expected a whole number from 1 on, got {max_steps!r}")


class Game:
    """A Sokoban room being played."""

    def __init__(
        self, source: LevelSource, *, rewards: str | Rewards, max_steps: int, deadlocks: Deadlocks = "info"
    ) -> None:
        """Make a game; :meth:`start` gives it a room.

        Args:
            source: where rooms come from.
            rewards: a preset's name or a table.
            max_steps: steps after which an episode is truncated.
            deadlocks: whether a push that makes the room unsolvable is noticed (``info``), also ends
                the episode (``end``), or is not looked for (``off``).
        """
        check_limits(max_steps, deadlocks)
        self.source, self.max_steps, self.deadlocks = source, max_steps, deadlocks
        self._going, self._ending = rewards_of(rewards).table().tolist()
        self.counters = np.zeros(rules.COUNTERS, np.int32)
        self._plan: tuple[int, ...] | None = None
        self._hopeless = False
        self.ended = True

    def start(self, key: int) -> None:
        """Begin the episode that ``key`` decides."""
        level = self.source.level(key)
        self.name, self.start_tiles = level.name, level.tiles
        self.tiles = np.array(level.tiles, np.uint8)
        rules.count(self.tiles, self.counters)
        self.dead = deadlocks.dead_squares(self.tiles) if self.deadlocks != "off" else None
        self.deadlock, self.ended = False, False
        self._plan, self._hopeless = None, False

    def step(self, action: int) -> tuple[float, bool, bool]:
        """Take an action of ``rules`` (0 to 8).

        Returns:
            Reward, terminated (solved, or in a deadlock where that ends the episode), truncated.
        """
        event = rules.step(self.tiles, self.counters, action)
        if event & rules.PUSHED and self.dead is not None and not self.deadlock:
            self.deadlock = self._stuck(self.dead, (action - 1) & 3)
        if event & rules.MOVED:
            self._follow((action - 1) & 3)
        terminated = event >= rules.SOLVED or (self.deadlock and self.deadlocks == "end")
        truncated = not terminated and self.steps >= self.max_steps
        self.ended = terminated or truncated
        return (self._ending if self.ended else self._going)[event], terminated, truncated

    @property
    def steps(self) -> int:
        """Steps of the episode so far."""
        return int(self.counters[rules.STEPS])

    @property
    def solved(self) -> bool:
        """Whether every box is on a goal."""
        return bool(self.counters[rules.BOXES_OFF] == 0)

    def legal(self, actions: int = 4) -> np.ndarray:
        """int8[actions]: which of the 4 pushes, or of all 9 actions, would change the room."""
        mask = np.empty(actions, np.int8)
        rules.legal(self.tiles, self.counters, mask)
        return mask

    def plan(self) -> tuple[int, ...] | None:
        """Directions (0 to 3) that solve the room from here, or None where no solution was found.

        It is kept while the player follows it, so that asking at every step solves once. Where none was
        found, none is looked for again in the episode: what follows a lost room is lost too.
        """
        if self._plan is None and not self._hopeless:
            solution = solve_fast(_within_limits(self.tiles))
            self._plan, self._hopeless = solution.moves if solution.solved else None, not solution.solved
        return self._plan

    def outcome(self) -> tuple[bool, dict[str, float]]:
        """Success, and: pushes, boxes on goals (share), deadlock (0 or 1), pushes over the optimum."""
        boxes = int(np.count_nonzero(tiles.HAS_BOX[self.tiles]))
        metrics = {
            "pushes": float(self.counters[rules.PUSHES]),
            "boxes_on_goals": 1.0 - float(self.counters[rules.BOXES_OFF]) / boxes,
            "deadlock": float(self.deadlock),
        }
        best = optimal_pushes(self.start_tiles.tobytes(), self.start_tiles.shape) if self.solved else None
        if best is not None:
            metrics["pushes_over_optimal"] = metrics["pushes"] - best
        return self.solved, metrics

    def save(self) -> dict[str, Any]:
        """Plain data for a snapshot."""
        return {
            "tiles": self.tiles.copy(),
            "counters": self.counters.copy(),
            "start_tiles": np.array(self.start_tiles),
            "name": self.name,
            "deadlock": self.deadlock,
            "ended": self.ended,
        }

    def load(self, saved: Mapping[str, Any]) -> None:
        """Take back what :meth:`save` gave."""
        self.tiles = fitting(saved["tiles"], self.source.shape).copy()
        self.counters = saved["counters"].copy()
        self.start_tiles, self.name = saved["start_tiles"], saved["name"]
        self.deadlock, self.ended = saved["deadlock"], saved["ended"]
        self._plan, self._hopeless = None, False
        self.dead = deadlocks.dead_squares(self.tiles) if self.deadlocks != "off" else None

    def _stuck(self, dead: np.ndarray, direction: int) -> bool:
        """Whether the box just pushed in ``direction`` makes the room unsolvable."""
        row, column = divmod(int(self.counters[rules.PLAYER_AT]), self.tiles.shape[1])
        row, column = row + tiles.ROW_STEP[direction], column + tiles.COLUMN_STEP[direction]
        return deadlocks.after_push(self.tiles, dead, row, column) != deadlocks.NONE

    def _follow(self, direction: int) -> None:
        """Keep the rest of the plan if the player has moved as it says."""
        if self._plan:
            self._plan = self._plan[1:] if direction == self._plan[0] else None


def _within_limits(tiles: np.ndarray) -> np.ndarray:
    """The room; where it is too large for the solver, without the wall that fills it up on all sides."""
    return tiles if max(tiles.shape) <= MAX_SIDE else trimmed(tiles)


@lru_cache(maxsize=4096)
def optimal_pushes(room: bytes, shape: tuple[int, int]) -> int | None:
    """Fewest pushes that solve a room given as bytes; None if it is too large or the search was given up."""
    tiles = _within_limits(np.frombuffer(room, np.uint8).reshape(shape))
    if max(tiles.shape) > MAX_SIDE:
        return None
    solution = solve(tiles, max_nodes=OPTIMAL_NODES)
    return solution.pushes if solution.solved else None
