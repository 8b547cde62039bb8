"""The episode: what was seen, done and received, as one JSON line that every other tool reads.

Schema 1. Array observations are not stored: the seed and the actions bring them back (``replay``).
Leaves out how episodes are made (``driver``) and where they are kept (``store``).
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from playout.core import Completion, Decision

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a model wrote in one completion, in the form that trainers take."""

    prompt_token_ids: tuple[int, ...] = ()
    token_ids: tuple[int, ...] = ()
    logprobs: tuple[float, ...] | None = None
    """Natural logarithm, one per token of ``token_ids``."""
    mask: tuple[int, ...] = ()
    """One per token of ``token_ids``: 1 where the model chose it."""
    text: str = ""
    finish: str = "stop"

    @classmethod
    def of(cls, completion: Completion) -> "Written":
        """The stored part of ``completion``; the tokens of a prefill are not the model's choice."""
        forced = (completion.usage or {}).get("prefill_tokens", 0)
        return cls(
            prompt_token_ids=completion.prompt_token_ids,
            token_ids=completion.token_ids,
            logprobs=completion.logprobs,
            mask=(0,) * forced + (1,) * (len(completion.token_ids) - forced),
            text=completion.text,
            finish=completion.finish,
        )

    def as_dict(self) -> dict[str, Any]:
        """The JSON object of a completion."""
        return {
            "prompt_token_ids": self.prompt_token_ids,
            "token_ids": self.token_ids,
            "logprobs": self.logprobs,
            "mask": self.mask,
            "text": self.text,
            "finish": self.finish,
        }


