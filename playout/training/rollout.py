"""What PPO asks of a policy, and what it learns from: steps of any kind in one form.

Worlds act in ``vector_rollouts``, language models write in ``response_rollouts``; both make a ``Rollout``.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

from playout.training.advantages import gae
from playout.training.nested import Nested


class Acted(NamedTuple):
    """What a policy did, for observations of leading shape [...]."""

    actions: Tensor
    """int64[...], or int64[..., K] where an action has K parts."""
    logprobs: Tensor
    """float32[...], of the actions as a whole."""
    values: Tensor
    """float32[...]."""


class Evaluated(NamedTuple):
    """What a policy thinks now of actions that were taken, for observations of leading shape [...]."""

    logprobs: Tensor
    entropy: Tensor
    """In nats."""
    values: Tensor


class Learner(Protocol):
    """A policy with a critic, as ``ppo_update`` needs it: a ``torch.nn.Module`` with ``evaluate``."""

    def evaluate(self, observations: Nested, actions: Tensor) -> Evaluated:
        """With gradients."""
        ...

    def parameters(self) -> Iterator[torch.nn.Parameter]:
        """What may be trained; those without ``requires_grad`` stay as they are."""
        ...

    def named_parameters(self) -> Iterator[tuple[str, torch.nn.Parameter]]:
        """The same by name."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """All weights, and what else is to be kept."""
        ...

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> Any:
        """Take back what :meth:`state_dict` gave."""
        ...

    def train(self, mode: bool = True) -> Any:
        """Switch dropout and its like on or off."""
        ...


class ActorCritic(Learner, Protocol):
    """A policy with a critic that acts step by step, as vector environments need it.

    Observations are a nesting of tensors of any one leading shape [...]. Actions that a mask in the
    observations forbids are never drawn, and ``evaluate`` knows the same mask.
    """

    def act(self, observations: Nested, generator: torch.Generator | None) -> Acted:
        """Actions drawn with ``generator``, on the observations' device; the likeliest without one."""
        ...

    def value(self, observations: Nested) -> Tensor:
        """float32[...], the expected return."""
        ...


class Rollout(NamedTuple):
    """Steps [T, ...], time first: T steps of N copies, or of N answers of different lengths.

    The steps of an episode stand in one column without gaps; where ``mask`` is not set stands padding, or a
    step in which nobody acted, which must follow an end.
    """

    observations: Nested
    """Tensors [T, ..., *]. With ``whole`` their first dimension may be of another length."""
    actions: Tensor
    """int64[T, ...] or int64[T, ..., K]."""
    logprobs: Tensor
    """float32[T, ...], when the actions were taken."""
    values: Tensor
    """float32[T, ...], of the state that was acted in."""
    next_values: Tensor
    """float32[T, ...], of the state that came of it, before any reset."""
    rewards: Tensor
    """float32[T, ...]."""
    terminated: Tensor
    """bool[T, ...]: nothing follows."""
    ended: Tensor
    """bool[T, ...]: terminated or cut off, so the step below belongs to another episode."""
    mask: Tensor
    """bool[T, ...]: steps to learn from."""
    whole: bool = False
    """Whether the policy evaluates whole columns (token sequences, recurrent networks): shapes are [T, N]
    then, and minibatches are of columns instead of steps."""

    def advantages(self, *, discount: float, trace: float) -> tuple[Tensor, Tensor]:
        """Advantages and returns by ``advantages.gae``, float32[T, ...] each; 0 where the mask is not set."""
        parts = (self.rewards, self.values, self.next_values, self.terminated, self.ended)
        found = gae(*(part.cpu().numpy() for part in parts), discount=discount, trace=trace)
        advantages, returns = [torch.from_numpy(part).to(self.mask.device, torch.float32) for part in found]
        return advantages * self.mask, returns * self.mask
