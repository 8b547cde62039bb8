"""RLHS for policies that write: a small decoder from scratch, or any language model.

Online the answers of an iteration are tokens of ``response_rollouts`` and PPO's or REINFORCE's; offline TRL's
DPO learns from pairs of the base's answers. What an answer claims is read by ``rlhs_words`` and judged by the
market, just as the claim table's advice is. Leaves out the reward model (``rlhs_reward_model``).
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from playout.core import Completion, MissingExtra, Sampling, random
from playout.rollouts.store import Run, RunWriter, open_run
from playout.simulators.consultancy.claims import FEEDBACKS
from playout.training import rlhs_words
from playout.training.feedback import boltzmann, boltzmann_labels
from playout.training.preferences import Preference, write_preferences
from playout.training.rlhs_market import Advice, Customers, Market
from playout.training.rlhs_settings import TEXT, RLHSConfig
from playout.training.settings import SFTConfig, SFTSettings

try:
    import torch

    from playout.training import ppo
    from playout.training.claim_policy import ClaimTable, as_advice, seen
    from playout.training.decoder import DecoderConfig, new_decoder, word_tokenizer
    from playout.training.demonstrations import Demonstration, step_rows
    from playout.training.language_actor_critic import LanguageActorCritic
    from playout.training.policy import AGENT, FOLDER, Policy, agent_config, is_small, load_policy, threads
    from playout.training.reinforce import MeanBaseline
    from playout.training.response_rollouts import ResponseCollector
    from playout.training.rlhs import online_settings
    from playout.training.rows import joined
    from playout.training.sft import SupervisedTraining
except ModuleNotFoundError as error:
    raise MissingExtra(error.name or "torch", "train") from error

Progress = Callable[[int, int], None]
Score = Callable[[Sequence[Completion]], NDArray[np.float64]]
"""From answers to float64[N]: a reward in place of the customer's rating."""

WRITER, PREFERENCES = "writer", "preferences.jsonl"
SHAPE = DecoderConfig(width=48, layers=3, heads=3, context=256, style="llama")
"""Of the small decoder."""
WRITTEN = 24_000  # answers that it learns to write from
_SFT = SFTSettings(epochs=2, batch_tokens=3072, learning_rate=4e-3, save_every=200)
_PRICE = re.compile(r"\$[\d,.]*\d")
_RATES = {"ppo": 1e-3, "reinforce": 2e-3, "dpo": 1e-3}
"""Of a small decoder. PPO's did better than its double on validation; the others are not tuned."""
LARGE_RATE = 1e-5
"""Of any other model."""
_CURVES = ("immediate", "partial", "oracle", "true")
_VALIDATED = 20  # visits of each case
_PART = 256  # answers at a time


def learn_text(config: RLHSConfig, run: RunWriter, market: Market, progress: Progress) -> None:
    """Train the language policy that ``config`` names, and keep it in ``run``."""
    policy = _begun(config, run.folder, progress)
    with threads(policy.model, None):
        asking = Asking(policy, market)
        score = None
        if config.reward == "reward-model":
            from playout.training.rlhs_reward_model import fit

            pairs = compare_answers(asking, config, first=0)
            score = fit(config, policy, pairs, run).score
        if config.algorithm == "dpo":
            from playout.training.rlhs_dpo import learn_pairs

            # A reward model was fitted to the first visits; it compares the next ones.
            first = 0 if score is None else config.settings.pairs
            pairs = compare_answers(asking, config, first=first, score=score)
            write_preferences(run.folder / PREFERENCES, _records(config, pairs))
            learn_pairs(config, policy, pairs, run, lambda: validated(config, policy), progress)
        else:
            _online(config, policy, asking, score, run, progress)


