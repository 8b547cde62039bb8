"""A ready-made actor-critic for vectors, small grids and indices, with discrete actions of any parts.

Two multilayer perceptrons, one acts, one values. What is counted (tiles, acts, categories) is read as
one-hot vectors, numbers as they are. Images, text and memory are left out: bring a policy of your own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import gymnasium as gym
import numpy as np
import torch
from gymnasium import spaces
from torch import Tensor, nn

from playout.core import WrongUse
from playout.training.categorical import Categorical
from playout.training.nested import Nested
from playout.training.rollout import Acted, Evaluated

OBSERVATION, ACTION_MASK = "observation", "action_mask"
_MOST_LEVELS = 64


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One part of the observations."""

    path: tuple[str, ...]
    """Names that lead to it through the nesting."""
    entries: int
    """Of one observation."""
    shape: int
    """Dimensions of one observation."""
    levels: int = 0
    """Of each entry, read one-hot; 0 where entries are numbers."""
    low: float = 0.0
    """The least entry, taken off before anything else."""
    scale: float = 1.0
    """What numbers are divided by."""

    @property
    def width(self) -> int:
        """Numbers that it is encoded as."""
        return self.entries * (self.levels or 1)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What a policy reads and does."""

    features: tuple[Feature, ...]
    actions: tuple[int, ...]
    """Choices of each part of an action."""
    starts: tuple[int, ...]
    """What the world calls the first choice of each part; policies count from 0."""
    joint: bool
    """Whether actions are arrays of parts."""

    @classmethod
    def of(cls, observations: gym.Space, actions: gym.Space) -> "Layout":
        """The layout for one environment's spaces, those of a single copy.

        Raises:
            WrongUse: a space that this policy cannot read, or actions that are not discrete.
        """
        if isinstance(actions, spaces.Discrete):
            sizes, starts, joint = (int(actions.n),), (int(actions.start),), False
        elif isinstance(actions, spaces.MultiDiscrete) and actions.nvec.ndim == 1:
            sizes, starts, joint = tuple(map(int, actions.nvec)), tuple(map(int, actions.start)), True
        else:
            raise WrongUse(f"actions: expected Discrete or MultiDiscrete of one dimension, got {actions}")
        if not isinstance(observations, spaces.Dict):
            observations = spaces.Dict({OBSERVATION: observations})
        return cls(features=tuple(_features((), observations)), actions=sizes, starts=starts, joint=joint)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Layout":
        """Read what :meth:`to_json` gave."""
        features = tuple(Feature(**{**found, "path": tuple(found["path"])}) for found in data["features"])
        sizes, starts = tuple(data["actions"]), tuple(data["starts"])
        return cls(features=features, actions=sizes, starts=starts, joint=data["joint"])


class MLPActorCritic(nn.Module):
    """Reads observations as ``vector_rollouts.observe`` gives them; the mask only forbids, it is not read."""

    def __init__(self, layout: Layout, *, width: int = 128, layers: int = 2, seed: int = 0) -> None:
        """Make fresh weights.

        Args:
            layout: of the environment.
            width: of the hidden layers.
            layers: hidden layers, of the actor and of the critic each.
            seed: decides the weights.
        """
        super().__init__()
        self.layout, self.shape = layout, {"width": width, "layers": layers}
        inputs, generator = sum(feature.width for feature in layout.features), torch.Generator()
        generator.manual_seed(seed)
        hidden = [width] * layers
        self.actor = mlp([inputs, *hidden, sum(layout.actions)], generator, last_gain=0.01)
        self.critic = mlp([inputs, *hidden, 1], generator)

    def act(self, observations: Nested, generator: torch.Generator | None) -> Acted:
        """See ``rollout.ActorCritic``."""
        inputs = self._encoded(observations)
        policy = self._policy(inputs, observations)
        actions = policy.mode() if generator is None else policy.sample(generator)
        return Acted(actions, policy.logprob(actions), self._values(inputs))

    def evaluate(self, observations: Nested, actions: Tensor) -> Evaluated:
        """See ``rollout.Learner``."""
        inputs = self._encoded(observations)
        policy = self._policy(inputs, observations)
        return Evaluated(policy.logprob(actions), policy.entropy(), self._values(inputs))

    def value(self, observations: Nested) -> Tensor:
        """See ``rollout.ActorCritic``."""
        return self._values(self._encoded(observations))

    def policy(self, observations: Nested) -> Categorical:
        """The distribution that actions are drawn from."""
        return self._policy(self._encoded(observations), observations)

    def _policy(self, inputs: Tensor, observations: Nested) -> Categorical:
        mask = observations.get(ACTION_MASK)
        return Categorical(self.actor(inputs), self.layout.actions, mask, joint=self.layout.joint)

    def _values(self, inputs: Tensor) -> Tensor:
        return self.critic(inputs).squeeze(-1)

    def _encoded(self, observations: Nested) -> Tensor:
        """float32[..., inputs]."""
        return torch.cat([_encode(feature, observations) for feature in self.layout.features], -1)


def mlp(sizes: list[int], generator: torch.Generator, *, last_gain: float = 1.0) -> nn.Sequential:
    """Linear layers with tanh between them and orthogonal weights, those of the last by ``last_gain``.

    Detail 2 of Huang et al. 2022, "The 37 implementation details of PPO".
    """
    parts: list[nn.Module] = []
    for number, (before, after) in enumerate(pairwise(sizes)):
        last = number == len(sizes) - 2
        # Made without weights, since torch would draw them from its global generator.
        layer = nn.Linear(before, after, device="meta").to_empty(device="cpu")
        nn.init.orthogonal_(layer.weight, last_gain if last else 2**0.5, generator=generator)
        nn.init.zeros_(layer.bias)
        parts += [layer] if last else [layer, nn.Tanh()]
    return nn.Sequential(*parts)


def _features(path: tuple[str, ...], space: gym.Space) -> Iterator[Feature]:
    if isinstance(space, spaces.Dict):
        for name, part in space.spaces.items():
            if (*path, name) != (ACTION_MASK,):
                yield from _features((*path, name), part)
    elif isinstance(space, spaces.Discrete):
        yield Feature(path=path, entries=1, shape=0, levels=int(space.n), low=float(space.start))
    elif isinstance(space, spaces.MultiDiscrete) and not np.any(space.start):
        entries, levels = int(space.nvec.size), int(space.nvec.max())
        yield Feature(path=path, entries=entries, shape=space.nvec.ndim, levels=levels)
    elif isinstance(space, spaces.MultiBinary):
        yield Feature(path=path, entries=int(np.prod(space.shape)), shape=len(space.shape))
    elif isinstance(space, spaces.Box):
        yield _box(path, space)
    else:
        raise WrongUse(
            f"observation {'/'.join(path)}: expected Box, Discrete, MultiDiscrete, MultiBinary or a Dict of"
            f" them, got {space}; train a policy of your own on it, or wrap the environment"
        )


def _box(path: tuple[str, ...], space: spaces.Box) -> Feature:
    entries, shape = int(np.prod(space.shape)), len(space.shape)
    if np.issubdtype(space.dtype, np.integer) or space.dtype == np.bool_:
        low, high = int(space.low.min()), int(space.high.max())
        if high - low < _MOST_LEVELS:
            return Feature(path=path, entries=entries, shape=shape, levels=high - low + 1, low=float(low))
        return Feature(path=path, entries=entries, shape=shape, low=float(low), scale=float(high - low))
    return Feature(path=path, entries=entries, shape=shape)


def _encode(feature: Feature, observations: Nested) -> Tensor:
    found = observations
    for name in feature.path:
        found = found[name]
    leading = found.shape[: found.ndim - feature.shape]
    flat = found.reshape(*leading, feature.entries)
    if feature.levels:
        levels = torch.arange(feature.levels, device=flat.device)
        return ((flat.long() - int(feature.low)).unsqueeze(-1) == levels).flatten(-2).float()
    return (flat.float() - feature.low) / feature.scale
