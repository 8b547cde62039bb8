"""What is learnt and played in: Sokoban with rooms of two kinds, and the household.

Sokoban's rooms of training are generated afresh and have many more layouts than the banks, from which those
of evaluation come: banks of other splits, whose walls are disjoint up to symmetry.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playout.agents.dyna.lookahead import LookaheadConfig
from playout.core.errors import WrongUse
from playout.training.settings import SFTSettings


@dataclass(frozen=True, kw_only=True)
class Task:
    """A world, with who learns in it and how."""

    env: str
    """Id of the environment."""
    kwargs: Mapping[str, Any]
    """Its arguments, wherever."""
    training: Mapping[str, Any]
    """More of them in training."""
    rooms: Mapping[str, Mapping[str, Any]]
    """And in each kind of rooms that is evaluated in."""
    playing: Mapping[str, Any] = field(default_factory=dict)
    """And in all of these."""
    reinforcing: Mapping[str, Any] = field(default_factory=dict)
    """And in training where learning is from rewards."""
    reinforcement_settings: Mapping[str, Any] = field(default_factory=dict)
    """Of ``train dyna-grpo``: how is learnt from them."""
    credit: Mapping[str, Any] = field(default_factory=dict)
    """And how they become advantages."""
    choosing: tuple[str, ...]
    """The kinds of rooms that choices may be made in: those of the split ``validation``."""
    first: Mapping[str, int] = field(default_factory=lambda: {"validation": 0, "test": 0})
    """Split -> seed of the first episode, where the world itself has no such splits."""
    model: str
    """What learns, as ``train resim`` names it."""
    agent: Mapping[str, Any] = field(default_factory=dict)
    """How it is asked."""
    settings: SFTSettings
    """How it learns."""
    data: Mapping[str, Any]
    """Of all rows of ``train resim``."""
    constant: str
    """The action of a policy that does ever the same."""
    tokens: float
    """Of a row of ReSim, in those of an action's."""
    more: float = 1.0
    """States of ``actions-tokens``, in those of ReSim: it reads many more rows, best of other states too."""
    states: int
    """Rows of stage 1."""
    warm_up: float
    """Epochs on actions alone."""
    epochs: float
    """And on ReSim's rows after them."""

    def rooms_of(self, split: str) -> tuple[str, ...]:
        """The kinds of rooms that are evaluated in."""
        return self.choosing if split == "validation" else tuple(self.rooms)

    def played(self, rooms: str, split: str) -> dict[str, Any]:
        """The arguments of the environment in which agents are evaluated."""
        if rooms not in self.rooms:
            raise WrongUse(f"dyna-mind: no rooms {rooms!r}; expected one of {', '.join(self.rooms)}")
        held_out = {} if "split" in self.rooms[rooms] else {"split": split}
        return {**self.kwargs, **self.playing, **self.rooms[rooms], **held_out}

    def learnt(self, *, from_rewards: bool = False) -> dict[str, Any]:
        """The arguments of the environment in training."""
        return {**self.kwargs, **self.training, **(self.reinforcing if from_rewards else {})}


def _sokoban(
    rooms: Mapping[str, Mapping[str, Any]],
    *,
    kwargs: Mapping[str, Any],
    batch_tokens: int,
    opening: Mapping[str, Any],
    training: Mapping[str, Any] = {},
    reinforcing: Mapping[str, Any] = {},
    temperature: float = 0.2,
    **others: Any,
) -> Task:
    """Those of ``id`` are trained on."""
    return Task(
        env="playout/SokobanText-v0",
        kwargs={"format": "words", **kwargs},
        training={**rooms["id"], "source": "fresh", "walls": "mixed", "split": "train", **training},
        rooms=rooms,
        choosing=tuple(rooms),
        # A cost per step would reward to be lost early.
        reinforcing={"rewards": "sparse", "deadlocks": "end", "max_steps": 16, **reinforcing},
        # At 1 small decoders slip too often to learn from what follows.
        reinforcement_settings={"temperature": 0.4, "learning_rate": 3e-4, "kl": 0.03},
        # Else it walks in circles rather than into deadlocks.
        credit={"episode_discount": 0.9},
        model="new:small",
        # The likeliest answers walk in circles.
        agent={"temperature": temperature},
        settings=SFTSettings(batch_tokens=batch_tokens, save_every=400),
        # Many rooms, few states of each: layouts are what must be generalised over.
        data={"per_episode": 2, "lost": 1, **opening},
        constant="up",
        **others,
    )


TASKS = {
    "easy": _sokoban(
        {"id": {"size": [6, 6], "boxes": 1}},
        kwargs={"max_steps": 40},
        batch_tokens=1024,
        # Mostly random: the expert's moves show the ends of solutions, but the first states less exactly.
        opening={"opening": 9, "opening_noise": 0.9},
        temperature=0.7,
        tokens=3.0,
        more=3.0,
        states=130_000,
        warm_up=2.0,
        epochs=3.7,
    ),
    "hard": _sokoban(
        {
            "id": {"size": [7, 7], "boxes": 2},
            "ood-boxes": {"size": [7, 7], "boxes": 3},
            "ood-size": {"size": [8, 8], "boxes": 2},
        },
        # All rooms lie in one frame, so that a learner of small ones has met every coordinate. Whole levels
        # take 20 to 30 moves: too many for what these decoders can learn on two cores.
        kwargs={"max_steps": 30, "frame": [8, 8], "within": 8},
        training={"max_steps": 40, "within": 12},
        reinforcing={"within": 8},
        # Once a deadlock is seen the episode is lost anyway.
        playing={"deadlocks": "end"},
        batch_tokens=1536,
        opening={"opening": 8, "opening_noise": 0.3},
        tokens=2.4,
        states=100_000,
        warm_up=4.0,
        epochs=3.0,
    ),
    "household": Task(
        env="playout/Household-v0",
        kwargs={"task_types": ["look_at_obj_in_light"], "max_steps": 50},
        # One that knows where things are teaches to guess.
        training={"split": "train", "expert": "searching"},
        rooms={"seen": {"split": "seen"}, "unseen": {"split": "unseen"}},
        choosing=("seen",),
        first={"validation": 900_000_000, "test": 910_000_000},
        model="new:small-llama",
        agent={"history": 12, "keep_first": True, "temperature": 0.3},
        settings=SFTSettings(batch_tokens=2048, learning_rate=3e-3, read=1.0, save_every=400),
        data={
            "noise": (0.1, 0.3, 0.5),
            "mistakes": "words",
            "opening": 16,
            "opening_noise": 0.4,
            "per_episode": 3,
            "most": 0.6,
            "value": "progress",  # how far the way is, nobody can foresee
            "lookahead": LookaheadConfig(branches=2, depth=1),
        },
        constant="look",
        tokens=1.3,
        states=20_000,
        warm_up=2.0,
        epochs=1.5,
    ),
}


def task_of(name: str) -> Task:
    """The task called ``name``.

    Raises:
        WrongUse: there is none.
    """
    if name not in TASKS:
        raise WrongUse(f"dyna-mind: expected a task of {', '.join(TASKS)}, got {name!r}")
    return TASKS[name]