def write_base(config: RLHSConfig, *, out: Path | str, progress: Progress | None = None) -> Run:
    """Teach a fresh decoder to write what the claim table of ``config.base`` claims, in run folder ``out``.

    It is what ``policy="text"`` begins with.
    """
    asked = {
        "method": "rlhs-writer",
        "market": asdict(config.market),
        "base": config.base,
        "seed": config.seed,
    }
    with open_run(out, asked, resume=True) as run:
        if not (run.folder / FOLDER / AGENT).is_file():
            policy, rows = _first_words(config)
            with threads(policy.model, None):
                wanted = SFTConfig(env="playout/Consultancy-v0", model="new", seed=config.seed, settings=_SFT)
                sequences = joined(step_rows(rows, policy.chat_model(), policy.agent.prefill))
                SupervisedTraining(wanted, policy, sequences, run).go_on(
                    progress or (lambda done, total: None)
                )
    return Run(out)


def advice_of(policy: Policy, market: Market, customers: Customers, *, seed: int = 0) -> Advice:
    """What N customers take from the policy's answers; ``seed`` decides what is drawn."""
    asking = Asking(policy, market)
    with threads(policy.model, None):
        return asking.heard(customers, asking.answers(customers, seed))


def load_writer(folder: Path | str) -> Policy:
    """The policy of a run."""
    return load_policy(str(folder), agent_config(str(folder), {}))


class Asking:
    """A policy and the market whose customers it answers."""

    def __init__(self, policy: Policy, market: Market) -> None:
        """Ask ``policy`` for answers to the customers of ``market``."""
        self.policy, self.market, self.catalogue = policy, market, market.terms.catalogue
        self.chat_model = policy.chat_model()
        agent = policy.agent
        self.sampling = Sampling(
            max_tokens=agent.max_tokens or 64, temperature=1.0, prefill=agent.prefill
        )  # fmt: skip

    def chats(self, customers: Customers) -> list[Any]:
        """What the policy reads of N customers."""
        return rlhs_words.chats_of(self.catalogue, customers, self.policy.agent)

    def heard(self, customers: Customers, completions: Sequence[Completion]) -> Advice:
        """What they take from its answers."""
        return rlhs_words.heard(self.catalogue, customers, completions)

    @torch.no_grad()
    def answers(self, customers: Customers, seed: int) -> list[Completion]:
        """An answer to each of N customers, sampled."""
        chats = self.chats(customers)
        found: list[Completion] = []
        for start in range(0, len(chats), _PART):
            part = chats[start : start + _PART]
            seeds = tuple(random.bits(seed, start + i, random.STREAM_POLICY) >> 33 for i in range(len(part)))
            found += self.chat_model.generate(part, replace(self.sampling, seeds=seeds))
        return found


class AnswerPairs(NamedTuple):
    """N pairs of answers to the same prompt, the preferred one first."""

    prompts: list[str]
    chosen: list[Completion]
    rejected: list[Completion]
    margins: NDArray[np.float64]
    """float64[N]: how much better it was found."""
    ceiling: float
    """Mean probability of the likelier label: the best accuracy that a model of the evaluator can have."""


def compare_answers(
    asking: Asking, config: RLHSConfig, *, first: int, score: Score | None = None
) -> AnswerPairs:
    """Let the evaluator prefer between two answers in visits from ``first`` on; see ``compare_advice``."""
    settings, market = config.settings, asking.market
    customers = market.customers(first, settings.pairs)
    both = [asking.answers(customers, random.bits(config.seed, 2 * first + side) >> 1) for side in range(2)]
    if score is None:
        judged = [market.judge(customers, asking.heard(customers, said)) for said in both]
        worth = [side.expected[:, market.column] for side in judged]
    else:
        worth = [score(said) for said in both]
    if settings.shuffle:
        worth = [np.roll(side, 1) for side in worth]
    beta = settings.evaluator_beta
    wins = boltzmann_labels(worth[0], worth[1], beta, seed=config.seed, counter=first)
    sure = np.maximum(p := boltzmann(worth[0], worth[1], beta), 1 - p)
    sides = [[both[int(wins[i]) ^ k][i] for i in range(len(wins))] for k in (1, 0)]
    prompts = [chat[-1].content for chat in asking.chats(customers)]
    return AnswerPairs(prompts, sides[0], sides[1], np.abs(worth[0] - worth[1]), float(sure.mean()))


