"""GRPO on any language world: TRL's trainer, with rollouts, rows and advantages of our own.

TRL brings the optimiser, the scheduler, adapters, the reference model, several processes and checkpoints.
Ours is what it asks of a subclass: episodes are played by the lock-step driver, every step of the
environment is a row with the tokens and log-probabilities of its generation, and every episode, or every
step, weighs the same in the loss. Advantages are in ``groups``.
"""

import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playout.agents import LanguageAgent
from playout.core import MissingExtra, WrongUse
from playout.rollouts import Episode, Stats
from playout.rollouts.store import Run, RunWriter, open_run
from playout.training.groups import GroupPlay, Steps, advantages, shuffled, step_weights, steps_of
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
        EpisodeGRPOTrainer(config, run).go_on(run, progress)
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
        super().__init__(
            model=self.policy.model,
            reward_funcs=_nothing_more,
            args=self._arguments(run.folder / STATE),
            train_dataset=Dataset.from_dict({"prompt": [""] * self.settings.updates}),
            processing_class=self.policy.tokenizer,
        )
        self.remove_callback(PrinterCallback)
        self._chat_model = self.policy.chat_model()
        self.agent = LanguageAgent(
            self._chat_model,
            replace(
                agent, temperature=settings.temperature, top_p=1.0, retries=0, logprobs=True, seed=config.seed
            ),
        )
        self._groups = GroupPlay(
            config.env, config.env_kwargs, size=settings.group, seed=config.seed, slots=settings.slots
        )

    def go_on(self, run: RunWriter, progress: Progress | None = None) -> None:
        """From the run's last checkpoint to the end; keep the policy in the run."""
        self.add_callback(_Keeper(self, run, progress or (lambda done, total: None)))
        checkpoint = last_checkpoint(run.folder / STATE)
        done = self.begin(checkpoint)
        run.write_metrics([row for row in run.metrics() if row["iteration"] <= done])
        with quiet(), threads(self.policy.model, self.settings.threads):
            self.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))
        self.policy.save(run.folder)

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
        if self._chat_model.known is not None:
            self._chat_model.known.clear()  # the weights have changed
        with torch.no_grad():
            episodes = self._groups(self.agent, range(first, first + settings.levels), stats)
        steps = steps_of(
            episodes,
            size=settings.group,
            format_penalty=settings.credit.format_penalty,
            invalid_penalty=settings.credit.invalid_penalty,
        )
        steps, _, values, flat = self._credited(steps)
        # Without these terms, a step without advantage has no gradient at all.
        counted = values != 0 if settings.kl == settings.entropy == 0 else np.ones(len(values), bool)
        weights = step_weights(steps, counted, settings.equal)
        sequences = [part for part in joined(steps.rows) if counted[part.step[part.step != NOT_CHOSEN]].any()]
        self._note(outcomes(episodes, steps), flat_share=flat, rows=len(sequences), **counts(stats))
        self._note(collect_seconds=time.perf_counter() - began, cpu_seconds=time.process_time())
        return sequences, values, weights

    def _credited(self, steps: Steps) -> tuple[Steps, NDArray[np.int64], NDArray[np.float64], float]:
        """The steps of this iteration, if wanted :func:`shuffled`, and their :func:`advantages`."""
        credit, whose = self.settings.credit, np.arange(len(steps.group))
        if credit.shuffle:
            key = [self.config.seed, self.iteration * self.settings.levels]
            order = np.random.Generator(np.random.Philox(key=key))
            steps, whose = shuffled(steps, order, credit.episode_discount)
        return steps, whose, *advantages(steps, credit)

    def _generate_and_score_completions(self, inputs: Any) -> dict[str, Tensor]:
        """TRL's place for making rows; ``inputs`` are place-holders.

        Returns:
            :func:`tensors`; where a reference is used, its log-probabilities too: ``reference``, [N, L].
        """
        pad = int(self.policy.tokenizer.pad_token_id)
        found = tensors(*self.collect(), multiple=self.settings.updates, pad=pad)
        rows = {name: tensor.to(self.accelerator.device) for name, tensor in found.items()}
        temperature = self.settings.temperature
        if temperature != 1:  # what was noted in sampling is the model's own
            rows["old_logprobs"] = self._logprobs(self.model, rows, temperature)
        if self.settings.kl:
            rows["reference"] = self._reference(rows)
        return rows

    def _compute_loss(self, model: Any, inputs: dict[str, Tensor]) -> Tensor:
        """The clipped objective of this optimiser step, in parts that fit into memory.

        All parts but the last are back-propagated here, so that the graph of one is alive at a time.
        """
        shares = [taken(inputs, part) for part in parts(inputs["mask"], self.settings.batch_tokens)]
        total = torch.zeros((), device=self.accelerator.device)
        for share in shares[:-1]:
            loss = self._part_loss(model, share)
            self.accelerator.backward(loss)
            total += loss.detach()
        return total + self._part_loss(model, shares[-1])

    def _part_loss(self, model: Any, rows: dict[str, Tensor]) -> Tensor:
        settings, first = self.settings, _first(rows["chosen"])
        logprobs, entropy = token_logprobs(model, rows["ids"], first, settings.temperature)
        rows = {name: tensor[:, first:] for name, tensor in rows.items()}
        old, advantage, mask = rows["old_logprobs"], rows["advantages"], rows["chosen"]
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
            # GRPO's own estimate, k3, has another gradient than the divergence and explodes at temperatures
            # below 1.
            divergence = losses.kl_k2(logprobs, rows["reference"])
            self._note(kl=losses.masked_mean(divergence, mask).item())
            loss = loss + settings.kl * divergence
        if settings.entropy:
            loss = loss - settings.entropy * entropy
        return (rows["weights"] * loss).sum() * settings.updates

    @torch.no_grad()
    def _reference(self, rows: dict[str, Tensor]) -> Tensor:
        """Log-probabilities under the model that the training started with, float32[N, L]."""
        own = self.accelerator.unwrap_model(self.model)
        model, as_begun = (
            (own, own.disable_adapter) if self.ref_model is None else (self.ref_model, nullcontext)
        )
        with as_begun():
            return self._logprobs(model, rows, self.settings.temperature)

    @torch.no_grad()
    def _logprobs(self, model: Any, rows: Mapping[str, Tensor], temperature: float) -> Tensor:
        """Log-probabilities of all tokens of ``rows`` under a model at a temperature, float32[N, L]."""
        found = torch.zeros_like(rows["old_logprobs"])
        for part in parts(rows["mask"], self.settings.batch_tokens):
            ids = taken(rows, part, "ids")["ids"]
            of_tokens, _ = token_logprobs(model, ids, 1, temperature)
            found[part, 1 : ids.shape[1]] = of_tokens
        return found

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
                lr_scheduler_type="constant_with_warmup",
                warmup_steps=settings.warm_up,
                beta=settings.kl,
                temperature=settings.temperature,
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


