"""Train Stable-Baselines3's PPO on one-box Sokoban and compare it with random play.

Run it: python examples/sb3_sokoban.py [STEPS]   (needs stable-baselines3; a million steps: some minutes)
"""

import sys

import gymnasium as gym
import numpy as np
import torch
from gymnasium import spaces
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env

import playout  # noqa: F401  (registers the ids)
from playout.simulators.sokoban.rewards import Rewards

ID = "playout/Sokoban-6x6-1box-v0"


class OneHot(gym.ObservationWrapper):
    """The tiles as seven planes of zeros and ones, which a small network reads more easily."""

    def __init__(self, env: gym.Env) -> None:
        super().__init__(env)
        assert isinstance(env.observation_space, spaces.Box)
        self.observation_space = spaces.Box(0, 1, (7, *env.observation_space.shape), np.float32)

    def observation(self, observation: np.ndarray) -> np.ndarray:
        return (observation == np.arange(7)[:, None, None]).astype(np.float32)


def success(model: PPO | None, episodes: int = 100) -> float:
    """The share of test rooms solved; without a model, by random legal moves."""
    env = OneHot(gym.make(ID, split="test", max_steps=50))
    env.action_space.seed(0)
    solved = 0
    for seed in range(episodes):
        observation, info = env.reset(seed=seed)
        done = False
        while not done:
            if model is None:
                action = env.action_space.sample(info["action_mask"])
            else:
                action = int(model.predict(observation)[0])
            observation, _, terminated, truncated, info = env.step(action)
            done = terminated or truncated
        solved += info["is_success"]
    return solved / episodes


def main(steps: int) -> None:
    torch.set_num_threads(1)
    # Most of what a beginner does ends in a room that can no longer be solved: end there at once. A cost
    # per step would then reward getting stuck early, so only the solution is worth something.
    options = {"max_steps": 50, "deadlocks": "end", "rewards": Rewards(step=0, last_step=0, solved=1)}
    envs = make_vec_env(lambda: OneHot(gym.make(ID, **options)), n_envs=64, seed=0)
    settings = {"n_steps": 32, "batch_size": 512, "learning_rate": 1e-3, "gamma": 0.97, "ent_coef": 0.01}
    model = PPO("MlpPolicy", envs, **settings, seed=0, device="cpu")
    model.learn(steps)
    print(f"random {success(None):.2f}, PPO after {steps:,} steps {success(model):.2f} of test rooms solved")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
