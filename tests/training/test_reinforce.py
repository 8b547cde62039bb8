import pytest

torch = pytest.importorskip("torch")

from playout.training.claim_policy import ClaimTable  # noqa: E402
from playout.training.ppo import ppo_update  # noqa: E402
from playout.training.reinforce import MeanBaseline, reinforce_update  # noqa: E402
from playout.training.rlhs_claims import ClaimCollector  # noqa: E402
from playout.training.rlhs_market import Market  # noqa: E402
from playout.training.rlhs_settings import MarketConfig, RLHSSettings  # noqa: E402


def test_an_update_is_the_score_function_gradient() -> None:
    market = Market(MarketConfig(), "partial", "train", seed=0)
    settings = RLHSSettings(batch=128)
    policy = ClaimTable("hedger")
    collector = MeanBaseline(ClaimCollector(market, ClaimTable("hedger"), settings))
    rollout, _ = collector.collect(policy, torch.Generator().manual_seed(0))
    rollout = type(rollout)(*(p.detach() if hasattr(p, "detach") else p for p in rollout))
    before = policy.claims.detach().clone()
    optimiser = torch.optim.SGD(policy.parameters(), lr=1.0)
    ppo_update(policy, rollout, optimiser, reinforce_update(max_grad_norm=1e9), torch.Generator())

    fresh = ClaimTable("hedger")
    logprobs = fresh.evaluate(rollout.observations, rollout.actions).logprobs
    advantages = rollout.rewards - rollout.rewards.mean()
    (logprobs * advantages).mean().backward()
    assert fresh.claims.grad is not None
    assert torch.allclose(policy.claims.detach() - before, fresh.claims.grad, atol=1e-6)
