"""PPO on any Gymnasium environment with discrete actions, from an id to a run that can be evaluated.

The loop is ``ppo.learn``, rollouts are those of ``vector_rollouts``, the network is ``MLPActorCritic``. A run
that was killed goes on with the curve of one that was not: environments with snapshots go on where they
were; others are restarted, with fresh seeds, whenever a state is saved, in an uninterrupted run too, so for
these ``save_every`` times ``steps`` should be long against an episode.
"""

from dataclasses import asdict
from pathlib import Path

import gymnasium as gym

from playout.core import WrongUse
from playout.rollouts import lookup
from playout.rollouts.store import Run, open_run
from playout.training import actor_policy
from playout.training.actor_critic import Layout, MLPActorCritic
from playout.training.ppo import Progress, learn
from playout.training.settings import PPOConfig
from playout.training.threads import threads
from playout.training.vector_rollouts import VectorCollector


def ppo(config: PPOConfig, *, out: Path | str, resume: bool = False, progress: Progress | None = None) -> Run:
    """Train a policy and keep it in the run folder ``out``.

    Raises:
        WrongUse: ``config`` or ``out`` cannot be right.
    """
    settings = config.settings
    envs = make_envs(config)
    try:
        layout = Layout.of(envs.single_observation_space, envs.single_action_space)
        policy = MLPActorCritic(layout, width=settings.width, layers=settings.layers, seed=config.seed)
        with (
            open_run(out, {"method": "ppo", **asdict(config)}, resume=resume) as run,
            threads(policy, settings.threads),
        ):
            learn(
                policy.to(settings.device),
                VectorCollector(envs, steps=settings.steps, seed=config.seed, device=settings.device),
                settings,
                run,
                seed=config.seed,
                keep=lambda: actor_policy.save(policy, run.folder),
                progress=progress,
            )
    except WrongUse as error:
        raise WrongUse(f"ppo: {config.env}: {error}") from None
    finally:
        envs.close()
    return Run(out)


def make_envs(config: PPOConfig) -> gym.vector.VectorEnv:
    """The copies that ``config`` asks for: the compiled ones where the id has them.

    Raises:
        WrongUse: no such id, no Gymnasium environment, or it does not take the arguments.
    """
    api, name = lookup.find(config.env)
    if api != "gymnasium":
        raise WrongUse(f"{config.env}: expected a Gymnasium environment, this is one of PettingZoo")
    try:
        return gym.make_vec(name, config.settings.copies, **config.env_kwargs)
    except TypeError as error:
        raise WrongUse(f"{config.env}: {error}; given {dict(config.env_kwargs)!r}") from error
