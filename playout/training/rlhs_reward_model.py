"""A reward model of comparisons of answers, by TRL: the policy's own trunk with a score."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playout.core import Completion, MissingExtra
from playout.rollouts.store import RunWriter
from playout.training.rlhs_settings import RLHSConfig
from playout.training.rlhs_text import AnswerPairs
from playout.training.rows import padded

try:
    import torch
    from datasets import Dataset
    from transformers import AutoModelForSequenceClassification, PrinterCallback
    from trl.trainer.reward_config import RewardConfig
    from trl.trainer.reward_trainer import RewardTrainer

    from playout.training.policy import FOLDER, Policy, is_small, quiet
except ModuleNotFoundError as error:
    raise MissingExtra(error.name or "trl", "train") from error

_BATCH, _EPOCHS, _RATE, _LARGE_RATE = 64, 2, 1e-3, 1e-5
_HELD_OUT = 0.1
_PART = 256


class RewardModel:
    """Scores answers on the scale of ratings."""

    def __init__(self, model: Any, beta: float) -> None:
        """Take a classifier with one output, and the inverse temperature of whoever compared."""
        self.model, self.beta = model.eval(), beta

    @torch.no_grad()
    def score(self, completions: Sequence[Completion]) -> NDArray[np.float64]:
        """float64[N]; 0 for an answer that failed."""
        found = np.zeros(len(completions))
        good = [i for i, one in enumerate(completions) if one.finish != "error"]
        for start in range(0, len(good), _PART):
            part = good[start : start + _PART]
            ids = [np.array((*completions[i].prompt_token_ids, *completions[i].token_ids)) for i in part]
            rows = torch.from_numpy(padded(ids, self.model.config.pad_token_id)).to(self.model.device)
            read = torch.from_numpy(padded([np.ones_like(row) for row in ids], 0)).to(self.model.device)
            found[part] = self.model(input_ids=rows, attention_mask=read).logits[:, 0].double().cpu().numpy()
        return found / self.beta


def fit(config: RLHSConfig, policy: Policy, pairs: AnswerPairs, run: RunWriter) -> RewardModel:
    """Fit to nine tenths of the pairs; how good it is on the rest goes into the run."""
    from playout.training.rlhs import keep_accuracy

    rows = [
        {
            "chosen_ids": [*a.prompt_token_ids, *a.token_ids],
            "rejected_ids": [*b.prompt_token_ids, *b.token_ids],
        }
        for a, b in zip(pairs.chosen, pairs.rejected, strict=True)
    ]
    held_out = int(_HELD_OUT * len(rows))
    with TemporaryDirectory() as scratch, quiet():
        policy.save(Path(scratch))
        model = AutoModelForSequenceClassification.from_pretrained(f"{scratch}/{FOLDER}", num_labels=1)
        model.config.pad_token_id = policy.tokenizer.pad_token_id
        args = RewardConfig(
            output_dir=scratch, per_device_train_batch_size=min(_BATCH, len(rows)), num_train_epochs=_EPOCHS,
            learning_rate=_RATE if is_small(policy.model) else _LARGE_RATE, lr_scheduler_type="linear",
            max_length=None, gradient_checkpointing=False, bf16=False, save_strategy="no",
            use_cpu=policy.model.device.type == "cpu", report_to=[],
            logging_strategy="no", disable_tqdm=True, seed=config.seed, data_seed=config.seed,
        )  # fmt: skip
        trainer = RewardTrainer(
            model,
            args=args,
            train_dataset=Dataset.from_list(rows[held_out:]),
            processing_class=policy.tokenizer,
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
    found = RewardModel(model, config.settings.evaluator_beta)
    ahead = found.score(pairs.chosen[:held_out]) - found.score(pairs.rejected[:held_out])
    keep_accuracy(run, float((ahead > 0).mean()), pairs.ceiling, len(rows))
    return found
