"""PPO in the assistant's seat: AssistanceZero's network, what it earned itself as reward, no search.

The baseline of Laidlaw et al. 2025; the loop is ``ppo``'s.
"""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from playout.agents.building.choices import flat_logits
from playout.agents.building.network import Network, preset
from playout.envs.building.vector import BuildingAssistantVector
from playout.rollouts.store import Run, mark_policy, open_run
from playout.simulators.building.actions import Numbering
from playout.simulators.building.rewards import PAPER
from playout.training.assistance_settings import AssistanceConfig
from playout.training.building_learner import KIND, POLICY
from playout.training.categorical import Categorical
from playout.training.nested import Nested
from playout.training.ppo import learn
from playout.training.rollout import Acted, Evaluated
from playout.training.settings import PPOUpdate, VectorPPOSettings
from playout.training.threads import threads
from playout.training.vector_rollouts import VectorCollector

Progress = Callable[[int, int], None]


def assistance_ppo(
    config: AssistanceConfig, *, out: Path | str, resume: bool = False, progress: Progress | None = None
) -> Run:
    """Train an assistant by PPO and keep it in the run folder ``out``.

    ``config.settings`` gives iterations, games, fragment, discount, rate, device and checkpoints.
    """
    settings = config.settings
    envs = BuildingAssistantVector(
        settings.games, size=config.preset, people=config.people, max_steps=config.max_steps,
        rewards=replace(PAPER, own_share=1.0),
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        policy = BuildingActorCritic(Network(preset(config.preset)), envs.game.numbering)
    update = PPOUpdate(discount=settings.discount, entropy=0.01, epochs=3, value_weight=0.05)
    asked = VectorPPOSettings(
        iterations=settings.iterations, learning_rate=settings.learning_rate / 2, copies=settings.games,
        steps=settings.fragment, update=update, device=settings.device, save_every=settings.save_every,
    )  # fmt: skip
    with (
        open_run(out, {**asdict(config), "method": "ppo"}, resume=resume) as run,
        threads(policy, settings.threads),
    ):

        def keep() -> None:
            saved = {"config": asdict(policy.network.config), "network": policy.network.state_dict()}
            torch.save(saved, run.folder / POLICY)
            mark_policy(run.folder, KIND)

        learn(
            policy.to(settings.device),
            VectorCollector(envs, steps=settings.fragment, seed=config.seed, device=settings.device),
            asked,
            run,
            seed=config.seed,
            keep=keep,
            progress=progress,
        )
    return Run(out)


class BuildingActorCritic(nn.Module):
    """The network as ``rollout.ActorCritic``; it takes no memory along."""

    def __init__(self, network: Network, numbering: Numbering) -> None:
        """Act and judge by ``network``."""
        super().__init__()
        self.network, self._numbering = network, numbering

    def act(self, observations: Nested, generator: torch.Generator | None) -> Acted:
        """See ``rollout.ActorCritic``."""
        policy, values = self._look(observations)
        actions = policy.mode() if generator is None else policy.sample(generator)
        return Acted(actions, policy.logprob(actions), values)

    def evaluate(self, observations: Nested, actions: Tensor) -> Evaluated:
        """See ``rollout.Learner``."""
        policy, values = self._look(observations)
        return Evaluated(policy.logprob(actions), policy.entropy(), values)

    def value(self, observations: Nested) -> Tensor:
        """See ``rollout.ActorCritic``."""
        return self._look(observations)[1]

    def _look(self, observations: Any) -> tuple[Categorical, Tensor]:
        world, inventory, timestep = (observations[name] for name in ("world", "inventory", "timestep"))
        leading = timestep.shape
        found = self.network(
            world.flatten(0, len(leading) - 1) if len(leading) > 1 else world,
            inventory.reshape(-1, *inventory.shape[len(leading) :]),
            timestep.reshape(-1),
        )
        logits = flat_logits(found.policy, self._numbering).reshape(*leading, -1)
        policy = Categorical(logits, (self._numbering.count,), observations["action_mask"], joint=False)
        return policy, found.value.reshape(leading)