def tensors(
    sequences: Sequence[TokenSequence],
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
    *,
    multiple: int = 1,
    pad: int = 0,
) -> dict[str, Tensor]:
    """N sequences of at most L tokens, padded on the right, with empty rows up to a ``multiple``.

    Args:
        sequences: of tokens, made of M steps.
        values: float64[M], advantages.
        weights: float64[M]; a step's weight is shared among the tokens that were chosen in it.
        multiple: what N is divisible by.
        pad: a token.

    Returns:
        ``ids``, ``mask`` (1 where there is a token) and ``chosen`` (1 where the model chose it), int64[N, L];
        ``advantages``, ``old_logprobs`` and ``weights``, float32[N, L], 0 where the model chose nothing.
    """
    nothing = TokenSequence(
        np.full(2, pad), np.full(2, NOT_CHOSEN), np.zeros(2, np.float32), np.zeros(2, np.bool_)
    )
    missing = -len(sequences) % multiple if sequences else multiple
    sequences = [*sequences, *[nothing] * missing]
    step = padded([part.step for part in sequences], NOT_CHOSEN)
    tokens = np.bincount(step[step != NOT_CHOSEN], minlength=len(weights))
    found = {
        "ids": padded([part.ids for part in sequences], pad),
        "mask": padded([np.ones_like(part.ids) for part in sequences], 0),
        "chosen": (step != NOT_CHOSEN).astype(np.int64),
        "advantages": _per_token(values, step),
        "old_logprobs": padded([part.logprobs for part in sequences], 0),
        "weights": _per_token(weights / np.maximum(1, tokens), step),
    }
    return {name: torch.from_numpy(array) for name, array in found.items()}


def token_logprobs(model: Any, ids: Tensor, first: int, temperature: float = 1.0) -> tuple[Tensor, Tensor]:
    """Log-probabilities of the tokens from column ``first`` on, and entropies: float32[N, L - first] each.

    Args:
        model: a causal language model of transformers.
        ids: int64[N, L], padded on the right.
        first: at least 1, for nothing is known of the first token.
        temperature: of the policy that is asked about.
    """
    keep = ids.shape[1] - first + 1
    # No token looks at padding on the right, and a mask of ones costs attention nothing.
    out = model(input_ids=ids, attention_mask=torch.ones_like(ids), logits_to_keep=keep, use_cache=False)
    logprobs = (out.logits[:, :-1].float() / temperature).log_softmax(-1)
    return logprobs.gather(2, ids[:, first:, None])[:, :, 0], losses.entropy(logprobs)


def _per_token(of_step: NDArray[np.float64], step: NDArray[np.int64]) -> NDArray[np.float32]:
    return np.append(of_step, 0.0)[step].astype(np.float32)  # NOT_CHOSEN is the last


def _first(chosen: Tensor) -> int:
    """The first column that a token was chosen in, at least 1."""
    columns = chosen.any(0).nonzero()
    return max(1, int(columns[0])) if len(columns) else 1


def parts(mask: Tensor, most: int) -> Iterator[Tensor]:
    """The numbers of the rows, in parts of at most ``most`` tokens after padding, of similar length."""
    lengths = mask.sum(1)
    order, start = lengths.argsort(), 0
    while start < len(order):
        end = start + 1
        while end < len(order) and (end + 1 - start) * int(lengths[order[end]]) <= most:
            end += 1
        yield order[start:end]
        start = end


def taken(rows: Mapping[str, Tensor], part: Tensor, *names: str) -> dict[str, Tensor]:
    """Some of the rows, without the columns that are padding in all of them."""
    columns = int(rows["mask"][part].sum(1).max())
    return {name: rows[name][part, :columns] for name in names or rows}


def outcomes(episodes: list[Episode], steps: Steps) -> dict[str, float]:
    """What the episodes came to, as a row of the curves has it."""
    said = [episode.outcome.is_success for episode in episodes if episode.outcome.is_success is not None]
    return {
        "success": float(np.mean(said)) if said else 0.0,
        "return": float(steps.returns.mean()),
        "length": float(np.mean([episode.outcome.length for episode in episodes])),
        "invalid_rate": float(np.mean([episode.outcome.metrics["invalid_rate"] for episode in episodes])),
        "answer_tokens": float(np.mean([len(row.answer) for row in steps.rows])),
    }


def counts(stats: Stats) -> dict[str, float]:
    """What playing took, as a row of the curves has it."""
    return {
        "env_steps": stats.stepped,
        "prompted": stats.prompted,
        "model_seconds": stats.model_seconds,
        "world_seconds": stats.world_seconds,
    }