def _is_array(observation: Any) -> bool:
    """Whether it is an array, or by name nothing but arrays."""
    if isinstance(observation, Mapping):
        return bool(observation) and all(map(_is_array, observation.values()))
    return isinstance(observation, np.ndarray)


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeStep:
    """One action of one seat and what came of it."""

    seat: str
    observation: Any
    """What the seat saw when it acted; None for arrays, and for several by name."""
    action: Any
    thought: str = ""
    plan: tuple[Any, ...] = ()
    completions: tuple[Written, ...] = ()
    futures: Any = None
    """Imagined continuations, as the agent gave them in ``Decision.stats``."""
    search: Any = None
    """Visit counts, values and the like, as the agent gave them in ``Decision.stats``."""
    reward: float = 0.0
    """Of this seat until its next turn or the end."""
    terminated: bool = False
    truncated: bool = False
    info: Mapping[str, Any] = field(default_factory=dict)
    """What the world said after the action."""

    @classmethod
    def of(
        cls,
        seat: str,
        observation: Any,
        decision: Decision,
        *,
        reward: float = 0.0,
        terminated: bool = False,
        truncated: bool = False,
        info: Mapping[str, Any] = {},
    ) -> "EpisodeStep":
        """What ``seat`` saw and decided, and what came of it."""
        stats = decision.stats
        return cls(
            seat=seat,
            observation=None if _is_array(observation) else observation,
            action=listed(decision.action),
            thought=decision.thought,
            plan=decision.plan,
            completions=tuple(map(Written.of, decision.completions)),
            futures=stats.get("futures"),
            search=stats.get("search"),
            reward=reward,
            terminated=terminated,
            truncated=truncated,
            info=dict(info),
        )

    def as_dict(self) -> dict[str, Any]:
        """The JSON object of a step."""
        return {
            "seat": self.seat,
            "observation": self.observation,
            "action": self.action,
            "thought": self.thought,
            "plan": self.plan,
            "completions": [written.as_dict() for written in self.completions],
            "futures": self.futures,
            "search": self.search,
            "reward": self.reward,
            "terminated": self.terminated,
            "truncated": self.truncated,
            "info": self.info,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "EpisodeStep":
        """Read what :meth:`as_dict` became in JSON."""
        written = tuple(Written(**{**one, **_tuples(one)}) for one in data["completions"])
        return cls(**{**data, "plan": tuple(data["plan"]), "completions": written})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What evaluation reads of an episode."""

    is_success: bool | None
    """None where the world does not say, or the episode failed."""
    total: float
    """Undiscounted return; ``return`` in JSON."""
    length: int
    """Steps of the world."""
    metrics: Mapping[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The JSON object of an outcome."""
        return {
            "is_success": self.is_success,
            "return": self.total,
            "length": self.length,
            "metrics": self.metrics,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Outcome":
        """Read what :meth:`as_dict` became in JSON."""
        return cls(
            is_success=data["is_success"],
            total=data["return"],
            length=data["length"],
            metrics=data["metrics"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One episode of a run."""

    env: str
    kwargs: Mapping[str, Any]
    seed: int
    """``reset(seed=...)`` of this episode."""
    episode: int
    """Its number in the run."""
    agents: Mapping[str, Mapping[str, Any]]
    """Per seat: ``name``, ``model``, ``options`` and ``oracle`` (whether it looks behind the scenes)."""
    steps: tuple[EpisodeStep, ...]
    outcome: Outcome
    error: str | None = None
    """Why the episode could not be finished."""
    timings: Mapping[str, float] = field(default_factory=dict)
    """Seconds: ``model`` (its share of batched calls) and ``world``."""

    def to_json(self) -> str:
        """One line of ASCII JSON without the line end; numbers that JSON lacks become null."""
        return encode(
            {
                "schema": SCHEMA,
                "env": self.env,
                "kwargs": self.kwargs,
                "seed": self.seed,
                "episode": self.episode,
                "agents": self.agents,
                "steps": [step.as_dict() for step in self.steps],
                "outcome": self.outcome.as_dict(),
                "error": self.error,
                "timings": self.timings,
            }
        )

    @classmethod
    def from_json(cls, line: str) -> "Episode":
        """Read what :meth:`to_json` wrote.

        Raises:
            ValueError: ``line`` is not JSON, or of another schema.
        """
        return cls.from_dict(json.loads(line))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Episode":
        """Read a parsed line, as ``Run.episodes()`` gives it."""
        fields = dict(data)
        if fields.pop("schema", None) != SCHEMA:
            raise ValueError(f"episode: expected schema {SCHEMA}, got {data.get('schema')!r}")
        fields["steps"] = tuple(map(EpisodeStep.from_dict, data["steps"]))
        fields["outcome"] = Outcome.from_dict(data["outcome"])
        return cls(**fields)


def encode(value: Any) -> str:
    """ASCII JSON of whatever agents and worlds put into their records.

    Numpy scalars become numbers, arrays and non-finite numbers null, other objects the name of their class.
    """
    try:
        return _FAST.encode(value)
    except (TypeError, ValueError):  # a key that is not text, or a number that JSON lacks
        return _FAST.encode(_plain(value))


def listed(action: Any) -> Any:
    """``action`` with arrays as lists, so that it can be stored and replayed."""
    if isinstance(action, str | int | float):
        return action
    if isinstance(action, np.ndarray | np.generic):
        return action.tolist()
    if isinstance(action, Mapping):
        return {name: listed(part) for name, part in action.items()}
    return [listed(part) for part in action] if isinstance(action, Sequence) else action


def _default(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return None
    if isinstance(value, Mapping):
        return dict(value)
    return sorted(value, key=str) if isinstance(value, set | frozenset) else type(value).__name__


_FAST = json.JSONEncoder(allow_nan=False, check_circular=False, default=_default)


def _plain(value: Any) -> Any:
    """``value`` in the types of JSON: slower than the encoder, but for every key and number."""
    if isinstance(value, Mapping):
        return {name if isinstance(name, str) else str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    return _plain(_default(value))


def _tuples(written: Mapping[str, Any]) -> dict[str, tuple]:
    return {name: tuple(part) for name, part in written.items() if isinstance(part, list)}
