"""Proximal policy optimisation (Schulman et al. 2017) with a critic, for rollouts from anywhere.

``ppo_update`` is the method: a ``Rollout`` in, optimiser steps out. ``learn`` is the loop around it, for any
``Collector``: rate, curves, and states from which a run that was killed goes on as if it had not been.
Leaves out where rollouts come from: ``vector_rollouts`` and ``response_rollouts``.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from playout.core import MissingExtra
from playout.rollouts.store import RunWriter
from playout.training.settings import PPOSettings, PPOUpdate

try:
    import torch
    from torch import Tensor

    from playout.training import losses, nested
    from playout.training.rollout import Learner, Rollout
except ModuleNotFoundError as error:
    raise MissingExtra(error.name or "torch", "torch") from error

Progress = Callable[[int, int], None]
"""Called as ``progress(done, total)`` with numbers of iterations."""

STATE = "ppo.pt"


class Collector(Protocol):
    """Where rollouts come from."""

    def collect(self, policy: Any, generator: torch.Generator) -> tuple[Rollout, Mapping[str, float]]:
        """The next rollout, and what is worth a curve: ``env_steps``, ``success``, ``return``, …."""
        ...

    def save(self) -> dict[str, Any]:
        """Tensors and plain data from which :meth:`load` makes another collector go on just as this one."""
        ...

    def load(self, state: Mapping[str, Any]) -> None:
        """Take back what :meth:`save` gave."""
        ...


def ppo_update(
    policy: Learner,
    rollout: Rollout,
    optimiser: torch.optim.Optimizer,
    config: PPOUpdate,
    generator: torch.Generator,
) -> dict[str, float]:
    """Learn from a rollout: some epochs over it in random minibatches.

    Args:
        policy: is changed in place.
        rollout: what ``policy`` did, as it is now.
        optimiser: of the policy's parameters.
        config: the method's numbers.
        generator: decides the minibatches; on the rollout's device.

    Returns:
        ``policy_loss``, ``value_loss``, ``entropy``, ``kl`` (of the policy that acted from the one that is
        trained, by estimator k3, before each optimiser step), ``clip_share`` and ``grad_norm``, means over
        the optimiser steps; ``updates``, how many there were; ``explained_variance`` of the returns by the
        critic as it was in the rollout, 1 at best, 0 for a constant.
    """
    advantages, returns = rollout.advantages(discount=config.discount, trace=config.trace)
    if config.normalise == "rollout":
        advantages = _normalised(advantages, rollout.mask)
    samples = _Samples(rollout, advantages, returns)
    sums: dict[str, float] = defaultdict(float)
    updates = 0
    for chosen in _minibatches(samples.valid, config, generator):
        optimiser.zero_grad(set_to_none=True)
        found = _backward(policy, samples, chosen, config)
        if config.target_kl is not None and found["kl"] > config.target_kl:
            break
        norm = torch.nn.utils.clip_grad_norm_(policy.parameters(), config.max_grad_norm)
        optimiser.step()
        updates += 1
        for name, number in {**found, "grad_norm": float(norm)}.items():
            sums[name] += number
    means = {name: total / updates for name, total in sums.items()}
    explained = explained_variance(rollout.values[rollout.mask], returns[rollout.mask])
    return {**means, "updates": float(updates), "explained_variance": explained}


def explained_variance(values: Tensor, returns: Tensor) -> float:
    """1 - Var(returns - values) / Var(returns); 0 where the returns do not vary."""
    variance = returns.var(correction=0)
    return float(1 - (returns - values).var(correction=0) / variance) if variance > 0 else 0.0


class _Samples:
    """A rollout as U units that minibatches are made of: steps, or whole columns."""

    def __init__(self, rollout: Rollout, advantages: Tensor, returns: Tensor) -> None:
        leading, self.dim = rollout.mask.ndim, int(rollout.whole)
        parts = (
            rollout.observations, rollout.actions, rollout.logprobs, rollout.values, advantages, returns,
            rollout.mask,
        )  # fmt: skip
        self._parts = parts if rollout.whole else nested.flatten(parts, leading)
        mask = rollout.mask.any(0) if rollout.whole else rollout.mask.flatten()
        self.valid = mask.nonzero().squeeze(-1)
        """int64[U], the units in which there is something to learn from."""

    def take(self, chosen: Tensor) -> tuple[Any, ...]:
        """Observations, actions, log-probabilities, values, advantages, returns, mask of ``chosen`` units."""
        return nested.take(self._parts, chosen, self.dim)


def _minibatches(valid: Tensor, config: PPOUpdate, generator: torch.Generator) -> Iterator[Tensor]:
    """Each unit once an epoch."""
    for _ in range(config.epochs):
        order = torch.randperm(len(valid), generator=generator, device=generator.device)
        yield from (part for part in valid[order].chunk(config.minibatches) if len(part))


def _backward(policy: Learner, samples: _Samples, chosen: Tensor, config: PPOUpdate) -> dict[str, float]:
    """Add the gradient of one minibatch; the terms of its loss."""
    batch = samples.take(chosen)
    mask, advantages = batch[-1], batch[4]
    if config.normalise == "minibatch":
        advantages = _normalised(advantages, mask)
    total = mask.sum()
    sums: dict[str, Tensor] = defaultdict(lambda: torch.zeros((), device=mask.device))
    for part in torch.arange(len(chosen), device=mask.device).chunk(config.accumulate):
        pieces = nested.take((*batch[:4], advantages, *batch[5:]), part, samples.dim)
        terms = _terms(policy, pieces, config)
        means = {name: (term * pieces[-1]).sum() / total for name, term in terms.items()}
        loss = means["policy_loss"] + config.value_weight * means["value_loss"]
        (loss - config.entropy * means["entropy"]).backward()
        for name, mean in means.items():
            sums[name] += mean.detach()
    return {name: float(number) for name, number in sums.items()}


def _terms(policy: Learner, batch: tuple[Any, ...], config: PPOUpdate) -> dict[str, Tensor]:
    """Per step; where the mask is not set they are finite, and mean nothing."""
    observations, actions, old_logprobs, old_values, advantages, returns, mask = batch
    now = policy.evaluate(observations, actions)
    # What stands in the padding may be anything, and nothing times infinity is not a number.
    logprobs = torch.where(mask, now.logprobs, old_logprobs)
    sides = {"low": config.clip, "high": config.clip_high}
    with torch.no_grad():
        clipped = losses.is_clipped(logprobs, old_logprobs, advantages, **sides).float()
        kl = losses.kl_k3(old_logprobs, logprobs)
    kept = None if config.value_clip is None else old_values
    values = torch.where(mask, now.values, old_values)
    return {
        "policy_loss": losses.clipped_surrogate(logprobs, old_logprobs, advantages, **sides),
        "value_loss": losses.value_loss(values, returns, kept, clip=config.value_clip or 0.0),
        "entropy": torch.where(mask, now.entropy, torch.zeros_like(now.entropy)),
        "kl": kl,
        "clip_share": clipped,
    }


def _normalised(advantages: Tensor, mask: Tensor) -> Tensor:
    """With mean 0 and deviation 1 where ``mask`` is set; one alone, or equal ones, become 0."""
    counted = advantages[mask]
    deviation = counted.std(correction=0)
    return torch.where(mask, (advantages - counted.mean()) / (deviation + 1e-8), torch.zeros_like(advantages))


def adam(policy: Learner, rate: float) -> torch.optim.Optimizer:
    """Adam over what may be trained, with the epsilon of PPO's first implementation."""
    weights = [weight for weight in policy.parameters() if weight.requires_grad]
    return torch.optim.Adam(weights, lr=rate, eps=1e-5, fused=True)


