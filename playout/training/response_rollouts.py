"""Rollouts of language models: a response is an episode, a token is a step, a critic reads along.

The reward of a token is -beta * (log pi - log pi_ref), and the last one gets the score of the response too:
the objective of Ziegler et al. 2019, "Fine-tuning language models from human preferences" (section 2), and of
Stiennon et al. 2020, "Learning to summarize from human feedback" (section 3.4): E[score] - beta * KL(pi ||
pi_ref), whose optimum is pi_ref * exp(score / beta) up to a factor. The log-ratio is estimator k1, the one
whose expectation under the policy is the divergence; as a reward it needs no gradient of its own. Leaves out
what scores mean.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from playout.core import Chat, Completion, MissingExtra, PlayoutError, Sampling, random
from playout.training.rows import NOT_CHOSEN, StepRow, TokenSequence, joined, padded

try:
    import torch
    from torch import Tensor

    from playout.training import losses, nested
    from playout.training.language_actor_critic import NOWHERE, LanguageActorCritic
    from playout.training.nested import Nested
    from playout.training.rollout import Rollout
except ModuleNotFoundError as error:
    raise MissingExtra(error.name or "torch", "train") from error

Scores = tuple[ArrayLike, Mapping[str, float]]
"""One score per completion, float[N], and what is worth a curve. Failed completions (``finish="error"``) are
not learnt from, whatever their score."""


class Responses(NamedTuple):
    """What :func:`collect_responses` found."""

    rollout: Rollout
    """Token steps [T, M] of the M responses that did not fail."""
    completions: list[Completion]
    """Of all prompts."""
    scores: NDArray[np.float64]
    """float64[M]."""
    kl: NDArray[np.float64]
    """float64[M], the log-ratio of each response: its mean is the divergence from the reference in nats."""
    notes: dict[str, float]
    """What the scorer found worth a curve."""


def token_rollout(
    learner: LanguageActorCritic,
    sequences: Sequence[TokenSequence],
    rewards: ArrayLike,
    *,
    kl: float,
    batch_tokens: int = 16384,
) -> tuple[Rollout, NDArray[np.float64]]:
    """Sequences of chosen tokens as a rollout, under the policy as it is now.

    Args:
        learner: the policy that chose them, at temperature 1.
        sequences: of ``rows.joined``, each with a chosen token. Each is an episode: what is to be earnt by
            later answers of a conversation must stand in one sequence with the earlier ones.
        rewards: float[M], of the step rows that the sequences were made of, paid at a row's last token.
        kl: beta.
        batch_tokens: most tokens, padding included, that are read at once.

    Returns:
        The rollout [T, N], N sequences of at most T chosen tokens, and the log-ratio of each, float64[N].
    """
    observations, actions, paid = _observations(sequences, np.asarray(rewards, np.float64))
    observations, actions, paid = nested.to((observations, actions, paid), learner.model.device)
    parts = list(_columns(observations, batch_tokens))
    read = [_read(learner, nested.take((observations, actions), columns, 1), kl) for columns in parts]
    back = torch.cat(parts).argsort()
    logprobs, values, ratio = (torch.cat(found, 1)[:, back] for found in zip(*read, strict=True))
    mask = observations["at"] != NOWHERE
    last = mask & ~torch.cat([mask[1:], torch.zeros_like(mask[:1])])
    rollout = Rollout(
        observations=observations,
        actions=actions,
        logprobs=logprobs,
        values=values,
        next_values=torch.cat([values[1:], torch.zeros_like(values[:1])]),
        rewards=paid - kl * ratio,
        terminated=last,
        ended=last,
        mask=mask,
        whole=True,
    )
    return rollout, ratio.sum(0).double().cpu().numpy()


def collect_responses(
    learner: LanguageActorCritic,
    chat_model: Any,
    prompts: Sequence[Chat],
    sampling: Sampling,
    score: Callable[[Sequence[Completion]], Scores],
    *,
    kl: float,
    batch_tokens: int = 16384,
) -> Responses:
    """Answer ``prompts``, have the answers scored, and make token steps of them.

    A response that was cut at ``sampling.max_tokens`` is scored like any other, and ends there.

    Args:
        learner: the policy.
        chat_model: the ``TransformersModel`` around the learner's model (``Policy.chat_model``).
        prompts: N chats.
        sampling: with temperature 1 and without cuts, so that the model's own distribution is sampled.
        score: from the N completions to their scores.
        kl: beta.
        batch_tokens: most tokens, padding included, that are read at once.

    Raises:
        PlayoutError: every prompt failed; says why the first one did.
    """
    completions = chat_model.generate(prompts, sampling)
    scores, notes = score(completions)
    good = [number for number, found in enumerate(completions) if found.finish != "error"]
    if not good:
        raise PlayoutError(f"all {len(completions)} prompts failed: {completions[0].error}")
    kept = np.asarray(scores, np.float64)[good]
    sequences = joined(_row(place, completions[number]) for place, number in enumerate(good))
    rollout, ratios = token_rollout(learner, sequences, kept, kl=kl, batch_tokens=batch_tokens)
    return Responses(rollout, completions, kept, ratios, dict(notes))


class ResponseCollector:
    """Answers an iteration's prompts, and has the answers scored; a ``ppo.Collector``."""

    def __init__(
        self,
        chat_model: Any,
        prompts: Callable[[int], Sequence[Chat]],
        score: Callable[[int, Sequence[Completion]], Scores],
        *,
        sampling: Sampling,
        kl: float,
        seed: int = 0,
        batch_tokens: int = 16384,
    ) -> None:
        """Make a collector whose iterations depend on their number and on the policy only.

        Args:
            chat_model: around the model that learns.
            prompts: from the number of an iteration, from 0, to what is asked.
            score: from the number of an iteration and its completions to their scores.
            sampling: how is answered; temperature 1. ``seeds`` are filled in.
            kl: beta.
            seed: of the answers.
            batch_tokens: most tokens, padding included, that are read at once.
        """
        self._chat_model, self._prompts, self._score = chat_model, prompts, score
        self._sampling, self._kl, self._seed, self._batch_tokens = sampling, kl, seed, batch_tokens
        self._iteration = 0

    def collect(
        self, policy: LanguageActorCritic, generator: torch.Generator
    ) -> tuple[Rollout, dict[str, float]]:
        """See ``ppo.Collector``: ``responses``, ``tokens``, mean ``score`` and ``reference_kl``, and notes.

        Answers have seeds of their own, so ``generator`` is not used.
        """
        prompts = self._prompts(self._iteration)
        key = random.bits(self._seed, self._iteration, random.STREAM_POLICY)
        seeds = tuple(random.bits(key, i, random.STREAM_POLICY) >> 1 for i in range(len(prompts)))
        found = collect_responses(
            policy, self._chat_model, prompts, replace(self._sampling, seeds=seeds),
            partial(self._score, self._iteration), kl=self._kl, batch_tokens=self._batch_tokens,
        )  # fmt: skip
        self._iteration += 1
        counts = {"responses": float(len(found.scores)), "tokens": float(found.rollout.mask.sum())}
        means = {"score": float(found.scores.mean()), "reference_kl": float(found.kl.mean())}
        return found.rollout, {**counts, **means, **found.notes}

    def save(self) -> dict[str, Any]:
        """See ``ppo.Collector``."""
        return {"iteration": self._iteration}

    def load(self, state: Mapping[str, Any]) -> None:
        """See ``ppo.Collector``."""
        self._iteration = state["iteration"]


