"""``playout/SokobanText-v0``: Sokoban for agents that read and write."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from itertools import compress, product
from typing import Any, Literal, get_args

import numpy as np

from playout.core import Frame, Snapshot
from playout.core.errors import WrongUse
from playout.envs.language_world import LanguageWorld
from playout.envs.sokoban.frames import frame_of
from playout.envs.sokoban.options import Split, source_of
from playout.simulators.sokoban import tiles
from playout.simulators.sokoban.game import Deadlocks, Game
from playout.simulators.sokoban.generator import Walls
from playout.simulators.sokoban.optimal import optimal
from playout.simulators.sokoban.rewards import Rewards
from playout.simulators.sokoban.sources import LevelSource

Format = Literal["grid", "coord", "grid_coord", "words"]
FORMATS: tuple[Format, ...] = get_args(Format)

# Wall, floor, goal, box on goal, box, player, player on goal: the symbols that RAGEN, verl-agent and
# GEM share, with the two that some of them leave out.
SYMBOLS = "#_O√XPS"
# What a mask of the four directions allows, by its bytes.
_LEGAL = {mask: tuple(compress(tiles.DIRECTIONS, mask)) for mask in map(bytes, product((0, 1), repeat=4))}
# Who moves, by tile, for ``bytes.translate``: 1 the player, 2 a box.
_MOVING = (tiles.HAS_PLAYER + 2 * tiles.HAS_BOX).astype(np.uint8).tobytes().ljust(256, b"\0")
_WORD = 4  # most cells that a word of the format ``words`` tells of
_NAMES = ("wall", "floor", "goal", "box on a goal", "box", "you", "you on a goal")


class SokobanText(LanguageWorld):
    """Sokoban in words: the observation is the room, an action is ``up``, ``down``, ``left`` or ``right``.

    Moves that would change nothing are not legal: the room stays, the step counts, and the next
    observation says that the way is blocked. Everything else is as in ``SokobanEnv``.
    """

    def __init__(
        self,
        *,
        source: str | LevelSource = "bank",
        size: Sequence[int] = (8, 8),
        boxes: int = 2,
        split: Split = "train",
        data: str | None = None,
        walls: Walls = "carved",
        frame: Sequence[int] | None = None,
        within: int | None = None,
        rewards: str | Rewards = "dyna_mind",
        invalid_penalty: float = 0.0,
        max_steps: int = 50,
        deadlocks: Deadlocks = "info",
        format: Format = "grid",
        symbols: str = SYMBOLS,
        render_mode: str | None = None,
    ) -> None:
        """Make the environment; for ``source`` to ``within`` see ``options.source_of``.

        Args:
            source: where rooms come from.
            size: rows and columns of generated rooms.
            boxes: boxes of generated rooms.
            split: which part of the rooms.
            data: folder that holds ``boxoban/``.
            walls: of fresh rooms.
            frame: rows and columns of a frame that rooms lie in.
            within: rooms begin in a random state that at most so many moves solve.
            rewards: ``dyna_mind``, ``gym_sokoban``, ``sparse`` (1 for a solved room) or a ``Rewards``.
            invalid_penalty: added to the reward of a step whose action was not taken.
            max_steps: steps after which an episode is truncated.
            deadlocks: ``info``, ``end`` or ``off``.
            format: ``grid``, ``coord`` (lists of coordinates), ``grid_coord`` (both), or ``words``: words
                for each row, several where it is long, and one per thing, so that small models read little;
                what moves is the last line.
            symbols: seven different characters, in the order of the tiles.
            render_mode: ``ansi``, ``rgb_array``, ``human`` or None.
        """
        if format not in FORMATS:
            raise WrongUse(f"format: expected one of {', '.join(FORMATS)}, got {format!r}")
        if len(set(symbols)) != tiles.TILES or len(symbols) != tiles.TILES or any(map(str.isspace, symbols)):
            raise WrongUse(
                f"symbols: expected {tiles.TILES} different characters without spaces, got {symbols!r}"
            )
        levels = source_of(
            source, size=size, boxes=boxes, split=split, data=data, walls=walls, frame=frame, within=within
        )
        height, width = levels.shape
        super().__init__(
            max_steps=max_steps, max_length=1024 + 16 * height * width, invalid_reward=invalid_penalty,
            render_mode=render_mode,
        )  # fmt: skip
        self.game = Game(levels, rewards=rewards, max_steps=max_steps, deadlocks=deadlocks)
        self.format, self.symbols = format, symbols
        self.instructions = instructions(symbols, format)

    def begin(self, key: int) -> None:
        """Start the game of ``key``."""
        self.game.start(key)

    def observe(self) -> str:
        """The room in the chosen format."""
        room = self.game.tiles
        if self.format == "words":
            return words_text(room)
        parts = []
        if self.format != "coord":
            parts.append(grid_text(room, self.symbols))
        if self.format != "grid":
            parts.append(coordinate_text(room))
        return "\n".join(parts)

    def legal_actions(self) -> tuple[str, ...]:
        """The directions in which the player can go."""
        return _LEGAL[self.game.legal().tobytes()]

    def act(self, action: str) -> tuple[float, bool]:
        """Push or move."""
        reward, terminated, _ = self.game.step(1 + tiles.DIRECTIONS.index(action))
        return reward, terminated

    def ignore(self) -> float:
        """Wait one step."""
        return self.game.step(0)[0] + self.invalid_reward

    def refuse(self, action: str) -> str:
        """A blocked direction is named as such."""
        if action in tiles.DIRECTIONS:
            return f"The way {action} is blocked; nothing moved."
        return super().refuse(action)

    def outcome(self) -> tuple[bool, Mapping[str, float]]:
        """As the game reports it."""
        return self.game.outcome()

    def snapshot(self) -> Snapshot:
        """The game and the episode's keys."""
        return Snapshot("sokoban-text", {**self.game.save(), "keys": self._keys.save()})

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to ``snapshot``."""
        saved = snapshot.of("sokoban-text")
        self.game.load(saved)
        self._keys.load(saved["keys"])
        self._t, self._ended = self.game.steps, self.game.ended

    def privileged(self) -> dict[str, Any]:
        """``expert_plan``: directions that solve the room from here (None if none was found)."""
        plan = self.game.plan()
        return {"expert_plan": plan and tuple(tiles.DIRECTIONS[move] for move in plan)}

    def optimal(self) -> tuple[int | None, tuple[str, ...]]:
        """Fewest moves to the solved room (None if it is lost), and the directions that begin them.

        Raises:
            WrongUse: the room has too many states for a table.
        """
        distance, best = optimal(self.game.tiles)
        return distance, tuple(tiles.DIRECTIONS[direction] for direction in best)

    def frame(self) -> Frame:
        """The room as a ``grid`` frame."""
        return frame_of(self.game.tiles, f"step {self.game.steps} of {self.game.max_steps}")

    def _info(self) -> dict[str, Any]:
        return {**super()._info(), "deadlock": self.game.deadlock}


def instructions(symbols: str, format: Format) -> str:
    """Role, rules and answer format for a model."""
    legend = ", ".join(f"{symbol} {name}" for symbol, name in zip(symbols, _NAMES, strict=True))
    seen = {
        "grid": f"The room is a grid: {legend}.",
        "coord": "The room is given as (row, column) coordinates, counted from (0, 0) at the top left.",
        "grid_coord": f"The room is a grid ({legend}), then coordinates (row, column) from the top left.",
        "words": "The first line has the rows, w wall and _ floor, long ones in several words, without the"
        " border where all of it is wall, then the goals; the second has you and the boxes. p1_2 is you in"
        " row 1, column 2, counted from (0, 0) at the top left of the border; b a box, g a goal.",
    }[format]
    return (
        "You play Sokoban: push every box onto a goal. You move up, down, left or right by one cell. Walking"
        " into a box pushes it one cell on if the cell behind it is free; you cannot pull, nor push two boxes"
        f" at once. A box in a corner without a goal can never be moved again. {seen} Give one action in"
        " <action></action>, for example <action>up</action>."
    )


def grid_text(room: np.ndarray, symbols: str = SYMBOLS) -> str:
    """One line per row, one symbol per cell, single spaces between them."""
    text = _cells(symbols).take(room).view("<u4")
    text[:, -1] = ord("\n")
    return text.tobytes().decode("utf-32-le", "surrogatepass")[:-1]


@cache
def _cells(symbols: str) -> np.ndarray:
    """The code points of each symbol and a space, as one number: uint64[7]."""
    return np.array([f"{symbol} " for symbol in symbols], "<U2").view("<u8")


def coordinate_text(room: np.ndarray) -> str:
    """The player, boxes and goals, then the walls inside the border, as (row, column)."""
    inner = room[1:-1, 1:-1] == tiles.WALL
    return "\n".join(
        f"{name}: {_pairs(mask, offset)}"
        for name, mask, offset in (
            ("Player", tiles.HAS_PLAYER[room], 0),
            ("Boxes", tiles.HAS_BOX[room], 0),
            ("Goals", tiles.HAS_GOAL[room], 0),
            ("Walls inside", inner, 1),
        )
    )


def words_text(room: np.ndarray) -> str:
    """Rows in words of at most ``_WORD`` cells, the goals; then the player and the boxes: ``p1_2 b1_3``."""
    raw = room.tobytes()
    still = _still(raw.translate(tiles.STILL), room.shape)
    return f"{still}\n{_moving(raw.translate(_MOVING), room.shape[1])}"


@lru_cache(maxsize=256)
def _still(layout: bytes, shape: tuple[int, int]) -> str:
    """What stays as it is in a room: tiles without player and boxes."""
    room = np.frombuffer(layout, np.uint8).reshape(shape)
    walls = room == tiles.WALL
    inner = walls[1:-1, 1:-1]
    rows = inner if walls.sum() - inner.sum() == walls.size - inner.size else walls
    parts = np.array_split(rows, -(-rows.shape[1] // _WORD), axis=1)
    words = ["".join("_w"[wall] for wall in part[row].tolist()) for row in range(len(rows)) for part in parts]
    goals = (room == tiles.GOAL).ravel().nonzero()[0].tolist()
    return " ".join([*words, *[_named("g", cell, shape[1]) for cell in goals]])


@lru_cache(maxsize=4096)
def _moving(things: bytes, width: int) -> str:
    """The player, then the boxes: 1 and 2 among zeros."""
    cells = [things.index(1), *[cell for cell, thing in enumerate(things) if thing == 2]]
    return " ".join(_named("bp"[not place], cell, width) for place, cell in enumerate(cells))


def _named(name: str, cell: int, width: int) -> str:
    return f"{name}{cell // width}_{cell % width}"


def _pairs(mask: np.ndarray, offset: int) -> str:
    found = np.argwhere(mask) + offset
    return " ".join(f"({row}, {column})" for row, column in found.tolist()) or "none"
