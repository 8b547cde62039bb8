"""``playout/BuildingText-v0``: the building game in words, so that a language model can be the assistant."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from playout.core import Frame, Snapshot
from playout.envs.building import views
from playout.envs.language_world import LanguageWorld
from playout.simulators.bank import LevelBank
from playout.simulators.building.actions import BREAK, MOVE, NOOP, PLACE, Action, Planes
from playout.simulators.building.blocks import AIR, FIRST_PLACEABLE, NAMES, Size
from playout.simulators.building.game import Game, GameConfig
from playout.simulators.building.goals.bank import Split
from playout.simulators.building.rewards import PAPER, Rewards

GLYPHS = ".#dcglpsbw"
"""Of the blocks, as in the maps."""
MOVES = ("east", "west", "up", "down", "south", "north")
"""+x -x +y -y +z -z."""
_LISTED = 40  # actions that refusals name at most
_KEPT = 8  # of the human's last actions that are told
_SPACES = re.compile(r"\s+")

INSTRUCTIONS = """You help somebody build a house out of blocks. Only they know what it will look like: watch
what they build and do what they would do next, so that they have less to do.
The world is {width} x {height} x {depth} cells. x grows to the east, y upwards, z to the south. You are shown
the world layer by layer, a row for each z, a letter for each x: {glyphs}.
You can touch what is within about four cells and in sight. Your actions:
place BLOCK X Y Z, with BLOCK one of {blocks}; the cell must be empty and beside a block
break X Y Z
move east, move west, move up, move down, move south, move north
wait
Answer with one action."""


class BuildingText(LanguageWorld):
    """Help to build, in words: observations are maps of the layers and what the human just did.

    Rewards and metrics are those of ``playout/BuildingAssistant-v0``. The human waits for an action that can
    be done.

    Version history: v0 first release.
    """

    def __init__(
        self,
        *,
        size: str | Sequence[int] = "tiny",
        split: Split = "train",
        goals: LevelBank | str | None = None,
        people: str | Sequence[str] = "train",
        random_start: bool = True,
        max_steps: int = 200,
        finish_at: float = 1.0,
        rewards: Rewards = PAPER,
        max_length: int = 8192,
        render_mode: str | None = None,
    ) -> None:
        """Make the environment; for the arguments see ``simulators.building.game.GameConfig``."""
        super().__init__(max_steps=max_steps, max_length=max_length, render_mode=render_mode)
        config = GameConfig(
            size=size, split=split, goals=goals,
            people=people, random_start=random_start,
            max_steps=max_steps, finish_at=finish_at, rewards=rewards,
        )  # fmt: skip
        self.game = Game(config)
        width, height, depth = self.game.size
        self.instructions = INSTRUCTIONS.format(
            width=width, height=height, depth=depth, blocks=", ".join(NAMES[FIRST_PLACEABLE:]),
            glyphs=", ".join(f"{glyph} {name}" for glyph, name in zip(GLYPHS, NAMES, strict=True)),
        )  # fmt: skip

    def begin(self, key: int) -> None:
        """Start the episode of a key."""
        self.game.state.key[0], self.game.state.episode[0] = self._keys.save()
        self.game.start()
        self.state = []

    def observe(self) -> str:
        """What was just done, where the players are, and the layers that are not all alike."""
        scene = self.game.state.scene
        told = [f"The human: {done}." for done in self.state] or ["Nobody has done anything yet."]
        for name, (x, y, z) in zip(("The human stands", "You stand"), scene.players[0].tolist(), strict=True):
            told.append(f"{name} at {x} {y} {z}.")
        return "\n".join([*told, *_layers(scene.blocks[0].reshape(self.game.size))])

    def legal_actions(self) -> tuple[str, ...]:
        """All that would do something, and waiting."""
        return tuple(_worded(self.game.legal(views.ASSISTANT), self.game.size))

    def takes(self, action: str) -> bool:
        """Whether the action can be read and done; letters may be large, spaces many."""
        return _plainly(action) in self.legal_actions()

    def refuse(self, action: str) -> str:
        """Why not, and some of what can be done."""
        legal = self.legal_actions()
        shown = action if len(action) <= 40 else action[:40] + "…"
        some = ", ".join(legal[:: max(1, len(legal) // _LISTED)])
        return f"Invalid action {shown!r}: it cannot be read or would do nothing. You could: {some}."

    def act(self, action: str) -> tuple[float, bool]:
        """Both act."""
        joint = np.zeros((1, 2, 3), np.int64)
        joint[:, views.HUMAN], _ = self.game.person(views.HUMAN)
        joint[:, views.ASSISTANT] = _parsed(_plainly(action), self.game.size)
        self.game.step(joint)
        out = self.game.out
        done = _word(Action(*map(int, joint[0, views.HUMAN])), self.game.size)
        self.state = [*self.state, done if out.effective[0, views.HUMAN] else "wait"][-_KEPT:]
        return float(out.reward[0, views.ASSISTANT]), bool(out.terminated[0])

    def outcome(self) -> tuple[bool, Mapping[str, float]]:
        """Success and metrics."""
        return views.outcome(self.game)

    def privileged(self) -> dict[str, Any]:
        """``goal`` as lists of numbers and ``expert_plan``."""
        hidden = views.hidden(self.game, views.ASSISTANT)
        action = Action(*map(int, self.game.numbering.decode(np.array(hidden["expert_plan"]))[0]))
        return {"goal": hidden["goal"], "expert_plan": (_word(action, self.game.size),)}

    def frame(self) -> Frame:
        """The world as a ``voxels`` frame."""
        return views.frame(self.game)

    def snapshot(self) -> Snapshot:
        """The world, what was heard, the step count and the keys."""
        saved = super().snapshot()
        return Snapshot(saved.world, {**saved.state, "game": self.game.save()})

    def restore(self, snapshot: Snapshot) -> None:
        """Go back to ``snapshot``."""
        super().restore(snapshot)
        self.game.load(snapshot.state["game"])


def _layers(world: np.ndarray) -> list[str]:
    """Maps of the layers up to the highest with a block; those of one kind of block in a line."""
    lines, top = [], int(np.flatnonzero((world != AIR).any((0, 2)))[-1])
    for y in range(top + 1):
        layer = world[:, y]
        if (layer == layer[0, 0]).all():
            lines.append(f"Layer {y}: all {NAMES[layer[0, 0]]}.")
            continue
        lines.append(f"Layer {y}:")
        lines += ["".join(GLYPHS[block] for block in row) for row in layer.T]
    return [*lines, "Above: all air."]


def _worded(planes: Planes, size: Size) -> list[str]:
    """The legal actions of the one copy, in words."""
    words = ["wait", *(f"move {MOVES[d]}" for d in np.flatnonzero(planes.move[0]))]
    words += [f"break {_where(cell, size)}" for cell in np.flatnonzero(planes.remove[0])]
    cells = [_where(cell, size) for cell in np.flatnonzero(planes.place[0])]
    words += [f"place {NAMES[block]} {cell}" for block in np.flatnonzero(planes.blocks[0]) for cell in cells]
    return words


def _where(cell: Any, size: Size) -> str:
    x, y, z = np.unravel_index(int(cell), size)
    return f"{x} {y} {z}"


def _word(action: Action, size: Size) -> str:
    if action.type == PLACE:
        return f"place {NAMES[action.block]} {_where(action.cell, size)}"
    if action.type == BREAK:
        return f"break {_where(action.cell, size)}"
    return f"move {MOVES[action.type - MOVE]}" if action.type != NOOP else "wait"


def _plainly(action: str) -> str:
    return _SPACES.sub(" ", action).strip().lower()


def _parsed(action: str, size: Size) -> Action:
    """A legal action, read."""
    kind, *rest = action.split(" ")
    if kind == "wait":
        return Action(NOOP)
    if kind == "move":
        return Action(MOVE + MOVES.index(rest[0]))
    cell = int(np.ravel_multi_index(tuple(int(part) for part in rest[-3:]), size))
    return Action(PLACE, cell, NAMES.index(rest[0])) if kind == "place" else Action(BREAK, cell)