def _row(episode: int, completion: Completion) -> StepRow:
    prefilled = (completion.usage or {}).get("prefill_tokens", 0)
    answer = completion.token_ids
    chosen = (0,) * prefilled + (1,) * (len(answer) - prefilled)
    return StepRow(episode, 0, completion.prompt_token_ids, answer, chosen)


def _observations(
    sequences: Sequence[TokenSequence], rewards: NDArray[np.float64]
) -> tuple[Nested, NDArray[np.int64], NDArray[np.float32]]:
    """Observations of a ``LanguageActorCritic``, actions int64[T, N] and what is paid for them float32[T, N].

    First chosen tokens stand in one line, so that nothing before them need be predicted.
    """
    first = max(sequence.first for sequence in sequences)
    shifts = [first - sequence.first for sequence in sequences]
    ids = [
        np.concatenate([np.zeros(shift, np.int64), s.ids]) for shift, s in zip(shifts, sequences, strict=True)
    ]
    read = [np.arange(len(row)) >= shift for shift, row in zip(shifts, ids, strict=True)]
    places = [np.flatnonzero(sequence.step != NOT_CHOSEN) for sequence in sequences]
    actions = [s.ids[place] for s, place in zip(sequences, places, strict=True)]
    steps = [s.step[place] for s, place in zip(sequences, places, strict=True)]
    # A step row is paid where the next token is of another one, or of none.
    paid = [np.where(np.diff(row, append=NOT_CHOSEN) != 0, rewards[row], 0.0) for row in steps]
    at = [place + shift for shift, place in zip(shifts, places, strict=True)]
    observations = {
        "ids": padded(ids, 0).T,
        "read": padded(read, False).T,
        "at": padded(at, NOWHERE).T,
    }
    return observations, padded(actions, 0).T, padded(paid, 0.0).T.astype(np.float32)


def _columns(observations: Nested, most: int) -> Iterator[Tensor]:
    """All columns once, those of similar length together, at most ``most`` tokens of padded ones at once."""
    lengths = observations["read"].sum(0)
    order = lengths.argsort(stable=True)
    start = 0
    while start < len(order):
        end = start + 1
        while end < len(order) and (end + 1 - start) * int(lengths[order[end]]) <= most:
            end += 1
        yield order[start:end]
        start = end


@torch.no_grad()
def _read(
    learner: LanguageActorCritic, steps: tuple[Nested, Tensor], kl: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Log-probabilities, values and log-ratios to the reference (0 where nobody asks), float32[T, n] each."""
    now = learner.evaluate(*steps)
    if kl == 0 and not learner.has_reference:
        return now.logprobs, now.values, torch.zeros_like(now.logprobs)
    return now.logprobs, now.values, losses.kl_k1(now.logprobs, learner.reference_logprobs(steps[0]))
