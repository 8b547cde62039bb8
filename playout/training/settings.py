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
    """Of AdamW, at its highest; None: 2e-3 for new models and any below ten million parameters, 1e-5 for
    others, 2e-4 with LoRA."""
    weight_decay: float = 0.01
    """Of AdamW."""
    read: float = 0.0
    """Weight of the loss on what is read; a decoder from scratch learns to copy names from it."""
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
            ("read", self.read < 0),
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
    numbered: bool = False
    """Whether a decoder from scratch reads a name and its number, such as "desk 1", as one token: less to
    read where a world numbers its things, but a pair that it was not shown is an unknown word."""
    agent: Mapping[str, Any] = field(default_factory=dict)
    """Options of the language agent, in training and later."""
    data: str = "expert"
    """``expert``, or a run whose successful episodes are learnt."""
    episodes: int = 2000
    """How many the expert plays."""
    noise: float = 0.1
    """Share of the expert's actions that are random, so that the policy learns to recover."""
    slips: float = 0.0
    """Share of them that are not legal any more, so that it learns what to do where the world refuses."""
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
    episode_discount: float = 1.0
    """Of an episode's rewards, from its start on: below 1 the sooner of two successes is the better one, and
    of a group that always succeeds something is learnt."""
    step_weight: float = 1.0
    """gigpo: weight of the advantage among equal states."""
    discount: float = 0.95
    """gigpo: of the rewards that follow a step."""
    format_penalty: float = 0.0
    """Taken from the reward of a step in whose answer no action could be read."""
    invalid_penalty: float = 0.0
    """Taken from the reward of a step that the world refused or that had no effect (``info["invalid"]``)."""
    shuffle: bool = False
    """A control: each episode learns from the rewards of another one of its group, drawn at random."""


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
    warm_up: int = 10
    """Optimiser steps in which the rate rises to that; AdamW's first steps are as large for noise as for
    signal."""
    clip: float = 0.2
    """How far below 1 the ratio of probabilities is pushed."""
    clip_high: float = 0.2
    """How far above 1."""
    temperature: float = 1.0
    """Of sampling; what learns is the policy at this temperature. Small decoders slip often at 1, and slips
    say little about the decisions."""
    kl: float = 0.0
    """Weight of the divergence from the model that the training started with."""
    entropy: float = 0.0
    """Weight of the entropy bonus."""
    credit: AdvantageConfig = AdvantageConfig()
    """How returns become advantages."""
    equal: Literal["episodes", "steps"] = "episodes"
    """What weighs the same in the loss. episodes: a long failure weighs no more than a short success, so each
    of its steps weighs less, and failures that go on for long are unlearnt last. steps: each alike."""
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

    def __post_init__(self) -> None:
        for name, least in (
            ("iterations", 1), ("group", 2), ("levels", 1), ("updates", 1), ("batch_tokens", 1), ("slots", 1),
            ("save_every", 1),
        ):  # fmt: skip
            if getattr(self, name) < least:
                raise WrongUse(f"grpo: expected {name} >= {least}, got {getattr(self, name)}")
        if self.warm_up < 0:
            raise WrongUse(f"grpo: expected warm_up >= 0, got {self.warm_up}")
        if not self.temperature > 0:
            raise WrongUse(f"grpo: expected temperature > 0, got {self.temperature}")


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


@dataclass(frozen=True, kw_only=True)
class PPOUpdate:
    """How a rollout becomes optimiser steps."""

    discount: float = 0.99
    """Gamma."""
    trace: float = 0.95
    """Lambda of generalised advantage estimation."""
    epochs: int = 4
    """How often each step is learnt from."""
    minibatches: int = 4
    """Optimiser steps per epoch."""
    accumulate: int = 1
    """Backward passes per optimiser step: less memory, the same gradient."""
    clip: float = 0.2
    """How far below 1 the ratio of probabilities is pushed."""
    clip_high: float = 0.2
    """How far above 1."""
    value_clip: float | None = None
    """How far the critic may move from what it said in the rollout; None: as far as it likes."""
    value_weight: float = 0.5
    """Of the critic's loss."""
    entropy: float = 0.0
    """Weight of the entropy bonus."""
    normalise: Literal["minibatch", "rollout", "none"] = "minibatch"
    """Where advantages are given mean 0 and deviation 1."""
    target_kl: float | None = None
    """The update ends where the policy has moved so far from the one that acted, in nats; None: never."""
    max_grad_norm: float = 0.5
    """Gradients are scaled down to this norm."""

    def __post_init__(self) -> None:
        for name, wrong in (
            ("discount", not 0 <= self.discount <= 1),
            ("trace", not 0 <= self.trace <= 1),
            ("epochs", self.epochs < 1),
            ("minibatches", self.minibatches < 1),
            ("accumulate", self.accumulate < 1),
            ("target_kl", self.target_kl is not None and self.target_kl <= 0),
            ("max_grad_norm", self.max_grad_norm <= 0),
        ):
            if wrong:
                raise WrongUse(f"ppo: {name} cannot be {getattr(self, name)}")


