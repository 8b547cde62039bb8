"""Settings of the methods that train assistants of the building game; no torch is needed to read them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from playout.agents.building.beliefs import BELIEFS, Beliefs
from playout.agents.search.planning import SearchSettings
from playout.core.errors import WrongUse

Method = Literal["assistance-zero", "ppo", "pretraining", "sft"]


@dataclass(frozen=True, kw_only=True)
class AssistanceSettings:
    """How a network learns; the defaults are the paper's (Laidlaw et al. 2025, appendix)."""

    iterations: int = 2000
    """Of playing and learning."""
    warm_up: int = 0
    """Iterations at first in which the assistant only watches, so that it knows something when it begins."""
    games: int = 256
    """Played side by side."""
    fragment: int = 64
    """Steps of each game in an iteration."""
    buffer: int = 262_144
    """Steps that are kept to learn from."""
    updates: int = 16
    """Optimiser steps per iteration."""
    batch: int = 1024
    """Steps of the world in an optimiser step."""
    learning_rate: float = 1e-3
    """Of Adam."""
    clip_norm: float = 10.0
    """Of the gradient."""
    discount: float = 0.95
    """Of rewards."""
    value: float = 0.01
    """Weight of the value's squared error."""
    goal: float = 3.0
    """Weight of the goal's cross-entropy, mean over cells."""
    human: float = 1.0
    """Weight of the cross-entropy of the human's actions."""
    stay: float = 30.0
    """Weight, at ``stay_after``, of the divergence from the goal predicted when the step was played."""
    stay_after: int = 8_192_000
    """Steps of the world until then; the weight rises linearly."""
    search: SearchSettings = field(default_factory=lambda: SearchSettings(simulations=100, noise=0.25))
    """Of self-play."""
    beliefs: Beliefs = BELIEFS
    """What of the network's predictions the search takes."""
    test_simulations: int = 20
    """Of the search when the policy is used."""
    device: str = "cpu"
    """Of torch."""
    threads: int | None = None
    """Of torch, on the CPU; None: one for small networks."""
    save_every: int = 10
    """Iterations between two checkpoints."""

    def __post_init__(self) -> None:
        for name in ("iterations", "games", "fragment", "updates", "batch", "save_every", "test_simulations"):
            if getattr(self, name) < 1:
                raise WrongUse(f"assistance-zero: expected {name} >= 1, got {getattr(self, name)}")
        if self.buffer < self.games * self.fragment:
            raise WrongUse(
                f"assistance-zero: a buffer of {self.buffer} holds no iteration of {self.games} games by"
                f" {self.fragment} steps"
            )


@dataclass(frozen=True, kw_only=True)
class AssistanceConfig:
    """What learns, and with whom."""

    preset: str = "tiny"
    """Size of the world and of the network: ``tiny``, ``small`` or ``paper``."""
    method: Method = "assistance-zero"
    """assistance-zero: self-play with search. ppo: its own rewards, no search. pretraining: imitate people
    who build alone, their goal hidden. sft: imitate an assistant who knew the goal, its goal hidden."""
    people: str | Sequence[str] = "train"
    """Who builds in the first seat."""
    max_steps: int = 200
    """Of an episode."""
    seed: int = 0
    """Of episodes, weights and draws."""
    settings: AssistanceSettings = field(default_factory=AssistanceSettings)
    """How."""


def settings_of(preset: str, **changes: Any) -> AssistanceSettings:
    """The settings for a size: the paper's, or ones that learn in minutes on one core.

    Raises:
        WrongUse: there is no such preset.
    """
    if preset == "paper":
        return replace(AssistanceSettings(), **changes)
    if preset not in ("tiny", "small"):
        raise WrongUse(f"preset: expected tiny, small or paper, got {preset!r}")
    small = AssistanceSettings(
        iterations=60,
        warm_up=12,
        games=128,
        fragment=16,
        buffer=32_768,
        updates=48,
        batch=128,
        learning_rate=1e-3,
        stay=0.0,
        search=SearchSettings(simulations=16, edges=32, root="gumbel", considered=12, noise=0.25),
        test_simulations=24,
    )
    return replace(small, **changes)


@dataclass(frozen=True, kw_only=True)
class CloningConfig:
    """Which recorded people a builder is learnt from."""

    recordings: str
    """Folder of recorded episodes (``simulators.building.recordings``)."""
    held_out: int = 2
    """Episodes that are not learnt from, the last by name."""
    seed: int = 0
    """Of weights and draws."""
    settings: AssistanceSettings = field(
        default_factory=lambda: AssistanceSettings(
            iterations=600,
            games=64,
            fragment=1,
            buffer=64,
            updates=1,
            batch=64,
            value=0.0,
            goal=0.0,
            stay=0.0,
            save_every=100,
        )
    )
    """How; ``games`` of the steps are drawn for each optimiser step."""
