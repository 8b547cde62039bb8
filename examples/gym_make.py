"""Ten lines of Gymnasium: a Sokoban room, legal moves from the mask, one episode.

Run it: python examples/gym_make.py
"""

import gymnasium as gym

import playout  # registers the ids

env = gym.make("playout/Sokoban-6x6-1box-v0")
observation, info = env.reset(seed=7)
env.action_space.seed(7)
done = False
while not done:
    action = env.action_space.sample(info["action_mask"])
    observation, reward, terminated, truncated, info = env.step(action)
    done = terminated or truncated
print("solved" if info["is_success"] else "not solved", info["metrics"])

# The same world, saved and gone back to.
env.reset(seed=7)
saved = playout.snapshot(env)
plan = playout.privileged(env)["expert_plan"]
for action in plan:
    observation, reward, *_ = env.step(action)
print(f"the expert solves it in {len(plan)} steps, last reward {reward:.1f}")
playout.restore(env, saved)
