"""RLHS for the claim table: advice as it is learnt from, pairs of it, and a model of who compares.

Everything is a function of the seed and of the number of the iteration, so a killed run goes on as if it
had not been. Leaves out the loops: ``ppo.learn`` for PPO and REINFORCE, ``rlhs`` for the rest.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from playout.simulators.consultancy.claims import CLAIMS, FEEDBACKS, PRICE_STATEMENTS
from playout.training.claim_policy import CONTEXTS, ClaimTable, Seen, as_advice, seen
from playout.training.feedback import boltzmann, boltzmann_labels
from playout.training.rlhs_market import Market
from playout.training.rlhs_settings import Divergence, RLHSSettings
from playout.training.rollout import Rollout

Score = Callable[[Seen, Tensor], Tensor]
"""From what is so and what was said to float32[N]: a reward in place of the customer's rating."""
_CURVES = ("immediate", "partial", "oracle", "true")


class ClaimCollector:
    """Visits of a market, an iteration at a time; a ``ppo.Collector``."""

    def __init__(
        self,
        market: Market,
        reference: ClaimTable,
        settings: RLHSSettings,
        *,
        score: Score | None = None,
    ) -> None:
        """Begin at visit 0.

        Args:
            market: where advice is given.
            reference: the policy that ``settings.kl`` keeps near.
            settings: how many visits, and the weight of the divergence.
            score: the reward; None for the customer's rating.
        """
        self.market, self.settings, self.score = market, settings, score
        self._reference, self._done = reference, 0

    @torch.no_grad()
    def collect(self, policy: ClaimTable, generator: torch.Generator) -> tuple[Rollout, dict[str, float]]:
        """The next visits; each is a step that ends."""
        first, count = self._done, self.settings.batch
        self._done += count
        customers = self.market.customers(first, count)
        read = seen(customers)
        acted = policy.act(read, generator)
        judged = self.market.judge(customers, as_advice(acted.actions))
        rewards = torch.from_numpy(judged.rewards).float()
        if self.score is not None:
            rewards = self.score(read, acted.actions)
        if self.settings.shuffle:
            rewards = rewards.roll(1)
        apart = acted.logprobs - self._reference.logprob(read, acted.actions)
        rewards = rewards - self.settings.kl * apart
        ends, zeros = torch.ones(1, count, dtype=torch.bool), torch.zeros(1, count)
        rollout = Rollout(
            observations=Seen(*(part[None] for part in read)),
            actions=acted.actions[None],
            logprobs=acted.logprobs[None],
            values=acted.values[None],
            next_values=zeros,
            rewards=rewards[None],
            terminated=ends,
            ended=ends,
            mask=ends,
        )
        found = judged.expected.mean(0)
        curves = {name: float(found[FEEDBACKS.index(name)]) for name in _CURVES}
        means = {"rating": float(judged.rewards.mean()), "reward": float(rewards.mean())}
        return rollout, {"env_steps": float(self._done), **means, **curves, "kl_base": float(apart.mean())}

    def save(self) -> dict[str, Any]:
        """See ``ppo.Collector``."""
        return {"done": self._done}

    def load(self, state: Mapping[str, Any]) -> None:
        """See ``ppo.Collector``."""
        self._done = state["done"]


class Pairs(NamedTuple):
    """N pairs of what the base policy said of the same scenario, the preferred one first."""

    read: Seen
    chosen: Tensor
    """int64[N, 4]."""
    rejected: Tensor
    """int64[N, 4]."""
    ceiling: float
    """Mean probability of the likelier label: the best accuracy that a model of the evaluator can have."""


@torch.no_grad()
def compare_advice(
    policy: ClaimTable,
    market: Market,
    settings: RLHSSettings,
    *,
    seed: int,
    first: int = 0,
    score: Score | None = None,
) -> Pairs:
    """Let the evaluator prefer between two pieces of advice in ``settings.pairs`` visits from ``first`` on.

    The labels are a Boltzmann evaluator's (``settings.evaluator_beta``) on its ratings without noise, or on
    ``score``.
    """
    generator = torch.Generator().manual_seed(seed)
    customers = market.customers(first, settings.pairs)
    read = seen(customers)
    said = [policy.act(read, generator).actions for _ in range(2)]
    if score is None:
        sides = [market.judge(customers, as_advice(actions)) for actions in said]
        worth = [side.expected[:, market.column] for side in sides]
    else:
        worth = [score(read, actions).double().numpy() for actions in said]
    if settings.shuffle:
        worth = [np.roll(side, 1) for side in worth]
    beta = settings.evaluator_beta
    wins = torch.from_numpy(boltzmann_labels(worth[0], worth[1], beta, seed=seed, counter=first))[:, None]
    sure = np.maximum(p := boltzmann(worth[0], worth[1], beta), 1 - p)
    return Pairs(read, torch.where(wins, *said), torch.where(wins, *said[::-1]), ceiling=float(sure.mean()))


def part_of(pairs: Pairs, rows: NDArray[np.int64]) -> Pairs:
    """The pairs at ``rows``."""
    index = torch.from_numpy(rows)
    read = Seen(*(part[index] for part in pairs.read))
    return Pairs(read, pairs.chosen[index], pairs.rejected[index], pairs.ceiling)


