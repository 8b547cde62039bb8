"""What is run: worlds, who plans in them, and the settings that were chosen on validation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playout.agents.planner.config import WORLDS

RL, SFT, BARE, SHUFFLED, REPO, PPO = "rl", "sft", "rl without sft", "shuffled", "repo", "ppo"
SELECTED = "shuffled, best kept"
"""The control whose weights are chosen on validation as those of ``rl`` are; ``shuffled`` keeps its last."""
NOISE = (0.1, 0.3)
"""Confusion of the assessors that the noisy arms learn from; ``rl`` has none."""


def noisy(confusion: float) -> str:
    """The arm that learns from an assessor of this confusion."""
    return f"noisy {confusion:g}"


@dataclass(frozen=True, kw_only=True)
class World:
    """Dialogues that planners are trained and judged in."""

    env: str
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    encoder: str = "acts"
    arms: tuple[str, ...] = (RL, PPO)
    """What learns; ``sft`` is what ``rl`` begins with."""
    sampled: tuple[str, ...] = ("random", "fitted")
    """Policies that learn nothing and draw their acts."""
    judged: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {"": {}})
    """Arguments of the worlds in which the arms are judged, by what is added to the world's name."""
    ppo_iterations: int = 0
    """Of the PPO that is a reference: rollouts of 64 copies, 32 steps each."""

    @property
    def in_words(self) -> bool:
        """Whether planners read words."""
        return self.encoder != "acts"


_CONTROLS = (BARE, SHUFFLED, SELECTED, REPO, *map(noisy, NOISE))
_WORDINGS = {" (train wordings)": {"wording": "train"}, " (unseen wordings)": {"wording": "unseen"}}
THE_WORLDS: Mapping[str, World] = {
    "negotiation": World(
        env=WORLDS["negotiation"], kwargs={"population": "designed"}, arms=(RL, PPO, *_CONTROLS),
        ppo_iterations=40,
    ),
    "tutoring": World(env=WORLDS["tutoring"], arms=(RL, PPO, *_CONTROLS), ppo_iterations=74),
    "support": World(env=WORLDS["support"], ppo_iterations=80),
    "negotiation, fitted people": World(
        env=WORLDS["negotiation"], kwargs={"population": "fitted"}, ppo_iterations=24
    ),
    "negotiation in words": World(
        env="playout/Negotiation-v0", encoder="ngrams", arms=(RL,), judged=_WORDINGS
    ),
    "tutoring in words": World(env="playout/Tutoring-v0", encoder="ngrams", arms=(RL,), judged=_WORDINGS),
}  # fmt: skip
"""By name. The second half is beside the bars of the first: people fitted to dialogues, and words."""

CANDIDATES: Mapping[str, Mapping[str, Any]] = {
    f"{advantage} {rate:g} {entropy:g}": {
        "advantage": advantage,
        "learning_rate": rate,
        "entropy": entropy,
    }
    for advantage in ("batch", "raw")
    for rate in (0.01, 0.02)
    for entropy in (0.02, 0.06)
}
"""Settings among which validation chooses: advantage, learning rate, entropy bonus."""
CHOSEN = "raw 0.01 0.06"
"""The candidate with the highest mean validation return over the first three worlds."""


def settings_of(arm: str, chosen: str = CHOSEN) -> dict[str, Any]:
    """The ``PPDPPSettings`` of an arm that differ from the defaults."""
    changes: dict[str, dict[str, Any]] = {
        BARE: {"sft_epochs": 0}, SHUFFLED: {"shuffle": True, "keep_last": True},
        SELECTED: {"shuffle": True}, REPO: {"advantage": "repo"},
    }  # fmt: skip
    return {**CANDIDATES[chosen], **changes.get(arm, {})}


def kwargs_of(arm: str) -> dict[str, Any]:
    """The arguments of the world that only this arm learns in."""
    return {"assessor": f"noisy={arm.partition(' ')[2]}"} if arm.startswith("noisy ") else {}
