"""Lets gym-sokoban play given actions in given rooms and writes down what happens.

usage: python gym_sokoban_traces.py < EPISODES.json > TRACES.json

Input: a list of ``{"room": [rows of tile digits], "max_steps", "actions": digits 0 to 8}``. Output: the
same with, for every step up to the end, ``states`` (CRC-32 of ``room_state`` and ``room_fixed`` as
bytes, 8 hex digits a step) and ``rewards`` (a letter a step, see ``REWARDS``), and ``done``.
"""

import json
import sys
import zlib

import numpy as np
from gym_sokoban_world import BOX, BOX_ON_GOAL, make, start

REWARDS = {-0.1: "n", 0.9: "u", -1.1: "d", 10.9: "w"}  # nothing, up, down, won


def crc(env) -> str:
    """Of the room as it is."""
    layers = (env.room_state.astype(np.uint8), env.room_fixed.astype(np.uint8))
    return f"{zlib.crc32(b''.join(layer.tobytes() for layer in layers)):08x}"


def play(episode: dict) -> dict:
    """The episode with its trace."""
    tiles = np.array([list(map(int, row)) for row in episode["room"]], np.uint8)
    env = make(int(np.isin(tiles, (BOX, BOX_ON_GOAL)).sum()), episode["max_steps"])
    start(env, tiles)
    states, rewards, done = [], [], False
    for action in map(int, episode["actions"]):
        _, reward, done, _ = env.step(action, observation_mode="tiny_rgb_array")
        states.append(crc(env))
        rewards.append(REWARDS[round(float(reward), 6)])
        if done:
            break
    taken = episode["actions"][: len(states)]
    return {**episode, "actions": taken, "states": "".join(states), "rewards": "".join(rewards), "done": done}


if __name__ == "__main__":
    json.dump([play(episode) for episode in json.load(sys.stdin)], sys.stdout, separators=(",", ":"))