def dpo_loss(policy: ClaimTable, reference: ClaimTable, pairs: Pairs, settings: RLHSSettings) -> Tensor:
    """The mean of -log sigma(beta (score(chosen) - score(rejected))), Rafailov et al. 2023, equation 7.

    The score of advice is a function of u = policy / reference, by :func:`divergence_score`.
    """
    scores = [
        divergence_score(
            policy.logprob(pairs.read, said) - reference.logprob(pairs.read, said).detach(),
            settings.divergence,
            settings.alpha,
        )
        for said in (pairs.chosen, pairs.rejected)
    ]
    return -nn.functional.logsigmoid(settings.beta * (scores[0] - scores[1])).mean()


def divergence_score(log_ratio: Tensor, kind: Divergence, alpha: float = 0.5) -> Tensor:
    """f'(u) of the divergence without its constant, elementwise, for u = exp(``log_ratio``).

    Wang et al. 2024, "Beyond reverse KL", table 1: log u; -1 / u; log(2u / (1 + u)); (u^(a-1) - 1) / (a - 1)
    with TRL's a, which is 1 - alpha of the paper.
    """
    if kind == "reverse_kl":
        return log_ratio
    if kind == "forward_kl":
        return -torch.exp(-log_ratio)
    if kind == "js_divergence":
        return float(np.log(2)) + nn.functional.logsigmoid(log_ratio)
    return torch.expm1((alpha - 1) * log_ratio) / (alpha - 1)


class ClaimRewardModel(nn.Module):
    """What a comparing customer is thought to like: a score of what is so and what was said.

    Options are embedded by context and claim, added up, and read by a small network, so that their order
    does not matter.
    """

    def __init__(self, *, width: int = 32, seed: int = 0) -> None:
        """Make fresh weights, which ``seed`` decides."""
        super().__init__()
        generator = torch.Generator().manual_seed(seed)

        def fresh(*shape: int, scale: float) -> nn.Parameter:
            return nn.Parameter(torch.randn(shape, generator=generator) * scale)

        self.options = fresh(CONTEXTS * CLAIMS, width, scale=0.5)
        self.prices = fresh(2 * PRICE_STATEMENTS, width, scale=0.5)
        self.hidden = fresh(width, width, scale=width**-0.5)
        self.out = nn.Parameter(torch.zeros(width))

    def forward(self, read: Seen, actions: Tensor) -> Tensor:
        """float32[N], for N visits and their actions int64[N, 4]."""
        options = self.options[read.context * CLAIMS + actions[:, :-1]].sum(-2)
        prices = self.prices[read.shown.long() * PRICE_STATEMENTS + actions[:, -1]]
        hidden = torch.relu(torch.relu(options + prices) @ self.hidden)
        return hidden @ self.out

    def loss(self, pairs: Pairs) -> tuple[Tensor, Tensor]:
        """-log sigma(score(chosen) - score(rejected)) (Bradley and Terry), and whether it was right, [N].

        Half right where both are the same, as ``Pairs.ceiling`` counts them.
        """
        ahead = self(pairs.read, pairs.chosen) - self(pairs.read, pairs.rejected)
        return -nn.functional.logsigmoid(ahead), torch.heaviside(ahead, ahead.new_tensor(0.5))


class Fitted(NamedTuple):
    """A reward model and how good it is."""

    model: ClaimRewardModel
    accuracy: float
    """On pairs that it was not fitted to."""
    ceiling: float
    """The best accuracy there is."""
    beta: float
    """Inverse temperature of the evaluator: scores over it are on the scale of ratings."""

    def score(self, read: Seen, actions: Tensor) -> Tensor:
        """The reward, float32[N]."""
        with torch.no_grad():
            return self.model(read, actions) / self.beta


def fit_reward_model(
    pairs: Pairs, *, beta: float, seed: int, epochs: int = 30, batch: int = 512, rate: float = 5e-3
) -> Fitted:
    """Fit to nine tenths of the pairs; the rest says how good it is.

    Args:
        pairs: what was preferred.
        beta: inverse temperature of the evaluator.
        seed: of weights and order.
        epochs: how often each pair is seen.
        batch: pairs of an optimiser step.
        rate: of Adam.
    """
    n = len(pairs.chosen)
    order = draws(seed, 0).permutation(n)
    held_out, train = part_of(pairs, order[: n // 10]), order[n // 10 :]
    model = ClaimRewardModel(seed=seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    for epoch in range(epochs):
        for rows in np.array_split(draws(seed, 1 + epoch).permutation(train), max(1, len(train) // batch)):
            optimiser.zero_grad(set_to_none=True)
            model.loss(part_of(pairs, rows))[0].mean().backward()
            optimiser.step()
    with torch.no_grad():
        right = model.loss(held_out)[1].double().mean().item()
    return Fitted(model, right, pairs.ceiling, beta)


def draws(seed: int, use: int) -> np.random.Generator:
    """Random numbers of one use under ``seed``."""
    return np.random.Generator(np.random.Philox(key=[seed, use]))
