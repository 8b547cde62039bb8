"""A causal language model with a critic: what PPO trains when actions are tokens.

Full weights, or adapters of peft beside frozen ones. The critic is a linear layer on the last hidden state.
"""

from collections.abc import Iterator
from typing import Any

from playout.core import MissingExtra, PlayoutError

try:
    import torch
    from torch import Tensor, nn

    from playout.training.nested import Nested
    from playout.training.rollout import Evaluated
except ModuleNotFoundError as error:
    raise MissingExtra(error.name or "torch", "train") from error

NOWHERE = -1


class ValueHead(nn.Module):
    """A critic's linear layer on the last hidden state; it begins with 0 everywhere."""

    def __init__(self, width: int) -> None:
        """Take hidden states of ``width`` numbers."""
        super().__init__()
        self.linear = nn.Linear(width, 1, device="meta").to_empty(device="cpu")
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, hidden: Tensor) -> Tensor:
        """float[..., width] -> float32[...]."""
        return self.linear(hidden.float()).squeeze(-1)


class LanguageActorCritic(nn.Module):
    """A causal language model with a value head: a ``rollout.Learner`` over token steps.

    Observations are ``ids`` int64[S, N] and ``read`` bool[S, N], sequences that are padded, and ``at``
    int64[T, N], where in its sequence the t-th chosen token stands, ``NOWHERE`` in padding.
    """

    def __init__(self, model: Any, *, reference: Any = None, detach: bool = False) -> None:
        """Add the head.

        Args:
            model: a causal language model of transformers, or one of peft around it; trained in place.
            reference: another such model that stays as it is; None for ``model`` without its adapters.
            detach: whether the critic only listens, and leaves the model to the policy's loss.
        """
        super().__init__()
        self.model, self.detach = model, detach
        self.head = ValueHead(model.config.get_text_config().hidden_size).to(model.device)
        self.reference = None if reference is None else reference.requires_grad_(False).eval()

    def evaluate(self, observations: Nested, actions: Tensor) -> Evaluated:
        """See ``rollout.Learner``; ``actions`` stand in the ids already."""
        return self._evaluate(self.model, observations)

    @property
    def has_reference(self) -> bool:
        """Whether there is something to diverge from."""
        return self.reference is not None or hasattr(self.model, "disable_adapter")

    @torch.no_grad()
    def reference_logprobs(self, observations: Nested) -> Tensor:
        """float32[T, N], of the chosen tokens under the reference.

        Raises:
            PlayoutError: there is none.
        """
        if self.reference is not None:
            return self._evaluate(self.reference, observations).logprobs
        if not self.has_reference:
            raise PlayoutError("a model without adapters needs a reference: LanguageActorCritic(reference=…)")
        with self.model.disable_adapter():
            return self._evaluate(self.model, observations).logprobs

    def _evaluate(self, model: Any, observations: Nested) -> Evaluated:
        ids, read, at = (observations[name] for name in ("ids", "read", "at"))
        steps = at.shape[0]
        used, chosen = read.any(1).nonzero(), (at != NOWHERE).any(1).nonzero()
        first, last = int(used[0]), int(used[-1]) + 1
        at = at[: int(chosen[-1]) + 1].T
        found = self._per_token(model, ids[first:last].T, read[first:last].T, at - first)
        missing = (0, 0, 0, steps - at.shape[1])
        return Evaluated(*(nn.functional.pad(part.T, missing) for part in found))

    def _per_token(self, model: Any, ids: Tensor, read: Tensor, at: Tensor) -> Iterator[Tensor]:
        """Log-probability, entropy and value of the tokens ``at`` (int64[N, T]), float32[N, T] each.

        0 for those ``at`` no place. What predicts a token is one place before it.
        """
        before = int(at[at >= 0].min()) - 1
        out = model(
            input_ids=ids,
            attention_mask=read.long(),
            position_ids=(read.cumsum(1) - 1).clamp_min(0),
            use_cache=False,
            output_hidden_states=True,
            logits_to_keep=ids.shape[1] - before,
        )
        logprobs = out.logits[:, :-1].float().log_softmax(-1)
        hidden = out.hidden_states[-1][:, before:-1]
        values = self.head(hidden.detach() if self.detach else hidden)
        chosen = logprobs.gather(-1, ids[:, before + 1 :, None]).squeeze(-1)
        place, real = (at - 1 - before).clamp_min(0), at >= 0
        entropy = -(logprobs.exp() * logprobs).sum(-1)
        return (part.gather(1, place) * real for part in (chosen, entropy, values))
