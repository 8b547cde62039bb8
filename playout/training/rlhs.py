"""RLHS: learning to advise from what customers say at once, or from what they say in hindsight.

Liang et al. 2025 (arXiv 2501.08617v3). Online by PPO with a critic or REINFORCE, offline by DPO; from the
customers' ratings, or from a model of their comparisons. Here are the entry and the claim table;
language policies are in ``rlhs_text``.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from playout.core import MissingExtra
from playout.rollouts.store import Run, RunWriter, mark_policy, open_run
from playout.training.rlhs_market import Advice, Customers, Market
from playout.training.rlhs_settings import TABLE, RLHSConfig, completed
from playout.training.settings import PPOSettings, PPOUpdate

try:
    import torch

    from playout.training import ppo
    from playout.training.claim_agent import KIND, POLICY
    from playout.training.claim_policy import ClaimTable, as_advice, seen
    from playout.training.reinforce import MeanBaseline, reinforce_update
    from playout.training.rlhs_claims import (
        ClaimCollector,
        Score,
        compare_advice,
        dpo_loss,
        draws,
        fit_reward_model,
        part_of,
    )
except ModuleNotFoundError as error:
    raise MissingExtra(error.name or "torch", "torch") from error

Progress = Callable[[int, int], None]
"""Called as ``progress(done, total)`` with numbers of iterations or epochs."""

REWARD_MODEL, STATE = "reward_model.json", "dpo.pt"
_RATES = {"ppo": 0.02, "reinforce": 0.05, "dpo": 0.02}
"""Of the table, chosen on validation."""
_BATCH = 512  # pairs of an optimiser step of DPO
_EPOCHS = 20  # of DPO
_VALIDATED = 80  # visits of each case


def rlhs(
    config: RLHSConfig, *, out: Path | str, resume: bool = False, progress: Progress | None = None
) -> Run:
    """Train a policy and keep it in the run folder ``out``.

    Raises:
        WrongUse: ``config`` or ``out`` cannot be right.
    """
    tell, config = progress or (lambda done, total: None), completed(config)
    # What cannot be right is said before a folder is made.
    market = Market(config.market, config.feedback, "train", seed=config.seed)
    with open_run(out, {"method": "rlhs", **asdict(config)}, resume=resume) as run:
        if config.policy == TABLE:
            _table(config, run, market, tell)
        else:
            from playout.training.rlhs_text import learn_text

            learn_text(config, run, market, tell)
    return Run(out)


def _table(config: RLHSConfig, run: RunWriter, market: Market, progress: Progress) -> None:
    policy, base = (ClaimTable(config.base, manners=config.manners) for _ in range(2))
    score = _reward_model(config, run, base, market) if config.reward == "reward-model" else None
    if config.algorithm == "dpo":
        _dpo(config, run, policy, base, market, score, progress)
        return
    collector = ClaimCollector(market, base, config.settings, score=score)
    ppo.learn(
        policy,
        collector if config.algorithm == "ppo" else MeanBaseline(collector),
        online_settings(config, _RATES[config.algorithm]),
        run,
        seed=config.seed,
        keep=lambda: keep_table(run, policy),
        progress=progress,
    )


def keep_table(run: RunWriter, policy: ClaimTable) -> None:
    """Make this the policy of the run."""
    policy.save(run.folder / POLICY)
    mark_policy(run.folder, KIND)


def online_settings(config: RLHSConfig, rate: float) -> PPOSettings:
    """How ``ppo.learn`` is to learn from single answers, by PPO or by REINFORCE."""
    settings = config.settings
    update = reinforce_update(entropy=settings.entropy)
    if config.algorithm == "ppo":
        update = PPOUpdate(
            discount=1.0, trace=1.0, epochs=settings.epochs, minibatches=settings.minibatches,
            entropy=settings.entropy,
        )  # fmt: skip
    return PPOSettings(
        iterations=settings.iterations,
        learning_rate=settings.learning_rate or rate,
        update=update,
        save_every=settings.save_every,
    )


def _reward_model(config: RLHSConfig, run: RunWriter, base: ClaimTable, market: Market) -> Score:
    """A model of comparisons of the base's advice; its accuracy goes into the run."""
    pairs = compare_advice(base, market, config.settings, seed=config.seed)
    fitted = fit_reward_model(pairs, beta=config.settings.evaluator_beta, seed=config.seed)
    keep_accuracy(run, fitted.accuracy, fitted.ceiling, len(pairs.chosen))
    return fitted.score


def keep_accuracy(run: RunWriter, accuracy: float, ceiling: float, pairs: int) -> None:
    """Write how good a reward model is on pairs it was not fitted to."""
    found = {"held_out_accuracy": accuracy, "best_possible": ceiling, "pairs": pairs}
    (run.folder / REWARD_MODEL).write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def _dpo(
    config: RLHSConfig,
    run: RunWriter,
    policy: ClaimTable,
    base: ClaimTable,
    market: Market,
    score: Score | None,
    progress: Progress,
) -> None:
    """Epochs over pairs of the base's advice; the state after each is kept."""
    settings = config.settings
    # A reward model was fitted to the first visits; it compares the next ones.
    first = 0 if score is None else settings.pairs
    pairs = compare_advice(base, market, settings, seed=config.seed, first=first, score=score)
    optimiser = torch.optim.Adam(policy.parameters(), lr=settings.learning_rate or _RATES["dpo"])
    validation = Market(config.market, config.feedback, "validation", seed=config.seed)
    looked_at = validation.balanced(_VALIDATED)
    parts, file = {"policy": policy, "optimiser": optimiser}, run.folder / STATE
    done = 0
    if file.is_file():
        state = torch.load(file, weights_only=True)
        done = state["done"]
        for name, part in parts.items():
            part.load_state_dict(state[name])
    run.write_metrics([row for row in run.metrics() if row["iteration"] <= done])
    steps = max(1, len(pairs.chosen) // _BATCH)
    epochs = settings.dpo_epochs or _EPOCHS
    for epoch in range(done, epochs):
        losses = []
        for rows in np.array_split(draws(config.seed, 1 + epoch).permutation(len(pairs.chosen)), steps):
            optimiser.zero_grad(set_to_none=True)
            loss = dpo_loss(policy, base, part_of(pairs, rows), settings)
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        found = validation.measure(looked_at, table_advice(policy, looked_at, seed=config.seed))
        means = {name: float(np.nanmean(values)) for name, values in found.items()}
        run.log([{"iteration": epoch + 1, "loss": float(np.mean(losses)), **means}])
        keep_table(run, policy)
        _save(file, {"done": epoch + 1, **{name: part.state_dict() for name, part in parts.items()}})
        progress(epoch + 1, epochs)


@torch.no_grad()
def table_advice(policy: ClaimTable, customers: Customers, *, seed: int = 0) -> Advice:
    """What the policy says to N customers; ``seed`` decides what is drawn."""
    return as_advice(policy.act(seen(customers), torch.Generator().manual_seed(seed)).actions)


def _save(file: Path, state: dict[str, Any]) -> None:
    part = file.with_name(f"{file.name}.part")
    torch.save(state, part)
    part.replace(file)
