"""The seven tiles of a Sokoban room: one uint8 per cell holds wall, goal, box and player.

Codes 0 to 5 are gym-sokoban's ``room_state``; 6 keeps the goal under the player, which that
array loses. A room is ``uint8[H, W]``; its outermost ring need not be wall, and outside is wall.
"""

import numpy as np

WALL, FLOOR, GOAL, BOX_ON_GOAL, BOX, PLAYER, PLAYER_ON_GOAL = range(7)
TILES = 7

# Directions 0 to 3 in gym-sokoban's order; rows grow downwards.
DIRECTIONS = ("up", "down", "left", "right")
ROW_STEP = np.array([-1, 1, 0, 0], np.int64)
COLUMN_STEP = np.array([0, 0, -1, 1], np.int64)

HAS_GOAL = np.array([0, 0, 1, 1, 0, 0, 1], np.bool_)
HAS_BOX = np.array([0, 0, 0, 1, 1, 0, 0], np.bool_)
HAS_PLAYER = np.array([0, 0, 0, 0, 0, 1, 1], np.bool_)
# What a cell is when its box or player leaves, and when a player or box comes.
EMPTIED = np.array([WALL, FLOOR, GOAL, GOAL, FLOOR, FLOOR, GOAL], np.uint8)
WITH_PLAYER = np.array([WALL, PLAYER, PLAYER_ON_GOAL, 0, 0, 0, 0], np.uint8)
WITH_BOX = np.array([WALL, BOX, BOX_ON_GOAL, 0, 0, 0, 0], np.uint8)
# EMPTIED for ``bytes.translate``: a room without player and boxes.
STILL = EMPTIED.tobytes().ljust(256, b"\0")
