import pytest

pytest.importorskip("torch")

import torch

from playout.training.categorical import Categorical

torch.set_num_threads(1)


def some_logits(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("sizes", [(4,), (3, 3), (2, 4, 1)])
def test_parts_are_independent_and_what_is_drawn_follows_the_probabilities(sizes):
    policy = Categorical(some_logits(sum(sizes)).expand(50_000, -1), sizes)
    drawn = policy.sample(torch.Generator().manual_seed(1))
    assert drawn.shape == (50_000, len(sizes))
    for part, logits in enumerate(some_logits(sum(sizes)).split(sizes)):
        share = torch.bincount(drawn[:, part], minlength=sizes[part]) / len(drawn)
        assert share.tolist() == pytest.approx(logits.softmax(0).tolist(), abs=0.01)
    alone = [torch.distributions.Categorical(logits=part) for part in some_logits(sum(sizes)).split(sizes)]
    whole = sum(part.log_prob(drawn[:, k]) for k, part in enumerate(alone))
    assert torch.allclose(policy.logprob(drawn), whole, atol=1e-5)
    assert policy.entropy()[0].item() == pytest.approx(sum(part.entropy().item() for part in alone), abs=1e-5)
    assert policy.mode()[0].tolist() == [part.logits.argmax().item() for part in alone]


def test_one_part_needs_no_dimension_of_its_own():
    policy = Categorical(some_logits(5, 2, 3), (3,), joint=False)
    drawn = policy.sample(torch.Generator().manual_seed(0))
    assert drawn.shape == policy.logprob(drawn).shape == policy.entropy().shape == (5, 2)


@pytest.mark.parametrize("sizes", [(3, 3), (2, 4)])
def test_forbidden_choices_have_no_probability_and_no_gradient(sizes):
    logits = some_logits(1000, 6).requires_grad_()
    mask = torch.tensor([1, 0, 1, 0, 0, 1]).expand(1000, -1)
    policy = Categorical(logits, sizes, mask)
    drawn = policy.sample(torch.Generator().manual_seed(2))
    taken = torch.stack([drawn[:, 0], sizes[0] + drawn[:, 1]], 1)
    assert mask.gather(1, taken).all()
    (policy.logprob(drawn) + policy.entropy()).sum().backward()
    assert logits.grad.isfinite().all()
    assert not logits.grad[mask == 0].any()


@pytest.mark.parametrize("sizes", [(3, 3), (2, 4)])
def test_a_part_in_which_nothing_is_allowed_is_free(sizes):
    logits = some_logits(6)
    mask = torch.tensor([False] * sizes[0] + [True] * sizes[1])
    free, held = Categorical(logits, sizes), Categorical(logits, sizes, mask)
    assert torch.equal(free.logprobs, held.logprobs)
    assert held.logprobs[0].exp()[: sizes[0]].sum().item() == pytest.approx(1)
