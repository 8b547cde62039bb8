"""Feedback on episodes: scores, preferences between two, and where both come from.

An assessor scores episodes. Preferences are drawn from scores as a Boltzmann evaluator would give them,
or asked of a judge in both orders. What a judge reads of an episode is what was said in it, quoted; it
can answer on its scale and nothing else. Leaves out what preferences are kept as (``preferences``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from playout.core import ChatModel, WrongUse
from playout.core.random import STREAM_PERSON, bits_array
from playout.language.judging import DEFAULT, JudgeConfig, comparisons, ratings
from playout.rollouts.episodes import Episode
from playout.training.preferences import Preference


class Assessor(Protocol):
    """Scores whole episodes."""

    def scores(self, episodes: Sequence[Episode]) -> list[float]:
        """One number per episode, higher is better; NaN where there is no verdict."""
        ...


class Measured:
    """The score that the world itself reports at the end, such as a simulated person's rating."""

    def __init__(self, metric: str) -> None:
        """Read ``metric``: ``return``, ``success``, or a name among the outcome's metrics."""
        self.metric = metric

    def scores(self, episodes: Sequence[Episode]) -> list[float]:
        """The metric of each episode; NaN for an episode that failed.

        Raises:
            WrongUse: an episode does not report it; the message names those that it does.
        """
        return [self._score(episode) for episode in episodes]

    def _score(self, episode: Episode) -> float:
        outcome = episode.outcome
        if episode.error:
            return float("nan")
        if self.metric == "return":
            return outcome.total
        if self.metric == "success" and outcome.is_success is not None:
            return float(outcome.is_success)
        if self.metric not in outcome.metrics:
            known = ", ".join(["return", "success", *sorted(outcome.metrics)])
            raise WrongUse(f"{episode.env}: no metric {self.metric!r}; expected one of {known}")
        return float(outcome.metrics[self.metric])


class Judged:
    """The mean rating of a language model that reads what was said."""

    def __init__(
        self,
        model: ChatModel,
        question: str,
        *,
        scale: range = range(1, 6),
        config: JudgeConfig = DEFAULT,
        after: str = "",
    ) -> None:
        """Ask ``model`` the ``question`` about each episode.

        Args:
            model: the judge.
            question: what to rate, and what the ends of the scale mean.
            scale: the ratings there are.
            config: how to ask.
            after: name of an entry of the last step's ``info`` that is told after what was said, such as
                what came of it.
        """
        self.model, self.question, self.scale = model, question, scale
        self.config, self.after = config, after

    def scores(self, episodes: Sequence[Episode]) -> list[float]:
        """The mean rating of each episode; NaN where the judge gave none."""
        read = [transcript(episode, self.after) for episode in episodes]
        found = ratings(self.model, self.question, read, self.scale, self.config)
        return [float("nan") if rating.mean is None else rating.mean for rating in found]


def transcript(episode: Episode, after: str = "") -> str:
    """What was said in an episode: observations and actions in turn, then what ``after`` names."""
    lines = []
    for step in episode.steps:
        if isinstance(step.observation, str):
            lines.append(step.observation)
        lines.append(f"{step.seat}: {step.action}")
    if after and episode.steps:
        lines.append(str(episode.steps[-1].info.get(after, "")))
    return "\n".join(lines)


def boltzmann(first: ArrayLike, second: ArrayLike, beta: float) -> NDArray[np.float64]:
    """The chance that an evaluator of inverse temperature ``beta`` prefers the first of two scores.

    1 / (1 + exp(-beta (first - second))): Bradley and Terry's model, theorem 1 of Liang et al. 2025.
    """
    difference = np.asarray(first, np.float64) - np.asarray(second, np.float64)
    return (1 + np.tanh(beta * difference / 2)) / 2


def boltzmann_labels(
    first: ArrayLike, second: ArrayLike, beta: float, *, seed: int, counter: int = 0
) -> NDArray[np.bool_]:
    """Whether the first of each pair is preferred, drawn by :func:`boltzmann`.

    Args:
        first: float[N].
        second: float[N].
        beta: of the evaluator; infinity prefers the higher score always, and draws on a tie.
        seed: of the draws.
        counter: of the first draw.

    Returns:
        bool[N].
    """
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    words = bits_array(np.uint64(seed % (1 << 64)), np.arange(len(first)) + counter, STREAM_PERSON)
    drawn = (words >> np.uint64(11)) * 2.0**-53
    if np.isinf(beta):
        return np.where(first == second, drawn < 0.5, first > second)
    return drawn < boltzmann(first, second, beta)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two answers to one prompt, and the episodes that came of them."""

    prompt: str
    answers: tuple[str, str]
    episodes: tuple[Episode, Episode]


def prefer(
    pairs: Sequence[Pair], assessor: Assessor, *, source: str, beta: float, seed: int = 0
) -> list[Preference]:
    """Preferences drawn from an assessor's scores; a pair in which one has none is left out.

    Args:
        pairs: what to compare.
        assessor: who scores.
        source: what the records call it.
        beta: inverse temperature of the evaluator.
        seed: of the draws.
    """
    scores = np.array([assessor.scores([pair.episodes[side] for pair in pairs]) for side in (0, 1)])
    first = boltzmann_labels(scores[0], scores[1], beta, seed=seed)
    return [
        _preference(pair, bool(wins), abs(float(a - b)), source, seed)
        for pair, wins, a, b in zip(pairs, first, *scores, strict=True)
        if not np.isnan(a - b)
    ]


def judged(
    pairs: Sequence[Pair],
    model: ChatModel,
    question: str,
    *,
    source: str,
    config: JudgeConfig = DEFAULT,
    after: str = "",
    consistent: bool = True,
) -> list[Preference]:
    """Preferences of a judge that compares both episodes of each pair, in both orders.

    Args:
        pairs: what to compare.
        model: the judge.
        question: by what to compare.
        source: what the records call it.
        config: how to ask.
        after: as in :class:`Judged`.
        consistent: keep only pairs on which both orders agree; else also those that the mean of both
            orders decides. Ties are always left out.
    """
    read = [(transcript(p.episodes[0], after), transcript(p.episodes[1], after)) for p in pairs]
    records = []
    for pair, found in zip(pairs, comparisons(model, question, read, config), strict=True):
        if found.preference is None or found.score is None or (consistent and not found.consistent):
            continue
        wins = found.preference == "a"
        votes: tuple[int, int] = (
            found.first.counts["A"] + found.second.counts["B"],
            found.first.counts["B"] + found.second.counts["A"],
        )
        votes = votes if wins else (votes[1], votes[0])
        margin = abs(2 * found.score - 1)
        records.append(_preference(pair, wins, margin, source, config.seed, votes))
    return records


def _preference(
    pair: Pair, first: bool, margin: float, source: str, seed: int, votes: tuple[int, int] = (1, 0)
) -> Preference:
    chosen, rejected = pair.answers if first else pair.answers[::-1]
    return Preference(
        prompt=pair.prompt, chosen=chosen, rejected=rejected, margin=margin, source=source, votes=votes,
        seed=seed,
    )  # fmt: skip
