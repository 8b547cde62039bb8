"""DPO on pairs of answers, by TRL; the pairs are tokens as they were written, never tokenised again."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from playout.core import MissingExtra
from playout.rollouts.store import RunWriter
from playout.training.rlhs_settings import RLHSConfig
from playout.training.rlhs_text import AnswerPairs, Progress, rate_of

try:
    from datasets import Dataset
    from transformers import PrinterCallback, TrainerCallback
    from trl.trainer.dpo_config import DPOConfig
    from trl.trainer.dpo_trainer import DPOTrainer

    from playout.training.policy import Policy, quiet
except ModuleNotFoundError as error:
    raise MissingExtra(error.name or "trl", "train") from error

_BATCH, _EPOCHS = 64, 2
_LOOKS = 2  # rows of the curves per epoch


class _Tokens(DPOTrainer):
    """Takes token ids as they are."""

    def _prepare_dataset(self, dataset: Any, *args: Any, **kwargs: Any) -> Any:
        return dataset


def learn_pairs(
    config: RLHSConfig,
    policy: Policy,
    pairs: AnswerPairs,
    run: RunWriter,
    validate: Callable[[], Mapping[str, float]],
    progress: Progress,
) -> None:
    """Train ``policy`` on the pairs and keep it. A run that was killed starts again from the same pairs."""
    settings = config.settings
    run.write_metrics([])
    rows = {
        "prompt_ids": [list(found.prompt_token_ids) for found in pairs.chosen],
        "chosen_ids": [list(found.token_ids) for found in pairs.chosen],
        "rejected_ids": [list(found.token_ids) for found in pairs.rejected],
    }
    rate = settings.learning_rate or rate_of(config, policy)
    args = DPOConfig(
        output_dir=str(run.folder / "trl"), per_device_train_batch_size=min(_BATCH, len(pairs.chosen)),
        num_train_epochs=settings.dpo_epochs or _EPOCHS, learning_rate=rate, lr_scheduler_type="linear",
        beta=settings.beta, f_divergence_type=settings.divergence, f_alpha_divergence_coef=settings.alpha,
        max_length=None, precompute_ref_log_probs=False, gradient_checkpointing=False, bf16=False,
        use_cpu=policy.model.device.type == "cpu", save_strategy="no", report_to=[], logging_strategy="no",
        disable_tqdm=True, seed=config.seed, data_seed=config.seed,
    )  # fmt: skip
    with quiet():
        trainer = _Tokens(
            policy.model, args=args, train_dataset=Dataset.from_dict(rows), processing_class=policy.tokenizer
        )
        trainer.remove_callback(PrinterCallback)
        trainer.add_callback(_Curves(run, validate, progress))
        trainer.train()
    policy.model.eval()
    policy.save(run.folder)


class _Curves(TrainerCallback):
    """Some looks at validation on the way."""

    def __init__(
        self, run: RunWriter, validate: Callable[[], Mapping[str, float]], progress: Progress
    ) -> None:
        self._run, self._validate, self._progress = run, validate, progress

    def on_step_end(self, args: Any, state: Any, control: Any, model: Any = None, **kwargs: Any) -> None:
        self._progress(state.global_step, state.max_steps)
        every = max(1, int(state.max_steps / (args.num_train_epochs * _LOOKS)))
        if state.global_step % every == 0 or state.global_step == state.max_steps:
            model.eval()
            spent = time.process_time()
            row = self._validate()
            self._run.log([{"iteration": state.global_step, **row, "cpu_seconds": round(spent, 1)}])
            model.train()
