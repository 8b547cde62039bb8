"""What can be set in training runs: light dataclasses, which commands and configurations read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from playout.core import WrongUse


@dataclass(frozen=True, kw_only=True)
class SFTSettings:
    """How the policy learns."""

    epochs: float = 4.0
    """How often every answer is seen."""
    batch_tokens: int = 3072
    """Tokens of a batch, padding included."""
    learning_rate: float | None = None
    """Of AdamW, at its highest; None: 2e-3 for new models, 1e-5 for others, 2e-4 with LoRA."""
    weight_decay: float = 0.01
    """Of AdamW."""
    average: float = 0.99
    """The policy that is kept is a moving average of the weights with this much memory; 0 keeps the last."""
    adapter: int = 0
    """Rank of LoRA; 0 trains all weights."""
    device: str = "cpu"
    """Of torch."""
    threads: int | None = None
    """Of torch, on the CPU; None: one for models below ten million parameters, which more make slower."""
    save_every: int = 500
    """Optimiser steps between two saved states."""

    def __post_init__(self) -> None:
        for name, wrong in (
            ("epochs", self.epochs <= 0),
            ("batch_tokens", self.batch_tokens < 1),
            ("average", not 0 <= self.average < 1),
            ("save_every", self.save_every < 1),
        ):
            if wrong:
                raise WrongUse(f"sft: {name} cannot be {getattr(self, name)}")


@dataclass(frozen=True, kw_only=True)
class SFTConfig:
    """What is learnt, and by whom."""

    env: str
    """Id of a language world of one seat."""
    env_kwargs: Mapping[str, Any] = field(default_factory=dict)
    """Its arguments."""
    model: str = "new:small"
    """``new:SIZE`` for a decoder from scratch, a run that trained one, ``hf:``, ``gguf:`` or ``smollm2``."""
    agent: Mapping[str, Any] = field(default_factory=dict)
    """Options of the language agent, in training and later."""
    data: str = "expert"
    """``expert``, or a run whose successful episodes are learnt."""
    episodes: int = 2000
    """How many the expert plays."""
    noise: float = 0.1
    """Share of the expert's actions that are random, so that the policy learns to recover."""
    seed: int = 0
    """Of episodes, weights and order."""
    settings: SFTSettings = SFTSettings()
    """How."""


@dataclass(frozen=True, kw_only=True)
class AdvantageConfig:
    """How returns become advantages."""

    advantage: Literal["grpo", "rloo", "gigpo"] = "grpo"
    """grpo: normalised in the group. rloo: against the others of the group. gigpo: grpo, and the steps
    from equal states of the group among themselves."""
    scale: bool = True
    """Whether grpo and gigpo divide by the standard deviation."""
    step_weight: float = 1.0
    """gigpo: weight of the advantage among equal states."""
    discount: float = 0.95
    """gigpo: of the rewards that follow a step."""
    format_penalty: float = 0.0
    """Taken from the reward of a step in whose answer no action could be read."""


@dataclass(frozen=True, kw_only=True)
class GRPOSettings:
    """How the policy learns."""

    iterations: int = 100
    """Of playing and learning."""
    group: int = 8
    """Episodes from the same start."""
    levels: int = 16
    """Starts in an iteration."""
    updates: int = 1
    """Optimiser steps per iteration, each on its share of the rows."""
    learning_rate: float | None = None
    """Of AdamW; None: 3e-4 below ten million parameters, 1e-6 above, 1e-5 with LoRA."""
    clip: float = 0.2
    """How far below 1 the ratio of probabilities is pushed."""
    clip_high: float = 0.2
    """How far above 1."""
    kl: float = 0.0
    """Weight of the divergence from the model that the training started with."""
    entropy: float = 0.0
    """Weight of the entropy bonus."""
    credit: AdvantageConfig = AdvantageConfig()
    """How returns become advantages."""
    adapter: int = 0
    """Rank of LoRA; 0 trains all weights."""
    batch_tokens: int = 4096
    """Tokens, padding included, of one backward pass; CPUs are fastest with what fits into their cache."""
    slots: int = 128
    """Most episodes that are live at once."""
    device: str = "cpu"
    """Of torch: ``cpu`` or ``cuda``."""
    threads: int | None = None
    """Of torch, on the CPU; None: one for models below ten million parameters, which more make slower."""
    save_every: int = 20
    """Iterations between two checkpoints."""
    report_to: str = "none"
    """Where curves go beside ``metrics.jsonl``: ``tensorboard``, ``wandb``, ``trackio``."""

    def __post_init__(self) -> None:
        for name, least in (
            ("iterations", 1), ("group", 2), ("levels", 1), ("updates", 1), ("batch_tokens", 1), ("slots", 1),
            ("save_every", 1),
        ):  # fmt: skip
            if getattr(self, name) < least:
                raise WrongUse(f"grpo: expected {name} >= {least}, got {getattr(self, name)}")


@dataclass(frozen=True, kw_only=True)
class GRPOConfig:
    """Which policy learns, and in which world."""

    env: str
    """Id of a language world of one seat."""
    env_kwargs: Mapping[str, Any] = field(default_factory=dict)
    """Its arguments, its rewards among them."""
    model: str
    """A run that trained one, ``hf:PATH_OR_HUB_ID``, ``gguf:FILE`` or ``smollm2``."""
    agent: Mapping[str, Any] = field(default_factory=dict)
    """Options of the language agent, in training and later; those of the run, where the model is one."""
    seed: int = 0
    """Of episodes and answers."""
    settings: GRPOSettings = GRPOSettings()
    """How."""
