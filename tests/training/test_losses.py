import pytest

torch = pytest.importorskip("torch")

from playout.training import losses  # noqa: E402

torch.set_num_threads(1)


def test_the_surrogate_is_minus_ratio_times_advantage_until_it_is_clipped():
    old = torch.zeros(4)
    new = torch.log(torch.tensor([1.1, 1.5, 0.5, 1.5])).requires_grad_()
    advantages = torch.tensor([2.0, 2.0, -2.0, -2.0])
    loss = losses.clipped_surrogate(new, old, advantages)
    assert loss.tolist() == pytest.approx([-2.2, -2.4, 1.6, 3.0])
    loss.sum().backward()
    assert (new.grad == 0).tolist() == losses.is_clipped(new, old, advantages).tolist()
    assert (new.grad == 0).tolist() == [False, True, True, False]


def test_the_value_loss_cannot_gain_by_leaving_the_trust_region():
    values, returns = torch.tensor([1.0]), torch.tensor([1.0])
    assert losses.value_loss(values, returns).item() == 0
    assert losses.value_loss(values, returns, torch.tensor([0.0]), clip=0.2).item() == pytest.approx(0.32)


def test_estimators_of_kl_agree_with_the_truth():
    generator = torch.Generator().manual_seed(0)
    p = torch.randn(8, generator=generator).mul(0.3).log_softmax(0)
    q = torch.randn(8, generator=generator).mul(0.3).log_softmax(0)
    truth = float((p.exp() * (p - q)).sum())
    drawn = torch.multinomial(p.exp(), 200_000, replacement=True, generator=generator)
    k1, k2, k3 = (estimate(p[drawn], q[drawn]) for estimate in (losses.kl_k1, losses.kl_k2, losses.kl_k3))
    assert float(k1.mean()) == pytest.approx(truth, rel=0.1)
    assert float(k2.mean()) == pytest.approx(truth, rel=0.25)
    assert float(k3.mean()) == pytest.approx(truth, rel=0.05)
    assert (k3 >= 0).all()
    assert k3.var() < k1.var()


def test_entropy_is_in_nats_and_takes_forbidden_actions():
    logits = torch.tensor([[0.0, 0.0, -torch.inf, -torch.inf], [0.0, 0.0, 0.0, 0.0]])
    assert losses.entropy(logits).tolist() == pytest.approx([0.6931, 1.3863], abs=1e-4)


def test_a_mean_over_nothing_is_nothing():
    assert losses.masked_mean(torch.ones(3), torch.zeros(3)).item() == 0
    assert losses.masked_mean(torch.tensor([1.0, 5.0]), torch.tensor([0, 1])).item() == 5