def learn(
    policy: Learner,
    collector: Collector,
    settings: PPOSettings,
    run: RunWriter,
    *,
    seed: int,
    keep: Callable[[], None],
    progress: Progress | None = None,
) -> None:
    """Collect and learn for ``settings.iterations``, from the last saved state of ``run`` on.

    A state holds the weights, the optimiser, the generator and the collector, so a run that was killed and
    goes on has the same curve as one that was not, its times apart.

    Args:
        policy: is trained in place; on ``settings.device``. Dropout stays off, since it would move the
            ratios of probabilities.
        collector: gives the rollouts.
        settings: how.
        run: gets a row of ``metrics.jsonl`` per iteration, and the states.
        seed: of actions and minibatches.
        keep: called before a state is saved, to leave the policy in the run.
        progress: told after each iteration.
    """
    policy.train(False)
    optimiser = adam(policy, settings.learning_rate)
    generator = torch.Generator(settings.device).manual_seed(seed)
    done = _load(run, policy, optimiser, generator, collector)
    for iteration in range(done, settings.iterations):
        left = 1 - iteration / settings.iterations if settings.schedule == "linear" else 1.0
        for group in optimiser.param_groups:
            group["lr"] = settings.learning_rate * left
        began = time.process_time()
        with torch.no_grad():
            rollout, row = collector.collect(policy, generator)
        collected = time.process_time()
        found = ppo_update(policy, rollout, optimiser, settings.update, generator)
        spent = {"collect_seconds": collected - began, "learn_seconds": time.process_time() - collected}
        run.log([{"iteration": iteration + 1, **row, **found, **spent}])
        if (iteration + 1) % settings.save_every == 0 or iteration + 1 == settings.iterations:
            keep()
            _save(run, iteration + 1, policy, optimiser, generator, collector)
        if progress is not None:
            progress(iteration + 1, settings.iterations)


def _save(
    run: RunWriter,
    done: int,
    policy: Learner,
    optimiser: torch.optim.Optimizer,
    generator: torch.Generator,
    collector: Collector,
) -> None:
    state = {
        "done": done,
        "policy": _trained(policy),
        "optimiser": optimiser.state_dict(),
        "generator": generator.get_state(),
        "collector": collector.save(),
    }
    part = run.folder / f"{STATE}.part"
    torch.save(state, part)
    part.replace(run.folder / STATE)


def _load(
    run: RunWriter,
    policy: Learner,
    optimiser: torch.optim.Optimizer,
    generator: torch.Generator,
    collector: Collector,
) -> int:
    """How many iterations are done."""
    file, done = run.folder / STATE, 0
    if file.is_file():
        state = torch.load(file, map_location=generator.device, weights_only=True)
        done = state["done"]
        policy.load_state_dict(state["policy"], strict=False)
        optimiser.load_state_dict(state["optimiser"])
        generator.set_state(state["generator"].cpu())
        collector.load(state["collector"])
    # What was reported after the state was saved happens again.
    run.write_metrics([row for row in run.metrics() if row["iteration"] <= done])
    return done


def _trained(policy: Learner) -> dict[str, Any]:
    """The weights of ``policy`` that change: beside adapters and references stand large ones that do not."""
    frozen = {name for name, weight in policy.named_parameters() if not weight.requires_grad}
    return {name: weight for name, weight in policy.state_dict().items() if name not in frozen}
