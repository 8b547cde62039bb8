"""REINFORCE (Williams 1992) as what PPO is in its first step: one epoch, one batch, no critic.

At a ratio of 1 the clipped objective's gradient is that of log pi times the advantage. What is left to do
is to take the mean return for a baseline.
"""

from collections.abc import Mapping
from typing import Any

import torch

from playout.training.ppo import Collector
from playout.training.rollout import Rollout
from playout.training.settings import PPOUpdate


class MeanBaseline:
    """A collector of whole episodes whose mean return stands in for the critic; a ``ppo.Collector``.

    The mean is over the rollout, so the baseline depends a little on the action it is taken from: a bias
    of one part in the number of episodes.
    """

    def __init__(self, collector: Collector) -> None:
        """Take the rollouts of ``collector``, which begin and end with whole episodes."""
        self._collector = collector

    def collect(self, policy: Any, generator: torch.Generator) -> tuple[Rollout, Mapping[str, float]]:
        """See ``ppo.Collector``."""
        rollout, row = self._collector.collect(policy, generator)
        episodes = (rollout.ended & rollout.mask).sum()
        mean = (rollout.rewards * rollout.mask).sum() / episodes
        values = torch.full_like(rollout.rewards, float(mean))
        return rollout._replace(values=values, next_values=values), row

    def save(self) -> dict[str, Any]:
        """See ``ppo.Collector``."""
        return self._collector.save()

    def load(self, state: Mapping[str, Any]) -> None:
        """See ``ppo.Collector``."""
        self._collector.load(state)


def reinforce_update(*, entropy: float = 0.0, accumulate: int = 1, max_grad_norm: float = 0.5) -> PPOUpdate:
    """The numbers with which ``ppo_update`` is one step of REINFORCE."""
    return PPOUpdate(
        discount=1.0, trace=1.0, epochs=1, minibatches=1, accumulate=accumulate, value_weight=0.0,
        entropy=entropy, normalise="none", max_grad_norm=max_grad_norm,
    )  # fmt: skip