@dataclass(frozen=True, kw_only=True)
class PPOSettings:
    """How a policy learns, wherever its rollouts come from."""

    iterations: int = 200
    """Of collecting a rollout and learning from it."""
    learning_rate: float = 3e-4
    """Of Adam, at its highest."""
    schedule: Literal["constant", "linear"] = "linear"
    """linear: the rate falls to nothing over the iterations."""
    update: PPOUpdate = PPOUpdate()
    """What is done with a rollout."""
    device: str = "cpu"
    """Of torch: ``cpu`` or ``cuda``."""
    threads: int | None = None
    """Of torch, on the CPU; None: one for models below ten million parameters, which more make slower."""
    save_every: int = 20
    """Iterations between two saved states."""

    def __post_init__(self) -> None:
        for name in ("iterations", "save_every"):
            if getattr(self, name) < 1:
                raise WrongUse(f"ppo: expected {name} >= 1, got {getattr(self, name)}")


@dataclass(frozen=True, kw_only=True)
class VectorPPOSettings(PPOSettings):
    """How a policy learns from a vector environment."""

    copies: int = 64
    """Of the environment."""
    steps: int = 128
    """Of each copy in an iteration."""
    width: int = 128
    """Of the hidden layers."""
    layers: int = 2
    """Hidden layers, of actor and critic each."""
    update: PPOUpdate = PPOUpdate(entropy=0.01)
    """What is done with a rollout."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("copies", "steps", "width", "layers"):
            if getattr(self, name) < 1:
                raise WrongUse(f"ppo: expected {name} >= 1, got {getattr(self, name)}")


@dataclass(frozen=True, kw_only=True)
class PPOConfig:
    """In which world a policy learns."""

    env: str
    """Id of a Gymnasium environment with discrete actions."""
    env_kwargs: Mapping[str, Any] = field(default_factory=dict)
    """Its arguments."""
    seed: int = 0
    """Of episodes, weights and actions."""
    settings: VectorPPOSettings = VectorPPOSettings()
    """How."""


Advantage = Literal["raw", "batch", "repo"]


@dataclass(frozen=True, kw_only=True)
class PPDPPSettings:
    """How a planner of dialogue acts learns."""

    sft_epochs: int = 20
    """How often every example of the teacher is seen; the epoch with the best held-out loss is kept. 0
    leaves supervised learning out."""
    sft_batch: int = 64
    """Examples of an optimiser step."""
    sft_rate: float = 3e-3
    """Learning rate of Adam in supervised learning."""
    episodes: int = 1000
    """Dialogues to learn from by reinforcement; 0 leaves it out."""
    batch: int = 10
    """Dialogues of an optimiser step; the released code takes 1."""
    learning_rate: float = 1e-2
    """Of Adam in reinforcement learning."""
    weight_decay: float = 0.01
    """Of Adam, in both."""
    advantage: Advantage = "raw"
    """raw: the discounted return, as the paper says. batch: less the mean of the batch at the same turn,
    over its deviation. repo: standardised within each dialogue, as the released code does; how well a
    dialogue ended then counts for nothing, so this is for comparison only."""
    discount: float = 0.999
    """Gamma."""
    entropy: float = 0.06
    """Weight of the entropy bonus; the released code has none."""
    failure: float | None = None
    """Added to the last reward of a dialogue without success (-1 in TRIP, Zhang et al. 2024)."""
    validation: int = 200
    """Dialogues with the people of the validation split by which the best planner is chosen."""
    validate_every: int = 10
    """Optimiser steps between two validations; each also saves all that a killed run needs to go on."""
    shuffle: bool = False
    """A control: each dialogue learns from the returns of another one."""
    keep_last: bool = False
    """Keep the last planner instead of the best on validation."""

    def __post_init__(self) -> None:
        for name, least in (
            ("sft_epochs", 0), ("sft_batch", 1), ("episodes", 0), ("batch", 1), ("validation", 1),
            ("validate_every", 1),
        ):  # fmt: skip
            if getattr(self, name) < least:
                raise WrongUse(f"ppdpp: expected {name} >= {least}, got {getattr(self, name)}")
        if self.advantage == "batch" and self.batch < 2 and self.episodes:
            raise WrongUse("ppdpp: advantage=batch compares dialogues; give a batch of at least 2, or raw")


@dataclass(frozen=True, kw_only=True)
class PPDPPConfig:
    """Which planner learns, in which dialogues, from whom."""

    env: str
    """Id of dialogues at act level, or of text where the encoder reads words."""
    env_kwargs: Mapping[str, Any] = field(default_factory=dict)
    """Its arguments, but for ``split``."""
    encoder: str = "acts"
    """acts, ngrams, minilm or hf:PATH_OR_HUB_ID."""
    hidden: int = 64
    """Units between the encoder and the acts."""
    teacher: str = "fitted"
    """Whose acts are learnt first: ``fitted`` (sampled from the tables fitted to people), ``hand`` (the
    hand-written policy, a quarter of its acts at random), ``random``, or the data folder of a corpus."""
    teacher_episodes: int = 500
    """Dialogues that a teacher without a corpus holds."""
    seed: int = 0
    """Of weights, order, cases and acts."""
    settings: PPDPPSettings = PPDPPSettings()
    """How."""
