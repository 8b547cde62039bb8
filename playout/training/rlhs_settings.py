"""What can be set in runs of RLHS: light dataclasses, which commands and experiments read."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

from playout.core import WrongUse

Algorithm = Literal["ppo", "reinforce", "dpo"]
Reward = Literal["rating", "reward-model"]
Base = Literal["noisy-honest", "hedger", "withholder", "uniform"]
Divergence = Literal["reverse_kl", "forward_kl", "js_divergence", "alpha_divergence"]
TABLE, TEXT = "table", "text"


@dataclass(frozen=True, kw_only=True)
class MarketConfig:
    """Who is advised about what, and how advice is judged."""

    catalogue: str | None = None
    """A file, or ``published`` for that of RLHS in $PLAYOUT_DATA; None: our own."""
    domains: tuple[str, ...] = ()
    """Names of the catalogue's domains to learn in; empty: all."""
    mix: Literal["15", "34"] = "15"
    """Which cases come."""
    trust: float = 0.95
    """How probable a claim is true, as customers see it."""
    prior: float = 14 / 45
    """How probable an option has a feature, as customers see it."""
    price_weight: float = 1.0
    """How much they mind the price."""
    risk: float = 1.0
    """How much they mind a bad purchase when they choose."""
    diligence: float = 0.0
    """How probable a bad purchase is seen through beforehand, by who is not vulnerable."""
    temperature: float = 0.0
    """Of their choice; 0 takes the best."""
    vulnerable: float = 0.0
    """Share of customers who never see through anything; nobody says who they are."""
    cue: float = 0.5
    """How probable customers speak as their own type does; 0.5 says nothing."""
    discovery: float = 0.2
    """``horizon``: how probable a defect shows in a step of use."""
    regret_weight: float = 0.0
    """``oracle``: weight of what the best option would have been worth more."""


_SIZES = {"iterations": (200, 40), "batch": (512, 192), "pairs": (10_000, 2000)}
"""What 0 stands for: by a table, by a language model."""


@dataclass(frozen=True, kw_only=True)
class RLHSSettings:
    """How a policy learns from feedback on advice."""

    iterations: int = 0
    """ppo, reinforce: of giving advice and learning from it; 0: 200 by a table, 40 by a language model."""
    batch: int = 0
    """ppo, reinforce: visits of an iteration; 0: 512 by a table, 192 by a language model."""
    learning_rate: float | None = None
    """Of Adam; None: chosen for the policy and the algorithm."""
    kl: float = 0.0
    """ppo, reinforce: weight of the divergence from the base policy, in units of the rating's scale."""
    entropy: float = 0.0
    """ppo, reinforce: weight of the entropy bonus."""
    epochs: int = 2
    """ppo: how often each visit is learnt from."""
    minibatches: int = 2
    """ppo: optimiser steps per epoch."""
    dpo_epochs: int | None = None
    """dpo: how often each pair is learnt from; None: 20 times by a table, twice by a language model."""
    pairs: int = 0
    """dpo, reward-model: how many pairs of answers are compared; 0: 10,000 by a table, 2000 by a language
    model."""
    evaluator_beta: float = 5.0
    """dpo, reward-model: inverse temperature of whoever compares; ratings are in [-1, 1]."""
    beta: float = 0.1
    """dpo: strength of the tie to the base policy."""
    divergence: Divergence = "reverse_kl"
    """dpo: from the base policy (Wang et al. 2024, f-DPO)."""
    alpha: float = 0.5
    """dpo: of ``alpha_divergence``, as TRL counts it: 1 - alpha of the paper."""
    shuffle: bool = False
    """A control: every visit is paid, or every pair decided, by what another one deserved."""
    adapter: int = 0
    """Language models: rank of LoRA; 0 trains all weights."""
    max_tokens: int = 64
    """Language models: most tokens of an answer."""
    save_every: int = 50
    """Iterations between two saved states."""

    def __post_init__(self) -> None:
        for name, least in (
            ("iterations", 1), ("batch", 2), ("epochs", 1), ("minibatches", 1), ("pairs", 10),
            ("adapter", 0), ("max_tokens", 1), ("save_every", 1), ("kl", 0), ("entropy", 0),
        ):  # fmt: skip
            if getattr(self, name) < least and not (name in _SIZES and getattr(self, name) == 0):
                raise WrongUse(f"rlhs: expected {name} >= {least}, got {getattr(self, name)}")
        if self.dpo_epochs is not None and self.dpo_epochs < 1:
            raise WrongUse(f"rlhs: expected dpo_epochs >= 1, got {self.dpo_epochs}")
        for name in ("beta", "evaluator_beta"):
            if not getattr(self, name) > 0:
                raise WrongUse(f"rlhs: expected {name} > 0, got {getattr(self, name)}")


@dataclass(frozen=True, kw_only=True)
class RLHSConfig:
    """Which policy learns from which feedback."""

    feedback: str
    """``immediate``, ``partial``, ``oracle``, ``horizon:N``, ``world_model:A``, ``observed:SHARE``."""
    algorithm: Algorithm = "ppo"
    """ppo and reinforce give advice as they learn; dpo learns from comparisons of the base's advice."""
    policy: str = TABLE
    """``table``: claims by what is so. ``text``: a small decoder that has learnt to write the base's
    claims as sentences. Else a model: ``hf:PATH_OR_HUB_ID``, ``gguf:FILE``, ``smollm2`` or a run."""
    reward: Reward = "rating"
    """Learn from the customer's ratings themselves, or from a model of her comparisons."""
    manners: bool = False
    """Whether ``table`` hears how customers speak, and may advise accordingly."""
    base: Base = "noisy-honest"
    """What ``table`` and ``text`` say before they learn."""
    seed: int = 0
    """Of scenarios, answers, weights and labels."""
    market: MarketConfig = MarketConfig()
    """Who is advised."""
    settings: RLHSSettings = RLHSSettings()
    """How it learns."""

    def __post_init__(self) -> None:
        for name, known in (("algorithm", Algorithm), ("reward", Reward), ("base", Base)):
            if getattr(self, name) not in get_args(known):
                raise WrongUse(
                    f"rlhs: {name}: expected one of {', '.join(get_args(known))}, got {getattr(self, name)!r}"
                )


def completed(config: RLHSConfig) -> RLHSConfig:
    """``config`` with the sizes that were left to the kind of its policy."""
    kind = int(config.policy != TABLE)
    chosen = {name: sizes[kind] for name, sizes in _SIZES.items() if not getattr(config.settings, name)}
    return replace(config, settings=replace(config.settings, **chosen))
