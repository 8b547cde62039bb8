import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from gymnasium.vector import SyncVectorEnv
from small_worlds import ACTIONS, STATES, Chain, solve, value_of

from playout.training.actor_critic import Layout, MLPActorCritic
from playout.training.ppo import adam, ppo_update
from playout.training.settings import PPOUpdate
from playout.training.vector_rollouts import VectorCollector

torch.set_num_threads(1)


def test_it_solves_a_solved_process():
    envs = SyncVectorEnv([Chain] * 16)
    policy = MLPActorCritic(Layout.of(envs.single_observation_space, envs.single_action_space), width=32)
    collector, generator = VectorCollector(envs, steps=64), torch.Generator().manual_seed(0)
    optimiser = adam(policy, 3e-3)
    for iteration in range(40):
        for group in optimiser.param_groups:
            group["lr"] = 3e-3 * (1 - iteration / 40)
        rollout, _ = collector.play(policy, generator)
        ppo_update(policy, rollout, optimiser, PPOUpdate(discount=0.9, entropy=0.001), generator)
    states = {"observation": torch.arange(STATES)}
    with torch.no_grad():
        learnt = policy.policy(states).logprobs.squeeze(-2).exp().double().numpy()
    best = solve().mean()
    uniform = value_of(np.full((STATES, ACTIONS), 1 / ACTIONS)).mean()
    assert (value_of(learnt).mean() - uniform) / (best - uniform) >= 0.98
