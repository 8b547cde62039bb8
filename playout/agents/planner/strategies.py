"""Who decides what a turn is to do: a policy over acts, a search with one (GDP-Zero), or a prompted model.

A strategy makes plans; what a plan becomes in words is the speaker's. Prompted ones are in ``prompting``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from playout.agents.draws import draws
from playout.agents.planner.network import Floats
from playout.agents.planner.planner import ActPolicy, greedy, sampled
from playout.agents.planner.reading import in_words, read, said, seen_in
from playout.agents.search.branching import SearchConfig, search
from playout.core import Completion, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a turn is to do."""

    act: str | None = None
    """Name of a dialogue act; None leaves it to the speaker."""
    advice: str = ""
    """What the speaker is told beside the act."""
    thought: str = ""
    completions: tuple[Completion, ...] = ()
    """What a model was asked on the way."""
    stats: Mapping[str, Any] = field(default_factory=dict)
    """As in ``Decision.stats``."""


_MIX = 0.5  # share of the uniform in a prior, so that a sure one is doubted


class Strategy(Protocol):
    """Plans turns, batched over dialogues."""

    needs: frozenset[str]
    """As in ``core.Agent``."""

    def plan(self, turns: Sequence[Turn]) -> list[Plan]:
        """One plan per turn."""
        ...


class PolicyStrategy:
    """The act that a policy finds likeliest, or one drawn from it."""

    needs: frozenset[str] = frozenset()

    def __init__(self, policy: ActPolicy, *, sample: bool = False, seed: int = 0) -> None:
        """Follow ``policy``; with ``sample``, ``seed`` decides the draws."""
        self.policy, self._sample, self._seed = policy, sample, seed

    def plan(self, turns: Sequence[Turn]) -> list[Plan]:
        """One plan per turn."""
        logs = self.policy.log_probabilities(read(turns))
        if self._sample:
            acts = sampled(logs, np.array([draws(self._seed, turn).uniform() for turn in turns]))
        else:
            acts = greedy(logs)
        return [self._plan(act, np.exp(row)) for act, row in zip(acts.tolist(), logs, strict=True)]

    def _plan(self, act: int, p: Floats) -> Plan:
        shown = dict(zip(self.policy.acts, p.round(4).tolist(), strict=True))
        return Plan(act=self.policy.acts[act], stats={"search": {"probability": shown}})


class SearchStrategy:
    """GDP-Zero (Yu et al. 2023): open-loop search over acts with a policy as prior.

    It searches the world itself, hidden state of the person included: an oracle, where the paper lets a
    language model imagine the person.
    """

    needs: frozenset[str] = frozenset({"world"})

    def __init__(self, policy: ActPolicy, config: SearchConfig) -> None:
        """Search with ``policy`` as prior; it also plays on from the leaves."""
        self.policy, self.config = policy, config

    def plan(self, turns: Sequence[Turn]) -> list[Plan]:
        """One plan per turn: the act that was visited most."""
        return [self._plan(turn) for turn in turns]

    def _plan(self, turn: Turn) -> Plan:
        assert turn.world is not None
        acts, words = self.policy.acts, in_words(turn)

        def prior(observation: Any, info: dict[str, Any]) -> Floats:
            seen = seen_in([info]) if words else read([_like(turn, observation)])
            p = np.exp(self.policy.log_probabilities(seen)[0])
            return (1 - _MIX) * p + _MIX / len(acts)

        found = search(
            turn.world, turn.observation, dict(turn.info), prior, self.config,
            word=(lambda act, *_: said(acts[act])) if words else (lambda act, *_: act),
        )  # fmt: skip
        columns = {"visits": found.visits.tolist(), "value": [_or_none(value) for value in found.values]}
        shown = {name: dict(zip(acts, column, strict=True)) for name, column in columns.items()}
        stats = {"search": shown, "simulated_steps": found.steps}
        return Plan(act=acts[int(found.visits.argmax())], stats=stats)


def _like(turn: Turn, observation: Any) -> Turn:
    return Turn(
        observation=observation, instructions="", legal_actions=None, reward=0.0, info={},
        episode=turn.episode, t=turn.t,
    )  # fmt: skip


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
