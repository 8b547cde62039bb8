"""What the seats of a building game see and are told: spaces, observations, infos and frames."""

from typing import Any

import numpy as np
from gymnasium import spaces

from playout.core import Frame
from playout.simulators.building.blocks import AIR, BLOCKS, NAMES
from playout.simulators.building.copies import PLANES, STEPS
from playout.simulators.building.game import Game
from playout.simulators.building.rules import MOST_OWNED

HUMAN, ASSISTANT = 0, 1
SEATS = ("human", "assistant")
SEAT_COLOURS = ("#2d6cdf", "#d05a28")
COLOURS = (
    "#ffffff", "#4a4a4a", "#8a6239", "#8d8d8d", "#bfe3ee",
    "#6b5130", "#c19a5b", "#a9a9a9", "#7b7f86", "#f2f0ea",
)  # fmt: skip
"""Of the blocks."""
_COMING = "#ffe9a8"


def observation_space(game: Game) -> spaces.Dict:
    """``world`` uint8[6, W, H, D], ``inventory`` int32[P, 10], ``timestep`` int32[]."""
    config = game.config
    return spaces.Dict(
        world=spaces.Box(0, 255, (PLANES, *game.size), np.uint8),
        inventory=spaces.Box(0, MOST_OWNED, (config.players, BLOCKS), np.int32),
        timestep=spaces.Box(0, config.max_steps, (), np.int32),
    )


def observations(game: Game, who: int, *, goal_visible: bool) -> dict[str, np.ndarray]:
    """What a seat sees in all copies, with a leading axis N."""
    return game.observation_of(game.state, who, goal_visible=goal_visible)


def observation(game: Game, who: int, *, goal_visible: bool) -> dict[str, np.ndarray]:
    """What a seat sees in the one copy."""
    seen = observations(game, who, goal_visible=goal_visible)
    return {name: np.asarray(array[0]) for name, array in seen.items()}


def outcome(game: Game, i: int = 0) -> tuple[bool, dict[str, float]]:
    """Success and metrics of a copy."""
    success, metrics = game.outcome()
    return bool(success[i]), {name: float(values[i]) for name, values in metrics.items()}


def frame(game: Game, i: int = 0, *, goal: bool = False, turn: int = 0, whose: bool = False) -> Frame:
    """A copy as a ``voxels`` frame: blocks, and the players as people.

    Args:
        game: of which.
        i: the copy.
        goal: draws the goal in place of what has been built.
        turn: from which side: so many quarter turns.
        whose: colours what somebody placed by who it was, the material shining through.
    """
    scene = game.state.scene
    world = (game.state.goal if goal else scene.blocks)[i].reshape(game.size)
    kinds, legend = world.astype(np.int64), _legend()
    if whose and not goal:
        last = np.minimum(scene.last[i].reshape(game.size), len(SEATS) - 1)
        kinds = np.where((world != AIR) & (last >= 0), world + BLOCKS * (1 + last.astype(np.int64)), kinds)
        legend += [entry for seat in range(len(SEATS)) for entry in _legend(seat)]
    kinds = np.rot90(kinds, turn, (0, 2))
    blocks = [[*map(int, cell), int(kinds[tuple(cell)])] for cell in np.argwhere(kinds != AIR)]
    people = [] if goal or game.config.teleport else scene.players[i].tolist()
    marks = [
        {"at": _turned(at, game.size, turn), "name": SEATS[min(who, 1)], "colour": SEAT_COLOURS[min(who, 1)]}
        for who, at in enumerate(people)
    ]
    share = game.shares()[i]
    caption = "the goal" if goal else f"step {game.state.counters[i, STEPS]}, {share:.0%} of the goal"
    data: dict[str, Any] = {
        "size": list(kinds.shape), "blocks": blocks, "legend": legend, "marks": marks, "caption": caption
    }  # fmt: skip
    return Frame("voxels", data)


def believed(blocks: np.ndarray, chance: np.ndarray) -> Frame:
    """What a goal is taken to be as a ``voxels`` frame: what does not stand yet is lighter.

    Args:
        blocks: uint8[W, H, D], what stands.
        chance: float[10, W, H, D], probabilities of the goal's blocks.
    """
    likeliest = chance.argmax(0)
    kinds = np.where(likeliest == blocks, likeliest, likeliest + BLOCKS)
    coming = [
        {"name": f"{kind['name']} to come", "colour": _mixed(kind["colour"], _COMING)} for kind in _legend()
    ]
    shown = [[*map(int, cell), int(kinds[tuple(cell)])] for cell in np.argwhere(likeliest != AIR)]
    data: dict[str, Any] = {
        "size": list(kinds.shape), "blocks": shown, "legend": [*_legend(), *coming], "marks": [],
        "caption": "the goal as the assistant takes it to be; lighter: not there yet",
    }  # fmt: skip
    return Frame("voxels", data)


def _legend(seat: int | None = None) -> list[dict[str, str]]:
    """The blocks, or those that a seat placed."""
    if seat is None:
        return [{"name": name, "colour": colour} for name, colour in zip(NAMES, COLOURS, strict=True)]
    return [
        {"name": f"{name} of the {SEATS[seat]}", "colour": _mixed(SEAT_COLOURS[seat], colour)}
        for name, colour in zip(NAMES, COLOURS, strict=True)
    ]


def _mixed(most: str, some: str) -> str:
    """Two parts of one colour and one of another."""
    pairs = ((int(most[i : i + 2], 16), int(some[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{(2 * a + b) // 3:02x}" for a, b in pairs)


def _turned(at: list[int], size: tuple[int, int, int], turn: int) -> list[int]:
    """Where a cell is after quarter turns, as ``np.rot90`` about the axis y."""
    x, y, z = at
    width, _, depth = size
    for _ in range(turn % 4):
        x, z, width, depth = depth - 1 - z, x, depth, width
    return [x, y, z]


def hidden(game: Game, who: int) -> dict[str, Any]:
    """What the acting seat ``who`` must not know, and what an expert would do in its place."""
    return {"goal": game.state.goal[0].reshape(game.size).copy(), "expert_plan": (game.expert(who),)}
