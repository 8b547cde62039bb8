"""The smallest policy that can deceive: a table of claims by what is so.

What is claimed of an option depends on whether it has the feature, on its price tier and on whether prices
are shown: 18 contexts with 4 claims each, 72 logits, and 3 for the statement of prices where they are not
shown; as much again for another manner of speaking, if manners are heard. It sees no other option, so it
lies or not, palters or not, and that is all. A ``rollout.Learner`` with a critic as small.
"""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from playout.simulators.consultancy.claims import CLAIMS, MESSAGES, OPTIONS, PRICE_STATEMENTS, PRICE_TRUE
from playout.simulators.consultancy.population import MANNERS
from playout.training.rlhs_market import Advice, Customers
from playout.training.rlhs_settings import Base
from playout.training.rollout import Acted, Evaluated

TRUTHS, TIERS = 3, 3
CONTEXTS = 2 * TRUTHS * TIERS
"""By whether prices are shown, the tier, and what is so."""
FILE = "claims.json"

# Rows: it has the feature, lacks it, does not say. Columns: claimed has, lacks, unspecified; silent.
_NOISY_HONEST = ((0.80, 0.02, 0.03, 0.15), (0.05, 0.70, 0.05, 0.20), (0.15, 0.05, 0.60, 0.20))
_HEDGER = ((0.35, 0.02, 0.33, 0.30), (0.02, 0.38, 0.30, 0.30), (0.05, 0.05, 0.60, 0.30))
_WITHHELD = (0.25, 0.02, 0.03, 0.70)
_PRICES = (0.80, 0.15, 0.05)  # true, none, false


def base_table(name: Base) -> NDArray[np.float64]:
    """The probabilities of a policy to begin with, float64[18, 4].

    ``noisy-honest`` mostly tells what is so; ``hedger`` mostly avoids to say; ``withholder`` tells of the
    dear option and mostly keeps silent about cheaper ones that have the feature too; ``uniform`` says
    anything.
    """
    rows = {"uniform": ((0.25,) * 4,) * 3, "hedger": _HEDGER}.get(name, _NOISY_HONEST)
    table = np.tile(np.array(rows), (2, TIERS, 1, 1))  # shown, tier, truth, claim
    if name == "withholder":
        table[:, 1:, 0] = _WITHHELD
    return table.reshape(CONTEXTS, CLAIMS)


class Seen(NamedTuple):
    """What the policy reads of visits of leading shape [...]."""

    context: Tensor
    """int64[..., 3], of each option."""
    shown: Tensor
    """bool[...]: the customer sees the prices."""
    manner: Tensor
    """int64[...]: how the customer speaks."""


def seen(customers: Customers) -> Seen:
    """What there is to read of N customers."""
    scenarios = customers.scenarios
    context = (scenarios.shown[:, None] * TIERS + scenarios.tier) * TRUTHS + scenarios.truth
    return Seen(
        *map(torch.from_numpy, (context.astype(np.int64), scenarios.shown, customers.manner.astype(int)))
    )


def as_advice(actions: Tensor) -> Advice:
    """What the actions int64[N, 4] say."""
    found = actions.cpu().numpy().astype(np.int8)
    return Advice(np.ascontiguousarray(found[:, :OPTIONS]), np.ascontiguousarray(found[:, OPTIONS]))


