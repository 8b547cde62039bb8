from copy import deepcopy
from itertools import product

import numpy as np
import pytest

pytest.importorskip("transformers")

import torch

from playout.core import Message, PlayoutError, Sampling
from playout.core.random import bits
from playout.language.transformers_backend import TransformersModel
from playout.training.decoder import DecoderConfig, new_decoder, word_tokenizer
from playout.training.language_actor_critic import LanguageActorCritic
from playout.training.ppo import adam, ppo_update
from playout.training.response_rollouts import ResponseCollector, collect_responses, token_rollout
from playout.training.rows import StepRow, joined
from playout.training.settings import PPOUpdate

torch.set_num_threads(1)

BETA = 0.4
CHATS = [(Message("user", "a"),), (Message("user", "b b"),)]
TOKENIZER = word_tokenizer(["a b c"])


def score_of(prompt, answer):
    return bits(sum(token * 31**i for i, token in enumerate((*prompt, *answer))), 3) / 2.0**64


def scored(completions):
    return [score_of(found.prompt_token_ids, found.token_ids) for found in completions], {}


class Tree:
    """All answers of one or two tokens to each prompt, with their probabilities."""

    def __init__(self, chat_model):
        size = len(TOKENIZER)
        self.rows, self.owner = [], []
        for number, chat in enumerate(CHATS):
            prompt = tuple(chat_model.tokens.prompt(chat, chat_model.end_ids))
            for answer in self.answers(range(size), chat_model.end_ids):
                self.rows.append(StepRow(len(self.rows), 0, prompt, answer, (1,) * len(answer)))
                self.owner.append(number)
        self.owner = np.array(self.owner)
        self.scores = np.array([score_of(row.prompt, row.answer) for row in self.rows])

    @staticmethod
    def answers(tokens, ends):
        yield from ((end,) for end in ends)
        yield from (pair for pair in product(tokens, tokens) if pair[0] not in ends)

    def probabilities(self, learner):
        rollout, _ = token_rollout(learner, joined(self.rows), self.scores, kl=0.0)
        return (rollout.logprobs * rollout.mask).sum(0).double().exp().numpy()

    def best(self, reference):
        """pi_ref * exp(score / beta), normalised for each prompt."""
        weights = reference * np.exp(self.scores / BETA)
        return weights / np.bincount(self.owner, weights)[self.owner]

    def objective(self, policy, reference):
        return (policy * (self.scores - BETA * np.log(policy / reference))).sum() / len(CHATS)


def distance(one, two):
    """Total variation, averaged over the prompts."""
    return 0.5 * np.abs(one - two).sum() / len(CHATS)


def learner_of(**options):
    model = new_decoder(DecoderConfig(width=16, layers=1, heads=2, context=16), TOKENIZER, seed=1)
    return LanguageActorCritic(model, reference=deepcopy(model), **options), TransformersModel(
        model, TOKENIZER
    )


def test_it_finds_the_closed_form_optimum_of_a_token_tree():
    learner, chat_model = learner_of()
    tree = Tree(chat_model)
    reference = tree.probabilities(learner)
    assert np.bincount(tree.owner, reference) == pytest.approx([1, 1], abs=1e-5)
    best = tree.best(reference)
    collector = ResponseCollector(
        chat_model,
        lambda i: CHATS * 64,
        lambda i, found: scored(found),
        sampling=Sampling(max_tokens=2),
        kl=BETA,
    )
    config = PPOUpdate(discount=1.0, trace=1.0, epochs=2, minibatches=2, normalise="none")
    optimiser, generator = adam(learner, 0.01), torch.Generator().manual_seed(0)
    for iteration in range(60):
        for group in optimiser.param_groups:
            group["lr"] = 0.01 * (1 - iteration / 60)
        rollout, _ = collector.collect(learner, generator)
        ppo_update(learner, rollout, optimiser, config, generator)
    found = tree.probabilities(learner)
    print(
        distance(reference, best),
        distance(found, best),
        tree.objective(found, reference),
        tree.objective(best, reference),
        tree.objective(reference, reference),
    )
    assert distance(reference, best) > 0.2
    assert distance(found, best) < 0.03
    gained = tree.objective(found, reference) - tree.objective(reference, reference)
    assert gained >= 0.95 * (tree.objective(best, reference) - tree.objective(reference, reference))


def test_rewards_are_the_log_ratio_at_every_token_and_the_score_at_the_last():
    learner, chat_model = learner_of()
    with torch.no_grad():
        next(learner.model.parameters()).add_(0.3)
    chats, sampling = CHATS * 4, Sampling(max_tokens=5, seeds=tuple(range(8)), logprobs=True, prefill="c")
    found = collect_responses(learner, chat_model, chats, sampling, scored, kl=BETA)
    rollout = found.rollout
    assert len({len(answer.token_ids) for answer in found.completions}) > 1
    for column, answer in enumerate(found.completions):
        rows = rollout.mask[:, column]
        assert rollout.actions[rows, column].tolist() == list(answer.token_ids[1:])
        # The model that writes and the one that is trained read alike.
        assert rollout.logprobs[rows, column].tolist() == pytest.approx(answer.logprobs[1:], abs=1e-4)
        assert rollout.ended[:, column].nonzero().tolist() == [[int(rows.sum()) - 1]]
    reference = learner.reference_logprobs(rollout.observations)
    ratio = rollout.logprobs - reference
    assert not ratio[~rollout.mask].any()
    assert found.kl == pytest.approx(ratio.sum(0).tolist(), abs=1e-5)
    paid = rollout.rewards + BETA * ratio
    assert paid.T[rollout.ended.T].tolist() == pytest.approx(found.scores.tolist(), abs=1e-5)
    assert paid[~rollout.ended].abs().max() < 1e-5
    advantages, returns = rollout.advantages(discount=1.0, trace=1.0)
    # The critic knows nothing yet, so the return of the first token is all.
    assert returns[0].tolist() == pytest.approx(found.scores - BETA * found.kl, abs=1e-4)
    assert torch.equal(advantages, returns)


