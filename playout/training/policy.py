"""A trainable language policy: model, tokenizer and the options of its agent, in memory and on disk.

A folder of a policy is what transformers saves, and ``agent.json`` with the agent's options. A training
run keeps its policy in ``RUN/policy``. Leaves out how policies are trained.
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from playout.agents import LanguageAgent, LanguageConfig
from playout.agents.options import make_config
from playout.core import MissingExtra, WrongUse
from playout.rollouts.store import mark_policy
from playout.training.decoder import new_decoder, preset, word_tokenizer

try:
    from transformers.utils import logging

    from playout.language import loading
    from playout.language.chat_tokens import ChatTokens
    from playout.language.prefixes import Prefixes
    from playout.language.transformers_backend import TransformersModel
    from playout.training.threads import is_small as is_small
    from playout.training.threads import threads as threads
except ModuleNotFoundError as error:
    raise MissingExtra(error.name or "transformers", "train") from error

FOLDER, AGENT = "policy", "agent.json"
KIND = "language"
"""What the manifest of a run with such a policy says under ``policy``."""
NEW = "new:"

_SMALL = LanguageConfig(prompt="bare", prefill="<action>", history=0, max_tokens=16)
"""Decoders from scratch read and write as little as possible."""


@dataclass(frozen=True)
class Policy:
    """A model that is trained, and how it is asked."""

    model: Any
    """A causal language model of transformers, or one of peft around it."""
    tokenizer: Any
    agent: LanguageConfig

    def chat_model(self) -> TransformersModel:
        """The model as rollouts use it; it shares the weights that are trained.

        Of conversations it remembers what it read: ``known`` must be cleared when the weights change.
        """
        model = TransformersModel(self.model, self.tokenizer)
        model.tokens = _Remembering(self.tokenizer)
        if self.agent.context == "chat":
            model.known = Prefixes()
        return model

    def save(self, run: Path) -> None:
        """Make this the policy of the run: weights with adapters merged in, tokenizer, agent's options."""
        model = self.model
        if hasattr(model, "merge_and_unload"):
            model = deepcopy(model).merge_and_unload()
        part = run / f"{FOLDER}.part"
        shutil.rmtree(part, ignore_errors=True)
        with quiet():
            model.save_pretrained(part)
            self.tokenizer.save_pretrained(part)
        (part / AGENT).write_text(json.dumps(asdict(self.agent), indent=1) + "\n", "utf-8")
        shutil.rmtree(run / FOLDER, ignore_errors=True)
        part.rename(run / FOLDER)
        mark_policy(run, KIND)


def agent_config(name: str, options: Mapping[str, Any]) -> LanguageConfig:
    """How the model called ``name`` is to be asked: as it was trained to be, but for ``options``.

    Raises:
        WrongUse: an unknown option, or one of another type.
    """
    known = LanguageConfig()
    if name.startswith(NEW):
        known = _SMALL
    elif (file := Path(name, FOLDER, AGENT)).is_file():
        known = make_config(LanguageConfig, str(file), json.loads(file.read_text("utf-8")))
    return make_config(LanguageConfig, "agent", {**asdict(known), **options})


def new_policy(
    name: str, texts: Iterable[str], agent: LanguageConfig, *, seed: int = 0, **words: Any
) -> Policy:
    """A decoder from scratch for ``name``, ``new:SIZE``, with the words of ``texts``.

    ``words`` are further arguments of ``word_tokenizer``.
    """
    tokenizer = word_tokenizer(texts, **words)
    return Policy(new_decoder(preset(name.removeprefix(NEW)), tokenizer, seed=seed), tokenizer, agent)


def load_policy(
    name: str, agent: LanguageConfig, *, device: str = "cpu", dtype: str | None = None, adapter: int = 0
) -> Policy:
    """A policy to be trained further.

    Args:
        name: the folder of a training run, ``hf:PATH_OR_HUB_ID``, ``gguf:FILE`` or ``smollm2``.
        agent: how it is asked.
        device: of torch.
        dtype: of the weights; None for float32, in which small steps are not lost, or as they are kept where
            only an adapter is trained (float32 on the CPU).
        adapter: rank of the LoRA matrices that are trained in place of the weights; 0 trains all weights.

    Raises:
        WrongUse: there is no such model.
    """
    wanted = dtype or (None if adapter else "float32")
    model, tokenizer = loading.pretrained(weights_of(name), device=device, dtype=wanted)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return Policy(with_adapter(model, adapter) if adapter else model, tokenizer, agent)


def weights_of(name: str) -> str:
    """The folder or hub id that holds the weights of the model called ``name``.

    Raises:
        WrongUse: ``name`` is of no form that can be trained.
    """
    if Path(name, FOLDER, AGENT).is_file():
        return str(Path(name, FOLDER))
    scheme, _, rest = name.partition(":")
    if scheme not in ("hf", "gguf", "smollm2"):
        raise WrongUse(
            f"model {name!r}: expected a run that trained one, hf:PATH_OR_HUB_ID, gguf:FILE, smollm2, or"
            " new:SIZE where a model can be made from scratch"
        )
    return loading.source(scheme, rest)


def with_adapter(model: Any, rank: int) -> Any:
    """``model`` frozen, with LoRA matrices (Hu et al. 2022) beside all its linear layers."""
    from peft import get_peft_model

    return get_peft_model(model, adapter_config(rank))


def adapter_config(rank: int) -> Any:
    """The LoRA configuration of ``rank``."""
    try:
        from peft import LoraConfig
    except ModuleNotFoundError as error:
        raise MissingExtra("peft", "train") from error
    return LoraConfig(r=rank, lora_alpha=2 * rank, target_modules="all-linear", task_type="CAUSAL_LM")


def load_agent(folder: Path, options: Mapping[str, Any]) -> LanguageAgent:
    """The agent of a training run, for ``agents.registry``.

    Raises:
        WrongUse: the run has not saved a policy yet, or an option does not exist.
    """
    if not (folder / FOLDER / AGENT).is_file():
        raise WrongUse(f"{folder}: it has no policy yet; expected {FOLDER}/{AGENT} and the weights beside it")
    config = agent_config(str(folder), options)
    model, tokenizer = loading.pretrained(str(folder / FOLDER))
    return LanguageAgent(Policy(model, tokenizer, config).chat_model(), config)


@contextmanager
def quiet() -> Iterator[None]:
    """Without the progress bars of transformers."""
    had_bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if had_bars:
            logging.enable_progress_bar()


def evaluated(agent: LanguageConfig) -> LanguageConfig:
    """The options for evaluation of a policy whose rollouts were sampled."""
    return replace(agent, temperature=0.0, logprobs=False)


class _Remembering(ChatTokens):
    """Worlds say the same things again and again."""

    def __init__(self, tokenizer: Any) -> None:
        super().__init__(tokenizer)
        self._known = lru_cache(maxsize=1 << 16)(super().ids)

    def ids(self, text: str) -> list[int]:
        return self._known(text)