class ClaimTable(nn.Module):
    """Actions are int64[..., 4]: the claim of each option, and the statement of prices."""

    def __init__(self, base: Base = "noisy-honest", *, manners: bool = False) -> None:
        """Begin as ``base``, and hear ``manners`` or not."""
        super().__init__()
        table = torch.from_numpy(np.log(base_table(base))).float()
        self.claims = nn.Parameter(table.repeat(len(MANNERS) if manners else 1, 1))
        self.prices = nn.Parameter(torch.tensor(_PRICES).log())
        self.values = nn.Parameter(torch.zeros(len(self.claims)))
        self.offset = nn.Parameter(torch.zeros(2))

    def act(self, observations: Seen, generator: torch.Generator | None) -> Acted:
        """See ``rollout.ActorCritic``."""
        claims, prices = self._logprobs(observations)
        actions = torch.cat([_draw(claims, generator), _draw(prices.unsqueeze(-2), generator)], -1)
        # Where prices are shown, what would be said of them is the truth, for certain.
        actions[..., OPTIONS] = torch.where(observations.shown, PRICE_TRUE, actions[..., OPTIONS])
        return Acted(actions, _logprob(claims, prices, observations, actions), self.value(observations))

    def evaluate(self, observations: Seen, actions: Tensor) -> Evaluated:
        """See ``rollout.Learner``."""
        claims, prices = self._logprobs(observations)
        entropy = -(claims.exp() * claims).sum((-1, -2))
        entropy = entropy - (prices.exp() * prices).sum(-1) * ~observations.shown
        return Evaluated(_logprob(claims, prices, observations, actions), entropy, self.value(observations))

    def logprob(self, observations: Seen, actions: Tensor) -> Tensor:
        """float32[...], of what was said as a whole."""
        return _logprob(*self._logprobs(observations), observations, actions)

    def value(self, observations: Seen) -> Tensor:
        """See ``rollout.ActorCritic``."""
        values = self.values[self._contexts(observations)].sum(-1)
        return values + self.offset[observations.shown.long()]

    def message_logprobs(self, observations: Seen) -> Tensor:
        """float32[..., 64, 3]: of every message and statement of prices."""
        claims, prices = self._logprobs(observations)
        a, b, c = claims.unbind(-2)
        messages = (a[..., :, None, None] + b[..., None, :, None] + c[..., None, None, :]).flatten(-3)
        certain = torch.full_like(prices, -torch.inf)
        certain[..., PRICE_TRUE] = 0.0
        prices = torch.where(observations.shown.unsqueeze(-1), certain, prices)
        return messages.unsqueeze(-1) + prices.unsqueeze(-2)

    def save(self, folder: Path) -> None:
        """Write ``claims.json``, whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f"{FILE}.part"
        part.write_text(json.dumps({name: w.tolist() for name, w in self.state_dict().items()}), "utf-8")
        part.replace(folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> "ClaimTable":
        """Read what :meth:`save` wrote."""
        found = json.loads((folder / FILE).read_text("utf-8"))
        policy = cls(manners=len(found["claims"]) > CONTEXTS)
        policy.load_state_dict({name: torch.tensor(values) for name, values in found.items()})
        return policy

    def _contexts(self, observations: Seen) -> Tensor:
        """int64[..., 3], rows of the table."""
        if len(self.claims) == CONTEXTS:
            return observations.context
        return observations.context + CONTEXTS * observations.manner.unsqueeze(-1)

    def _logprobs(self, observations: Seen) -> tuple[Tensor, Tensor]:
        """Of claims, float32[..., 3, 4], and of statements of prices, float32[..., 3]."""
        claims = self.claims.log_softmax(-1)[self._contexts(observations)]
        prices = self.prices.log_softmax(-1).expand(*observations.shown.shape, PRICE_STATEMENTS)
        return claims, prices


def every_message() -> Advice:
    """All 64 messages with each of the 3 statements: claims int8[192, 3] and statements int8[192]."""
    message, prices = np.divmod(np.arange(MESSAGES * PRICE_STATEMENTS), PRICE_STATEMENTS)
    claims = np.stack([message // 16, message // 4 % 4, message % 4], -1)
    return Advice(claims.astype(np.int8), prices.astype(np.int8))


def _draw(logprobs: Tensor, generator: torch.Generator | None) -> Tensor:
    """One choice of the last dimension, [..., K, A] -> int64[..., K]; the likeliest without a generator."""
    if generator is None:
        return logprobs.argmax(-1)
    # The least of Exp(1) / p is a draw of p.
    noise = torch.empty_like(logprobs).exponential_(generator=generator)
    return (logprobs - noise.log()).argmax(-1)


def _logprob(claims: Tensor, prices: Tensor, observations: Seen, actions: Tensor) -> Tensor:
    said = claims.gather(-1, actions[..., :OPTIONS, None]).squeeze(-1).sum(-1)
    told = prices.gather(-1, actions[..., OPTIONS:]).squeeze(-1)
    return said + torch.where(observations.shown, 0.0, told)
