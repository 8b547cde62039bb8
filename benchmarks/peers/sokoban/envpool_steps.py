"""Times EnvPool's ``Sokoban-v0``: one thread, given batch size, given actions.

usage: python envpool_steps.py N ACTIONS.npy OUT.npz

ACTIONS is int64[T, N] in the order up, down, left, right. OUT gets ``rooms``: the different rooms that
its copies start in (uint8[S, 10, 10], Playout's tiles). One JSON line: restarts and reward (sum)
of all steps, and steps, cpu and wall seconds of each of five equal parts.
"""

import json
import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"

import envpool
import numpy as np

PARTS = 5
TURNED = np.array([0, 2, 3, 1], np.int32)  # EnvPool's up, right, down, left for up, down, left, right
# EnvPool keeps walls and targets apart from player and boxes: (fixed, variable) -> tile.
FLOOR, WALL, TARGET = 0, 1, 2
NOTHING, PLAYER, BOX = 0, 3, 4
TILE = {
    (WALL, NOTHING): 0, (FLOOR, NOTHING): 1, (TARGET, NOTHING): 2, (TARGET, BOX): 3, (FLOOR, BOX): 4,
    (FLOOR, PLAYER): 5, (TARGET, PLAYER): 6,
}  # fmt: skip


def rooms_of(grids: np.ndarray) -> np.ndarray:
    """The different rooms among grids uint8[N, 10, 10, 2] (variable, fixed)."""
    table = np.zeros((3, 5), np.uint8)
    for (fixed, variable), tile in TILE.items():
        table[fixed, variable] = tile
    return np.unique(table[grids[..., 1], grids[..., 0]], axis=0)


def main(n: int, file: str, out: str) -> None:
    """Step ``n`` copies through all actions once."""
    actions = TURNED[np.load(file)]
    env = envpool.make("Sokoban-v0", env_type="gymnasium", num_envs=n, num_threads=1, seed=0)
    np.savez(out, rooms=rooms_of(env.reset()[0]["grid"]))
    parts, ends, total = [], 0, 0.0
    for part in np.array_split(actions, PARTS):
        cpu, wall = time.process_time(), time.perf_counter()
        for row in part:
            _, reward, terminated, truncated, _ = env.step(row)
            ends += np.count_nonzero(terminated | truncated)
            total += float(reward.sum())
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        parts.append({"work": part.size, "cpu": cpu, "wall": wall})
    print(json.dumps({"parts": parts, "restarts": int(ends), "reward": total}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
