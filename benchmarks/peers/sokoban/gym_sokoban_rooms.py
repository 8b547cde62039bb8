"""Rooms from gym-sokoban's generator, and the time they took.

usage: python gym_sokoban_rooms.py HEIGHT WIDTH BOXES ROOMS SEED OUT.npz

OUT gets ``rooms`` (uint8[N, H, W]) and ``cpu`` and ``wall`` (float64[N], seconds of each room, failed
tries included). The walk is as long as the environment's own: int(1.7 * (height + width)).
"""

import random
import sys
import time

import numpy as np
from gym_sokoban.envs.room_utils import generate_room
from gym_sokoban_world import GOAL, PLAYER, PLAYER_ON_GOAL


def room(height: int, width: int, boxes: int) -> np.ndarray:
    """One room; the generator gives up on some tries, and the environment then tries again."""
    while True:
        try:
            fixed, state, _ = generate_room(
                dim=(height, width), num_steps=int(1.7 * (height + width)), num_boxes=boxes
            )
        except (RuntimeError, RuntimeWarning):
            continue
        return np.where((state == PLAYER) & (fixed == GOAL), PLAYER_ON_GOAL, state).astype(np.uint8)


def main(height: int, width: int, boxes: int, count: int, seed: int, out: str) -> None:
    """Generate and save."""
    random.seed(seed)
    np.random.seed(seed)
    rooms, cpu, wall = [], [], []
    for _ in range(count):
        cpu_before, wall_before = time.process_time(), time.perf_counter()
        rooms.append(room(height, width, boxes))
        cpu.append(time.process_time() - cpu_before)
        wall.append(time.perf_counter() - wall_before)
    np.savez(out, rooms=np.array(rooms), cpu=np.array(cpu), wall=np.array(wall))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:6]), sys.argv[6])
