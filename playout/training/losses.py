"""The terms of policy-gradient objectives: pure functions on torch tensors, elementwise unless said.

All are to be minimised. Whoever calls them decides which elements count and how they are averaged.
"""

import torch
from torch import Tensor


def clipped_surrogate(
    logprobs: Tensor, old_logprobs: Tensor, advantages: Tensor, *, low: float = 0.2, high: float = 0.2
) -> Tensor:
    """Minus PPO's clipped objective (Schulman et al. 2017, equation 7).

    Args:
        logprobs: of the actions under the policy that is trained, any shape.
        old_logprobs: under the policy that took them, the same shape.
        advantages: of the actions; broadcasts.
        low: the ratio is not pushed below 1 - low.
        high: the ratio is not pushed above 1 + high (larger than ``low`` in DAPO, Yu et al. 2025).
    """
    ratio = torch.exp(logprobs - old_logprobs)
    return -torch.minimum(ratio * advantages, ratio.clamp(1 - low, 1 + high) * advantages)


def is_clipped(
    logprobs: Tensor, old_logprobs: Tensor, advantages: Tensor, *, low: float = 0.2, high: float = 0.2
) -> Tensor:
    """Where :func:`clipped_surrogate` has no gradient any more, bool."""
    ratio = torch.exp(logprobs - old_logprobs)
    return ((ratio < 1 - low) & (advantages < 0)) | ((ratio > 1 + high) & (advantages > 0))


def value_loss(
    values: Tensor, returns: Tensor, old_values: Tensor | None = None, *, clip: float = 0.2
) -> Tensor:
    """Half the squared error; with ``old_values`` the worse of it and that of a value kept within ``clip``.

    The clipped form is that of PPO's first implementation (Huang et al. 2022, detail 9).
    """
    error = (values - returns) ** 2
    if old_values is not None:
        kept = old_values + (values - old_values).clamp(-clip, clip)
        error = torch.maximum(error, (kept - returns) ** 2)
    return 0.5 * error


def kl_k1(logprobs: Tensor, reference: Tensor) -> Tensor:
    """KL(policy || reference) of actions drawn from the policy: log(p/q), unbiased, of either sign.

    The three estimators are those of Schulman 2020, "Approximating KL divergence".
    """
    return logprobs - reference


def kl_k2(logprobs: Tensor, reference: Tensor) -> Tensor:
    """Half the squared log-ratio: biased, low variance; its gradient is that of the true KL."""
    return 0.5 * (logprobs - reference) ** 2


def kl_k3(logprobs: Tensor, reference: Tensor) -> Tensor:
    """q/p - 1 - log(q/p): unbiased and never negative; GRPO's (Shao et al. 2024, equation 4)."""
    ratio = reference - logprobs
    return torch.exp(ratio) - 1 - ratio


def entropy(logits: Tensor) -> Tensor:
    """In nats, of the distributions over the last dimension: [..., A] -> [...]."""
    logprobs = logits.log_softmax(-1)
    # A forbidden action has probability 0 and logarithm -inf; together they are nothing.
    return -(logprobs.exp() * logprobs.clamp_min(torch.finfo(logits.dtype).min)).sum(-1)


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """The mean of ``values`` where ``mask`` is set; 0 where it is set nowhere."""
    return (values * mask).sum() / mask.sum().clamp_min(1)
