"""Whole episodes as rows of tokens: the one thing that all trainers of language models take."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, NamedTuple

from playout.agents import LanguageAgent, LanguageConfig
from playout.agents.options import make_config
from playout.core import ChatModel, PlayoutError, Unsupported
from playout.rollouts.episodes import Episode
from playout.rollouts.rows import NOT_CHOSEN, joined, written

_WHOLE_EPISODE = 1 << 20


class Trajectory(NamedTuple):
    """One episode of a language agent."""

    prompt_ids: list[int]
    """Up to the first answer."""
    response_ids: list[int]
    """All that follows: answers, and what was read between them."""
    mask: list[int]
    """One per token of ``response_ids``: 1 where the model chose it."""
    logprobs: list[float]
    """One per token of ``response_ids``, natural logarithm; 0 where not chosen or not known."""
    reward: float
    """Undiscounted return."""
    success: float | None
    """1 or 0; None where the world does not say, or the episode failed."""

    @classmethod
    def of(cls, episode: Episode, *, longest: int | None = None) -> "Trajectory":
        """The tokens of ``episode``, of the response only the first ``longest``.

        Raises:
            PlayoutError: the model wrote nothing; says why.
            Unsupported: the episode is no single conversation.
        """
        rows = [row for _, row in written(episode)]
        if not rows:
            raise PlayoutError(f"{episode.env}, seed {episode.seed}: {episode.error or 'no model played'}")
        sequences = joined(rows)
        if len(sequences) > 1:
            raise Unsupported(
                f"{episode.env}, seed {episode.seed}: the chat template rewrites what was said, so that the"
                " episode is no single row of tokens, which is what this trainer takes"
            )
        (whole,), first = sequences, len(rows[0].prompt)
        kept = slice(first, None if longest is None else first + longest)
        success = episode.outcome.is_success
        return cls(
            prompt_ids=whole.ids[:first].tolist(),
            response_ids=whole.ids[kept].tolist(),
            mask=(whole.step[kept] != NOT_CHOSEN).astype(int).tolist(),
            logprobs=whole.logprobs[kept].tolist(),
            reward=episode.outcome.total,
            success=None if success is None else float(success),
        )


def chat_agent(model: ChatModel, options: Mapping[str, Any] = {}) -> LanguageAgent:
    """A language agent whose episodes are single conversations.

    Args:
        model: asked for every answer; its completions must carry token ids.
        options: of the agent (``LanguageConfig``): ``mode``, ``temperature``, ``max_tokens`` and so on.

    Raises:
        WrongUse: an option does not exist, or is of another type.
    """
    config = make_config(LanguageConfig, "agent", {**asdict(LanguageConfig(temperature=1.0)), **options})
    config = replace(config, context="chat", history=_WHOLE_EPISODE, retries=0, logprobs=True)
    return LanguageAgent(model, config)
