"""Distributions over discrete actions of one part or several, with some of them forbidden."""

from collections.abc import Sequence

import torch
from torch import Tensor

from playout.training import losses


class Categorical:
    """Independent choices of K parts, the k-th among ``sizes[k]``, for logits of leading shape [...].

    ``Discrete(n)`` is ``sizes=(n,)`` with ``joint=False``, ``MultiDiscrete(nvec)`` is ``sizes=nvec``.
    """

    def __init__(
        self, logits: Tensor, sizes: Sequence[int], mask: Tensor | None = None, *, joint: bool = True
    ) -> None:
        """Normalise.

        Args:
            logits: float[..., sum(sizes)], part after part.
            sizes: choices of each part.
            mask: bool or integers [..., sum(sizes)], 0 forbids. A part in which nothing is allowed is free.
            joint: whether actions have a last dimension of parts, [..., K]; without it there is one part.
        """
        self._joint = joint
        widest = max(sizes)
        if len(set(sizes)) == 1:
            shape = (*logits.shape[:-1], len(sizes), widest)
            grid = logits.reshape(shape)
            allowed = None if mask is None else mask.reshape(shape) != 0
        else:
            place, real = _places(tuple(sizes), logits.device)
            grid, allowed = logits[..., place], real
            if mask is not None:
                allowed = real & (mask[..., place] != 0)
            # A part in which nothing is allowed is free, but its padding stays forbidden.
            allowed = torch.where(allowed.any(-1, keepdim=True), allowed, real)
        if allowed is not None:
            grid = grid.masked_fill(~allowed & allowed.any(-1, keepdim=True), -torch.inf)
        self.logprobs = grid.log_softmax(-1)
        """float[..., K, widest], -inf where forbidden."""

    def sample(self, generator: torch.Generator) -> Tensor:
        """int64[..., K], or int64[...] of one part; ``generator`` must be on the logits' device."""
        # The least of Exp(1) / p is a draw of p. Noise may be 0, and infinities have no difference.
        noise = torch.empty_like(self.logprobs).exponential_(generator=generator)
        least = torch.finfo(noise.dtype).tiny
        return self._shaped((self.logprobs - noise.clamp_min_(least).log_()).argmax(-1))

    def mode(self) -> Tensor:
        """The likeliest action."""
        return self._shaped(self.logprobs.argmax(-1))

    def logprob(self, actions: Tensor) -> Tensor:
        """float[...], of the actions as a whole."""
        parts = actions if self._joint else actions.unsqueeze(-1)
        return self.logprobs.gather(-1, parts.unsqueeze(-1)).squeeze(-1).sum(-1)

    def entropy(self) -> Tensor:
        """float[...] in nats."""
        return losses.entropy(self.logprobs).sum(-1)

    def _shaped(self, parts: Tensor) -> Tensor:
        return parts if self._joint else parts.squeeze(-1)


def _places(sizes: tuple[int, ...], device: torch.device) -> tuple[Tensor, Tensor]:
    """Where the logits of each part stand, int64[K, widest], and which of these are no padding, bool."""
    columns = torch.arange(max(sizes), device=device)
    many = torch.tensor(sizes, device=device)
    starts = many.cumsum(0) - many
    real = columns < many[:, None]
    return torch.where(real, starts[:, None] + columns, 0), real
