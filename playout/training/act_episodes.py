"""Dialogues of an act policy, played many at a time in a vector environment and kept as arrays.

Episode ``i`` is the one that ``reset(seed=seed + i)`` starts, sampled with the draws that an agent of that
seed would use, so that what is measured here is what ``playout eval`` measures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from playout.agents.draws import uniforms
from playout.agents.planner.encoders import Seen, joined
from playout.agents.planner.planner import ActPolicy, greedy, sampled
from playout.core import WrongUse, privileged

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Copies(Protocol):
    """As much of a vector environment as is needed here; an observation may be ``Seen`` itself."""

    num_envs: int

    def reset(self, *, seed: Any = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        """Start the episodes of ``seed``, a list."""
        ...

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Take an act in each copy; what comes of those that have ended is not looked at."""
        ...


@dataclass(frozen=True, slots=True)
class ActEpisodes:
    """N whole episodes; their M steps stand in the order in which they were taken."""

    seen: Seen
    """M rows: what the policy saw before each step."""
    episode: Integers
    """int[M], from 0 to N - 1."""
    t: Integers
    """int[M]."""
    acts: Integers
    """int[M]."""
    rewards: Floats
    """float[M]."""
    success: NDArray[np.bool_]
    """bool[N]."""
    kinds: NDArray[np.str_]
    """str[N], the kind of person where it was asked for, else empty."""
    metrics: Mapping[str, Floats]
    """Each float[N]; NaN where an episode had none."""

    @property
    def count(self) -> int:
        """N."""
        return len(self.success)

    @property
    def returns(self) -> Floats:
        """float[N], undiscounted."""
        return np.bincount(self.episode, self.rewards, self.count).astype(np.float64)

    @property
    def lengths(self) -> Integers:
        """int[N], steps."""
        return np.bincount(self.episode, minlength=self.count)


def act_episodes(
    env: Copies,
    policy: ActPolicy,
    seeds: Sequence[int] | Integers,
    *,
    sample: int | None = None,
    numbers: Integers | None = None,
    look: bool = False,
) -> ActEpisodes:
    """Play one episode per seed.

    Args:
        env: of act-level dialogues; how many it holds decides the speed alone.
        policy: takes the likeliest act, or samples.
        seeds: of the episodes, int[N].
        sample: seed of the draws; None takes the likeliest act.
        numbers: int[N], the episodes' numbers, which key the draws; None counts from 0.
        look: note the kind of person, which is hidden, of each episode.
    """
    seeds = np.asarray(seeds, np.int64)
    numbers = np.arange(len(seeds)) if numbers is None else numbers
    size = env.num_envs
    parts = [
        _played(env, policy, seeds[start : start + size], numbers[start : start + size], start, sample, look)
        for start in range(0, len(seeds), size)
    ]
    if not parts:
        raise WrongUse("act_episodes: expected at least one seed")
    names = dict.fromkeys(name for part in parts for name in part.metrics)
    return ActEpisodes(
        joined([part.seen for part in parts]),
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("episode", "t", "acts", "rewards", "success", "kinds")
        ),
        metrics={name: np.concatenate([_or_nan(part, name) for part in parts]) for name in names},
    )


def seen_of(observation: Any) -> Seen:
    """What a batch of N observations at act level says."""
    if isinstance(observation, Seen):
        return observation
    return Seen(observation["acts"].copy(), observation["features"].copy())


def _played(
    env: Copies,
    policy: ActPolicy,
    seeds: Integers,
    numbers: Integers,
    first: int,
    sample: int | None,
    look: bool,
) -> ActEpisodes:
    """At most as many episodes as ``env`` holds, the first of them number ``first``."""
    n = len(seeds)
    # Copies that have nothing to do play along; what comes of it is left out.
    padded = np.concatenate([seeds, np.full(env.num_envs - n, seeds[0])])
    observation, info = env.reset(seed=padded.tolist())
    kinds = np.array([str(privileged(env, i).get("persona", "")) if look else "" for i in range(n)])
    live, rows, t = np.arange(n), list[tuple[Any, ...]](), 0
    success, metrics = np.zeros(n, bool), dict[str, Floats]()
    while live.size:
        seen = seen_of(observation)[live]
        logs = policy.log_probabilities(seen)
        acts = greedy(logs) if sample is None else sampled(logs, uniforms(sample, numbers[live], t))
        everyone = np.zeros(env.num_envs, np.int64)
        everyone[live] = acts
        observation, rewards, terminated, truncated, info = env.step(everyone)
        rows.append((seen, first + live, np.full(len(live), t), acts, rewards[live].astype(np.float64)))
        ended = live[(terminated | truncated)[live]]
        if ended.size:
            success[ended] = np.asarray(info["is_success"])[ended]
            _note(metrics, info.get("metrics", {}), ended, n)
        live, t = live[~(terminated | truncated)[live]], t + 1
    seens, *columns = zip(*rows, strict=True)
    found = map(np.concatenate, columns)
    return ActEpisodes(joined(seens), *found, success=success, kinds=kinds, metrics=metrics)


def _note(metrics: dict[str, Floats], told: Mapping[str, np.ndarray], ended: Integers, n: int) -> None:
    """Keep the metrics of the episodes that have ended."""
    for name, values in told.items():
        if not name.startswith("_"):
            known = np.asarray(told.get(f"_{name}", True))
            kept = metrics.setdefault(name, np.full(n, np.nan))
            kept[ended] = np.where(known, np.asarray(values, np.float64), np.nan)[ended]


def _or_nan(part: ActEpisodes, name: str) -> Floats:
    return part.metrics.get(name, np.full(part.count, np.nan))
