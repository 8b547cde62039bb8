"""Supervised fine-tuning: a language policy learns to answer as a teacher did.

Any model that transformers loads, or a decoder from scratch, whole or through LoRA; the loss is on the
answers alone. The loop is ours: it takes TRL's place since for the small decoders that learn in minutes
on a CPU, TRL's trainer spends more time around a step than in it, and since a run that was killed goes
on as if it had not been. One process; several GPUs are left out.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from playout.core import WrongUse
from playout.rollouts.store import Run, RunWriter, open_run
from playout.training.demonstrations import Demonstration, Source, demonstrations, step_rows
from playout.training.policy import (
    NEW,
    Policy,
    agent_config,
    is_small,
    load_policy,
    new_policy,
    threads,
)
from playout.training.rows import NOT_CHOSEN, TokenSequence, batches, joined, padded
from playout.training.settings import SFTConfig

try:
    import torch
    from torch import Tensor
except ModuleNotFoundError as error:
    from playout.core import MissingExtra

    raise MissingExtra("torch", "train") from error

Progress = Callable[[int, int], None]
"""Called as ``progress(done, total)`` with numbers of optimiser steps."""

STATE = "sft.pt"
_HELD_OUT, _MOST_HELD_OUT = 0.02, 512  # share and number of the sequences that are only looked at
_LEAST_RATE = 0.02  # of the learning rate, at the end of its cosine
_WARM_UP = 0.03  # share of the steps in which the rate rises


def sft(config: SFTConfig, *, out: Path | str, resume: bool = False, progress: Progress | None = None) -> Run:
    """Train a policy and keep it in the run folder ``out``.

    Raises:
        WrongUse: ``config`` or ``out`` cannot be right.
    """
    with open_run(out, {"method": "sft", **asdict(config)}, resume=resume) as run:
        policy, sequences = prepare(config)
        with threads(policy.model, config.settings.threads):
            SupervisedTraining(config, policy, sequences, run).go_on(progress or (lambda done, total: None))
    return Run(out)


def prepare(
    config: SFTConfig, steps: Sequence[Demonstration] | None = None
) -> tuple[Policy, list[TokenSequence]]:
    """The policy before training, and what it is to learn.

    Args:
        config: of the training.
        steps: what is to be learnt; None for what ``config`` names.
    """
    agent = agent_config(config.model, config.agent)
    if steps is None:
        steps = list(demonstrations(_source(config), agent))
    if not any(step.is_target for step in steps):
        raise WrongUse(f"sft: {config.env}: nothing to learn: no step of {config.data!r} is worth copying")
    settings = config.settings
    if config.model.startswith(NEW):
        policy = new_policy(config.model, _texts(steps), agent, seed=config.seed, numbered=config.numbered)
        policy.model.to(settings.device)
    else:
        policy = load_policy(config.model, agent, device=settings.device, adapter=settings.adapter)
    return policy, joined(step_rows(steps, policy.chat_model(), agent.prefill))


def token_losses(
    model: Any, sequences: Sequence[TokenSequence], *, read: bool = False
) -> tuple[Tensor, Tensor, Tensor]:
    """Cross-entropy of the K chosen tokens, whether the model would have chosen them, and of what is read.

    Answers that are not to be learnt belong to neither.

    Returns:
        float32[K], bool[K] and float32[R]; without ``read``, R is 0 and the logits of it are not computed.
    """

    def tensor(rows: Sequence[np.ndarray], fill: float) -> Tensor:
        return torch.from_numpy(padded(rows, fill)).to(model.device)

    first = 1 if read else min(max(1, sequence.first) for sequence in sequences)
    ids = tensor([sequence.ids for sequence in sequences], 0)
    chosen = tensor([sequence.step for sequence in sequences], NOT_CHOSEN)[:, first:] != NOT_CHOSEN
    wanted = chosen
    if read:
        wanted = chosen | tensor([sequence.read for sequence in sequences], False)[:, first:]
    keep = ids.shape[1] - first + 1
    # Padded on the right: no token looks at the padding, and a mask of ones costs attention nothing.
    out = model(input_ids=ids, attention_mask=torch.ones_like(ids), logits_to_keep=keep, use_cache=False)
    logits, targets, chosen = out.logits[:, :-1][wanted].float(), ids[:, first:][wanted], chosen[wanted]
    losses = torch.nn.functional.cross_entropy(logits, targets, reduction="none")
    return losses[chosen], (logits.argmax(-1) == targets)[chosen], losses[~chosen]


class SupervisedTraining:
    """The loop: one optimiser step per batch, batches and rates a function of the step's number."""

    def __init__(
        self, config: SFTConfig, policy: Policy, sequences: list[TokenSequence], run: RunWriter
    ) -> None:
        """Train ``policy``, in place, on ``sequences``; ``run`` is where states and metrics go."""
        self.config, self.settings, self.policy, self.run = config, config.settings, policy, run
        held_out = min(_MOST_HELD_OUT, int(_HELD_OUT * len(sequences)))
        order = _draws(config.seed, 0).permutation(len(sequences))
        self._test = [sequences[i] for i in order[:held_out]]
        self._train = [sequences[i] for i in order[held_out:]]
        self._batches = list(self._planned())
        lengths = np.array([len(sequence.ids) for sequence in self._train])
        self._tokens = np.cumsum([lengths[batch].sum() for batch in self._batches])
        self._weights = [weight for weight in policy.model.parameters() if weight.requires_grad]
        self._optimiser = torch.optim.AdamW(
            self._weights,
            lr=self._highest_rate(),
            betas=(0.9, 0.98),
            weight_decay=self.settings.weight_decay,
            fused=True,
        )
        self._averages = [weight.detach().clone() for weight in self._weights]
        self._file, self.step = run.folder / STATE, 0

    def go_on(self, progress: Progress) -> None:
        """Train from the last saved state to the end, and save the policy."""
        self._load()
        total = len(self._batches)
        self.policy.model.train()
        losses: list[Tensor] = []
        right: list[Tensor] = []
        while self.step < total:
            loss, hits = self._learn(self._batches[self.step])
            losses.append(loss)
            right.append(hits)
            self.step += 1
            progress(self.step, total)
            if self.step % self.settings.save_every == 0 or self.step == total:
                self._report(losses, right)
                losses, right = [], []
                self._save()
        self._keep_average()
        self.policy.save(self.run.folder)

    def _planned(self) -> Iterator[np.ndarray]:
        """The batches of all epochs; of the last one only the part that is asked for."""
        lengths = [len(sequence.ids) for sequence in self._train]
        for epoch in range(math.ceil(self.settings.epochs)):
            found = batches(lengths, self.settings.batch_tokens, _draws(self.config.seed, 1 + epoch))
            share = min(1.0, self.settings.epochs - epoch)
            yield from found[: max(1, round(share * len(found)))]

    def _highest_rate(self) -> float:
        if self.settings.learning_rate is not None:
            return self.settings.learning_rate
        if self.config.model.startswith(NEW):
            return 2e-3
        if self.settings.adapter:
            return 2e-4
        return 2e-3 if is_small(self.policy.model) else 1e-5

    def _rate(self) -> float:
        """Rises linearly, then falls as a cosine."""
        done, total = self.step + 1, len(self._batches)
        rising = max(1, int(_WARM_UP * total))
        if done < rising:
            return self._highest_rate() * done / rising
        phase = (done - rising) / max(1, total - rising)
        fallen = 0.5 * (1 + math.cos(math.pi * phase))
        return self._highest_rate() * (_LEAST_RATE + (1 - _LEAST_RATE) * fallen)

    def _learn(self, batch: np.ndarray) -> tuple[Tensor, Tensor]:
        for group in self._optimiser.param_groups:
            group["lr"] = self._rate()
        sequences, weight = [self._train[i] for i in batch], self.settings.read
        losses, hits, read = token_losses(self.policy.model, sequences, read=weight > 0)
        loss = losses.sum() / max(1, len(losses))
        (loss + weight * read.sum() / max(1, len(read))).backward()
        torch.nn.utils.clip_grad_norm_(self._weights, 1.0)
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        # A young average must not remember the fresh weights for long.
        memory = min(self.settings.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for average, weight in zip(self._averages, self._weights, strict=True):
                average.lerp_(weight, 1 - memory)
        return loss.detach(), hits

    def _report(self, losses: Sequence[Tensor], right: Sequence[Tensor]) -> None:
        row = {
            "step": self.step,
            "tokens": int(self._tokens[self.step - 1]),
            "loss": torch.stack(list(losses)).mean().item(),
            "accuracy": torch.cat(list(right)).float().mean().item(),
            "learning_rate": self._optimiser.param_groups[0]["lr"],
            "cpu_seconds": round(time.process_time(), 1),
        }
        if self._test:
            self.policy.model.eval()
            with torch.inference_mode():
                found = [token_losses(self.policy.model, part)[:2] for part in _parts(self._test, 64)]
            self.policy.model.train()
            row["test_loss"] = torch.cat([loss for loss, _ in found]).mean().item()
            row["test_accuracy"] = torch.cat([hits for _, hits in found]).float().mean().item()
        self.run.log([row])

    def _save(self) -> None:
        state = {
            "step": self.step,
            "weights": self._weights,
            "averages": self._averages,
            "optimiser": self._optimiser.state_dict(),
        }
        part = self._file.with_name(f"{STATE}.part")
        torch.save(state, part)
        part.replace(self._file)

    def _load(self) -> None:
        if not self._file.is_file():
            self.run.write_metrics([])
            return
        state = torch.load(self._file, map_location=self.settings.device, weights_only=True)
        self.step = state["step"]
        with torch.no_grad():
            for mine, saved in zip(self._weights, state["weights"], strict=True):
                mine.copy_(saved)
        self._averages = list(state["averages"])
        self._optimiser.load_state_dict(state["optimiser"])
        # What was reported after the state was saved happens again.
        self.run.write_metrics([row for row in self.run.metrics() if row["step"] <= self.step])

    def _keep_average(self) -> None:
        if self.settings.average:
            with torch.no_grad():
                for weight, average in zip(self._weights, self._averages, strict=True):
                    weight.copy_(average)


def _source(config: SFTConfig) -> Source:
    return Source(
        env=config.env,
        env_kwargs=config.env_kwargs,
        data=config.data,
        episodes=config.episodes,
        noise=config.noise,
        slips=config.slips,
        seed=config.seed,
    )


def _texts(steps: Sequence[Demonstration]) -> Iterator[str]:
    for step in steps:
        yield from (message.content for message in step.chat)
        yield step.answer


def _parts(items: Sequence[TokenSequence], size: int) -> list[Sequence[TokenSequence]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def _draws(seed: int, use: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=[seed, use]))