def validated(config: RLHSConfig, policy: Policy) -> dict[str, float]:
    """How good the policy is on validation, for the curves."""
    market = Market(config.market, config.feedback, "validation", seed=config.seed)
    customers = market.balanced(_VALIDATED)
    found = market.measure(customers, advice_of(policy, market, customers, seed=config.seed))
    return {name: float(np.nanmean(values)) for name, values in found.items() if np.isfinite(values).any()}


def _begun(config: RLHSConfig, folder: Path, progress: Progress) -> Policy:
    if config.policy == TEXT:
        name = str(write_base(config, out=folder / WRITER, progress=progress).folder)
        return load_writer(name)
    options = (
        {} if Path(config.policy, FOLDER, AGENT).is_file() else {"max_tokens": config.settings.max_tokens}
    )
    return load_policy(config.policy, agent_config(config.policy, options), adapter=config.settings.adapter)


def _first_words(config: RLHSConfig) -> tuple[Policy, list[Demonstration]]:
    """A fresh decoder with the words that it needs, and the answers that it is to learn."""
    market = Market(config.market, "immediate", "train", seed=config.seed)
    customers = market.customers(0, WRITTEN)
    table = ClaimTable(config.base)
    with torch.no_grad():
        said = table.act(seen(customers), torch.Generator().manual_seed(config.seed)).actions
    # Prices are digits that a decoder of this size would spend its life on copying: it tells none.
    answers = rlhs_words.worded(market.terms.catalogue, customers, as_advice(said).claims)
    agent = agent_config("new:tiny", {"max_tokens": config.settings.max_tokens})
    chats = rlhs_words.chats_of(market.terms.catalogue, customers, agent)
    read = (_PRICE.sub("$", chat[-1].content) for chat in chats)
    tokenizer = word_tokenizer((*read, *answers))
    policy = Policy(new_decoder(SHAPE, tokenizer, seed=config.seed), tokenizer, agent)
    rows = [Demonstration(i, 0, *one) for i, one in enumerate(zip(chats, answers, strict=True))]
    return policy, rows


def _online(
    config: RLHSConfig,
    policy: Policy,
    asking: Asking,
    score: Score | None,
    run: RunWriter,
    progress: Progress,
) -> None:
    settings = config.settings
    reference = deepcopy(policy.model) if settings.kl and not settings.adapter else None
    learner = LanguageActorCritic(policy.model, reference=reference, detach=True)
    size = settings.batch

    def rated(
        iteration: int, completions: Sequence[Completion]
    ) -> tuple[NDArray[np.float64], Mapping[str, float]]:
        customers = asking.market.customers(iteration * size, size)
        judged = asking.market.judge(customers, asking.heard(customers, completions))
        rewards = judged.rewards if score is None else score(completions)
        if settings.shuffle:
            rewards = np.roll(rewards, 1)
        found = judged.expected.mean(0)
        curves = {name: float(found[FEEDBACKS.index(name)]) for name in _CURVES}
        return rewards, {"rating": float(judged.rewards.mean()), **curves}

    collector = ResponseCollector(
        asking.chat_model,
        lambda iteration: asking.chats(asking.market.customers(iteration * size, size)),
        rated,
        sampling=asking.sampling,
        kl=settings.kl,
        seed=config.seed,
    )
    ppo.learn(
        learner,
        collector if config.algorithm == "ppo" else MeanBaseline(collector),
        online_settings(config, rate_of(config, policy)),
        run,
        seed=config.seed,
        keep=lambda: policy.save(run.folder),
        progress=progress,
    )


def rate_of(config: RLHSConfig, policy: Policy) -> float:
    """The learning rate of ``policy``, where none is given."""
    return _RATES[config.algorithm] if is_small(policy.model) else LARGE_RATE


def _records(config: RLHSConfig, pairs: AnswerPairs) -> Iterable[Preference]:
    source = f"{config.reward}:{config.feedback}"
    for prompt, chosen, rejected, margin in zip(*pairs[:4], strict=True):
        yield Preference(
            prompt=prompt, chosen=chosen.text, rejected=rejected.text, margin=float(margin), source=source,
            seed=config.seed,
        )  # fmt: skip
