"""The claim table, its market, its pairs and its reward model."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from playout.core import WrongUse  # noqa: E402
from playout.simulators.consultancy import rules  # noqa: E402
from playout.simulators.consultancy.claims import CAUGHT, PRICE_TRUE  # noqa: E402
from playout.training.claim_policy import (  # noqa: E402
    ClaimTable,
    as_advice,
    base_table,
    every_message,
    seen,
)
from playout.training.rlhs_claims import (  # noqa: E402
    ClaimCollector,
    compare_advice,
    divergence_score,
    dpo_loss,
    fit_reward_model,
    part_of,
)
from playout.training.rlhs_market import Advice, Market  # noqa: E402
from playout.training.rlhs_settings import MarketConfig, RLHSSettings  # noqa: E402

BASES = ("noisy-honest", "hedger", "withholder", "uniform")
SMALL = RLHSSettings(batch=64, pairs=2000)


def market(feedback: str = "partial", split: str = "train", **options: object) -> Market:
    return Market(MarketConfig(**options), feedback, split, seed=3)  # type: ignore[arg-type]


def test_visits_are_decided_by_their_numbers() -> None:
    here = market()
    some, more = here.customers(10, 5), here.customers(0, 15)
    assert (some.scenarios.price == more.scenarios.price[10:]).all()
    assert (some.keys == more.keys[10:]).all()


def test_balanced_scenarios_have_the_mix_exactly() -> None:
    found = market(split="test").balanced(7)
    assert np.bincount(found.scenarios.case).tolist() == [7] * 15
    here = market(split="test")
    honest = Advice(found.scenarios.truth, np.full(len(found.keys), PRICE_TRUE, np.int8))
    visits = here.visits(found, honest)
    assert visits.best.mean() == pytest.approx(7 / 15)
    assert rules.expected(visits)[:, -1].mean() == pytest.approx(7 / 15)


def test_a_market_refuses_what_it_does_not_know() -> None:
    with pytest.raises(WrongUse, match="feedback 'later'"):
        market("later")
    with pytest.raises(WrongUse, match="domain"):
        market(domains=("weapons",))


@pytest.mark.parametrize("base", BASES)
def test_a_base_is_a_distribution(base: str) -> None:
    table = base_table(base)  # type: ignore[arg-type]
    assert table.shape == (18, 4) and table.sum(-1) == pytest.approx(np.ones(18))


def test_what_is_drawn_has_the_probability_that_is_said() -> None:
    policy, read = ClaimTable(), seen(market().customers(0, 40))
    acted = policy.act(read, torch.Generator().manual_seed(0))
    now = policy.evaluate(read, acted.actions)
    assert torch.equal(now.logprobs, acted.logprobs)
    # By the table of all messages.
    all_of_them = policy.message_logprobs(read)
    assert torch.allclose(all_of_them.exp().sum((-1, -2)), torch.ones(40), atol=1e-5)
    claims, prices = acted.actions[:, :3], acted.actions[:, 3]
    message = claims @ torch.tensor([16, 4, 1])
    assert torch.allclose(all_of_them[torch.arange(40), message, prices], acted.logprobs, atol=1e-5)


def test_entropy_is_that_of_all_messages() -> None:
    policy, read = ClaimTable("hedger"), seen(market().customers(0, 12))
    p = policy.message_logprobs(read).exp()
    exact = -torch.where(p > 0, p * p.log(), 0.0).sum((-1, -2))
    said = policy.act(read, None).actions
    assert torch.allclose(policy.evaluate(read, said).entropy, exact, atol=1e-4)


def test_shown_prices_are_not_spoken_of() -> None:
    customers = market().customers(0, 200)
    scenarios = customers.scenarios
    said = ClaimTable("uniform").act(seen(customers), torch.Generator().manual_seed(1)).actions
    assert (said[torch.from_numpy(scenarios.shown), 3] == PRICE_TRUE).all()
    assert len(set(said[torch.from_numpy(~scenarios.shown), 3].tolist())) == 3


def test_manners_are_heard_or_not() -> None:
    customers = market(vulnerable=0.5, cue=0.9).customers(0, 60)
    assert 0 < customers.manner.mean() < 1
    deaf, hearing = ClaimTable(), ClaimTable(manners=True)
    read = seen(customers)
    assert torch.equal(deaf.message_logprobs(read), hearing.message_logprobs(read))
    with torch.no_grad():
        hearing.claims[18:] = 0.0
    same = (deaf.message_logprobs(read) == hearing.message_logprobs(read)).all(-1).all(-1)
    assert (same == (read.manner == 0)).all()


def test_the_vulnerable_never_see_through_a_lie() -> None:
    here = market("immediate", vulnerable=0.5, cue=0.9, diligence=0.7)
    customers = here.customers(0, 400)
    lie = Advice(np.zeros((400, 3), np.int8), np.zeros(400, np.int8))
    caught = here.visits(customers, lie).chance[:, CAUGHT]
    assert (caught[customers.vulnerable] == 0).all() and caught[~customers.vulnerable].mean() > 0.3


def test_every_message_is_there_once() -> None:
    messages = every_message()
    assert len({(*claims, price) for claims, price in zip(messages.claims.tolist(), messages.prices.tolist(),
                                                          strict=True)}) == 192  # fmt: skip


@pytest.mark.parametrize("manners", [False, True])
def test_a_policy_is_read_back_as_it_was(tmp_path: Path, manners: bool) -> None:
    policy = ClaimTable("hedger", manners=manners)
    policy.save(tmp_path / "policy")
    read = seen(market().customers(0, 9))
    back = ClaimTable.load(tmp_path / "policy")
    assert torch.equal(policy.message_logprobs(read), back.message_logprobs(read))


@torch.no_grad()
def test_a_collector_pays_ratings_less_what_the_divergence_costs() -> None:
    base, policy = ClaimTable(), ClaimTable("uniform")
    free = ClaimCollector(market(), base, SMALL)
    tied = ClaimCollector(market(), base, RLHSSettings(batch=64, kl=0.5))
    (a, row), (b, _) = (c.collect(policy, torch.Generator().manual_seed(5)) for c in (free, tied))
    assert torch.equal(a.actions, b.actions) and a.rewards.shape == (1, 64)
    read = type(a.observations)(*(part[0] for part in a.observations))
    apart = policy.logprob(read, a.actions[0]) - base.logprob(read, a.actions[0])
    assert torch.allclose(b.rewards[0], a.rewards[0] - 0.5 * apart, atol=1e-5)
    assert row["kl_base"] == pytest.approx(float(apart.mean().detach()))
    assert {"immediate", "partial", "oracle", "true", "rating"} <= row.keys()


@torch.no_grad()
def test_a_collector_goes_on_where_it_was() -> None:
    first = ClaimCollector(market(), ClaimTable(), SMALL)
    first.collect(ClaimTable(), torch.Generator().manual_seed(5))
    second = ClaimCollector(market(), ClaimTable(), SMALL)
    second.load(first.save())
    one, two = (c.collect(ClaimTable(), torch.Generator().manual_seed(6))[0] for c in (first, second))
    assert torch.equal(one.rewards, two.rewards)


def test_pairs_prefer_what_the_evaluator_rates_higher() -> None:
    for feedback in ("immediate", "oracle"):
        here = market(feedback)
        pairs = compare_advice(ClaimTable("uniform"), here, SMALL, seed=1)
        customers = here.customers(0, SMALL.pairs)
        worth = [
            here.judge(customers, as_advice(said)).expected[:, here.column].mean()
            for said in (pairs.chosen, pairs.rejected)
        ]
        assert worth[0] > worth[1] + 0.3
        assert 0.5 < pairs.ceiling < 1


def test_a_reward_model_is_nearly_as_good_as_can_be_and_ranks_as_ratings_do() -> None:
    here = market("partial")
    pairs = compare_advice(ClaimTable("uniform"), here, RLHSSettings(pairs=6000), seed=1)
    fitted = fit_reward_model(pairs, beta=5.0, seed=0, epochs=12)
    assert fitted.accuracy > 0.5 + 0.7 * (fitted.ceiling - 0.5)
    fresh = market("partial", "validation")
    customers = fresh.customers(0, 1000)
    read = seen(customers)
    said = ClaimTable("uniform").act(read, torch.Generator().manual_seed(2)).actions
    true = fresh.judge(customers, as_advice(said)).expected[:, fresh.column]
    assert np.corrcoef(fitted.score(read, said).numpy(), true)[0, 1] > 0.5


@pytest.mark.parametrize("kind", ["reverse_kl", "forward_kl", "js_divergence", "alpha_divergence"])
def test_scores_of_divergences_are_the_papers(kind: str) -> None:
    u = torch.tensor([0.25, 1.0, 3.0], dtype=torch.float64)
    expected = {
        "reverse_kl": u.log(),
        "forward_kl": -1 / u,
        "js_divergence": (2 * u / (1 + u)).log(),
        "alpha_divergence": (u ** (0.3 - 1) - 1) / (0.3 - 1),
    }[kind]
    assert torch.allclose(divergence_score(u.log(), kind, 0.3), expected)  # type: ignore[arg-type]


def test_dpo_on_what_an_oracle_prefers_learns_to_deny_what_is_not_there() -> None:
    here = market("oracle", price_weight=0.0)
    settings = RLHSSettings(pairs=20_000, evaluator_beta=2.0, beta=1.0)
    base, policy = ClaimTable("uniform"), ClaimTable("uniform")
    pairs = compare_advice(base, here, settings, seed=0)
    optimiser = torch.optim.LBFGS(policy.parameters(), max_iter=60)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = dpo_loss(policy, base, pairs, settings)
        loss.backward()
        return loss

    assert float(closure().detach()) == pytest.approx(np.log(2))
    optimiser.step(closure)  # type: ignore[arg-type]
    claims = policy.claims.log_softmax(-1).detach()
    lacks = [10, 13, 16]  # where prices are shown: every tier comes
    assert (claims[lacks, 0] < claims[lacks, 1] - 0.5).all()
    some = part_of(pairs, np.arange(5000))
    assert float(dpo_loss(policy, base, some, settings).detach()) < np.log(2)


def test_shuffled_feedback_says_nothing_of_what_was_said() -> None:
    here, shuffled = market(), RLHSSettings(batch=4000, pairs=4000, shuffle=True)
    collector = ClaimCollector(here, ClaimTable(), shuffled)
    with torch.no_grad():
        rollout, _ = collector.collect(ClaimTable("uniform"), torch.Generator().manual_seed(0))
    plain = ClaimCollector(here, ClaimTable(), RLHSSettings(batch=4000))
    with torch.no_grad():
        earned, _ = plain.collect(ClaimTable("uniform"), torch.Generator().manual_seed(0))
    assert rollout.rewards.mean() == pytest.approx(float(earned.rewards.mean()))
    assert abs(np.corrcoef(rollout.rewards[0].numpy(), earned.rewards[0].numpy())[0, 1]) < 0.06
    pairs = compare_advice(ClaimTable("uniform"), here, shuffled, seed=1)
    worth = [
        here.judge(here.customers(0, 4000), as_advice(said)).expected[:, here.column]
        for said in (pairs.chosen, pairs.rejected)
    ]
    assert (worth[0] - worth[1]).mean() == pytest.approx(0.0, abs=0.05)
