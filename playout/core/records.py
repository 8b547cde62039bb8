"""The records that pass between models, agents, worlds and rollouts.

Plain frozen data without behaviour of worlds or models. What is written to disk from them is
defined in ``rollouts.episodes``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from playout.core.protocols import Branchable

Role = Literal["system", "user", "assistant", "tool"]
Finish = Literal["stop", "length", "error"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat."""

    role: Role
    content: str
    token_ids: tuple[int, ...] | None = None
    """What the model really wrote, so that it is never tokenised again; None if unknown."""
    name: str | None = None
    """The speaker, where a role has several."""


Chat = tuple[Message, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How a model is to write its completions."""

    max_tokens: int
    """Most tokens of one completion."""
    temperature: float = 1.0
    """0 is greedy."""
    top_p: float = 1.0
    """Nucleus sampling keeps the smallest set of tokens with this much probability."""
    top_k: int | None = None
    """Keep the k most probable tokens; None keeps all."""
    stop: tuple[str, ...] = ()
    """Texts that end a completion; they are not part of it."""
    seeds: tuple[int, ...] | None = None
    """One seed per chat: a completion depends on its own seed only, not on its neighbours."""
    logprobs: bool = False
    """Whether completions carry the log-probability of each of their tokens."""
    prefill: str = ""
    """Text the completion must begin with; it is part of the completion's text."""
    choices: tuple[str, ...] | None = None
    """The completion must be one of these."""
    json_schema: Mapping[str, Any] | None = None
    """The completion must be JSON of this schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What a model answered to one chat."""

    text: str
    token_ids: tuple[int, ...] = ()
    logprobs: tuple[float, ...] | None = None
    """Natural logarithm, one per token of ``token_ids``."""
    prompt_token_ids: tuple[int, ...] = ()
    finish: Finish = "stop"
    error: str | None = None
    """Why there is no answer, where ``finish`` is ``"error"``."""
    usage: Mapping[str, int] | None = None
    """Token counts as an endpoint reports them."""


class Score(NamedTuple):
    """Log-likelihood of one answer under a model; divide by ``tokens`` to compare lengths."""

    logprob: float
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedAnswer:
    """The action that a response names, or why it names none."""

    action: str | None
    plan: tuple[str, ...] = ()
    thought: str = ""
    error: str | None = None

    @property
    def valid(self) -> bool:
        """Whether an action was found."""
        return self.action is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one seat knows when it is asked to act."""

    observation: Any
    instructions: str
    """Role, rules and answer format of the world; empty where it has none."""
    legal_actions: tuple[Any, ...] | None
    """None where the world does not list them."""
    reward: float
    """Of this seat since its last turn."""
    info: Mapping[str, Any]
    episode: int
    """Number of the episode in its run: an agent's key for what it remembers."""
    t: int
    """Steps of the episode so far."""
    seat: str = "agent"
    world: Branchable | None = None
    """The live world, for agents that need it; whoever steps it restores it."""
    privileged: Mapping[str, Any] | None = None
    """Hidden state, for agents that need it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What an agent does in one turn, and how it came to it."""

    action: Any
    thought: str = ""
    plan: tuple[Any, ...] = ()
    parse: ParsedAnswer | None = None
    completions: tuple[Completion, ...] = ()
    stats: Mapping[str, Any] = field(default_factory=dict)
    """Numbers and short texts worth seeing in a report; ``simulated_steps`` counts the agent's own."""


class Reaction(NamedTuple):
    """What a simulated person did on hearing something."""

    act: str
    offer: float | None
    text: str
    done: bool


class Step(NamedTuple):
    """What a batched world returns from a step: arrays or tensors over the N copies."""

    state: Any
    reward: Any  # float32[N]
    terminated: Any  # bool[N]
    truncated: Any  # bool[N]
    metrics: Mapping[str, Any]  # each [N]


StepResult = tuple[Any, float, bool, bool, dict[str, Any]]
"""Gymnasium's: observation, reward, terminated, truncated, info."""
