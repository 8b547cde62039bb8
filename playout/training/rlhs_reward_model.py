"""A reward model of comparisons of answers, fitted by TRL.

The score of an answer is how much likelier than the base a copy of it has come to find the answer: "your
language model is secretly a reward model" (Rafailov et al. 2023, section 5.1, with beta 1). What the base
knows of options and claims serves it from the start; a fresh head on the trunk has to find it again, and
from a few thousand comparisons a small decoder does not.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from playout.core import Completion, MissingExtra
from playout.rollouts.store import RunWriter
from playout.training.rlhs_settings import RLHSConfig
from playout.training.rlhs_text import LARGE_RATE, AnswerPairs
from playout.training.rows import padded

try:
    import torch
    from datasets import Dataset
    from torch import Tensor, nn
    from transformers import PrinterCallback
    from trl.trainer.reward_config import RewardConfig
    from trl.trainer.reward_trainer import RewardTrainer

    from playout.training.policy import Policy, is_small, quiet
except ModuleNotFoundError as error:
    raise MissingExtra(error.name or "trl", "train") from error

_BATCH, _EPOCHS, _RATE = 64, 1, 1e-3
_HELD_OUT = 0.1
_PART = 256


class RewardModel:
    """Scores answers on the scale of ratings."""

    def __init__(self, model: "LikelihoodGain", beta: float) -> None:
        """Take what was fitted, and the inverse temperature of whoever compared."""
        self.model, self.beta = model.eval(), beta

    @torch.no_grad()
    def score(self, completions: Sequence[Completion]) -> NDArray[np.float64]:
        """float64[N]; 0 for an answer that failed."""
        found = np.zeros(len(completions))
        good = [i for i, one in enumerate(completions) if one.finish != "error"]
        for start in range(0, len(good), _PART):
            part = good[start : start + _PART]
            read = _aligned([completions[i].prompt_token_ids for i in part],
                            [completions[i].token_ids for i in part])  # fmt: skip
            on_device = {name: tensor.to(self.model.device) for name, tensor in read.items()}
            found[part] = self.model(**on_device).logits[:, 0].double().cpu().numpy()
        return found / self.beta


class Scores(NamedTuple):
    """What TRL asks of a model with one label."""

    logits: Tensor
    """float32[N, 1]."""


class LikelihoodGain(nn.Module):
    """log p(answer) of a causal language model that learns, less that of the model as it was."""

    def __init__(self, model: Any) -> None:
        """Copy ``model`` twice."""
        super().__init__()
        self.model, self.base = deepcopy(model), deepcopy(model).requires_grad_(False)
        self.config = deepcopy(model.config)
        self.config.num_labels = 1

    @property
    def device(self) -> torch.device:
        """Where it is."""
        return self.model.device

    def add_model_tags(self, tags: Sequence[str]) -> None:
        """TRL marks what it trains, for publication; this is not published."""

    def forward(self, input_ids: Tensor, attention_mask: Tensor, answer: Tensor, **_: Any) -> Scores:
        """Score N texts: ids and masks int64[N, L], and where answers stand, bool[N, L]."""
        first = int(answer.any(0).nonzero()[0])
        asked = {
            "input_ids": input_ids,
            "attention_mask": attention_mask,
            "position_ids": (attention_mask.cumsum(1) - 1).clamp_min(0),
            "logits_to_keep": input_ids.shape[1] - first + 1,
            "use_cache": False,
        }
        with torch.no_grad():
            before = self._logprobs(self.base, asked, first)
        gained = self._logprobs(self.model, asked, first) - before
        return Scores((gained * answer[:, first:]).sum(1, keepdim=True))

    def _logprobs(self, model: Any, asked: Mapping[str, Any], first: int) -> Tensor:
        """Of the tokens from ``first`` on, float32[N, L - first]."""
        logits = model(**asked).logits[:, :-1].float()
        chosen = asked["input_ids"][:, first:, None]
        return logits.gather(-1, chosen).squeeze(-1) - logits.logsumexp(-1)


def fit(config: RLHSConfig, policy: Policy, pairs: AnswerPairs, run: RunWriter) -> RewardModel:
    """Fit to nine tenths of the pairs; how good it is on the rest goes into the run."""
    from playout.training.rlhs import keep_accuracy

    rows = [
        {"prompt_ids": a.prompt_token_ids, "chosen_ids": a.token_ids, "rejected_ids": b.token_ids}
        for a, b in zip(pairs.chosen, pairs.rejected, strict=True)
    ]
    held_out, model = int(_HELD_OUT * len(rows)), LikelihoodGain(policy.model)
    with TemporaryDirectory() as scratch, quiet():
        args = RewardConfig(
            output_dir=scratch, per_device_train_batch_size=min(_BATCH, len(rows)), num_train_epochs=_EPOCHS,
            learning_rate=_RATE if is_small(policy.model) else LARGE_RATE, lr_scheduler_type="linear",
            max_length=None, gradient_checkpointing=False, bf16=False, save_strategy="no",
            use_cpu=policy.model.device.type == "cpu", report_to=[], remove_unused_columns=False,
            logging_strategy="no", disable_tqdm=True, seed=config.seed, data_seed=config.seed,
        )  # fmt: skip
        trainer = RewardTrainer(
            model,  # type: ignore[arg-type]
            args=args,
            data_collator=_collated,
            train_dataset=Dataset.from_list(rows[held_out:]),
            processing_class=policy.tokenizer,
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    found = RewardModel(model, config.settings.evaluator_beta)
    keep_accuracy(run, _accuracy(found, pairs, held_out), pairs.ceiling, len(rows))
    return found


def _accuracy(model: RewardModel, pairs: AnswerPairs, count: int) -> float:
    """The share of the first pairs in which it is right; half for equal answers, as ``ceiling`` counts."""
    chosen, rejected = pairs.chosen[:count], pairs.rejected[:count]
    right = model.score(chosen) > model.score(rejected)
    equal = [a.token_ids == b.token_ids for a, b in zip(chosen, rejected, strict=True)]
    return float(np.where(equal, 0.5, right).mean())


def _collated(rows: Sequence[Mapping[str, Sequence[int]]]) -> dict[str, Tensor]:
    """The chosen answers of a batch, then the rejected ones."""
    answers = [row[side] for side in ("chosen_ids", "rejected_ids") for row in rows]
    return _aligned([row["prompt_ids"] for row in rows] * 2, answers)


def _aligned(prompts: Sequence[Sequence[int]], answers: Sequence[Sequence[int]]) -> dict[str, Tensor]:
    """What ``LikelihoodGain`` reads; all answers begin in one column."""
    before, after = ([np.array(ids, np.int64) for ids in part] for part in (prompts, answers))
    ids = [padded(before, 0, left=True), padded(after, 0)]
    asked, said = (
        padded([ids >= 0 for ids in before], False, left=True),
        padded([ids >= 0 for ids in after], False),
    )
    return {
        "input_ids": torch.from_numpy(np.hstack(ids)),
        "attention_mask": torch.from_numpy(np.hstack([asked, said]).astype(np.int64)),
        "answer": torch.from_numpy(np.hstack([np.zeros_like(asked), said])),
    }