def test_each_answer_of_a_conversation_is_paid_where_it_ends():
    learner, _ = learner_of()
    rows = [
        StepRow(0, 0, (5, 6), (7, 6), (1, 1)),
        StepRow(1, 0, (5,), (6, 7, 6), (0, 1, 1)),
        StepRow(0, 1, (5, 6, 7, 6, 5), (7,), (1,)),
    ]
    rollout, _ = token_rollout(learner, joined(rows), [1.0, 2.0, 4.0], kl=0.0)
    assert rollout.rewards.T.tolist() == [[0, 1, 4], [0, 2, 0]]
    assert rollout.mask.T.tolist() == [[True] * 3, [True, True, False]]
    assert rollout.actions.T.tolist() == [[7, 6, 7], [7, 6, 0]]
    assert rollout.terminated.T.tolist() == [[False, False, True], [False, True, False]]
    # Padding on either side changes nothing.
    alone, _ = token_rollout(learner, joined(rows[1:2]), [0, 2.0, 0], kl=0.0)
    assert alone.logprobs[:, 0].tolist() == pytest.approx(rollout.logprobs[:2, 1].tolist(), abs=1e-5)
    in_parts, _ = token_rollout(learner, joined(rows), [1.0, 2.0, 4.0], kl=0.0, batch_tokens=1)
    assert torch.allclose(in_parts.logprobs, rollout.logprobs, atol=1e-5)


def test_columns_are_learnt_from_whole_and_in_parts_with_the_same_gradient():
    after = []
    for accumulate in (1, 3):
        learner, chat_model = learner_of(detach=True)
        sampling = Sampling(max_tokens=6, seeds=tuple(range(16)))
        found = collect_responses(learner, chat_model, CHATS * 8, sampling, scored, kl=BETA)
        config = PPOUpdate(epochs=1, minibatches=2, accumulate=accumulate, entropy=0.1)
        optimiser = torch.optim.SGD(learner.parameters(), lr=0.1)
        row = ppo_update(learner, found.rollout, optimiser, config, torch.Generator().manual_seed(0))
        assert row["updates"] == 2
        after.append([weight.detach().clone() for weight in learner.model.parameters()])
    before = learner_of()[0].model.parameters()
    assert all(torch.allclose(one, two, atol=1e-6) for one, two in zip(*after, strict=True))
    assert any(not torch.allclose(one, two, atol=1e-4) for one, two in zip(after[0], before, strict=True))


def test_adapters_diverge_from_the_model_without_them():
    pytest.importorskip("peft")
    from playout.training.policy import with_adapter

    model = with_adapter(new_decoder(DecoderConfig(width=16, layers=1, heads=2, context=16), TOKENIZER), 2)
    learner, chat_model = LanguageActorCritic(model), TransformersModel(model, TOKENIZER)
    sampling = Sampling(max_tokens=4, seeds=tuple(range(8)))
    first = collect_responses(learner, chat_model, CHATS * 4, sampling, scored, kl=BETA)
    assert np.abs(first.kl).max() < 1e-5
    config = PPOUpdate(epochs=3, minibatches=1)
    ppo_update(learner, first.rollout, adam(learner, 0.05), config, torch.Generator().manual_seed(0))
    again = collect_responses(learner, chat_model, CHATS * 4, sampling, scored, kl=BETA)
    assert np.abs(again.kl).max() > 1e-3
    assert learner.head.linear.weight.abs().max() > 0


def test_failed_prompts_are_left_out_and_need_no_score():
    learner, chat_model = learner_of()
    long = (Message("user", "a b " * 40),)
    found = collect_responses(
        learner, chat_model, [long, *CHATS], Sampling(max_tokens=3, seeds=(1, 2, 3)),
        lambda completions: ([float("nan"), 1.0, 2.0], {"noted": 5.0}), kl=BETA,
    )  # fmt: skip
    assert found.completions[0].finish == "error"
    assert found.scores.tolist() == [1, 2]
    assert found.notes == {"noted": 5.0}
    assert found.rollout.mask.shape[1] == 2
    with pytest.raises(PlayoutError, match="all 1 prompts failed: the chat has"):
        collect_responses(learner, chat_model, [long], Sampling(max_tokens=3), scored, kl=BETA)


def test_without_a_reference_there_is_no_divergence():
    model = new_decoder(DecoderConfig(width=16, layers=1, heads=2, context=16), TOKENIZER)
    learner, chat_model = LanguageActorCritic(model), TransformersModel(model, TOKENIZER)
    found = collect_responses(learner, chat_model, CHATS, Sampling(max_tokens=3), scored, kl=0.0)
    assert found.kl.tolist() == [0, 0]
    with pytest.raises(PlayoutError, match="needs a reference"):
        collect_responses(learner, chat_model, CHATS, Sampling(max_tokens=3), scored, kl=0.1)
