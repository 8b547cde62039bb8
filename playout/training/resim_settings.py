"""What can be set in ``playout train resim``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from playout.agents.dyna.lookahead import LookaheadConfig
from playout.core import WrongUse
from playout.training.settings import SFTSettings

Rows = Literal["resim", "reasoning", "actions"]
WARM_UP = "warm-up"
"""Where, in its run, ``train resim`` leaves the policy that has learnt the actions alone."""


@dataclass(frozen=True, kw_only=True)
class ResimData:
    """Which states are shown, and what is answered in them."""

    rows: Rows = "resim"
    """resim: simulated futures, the best one's actions as the plan, its first action. reasoning: the same
    without what would be seen, which is the expert's plan thought aloud. actions: the action only."""
    states: int = 60_000
    """How many rows."""
    lookahead: LookaheadConfig = field(default_factory=LookaheadConfig)
    """How far is simulated."""
    value: Literal["distance", "progress", "monte-carlo", "learned"] = "distance"
    """What ends of futures are worth: the solver's distance to success, how much less that is than before
    (for worlds that hide much), what random play brings, or what the policy ``valuer`` imagines to be
    left."""
    valuer: str | None = None
    """Folder of a run of train resim that was taught distances, for value=learned."""
    recall: bool = False
    """Whether a thought begins with the last line of the episode's first observation, where worlds say what
    is to be done: what follows then stands beside it."""
    teller: str | None = None
    """A language model that tells in prose what was seen, before the futures themselves; None: no prose."""
    noise: tuple[float, ...] = (0.1, 0.3, 0.6)
    """Share of actions that are random, one of these in each episode, so that there are states after
    mistakes."""
    mistakes: Literal["actions", "words"] = "actions"
    """How they are drawn: from all legal actions alike; or first one of the words that are said of something,
    such as ``use``, then one such action that has been legal in the episode, so that there are mistakes of
    every kind, also such as the world refuses now."""
    slips: float = 0.3
    """Share of the states in which one of the futures begins with an action that was legal before in the
    episode and is not now: the student learns what the world refuses."""
    opening: int = 0
    """Most actions, of which nothing is learnt, before the first state of an episode: more episodes, so more
    levels, for as many states."""
    opening_noise: float = 1.0
    """Share of these that are random; the others are the expert's, and lead to where solutions end."""
    per_episode: int = 1000
    """Most states of an episode; then it is broken off."""
    most: float = 1.0
    """Most share of the states in which the right actions begin with the same word, such as ``go``; what is
    seldom done is learnt late."""
    lost: int = 4
    """Most states of an episode in which success is out of reach; then it is broken off."""

    refine: float = 0.0
    """Share of the states that are shown once more with what really comes of one of the futures, as a
    SimRollout of ``dyna-grpo`` asks again: a decoder from scratch would not understand that otherwise."""

    def __post_init__(self) -> None:
        shares = all(0 <= share <= 1 for share in (*self.noise, self.refine, self.slips, self.opening_noise))
        if min(self.states, self.per_episode) < 1 or min(self.lost, self.opening) < 0:
            raise WrongUse(f"resim: expected states, per_episode >= 1 and lost, opening >= 0, got {self}")
        if not 0 < self.most <= 1:
            raise WrongUse(f"resim: expected 0 < most <= 1, got {self.most}")
        if (self.value == "learned") != (self.valuer is not None):
            raise WrongUse("resim: value=learned and a valuer go together")
        if not self.noise or not shares:
            raise WrongUse(
                f"resim: expected shares (noise, slips, refine, opening_noise) from 0 to 1, got {self}"
            )


def settings() -> SFTSettings:
    """How the rows are learnt, where nothing else is said."""
    return SFTSettings(epochs=3.0, batch_tokens=2048)


@dataclass(frozen=True, kw_only=True)
class ResimConfig:
    """What is learnt, and by whom."""

    env: str
    """Id of a language world of one seat that can be saved and restored."""
    env_kwargs: Mapping[str, Any] = field(default_factory=dict)
    """Its arguments."""
    model: str = "new:small"
    """``new:SIZE`` for a decoder from scratch, a run that trained one, ``hf:``, ``gguf:`` or ``smollm2``."""
    numbered: bool = False
    """Whether a decoder from scratch reads a name and its number as one token."""
    agent: Mapping[str, Any] = field(default_factory=dict)
    """Options of the language agent, in training and later."""
    data: ResimData = ResimData()
    """The rows."""
    warm_up: float = 1.0
    """Epochs over the same states with the action as the only answer, before the rows themselves. A decoder
    from scratch learns to simulate sooner when it can act; 0 leaves it out."""
    seed: int = 0
    """Of episodes, weights and order."""
    settings: SFTSettings = field(default_factory=settings)
    """How."""

    def __post_init__(self) -> None:
        if self.warm_up < 0:
            raise WrongUse(f"resim: expected warm_up >= 0, got {self.warm_up}")
