"""gym-sokoban 0.0.6 put into a given room: what the other scripts here share.

The class is used directly, since ``gym.make`` of gym 0.26.2 fails on a numpy without ``bool8``, and
its own ``reset`` only takes rooms that it has generated itself. Tiles are Playout's: gym-sokoban's
``room_state`` with 6 for the player on a goal.
"""

import contextlib
import io
import warnings

import numpy as np

warnings.simplefilter("ignore")
with contextlib.redirect_stderr(io.StringIO()):  # gym's notice that it is no longer maintained
    from gym_sokoban.envs.sokoban_env import SokobanEnv

WALL, FLOOR, GOAL, BOX_ON_GOAL, BOX, PLAYER, PLAYER_ON_GOAL = range(7)


def make(boxes: int, max_steps: int) -> SokobanEnv:
    """An environment without a room; :func:`start` gives it one."""
    return SokobanEnv(max_steps=max_steps, num_boxes=boxes, reset=False)


def start(env: SokobanEnv, tiles: np.ndarray) -> None:
    """Put ``env`` at the start of an episode in the room ``tiles`` (uint8[H, W]).

    ``boxes_on_target`` counts the boxes that are on goals already; ``reset`` sets it to 0, which is
    the same in its own rooms.
    """
    env.room_fixed = np.full(tiles.shape, float(FLOOR))
    env.room_fixed[tiles == WALL] = WALL
    env.room_fixed[np.isin(tiles, (GOAL, BOX_ON_GOAL, PLAYER_ON_GOAL))] = GOAL
    env.room_state = np.where(tiles == PLAYER_ON_GOAL, PLAYER, tiles).astype(float)
    env.player_position = np.argwhere(env.room_state == PLAYER)[0]
    env.boxes_on_target = int((tiles == BOX_ON_GOAL).sum())
    env.num_env_steps, env.reward_last = 0, 0
