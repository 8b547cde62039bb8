"""Look before you step: save a world, try every action in it, go back, and compare.

At each turn the room is saved once; each legal action is then taken and followed by a few short random
walks, and the room is restored. The action whose futures were best on average is taken for real.

Run it: python examples/branch_and_compare.py
"""

import gymnasium as gym

import playout
from playout.core import Snapshot
from playout.core.random import Stream

WALKS, LENGTH, TURNS = 12, 8, 10


def walk(env: gym.Env, legal: tuple[str, ...], draw: Stream) -> float:
    """The reward of at most LENGTH random steps from where the world is now."""
    total = 0.0
    for _ in range(LENGTH):
        if not legal:
            break
        _, reward, terminated, truncated, info = env.step(draw.choice(legal))
        total += float(reward)
        legal = () if terminated or truncated else info["legal_actions"]
    return total


def value(env: gym.Env, saved: Snapshot, action: str, draw: Stream) -> float:
    """The mean reward of WALKS futures that begin with ``action``; the world is left as it was."""
    total = 0.0
    for _ in range(WALKS):
        _, reward, terminated, truncated, info = env.step(action)
        total += float(reward)
        if not (terminated or truncated):
            total += walk(env, info["legal_actions"], draw)
        playout.restore(env, saved)
    return total / WALKS


if __name__ == "__main__":
    env = gym.make("playout/SokobanText-6x6-1box-v0", rewards="gym_sokoban")
    observation, info = env.reset(seed=3)
    draw = Stream(0)
    for turn in range(TURNS):
        print(f"\nturn {turn}\n{observation}")
        saved = playout.snapshot(env)
        values = {action: value(env, saved, action, draw) for action in info["legal_actions"]}
        print("  ".join(f"{action} {mean:+.2f}" for action, mean in values.items()))
        best = max(values, key=lambda action: values[action])
        observation, _, terminated, truncated, info = env.step(best)
        print(f"took {best}")
        if terminated or truncated:
            break
    print("\nsolved" if info.get("is_success") else "\nnot solved", "after", turn + 1, "turns")
