"""GRPO on any language world: TRL's trainer, with rollouts, rows and advantages of our own.

TRL brings the optimiser, the scheduler, adapters, the reference model, several processes and checkpoints.
Ours is what it asks of a subclass: episodes are played by the lock-step driver, every step of the
environment is a row with the tokens and log-probabilities of its generation, and every episode weighs
the same in the loss. Advantages are in ``groups``.
"""

import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playout.agents import LanguageAgent
from playout.core import MissingExtra, WrongUse
from playout.rollouts import Episode, Stats
from playout.rollouts.store import Run, RunWriter, open_run
from playout.training.groups import GroupPlay, Steps, advantages, per_trajectory, steps_of
from playout.training.policy import agent_config, is_small, load_policy, quiet, threads
from playout.training.rows import NOT_CHOSEN, TokenSequence, joined, padded
from playout.training.settings import GRPOConfig

try:
    import torch
    from datasets import Dataset
    from torch import Tensor
    from transformers import PrinterCallback, TrainerCallback
    from trl.trainer.grpo_config import GRPOConfig as TRLConfig
    from trl.trainer.grpo_trainer import GRPOTrainer

    from playout.training import losses
except ModuleNotFoundError as error:
    raise MissingExtra(error.name or "trl", "train") from error

Progress = Callable[[int, int], None]
"""Called as ``progress(done, total)`` with numbers of iterations."""

STATE = "state"


def grpo(
    config: GRPOConfig, *, out: Path | str, resume: bool = False, progress: Progress | None = None
) -> Run:
    """Train a policy and keep it in the run folder ``out``.

    Raises:
        WrongUse: ``config`` or ``out`` cannot be right.
    """
    with open_run(out, {"method": "grpo", **asdict(config)}, resume=resume) as run:
        trainer = EpisodeGRPOTrainer(config, run)
        trainer.add_callback(_Keeper(trainer, run, progress or (lambda done, total: None)))
        checkpoint = last_checkpoint(run.folder / STATE)
        done = trainer.begin(checkpoint)
        kept = [row for row in run.metrics() if row["iteration"] <= done]
        run.write_metrics(kept)
        with quiet(), threads(trainer.policy.model, config.settings.threads):
            trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))
        trainer.policy.save(run.folder)
    return Run(out)


