"""Times gym-sokoban's ``step(observation_mode="tiny_rgb_array")`` on given rooms and actions.

usage: python gym_sokoban_steps.py EPISODES.npz MAX_STEPS

EPISODES holds ``rooms`` (uint8[E, H, W]) and ``actions`` (int64[E, T], gym-sokoban's). An episode ends
when it is done or its actions are used up; putting the room up is not timed. One JSON line: steps,
reward (sum), and cpu and wall seconds of each of five equal parts of the episodes.
"""

import json
import sys
import time

import numpy as np
from gym_sokoban_world import BOX, BOX_ON_GOAL, make, start

PARTS = 5


def main(file: str, max_steps: int) -> None:
    """Run all episodes once."""
    episodes = np.load(file)
    rooms, actions = episodes["rooms"], episodes["actions"].tolist()
    env = make(int(np.isin(rooms[0], (BOX, BOX_ON_GOAL)).sum()), max_steps)
    parts, total = [], 0.0
    for part in np.array_split(np.arange(len(rooms)), PARTS):
        steps, cpu, wall = 0, 0.0, 0.0
        for episode in part:
            start(env, rooms[episode])
            cpu_before, wall_before = time.process_time(), time.perf_counter()
            for action in actions[episode]:
                _, reward, done, _ = env.step(action, observation_mode="tiny_rgb_array")
                steps += 1
                total += reward
                if done:
                    break
            cpu += time.process_time() - cpu_before
            wall += time.perf_counter() - wall_before
        parts.append({"work": steps, "cpu": cpu, "wall": wall})
    print(json.dumps({"parts": parts, "reward": total}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
