"""Where a planner's examples come from: dialogues of any act policy, and teachers by name."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np

from playout.agents.planner.encoders import ACTS, Seen
from playout.agents.planner.planner import ActPolicy, PlannerShape
from playout.agents.planner.policies import Noisy, policy_named
from playout.core import WrongUse
from playout.envs.spaces import Language
from playout.rollouts import lookup
from playout.simulators.dialogue.task import ActTask, codes
from playout.training.act_episodes import ActEpisodes, Copies, Integers, act_episodes
from playout.training.corpus_examples import corpus_examples
from playout.training.word_copies import WordCopies

_MOST_COPIES, _MOST_TALKING = 512, 32
_SEEDS_APART = 10_000_000  # runs of other seeds learn from other dialogues
_TEACHERS = 5_000_000  # and teachers hold others than reinforcement ever reaches
_NOISE = 0.25  # of a hand-written teacher


class Examples(NamedTuple):
    """What somebody did, seeing what: M rows."""

    seen: Seen
    acts: Integers
    """int64[M]."""


class Dialogues:
    """Dialogues of one world, with the people of each split, many at a time."""

    def __init__(self, env: str, kwargs: Mapping[str, Any], encoder: str = ACTS) -> None:
        """Take the world ``env`` with ``kwargs``; ``encoder`` says what its planners read.

        Raises:
            WrongUse: it is no world of dialogues, or one at act level where words are to be read.
        """
        if "split" in kwargs:
            raise WrongUse(f"{env}: the split is chosen here; leave {kwargs['split']!r} out")
        self.env, self.kwargs, self.encoder = env, dict(kwargs), encoder
        self._made: dict[tuple[str, int], Copies] = {}
        one = lookup.make(env, {**kwargs, "split": "train"}).env
        self._in_words = isinstance(one.action_space, Language)
        self.task: ActTask = one.unwrapped.task
        if encoder != ACTS and not self._in_words:
            raise WrongUse(f"{env}: {encoder} reads words; take the world without Acts in its id")

    def shape(self, *, hidden: int) -> PlannerShape:
        """What a planner of this world is made of."""
        task = self.task
        return PlannerShape(
            acts=task.acts,
            symbols=codes(task),
            features=len(task.features),
            encoder=self.encoder,
            hidden=hidden,
        )

    def play(
        self,
        split: str,
        policy: ActPolicy,
        seeds: Integers,
        *,
        sample: int | None = None,
        numbers: Integers | None = None,
        look: bool = False,
    ) -> ActEpisodes:
        """One dialogue per seed with people of ``split``; see :func:`act_episodes`."""
        copies = self._copies(split, min(len(seeds), _MOST_TALKING if self._in_words else _MOST_COPIES))
        return act_episodes(copies, policy, seeds, sample=sample, numbers=numbers, look=look)

    def _copies(self, split: str, n: int) -> Copies:
        if (split, n) not in self._made:
            kwargs = {**self.kwargs, "split": split}
            make: Any = WordCopies if self._in_words else gym.make_vec
            self._made[split, n] = make(self.env, n, **kwargs)
        return self._made[split, n]


def examples(dialogues: Dialogues, teacher: str, episodes: int, *, seed: int) -> Examples:
    """What ``teacher`` does in ``episodes`` dialogues with people of the training split.

    A file or folder of a corpus (``corpus_examples``) has dialogues of its own, which are all taken.

    Raises:
        WrongUse: there is no such teacher.
    """
    if Path(teacher).exists() and teacher not in dialogues.task.acts:
        return Examples(*corpus_examples(dialogues.task, Path(teacher)))
    policy = policy_named(teacher, dialogues.task)
    if teacher == "hand":
        policy = Noisy(policy, _NOISE)
    numbers = _TEACHERS + np.arange(episodes)
    played = dialogues.play("train", policy, seed * _SEEDS_APART + numbers, sample=seed, numbers=numbers)
    return Examples(played.seen, played.acts)
