"""The agent that asks a language model what to do; any ``ChatModel`` serves.

Prompts are in ``prompts``, what it remembers in ``memory``, the reading of answers in ``language.parsing``.
"""

import math
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, Literal, cast

from playout.agents import prompts
from playout.agents.draws import draws
from playout.agents.memory import Exchange, Memory
from playout.core import (
    Chat,
    ChatModel,
    Completion,
    Decision,
    Message,
    ParsedAnswer,
    Sampling,
    Score,
    Scorer,
    Turn,
    WrongUse,
)
from playout.core.random import Stream
from playout.language.parsing import parse_answer

_MAX_TOKENS: dict[prompts.Mode, int] = {"answer": 64, "think": 512, "score": 1}
_UNASKED = ParsedAnswer(action=None)


@dataclass(frozen=True, kw_only=True)
class LanguageConfig:
    """Options of ``language``."""

    mode: prompts.Mode = "answer"
    """answer: the action only. think: thoughts, perhaps a plan, then the action. score: the likeliest
    of the legal actions, nothing is written."""
    context: prompts.Context = "steps"
    """steps: every turn is a prompt of its own. chat: past turns stand before it as a conversation."""
    prompt: prompts.Wording = "full"
    """full: rules, answer format, step count and legal actions too. bare: what the world says alone, for
    a policy that was trained on it, so that a small one reads as little as possible."""
    history: int = 2
    """How many past turns the model is shown."""
    keep_first: bool = False
    """Whether it is shown the episode's first turn too, however long ago that was: many worlds say there what
    is to be done."""
    temperature: float = 0.0
    """Of sampling; 0 takes the likeliest. In score mode, of the choice among the scores."""
    top_p: float = 1.0
    """Nucleus sampling keeps the smallest set of tokens with this much probability."""
    max_tokens: int | None = None
    """Most tokens of an answer; None for 64 in answer mode and 512 in think mode."""
    prefill: str = ""
    """Text that every answer begins with, such as <action>."""
    retries: int = 0
    """How often the model is asked again in a turn when no action could be read."""
    normalise: Literal["token", "none"] = "token"
    """Score mode compares log-probabilities per token, or of whole answers."""
    logprobs: bool = False
    """Whether completions carry the log-probabilities of their tokens."""
    seed: int = 0
    """Decides all sampling, together with the seat, the episode and the turn."""

    @property
    def remembers(self) -> bool:
        """Whether it is shown more than the present."""
        return self.history > 0 or self.keep_first

    def __post_init__(self) -> None:
        for name, least in (("history", 0), ("temperature", 0), ("retries", 0), ("max_tokens", 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise WrongUse(f"language: expected {name} >= {least}, got {value}")
        if not 0 < self.top_p <= 1:
            raise WrongUse(f"language: expected 0 < top_p <= 1, got {self.top_p}")


class LanguageAgent:
    """Plays by asking a model, all live turns in one call.

    A row of the call depends on its own turn and seed only. A reply without a readable action becomes
    the action ``""``, which language worlds count as an invalid step. Where a completion failed, or a world
    takes no text and the model named none of its actions, ``stats["failed"]`` says so.
    """

    needs: frozenset[str] = frozenset({"legal_actions"})

    def __init__(self, model: ChatModel | str, config: LanguageConfig = LanguageConfig()) -> None:
        """Play with ``model``, an object or a name such as ``hf:PATH`` for ``language.load_model``."""
        if isinstance(model, str):
            from playout.language import load_model

            model = load_model(model)
        if config.mode == "score" and not isinstance(model, Scorer):
            raise WrongUse(f"language: {type(model).__name__} has no score(); use mode answer or think")
        self.model: ChatModel = model
        self.config = config
        self._memory = Memory(config.history, config.keep_first)
        self._systems: dict[str, Message] = {}
        self._chat = prompts.CHATS[config.prompt, config.context]
        self._sampling = Sampling(
            max_tokens=config.max_tokens or _MAX_TOKENS[config.mode],
            temperature=config.temperature,
            top_p=config.top_p,
            logprobs=config.logprobs,
            prefill=config.prefill,
        )

    @property
    def is_endpoint(self) -> bool:
        """Whether the model is served elsewhere, so that episodes are better played side by side."""
        return bool(getattr(self.model, "is_endpoint", False))

    def reset(self, episodes: Sequence[int]) -> None:
        """Forget ``episodes``, which start anew."""
        self._memory.forget(episodes)

    def close(self) -> None:
        """Close the model, where it can be."""
        close = getattr(self.model, "close", None)
        if close is not None:
            close()

    def act(self, turns: Sequence[Turn]) -> list[Decision]:
        """Ask the model once for all turns.

        Raises:
            WrongUse: score mode in a world that does not list its legal actions.
            Unsupported: score mode with an endpoint.
        """
        chats = self._asked(turns)
        decide = self._score if self.config.mode == "score" else self._ask
        decisions = decide(turns, chats)
        self._remember(turns, chats, decisions)
        return decisions

    def _asked(self, turns: Sequence[Turn]) -> list[Chat]:
        return [self._chat(self._system(turn), turn, self._memory.recall(turn)) for turn in turns]

    def _remember(self, turns: Sequence[Turn], chats: Sequence[Chat], decisions: Sequence[Decision]) -> None:
        if self.config.remembers:
            for turn, chat, decision in zip(turns, chats, decisions, strict=True):
                self._memory.store(turn, exchange(turn, chat, decision))

    def _system(self, turn: Turn) -> Message:
        known = self._systems.get(turn.instructions)
        if known is None:
            known = self._systems[turn.instructions] = prompts.system(turn.instructions, self.config.mode)
        return known

    def _ask(self, turns: Sequence[Turn], chats: Sequence[Chat]) -> list[Decision]:
        attempts = [
            _Attempts(chat, draws(self.config.seed, turn)) for turn, chat in zip(turns, chats, strict=True)
        ]
        pending = attempts
        for _ in range(1 + self.config.retries):
            for attempt, completion in zip(pending, self._generate(pending), strict=True):
                attempt.add(completion)
            pending = [attempt for attempt in pending if attempt.unreadable]
            if not pending:
                break
        return [attempt.decide(turn) for attempt, turn in zip(attempts, turns, strict=True)]

    def _generate(self, pending: "Sequence[_Attempts]") -> list[Completion]:
        # 31 bits are what every backend takes as a seed.
        seeds = tuple(attempt.draw.bits() >> 33 for attempt in pending)
        chats = [attempt.chat for attempt in pending]
        completions = self.model.generate(chats, replace(self._sampling, seeds=seeds))
        if len(completions) != len(chats):
            raise WrongUse(
                f"language: {type(self.model).__name__}.generate returned {len(completions)} completions"
                f" for {len(chats)} chats; expected one each"
            )
        return completions

    def _score(self, turns: Sequence[Turn], chats: Sequence[Chat]) -> list[Decision]:
        for turn in turns:
            if not turn.legal_actions:
                raise WrongUse(
                    f"language: score mode needs a world that lists its legal actions; episode {turn.episode}"
                    f" lists none for seat {turn.seat!r}; use mode answer or think"
                )
        answers = [[prompts.tagged(action) for action in turn.legal_actions or ()] for turn in turns]
        rows = cast(Scorer, self.model).score(chats, answers)
        return [self._choose(turn, row) for turn, row in zip(turns, rows, strict=True)]

    def _choose(self, turn: Turn, scores: Sequence[Score]) -> Decision:
        per_token, temperature = self.config.normalise == "token", self.config.temperature
        values = [score.logprob / max(1, score.tokens) if per_token else score.logprob for score in scores]
        legal, best = turn.legal_actions or (), max(values)
        if temperature:
            weights = list(accumulate(math.exp((value - best) / temperature) for value in values))
            chosen = bisect(weights, draws(self.config.seed, turn).uniform(0, weights[-1]))
        else:
            chosen = values.index(best)
        shown = {str(action): value for action, value in zip(legal, values, strict=True)}
        return Decision(action=legal[chosen], stats={"search": {"scores": shown}})


@dataclass(slots=True)
class _Attempts:
    """What the model is asked in one turn and has answered so far."""

    chat: Chat
    draw: Stream
    completions: tuple[Completion, ...] = ()
    parsed: ParsedAnswer = _UNASKED

    @property
    def failed(self) -> bool:
        return self.completions[-1].finish == "error"

    @property
    def unreadable(self) -> bool:
        return not self.parsed.valid and not self.failed

    def add(self, completion: Completion) -> None:
        self.completions += (completion,)
        self.parsed = parse_answer(completion.text)
        if self.unreadable:
            self.chat = prompts.again(self.chat, _reply(completion), self.parsed.error)

    def decide(self, turn: Turn) -> Decision:
        if self.failed:
            reason = self.completions[-1].error or "the model gave no reason"
            return Decision(action="", completions=self.completions, stats={"failed": reason})
        action, listed = as_listed(turn, self.parsed.action or ""), turn.legal_actions
        stats = {}
        if listed and isinstance(action, str) and not isinstance(listed[0], str):
            stats = {"failed": f"expected one of {prompts.joined(listed)} from the model, got {action!r:.60}"}
        return Decision(
            action=action,
            thought=self.parsed.thought,
            plan=self.parsed.plan,
            parse=self.parsed,
            completions=self.completions,
            stats=stats,
        )


def exchange(turn: Turn, chat: Chat, decision: Decision) -> Exchange:
    """What is remembered of a turn in which the model was asked ``chat``."""
    said = decision.completions
    reply = _reply(said[-1]) if said else Message("assistant", prompts.tagged(decision.action))
    return Exchange(turn.t, str(turn.observation), str(decision.action), chat[-1], reply)


def _reply(completion: Completion) -> Message:
    return Message("assistant", completion.text, completion.token_ids or None)


def as_listed(turn: Turn, text: str) -> Any:
    """The listed action that ``text`` means up to case; ``text`` itself if there is none.

    An action that is not legal goes to the world all the same, which knows best what is wrong with it.
    """
    listed = turn.legal_actions or ()
    if text in listed:
        return text
    wanted = text.lower()
    return next((action for action in listed if str(action).strip().lower() == wanted), text)