class EpisodeGRPOTrainer(GRPOTrainer):
    """TRL's GRPO trainer with one override where rows are made and one where they become a loss."""

    def __init__(self, config: GRPOConfig, run: RunWriter) -> None:
        """Load the policy that ``config`` names.

        Args:
            config: of the training.
            run: where checkpoints go.
        """
        self.config, self.settings = config, config.settings
        agent = agent_config(config.model, config.agent)
        if agent.mode == "score":
            raise WrongUse("grpo: an agent in score mode writes nothing to learn from; use answer or think")
        settings = self.settings
        self.policy = load_policy(config.model, agent, device=settings.device, adapter=settings.adapter)
        self.policy.model.register_forward_pre_hook(_count_positions, with_kwargs=True)
        super().__init__(
            model=self.policy.model,
            reward_funcs=_nothing_more,
            args=self._arguments(run.folder / STATE),
            train_dataset=Dataset.from_dict({"prompt": [""] * self.settings.updates}),
            processing_class=self.policy.tokenizer,
        )
        self.remove_callback(PrinterCallback)
        chat_model = self.policy.chat_model()
        self.agent = LanguageAgent(
            chat_model,
            replace(agent, temperature=1.0, top_p=1.0, retries=0, logprobs=True, seed=config.seed),
        )
        self._groups = GroupPlay(
            config.env, config.env_kwargs, size=settings.group, seed=config.seed, slots=settings.slots
        )

    def begin(self, checkpoint: Path | None) -> int:
        """Iterations that are done already, according to ``checkpoint``."""
        return 0 if checkpoint is None else int(checkpoint.name.rpartition("-")[2]) // self.settings.updates

    @property
    def iteration(self) -> int:
        """Number of the iteration, from 0."""
        return self.state.global_step // self.settings.updates

    def collect(self) -> tuple[list[TokenSequence], NDArray[np.float64], NDArray[np.float64]]:
        """Play the episodes of this iteration.

        Returns:
            The sequences that there is something to learn from, and for the M steps that they are made of
            advantages and weights, float64[M] each.
        """
        settings, stats, began = self.settings, Stats(), time.perf_counter()
        first = self.iteration * settings.levels
        with torch.no_grad():
            episodes = self._groups(self.agent, range(first, first + settings.levels), stats)
        steps = steps_of(
            episodes,
            size=settings.group,
            format_penalty=settings.credit.format_penalty,
        )
        values, flat = advantages(steps, settings.credit)
        # Without these terms, a step without advantage has no gradient at all.
        counted = values != 0 if settings.kl == settings.entropy == 0 else np.ones(len(values), bool)
        weights = per_trajectory(steps, counted)
        sequences = [part for part in joined(steps.rows) if counted[part.step[part.step != NOT_CHOSEN]].any()]
        self._note(_outcomes(episodes, steps), flat_share=flat, rows=len(sequences), **_counts(stats))
        self._note({"collect_seconds": time.perf_counter() - began})
        return sequences, values, weights

    def _generate_and_score_completions(self, inputs: Any) -> dict[str, Tensor]:
        """TRL's place for making rows; ``inputs`` are place-holders.

        Returns:
            ``prompt_ids``, ``prompt_mask`` (int64[N, P], padded on the left), ``completion_ids``,
            ``completion_mask`` (int64[N, C], padded on the right), ``tool_mask`` (1 where the model chose
            the token), ``advantages``, ``old_per_token_logps`` and ``weights`` (float32[N, C]; the weights
            of all rows sum to 1), ``num_items_in_batch`` and, where a reference is used,
            ``ref_per_token_logps``. N is a multiple of ``updates``.
        """
        pad = int(self.policy.tokenizer.pad_token_id)
        found = _tensors(*self.collect(), multiple=self.settings.updates, pad=pad)
        rows = {name: tensor.to(self.accelerator.device) for name, tensor in found.items()}
        if self.settings.kl:
            rows["ref_per_token_logps"] = self._reference(rows)
        return rows

    def _compute_loss(self, model: Any, inputs: dict[str, Tensor]) -> Tensor:
        """The clipped objective of this optimiser step, in parts that fit into memory.

        All parts but the last are back-propagated here, so that the graph of one is alive at a time.
        """
        parts = list(_parts(inputs, self.settings.batch_tokens))
        total = torch.zeros((), device=self.accelerator.device)
        for part in parts[:-1]:
            loss = self._part_loss(model, part)
            self.accelerator.backward(loss)
            total += loss.detach()
        return total + self._part_loss(model, parts[-1])

    def _part_loss(self, model: Any, rows: dict[str, Tensor]) -> Tensor:
        settings = self.settings
        logprobs, entropy = self._logprobs(model, rows)
        mask = rows["tool_mask"] * rows["completion_mask"]
        old, advantage = rows["old_per_token_logps"], rows["advantages"]
        clip = {"low": settings.clip, "high": settings.clip_high}
        loss = losses.clipped_surrogate(logprobs, old, advantage, **clip)
        with torch.no_grad():
            clipped = losses.is_clipped(logprobs, old, advantage, **clip).float()
            self._note(
                entropy=losses.masked_mean(entropy, mask).item(),
                clipped_share=losses.masked_mean(clipped, mask).item(),
                kl_old=losses.masked_mean(losses.kl_k3(old, logprobs), mask).item(),
            )
        if settings.kl:
            divergence = losses.kl_k3(logprobs, rows["ref_per_token_logps"])
            self._note(kl=losses.masked_mean(divergence, mask).item())
            loss = loss + settings.kl * divergence
        if settings.entropy:
            loss = loss - settings.entropy * entropy
        return (rows["weights"] * loss).sum() * settings.updates

    def _logprobs(self, model: Any, rows: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Log-probabilities of the completions' tokens and entropies, float32[N, C] each."""
        ids = torch.cat([rows["prompt_ids"], rows["completion_ids"]], 1)
        mask = torch.cat([rows["prompt_mask"], rows["completion_mask"]], 1)
        columns = rows["completion_ids"].shape[1]
        logprobs, entropy, _ = self._get_per_token_logps_and_entropies(
            model, ids, mask, columns, compute_entropy=True
        )
        assert entropy is not None
        return logprobs, entropy

    @torch.no_grad()
    def _reference(self, rows: dict[str, Tensor]) -> Tensor:
        """Log-probabilities under the model that the training started with."""
        if self.ref_model is not None:
            return self._logprobs(self.ref_model, rows)[0]
        model = self.accelerator.unwrap_model(self.model)
        with model.disable_adapter():
            return self._logprobs(model, rows)[0]

    def _note(self, numbers: Mapping[str, float] = {}, **more: float) -> None:
        """Add to what is reported for this iteration; what is noted several times is averaged."""
        for name, number in {**numbers, **more}.items():
            self._metrics["train"][name].append(number)

    def _arguments(self, folder: Path) -> TRLConfig:
        settings = self.settings
        with warnings.catch_warnings():
            # TRL 1.16 sets a default under a name that transformers is about to drop.
            warnings.simplefilter("ignore", FutureWarning)
            return TRLConfig(
                output_dir=str(folder),
                # TRL's own prompts are place-holders: two "generations" of one prompt per optimiser step.
                per_device_train_batch_size=2,
                num_generations=2,
                steps_per_generation=settings.updates,
                gradient_accumulation_steps=1,
                max_steps=settings.iterations * settings.updates,
                learning_rate=self._rate(),
                lr_scheduler_type="constant",
                beta=settings.kl,
                temperature=1.0,
                loss_type="grpo",
                disable_dropout=True,
                seed=self.config.seed,
                use_cpu=settings.device == "cpu",
                bf16=False,
                gradient_checkpointing=False,
                logging_steps=settings.updates,
                report_to="none",
                disable_tqdm=True,
                save_steps=settings.save_every * settings.updates,
                save_total_limit=2,
            )

    def _rate(self) -> float:
        if self.settings.learning_rate is not None:
            return self.settings.learning_rate
        if self.settings.adapter:
            return 1e-5
        return 3e-4 if is_small(self.policy.model) else 1e-6


def _nothing_more(prompts: list[Any], **columns: Any) -> list[float | None]:
    """TRL asks for a reward function; here rewards come with the episodes."""
    return [0.0] * len(prompts)


class _Keeper(TrainerCallback):
    """Writes what is reported into the run, and the policy whenever a checkpoint is made."""

    def __init__(self, trainer: EpisodeGRPOTrainer, run: RunWriter, progress: Progress) -> None:
        self._trainer, self._run, self._progress = trainer, run, progress

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        if "success" not in (logs or {}):
            return
        iteration = state.global_step // self._trainer.settings.updates
        self._run.log([{"iteration": iteration, **logs}])
        self._progress(iteration, self._trainer.settings.iterations)

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._trainer.policy.save(self._run.folder)


def last_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint of transformers in ``folder`` that was written to its end."""
    # The state of the trainer is what is written last.
    found = [file.parent for file in folder.glob("checkpoint-*/trainer_state.json")]
    return max(found, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


def _tensors(
    sequences: list[TokenSequence],
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    multiple: int,
    pad: int,
) -> dict[str, Tensor]:
    """The rows that TRL takes, filled up with rows of weight 0 to a ``multiple``."""
    sequences = sequences or [TokenSequence(*(np.full(2, fill) for fill in (pad, NOT_CHOSEN, 0.0)))]
    missing = -len(sequences) % multiple
    firsts = [min(max(1, part.first), len(part.ids) - 1) for part in sequences]
    firsts, padding = [*firsts, *firsts[:1] * missing], sequences[:1] * missing
    per_step = np.append(values, 0.0), np.append(_per_token(weights, sequences), 0.0)
    parts = [*sequences, *padding]

    def tail(of: Callable[[TokenSequence], NDArray], fill: float = 0) -> Tensor:
        pieces = [of(part)[first:] for part, first in zip(parts, firsts, strict=True)]
        return torch.from_numpy(padded(pieces, fill))

    heads = [part.ids[:first] for part, first in zip(parts, firsts, strict=True)]
    chosen = tail(lambda part: (part.step != NOT_CHOSEN).astype(np.int64))
    weight = tail(lambda part: per_step[1][part.step].astype(np.float32))
    weight[len(sequences) :] = 0.0
    return {
        "prompt_ids": torch.from_numpy(padded(heads, pad, left=True)),
        "prompt_mask": torch.from_numpy(padded([np.ones_like(head) for head in heads], 0, left=True)),
        "completion_ids": tail(lambda part: part.ids, pad),
        "completion_mask": tail(lambda part: np.ones_like(part.ids)),
        "tool_mask": chosen,
        "advantages": tail(lambda part: per_step[0][part.step].astype(np.float32)),
        "old_per_token_logps": tail(lambda part: part.logprobs.astype(np.float32)),
        "weights": weight,
        "num_items_in_batch": chosen.sum(),
    }


def _per_token(weights: NDArray[np.float64], sequences: list[TokenSequence]) -> NDArray[np.float64]:
    """The weight of a step, shared among the tokens that were chosen in it."""
    chosen = np.concatenate([part.step[part.step != NOT_CHOSEN] for part in sequences])
    return weights / np.maximum(1, np.bincount(chosen, minlength=len(weights)))


def _parts(rows: dict[str, Tensor], most: int) -> Any:
    """The rows in parts of at most ``most`` tokens after padding, rows of similar length together."""
    lengths = rows["prompt_mask"].sum(1) + rows["completion_mask"].sum(1)
    order = lengths.argsort()
    start = 0
    while start < len(order):
        end = start + 1
        while end < len(order) and (end + 1 - start) * int(lengths[order[end]]) <= most:
            end += 1
        yield _trimmed({name: tensor[order[start:end]] for name, tensor in rows.items() if tensor.ndim})
        start = end


def _trimmed(rows: dict[str, Tensor]) -> dict[str, Tensor]:
    """Without the columns that are padding in all rows."""
    prompt, completion = int(rows["prompt_mask"].sum(1).max()), int(rows["completion_mask"].sum(1).max())
    return {
        name: tensor[:, -prompt:] if name.startswith("prompt") else tensor[:, :completion]
        for name, tensor in rows.items()
    }


def _count_positions(module: Any, args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Positions from the mask: TRL pads prompts on the left, and models count the pads if they are let."""
    mask = kwargs.get("attention_mask")
    if mask is not None and kwargs.get("position_ids") is None and kwargs.get("past_key_values") is None:
        kwargs["position_ids"] = (mask.cumsum(1) - 1).clamp_min(0)
    return args, kwargs


def _outcomes(episodes: list[Episode], steps: Steps) -> dict[str, float]:
    said = [episode.outcome.is_success for episode in episodes if episode.outcome.is_success is not None]
    return {
        "success": float(np.mean(said)) if said else 0.0,
        "return": float(steps.returns.mean()),
        "length": float(np.mean([episode.outcome.length for episode in episodes])),
        "invalid_rate": float(np.mean([episode.outcome.metrics["invalid_rate"] for episode in episodes])),
        "answer_tokens": float(np.mean([len(row.answer) for row in steps.rows])),
    }


def _counts(stats: Stats) -> dict[str, float]:
    return {
        "env_steps": stats.stepped,
        "prompted": stats.prompted,
        "model_seconds": stats.model_seconds,
        "world_seconds": stats.world_seconds,
    }
