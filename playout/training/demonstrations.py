"""What a language agent would have read at every step of somebody else's play, and should have answered.

The prompts are made by the language agent itself while a teacher plays, so they are those of evaluation.
Leaves out tokens (``rows``) and training.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from playout.agents import ExpertAgent, ExpertConfig, LanguageAgent, LanguageConfig
from playout.agents.prompts import tagged
from playout.core import Agent, Chat, Completion, Decision, Message, Sampling, Turn, WrongUse
from playout.language.transformers_backend import TransformersModel
from playout.rollouts import Episode, Run, lookup, play
from playout.training.rows import StepRow

Progress = Callable[[int, int], None]
EXPERT = "expert"


class Demonstration(NamedTuple):
    """One step of a teacher."""

    episode: int
    t: int
    chat: Chat
    """What the student reads."""
    answer: str
    """What it should answer."""
    is_target: bool = True
    """False where the answer belongs to the conversation but is not to be learnt."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where demonstrations come from."""

    env: str
    """Id of a language world of one seat."""
    env_kwargs: Any
    """Its arguments."""
    data: str = EXPERT
    """``expert``, or the folder of a run whose successful episodes are taken."""
    episodes: int = 1000
    """How many the expert plays."""
    noise: float = 0.0
    """Share of the expert's actions that are random; what it would have done there is still learnt."""
    slips: float = 0.0
    """Share of its actions that are not legal any more, likewise."""
    seed: int = 0
    """Of the expert's episodes."""


def demonstrations(
    source: Source, student: LanguageConfig, progress: Progress = lambda done, total: None
) -> Iterator[Demonstration]:
    """Let the teacher of ``source`` play, and yield its steps as ``student`` would be asked for them.

    Raises:
        WrongUse: the world has no expert, or the run is not of this environment.
    """
    teacher: Agent
    if source.data == EXPERT:
        teacher = ExpertAgent(ExpertConfig(noise=source.noise, slips=source.slips, seed=source.seed))
        numbers, first = list(range(source.episodes)), source.seed * _SEEDS_APART
    else:
        teacher, numbers, first = _recorded(source)
    watched = _Watched(teacher, student)
    make_world = partial(lookup.make, source.env, source.env_kwargs)
    for done, episode in enumerate(play(make_world, {"agent": watched}, numbers, seed=first), start=1):
        if episode.error:
            raise WrongUse(f"demonstrations: episode {episode.episode} failed: {episode.error}")
        yield from watched.take(episode)
        progress(done, len(numbers))


_SEEDS_APART = 10_000_000  # runs of other seeds play other episodes


def step_rows(steps: Sequence[Demonstration], model: TransformersModel, prefill: str) -> list[StepRow]:
    """The demonstrations as tokens, as ``model`` would have read and written them.

    Raises:
        WrongUse: an answer does not begin with ``prefill``, or a step does not fit into the context.
    """
    return [_row(step, model, prefill) for step in steps]


class _Watched:
    """Plays as ``teacher`` and notes what a student would have been asked."""

    def __init__(self, teacher: Agent, student: LanguageConfig) -> None:
        self.needs = frozenset(teacher.needs | {"legal_actions"})
        self._teacher, self._told = teacher, _Told()
        self._student = LanguageAgent(self._told, replace(student, retries=0, seed=0))
        self._talks = student.context == "chat"
        self._steps: dict[int, list[Demonstration]] = {}

    def reset(self, episodes: Sequence[int]) -> None:
        """Forget ``episodes``, which start anew."""
        for agent in (self._teacher, self._student):
            forget = getattr(agent, "reset", None)
            if forget is not None:
                forget(episodes)

    def act(self, turns: Sequence[Turn]) -> list[Decision]:
        """The teacher's decisions."""
        decisions = self._teacher.act(turns)
        self._told.answers = [_said(decision) for decision in decisions]
        self._student.act(turns)
        for turn, decision, chat in zip(turns, decisions, self._told.chats, strict=True):
            self._steps.setdefault(turn.episode, []).append(self._noted(turn, decision, chat))
        return decisions

    def take(self, episode: Episode) -> list[Demonstration]:
        """The steps of a finished episode that are worth learning."""
        steps = self._steps.pop(episode.episode, [])
        return steps if self._is_oracle or episode.outcome.is_success else []

    @property
    def _is_oracle(self) -> bool:
        return "privileged" in self._teacher.needs

    def _noted(self, turn: Turn, decision: Decision, chat: Chat) -> Demonstration:
        said, wanted = _said(decision), decision.plan[0] if decision.plan else None
        if not self._is_oracle or tagged(wanted) == said:
            return Demonstration(turn.episode, turn.t, chat, said)
        if self._talks or wanted is None:
            # What was said stays in the conversation; only one answer can stand there.
            return Demonstration(turn.episode, turn.t, chat, said, is_target=False)
        return Demonstration(turn.episode, turn.t, chat, tagged(wanted))


class _Told:
    """A chat model that answers what it was told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.chats: Sequence[Chat] = ()

    def generate(self, chats: Sequence[Chat], sampling: Sampling) -> list[Completion]:
        self.chats = chats
        return [Completion(text=answer) for answer in self.answers]


class _Replay:
    """Does again what the recorded episodes of a run did."""

    needs: frozenset[str] = frozenset()

    def __init__(self, run: Run) -> None:
        self._run, self._steps = run, dict[int, list[Any]]()

    def reset(self, episodes: Sequence[int]) -> None:
        self._steps.update({number: self._run.episode(number)["steps"] for number in episodes})

    def act(self, turns: Sequence[Turn]) -> list[Decision]:
        return [self._decide(turn) for turn in turns]

    def _decide(self, turn: Turn) -> Decision:
        step = self._steps[turn.episode][turn.t]
        if step["observation"] != turn.observation:
            raise WrongUse(
                f"{self._run.folder}: episode {turn.episode}, step {turn.t}: the world now says something"
                " else than when the run was recorded; record it again with this version"
            )
        written = tuple(Completion(text=one["text"]) for one in step["completions"])
        return Decision(action=step["action"], completions=written)


def _recorded(source: Source) -> tuple[_Replay, list[int], int]:
    run = Run(source.data)
    config, given = run.config, dict(source.env_kwargs)
    if (config.get("env"), config.get("env_kwargs", {})) != (source.env, given):
        raise WrongUse(
            f"{source.data}: a run of {config.get('env')} with {config.get('env_kwargs', {})}, expected"
            f" {source.env} with {given}"
        )
    numbers = [e["episode"] for e in run.episodes() if e["outcome"]["is_success"]]
    if not numbers:
        raise WrongUse(f"{source.data}: no successful episode to learn from in {len(run)}")
    return _Replay(run), numbers, config["seed"]


def _said(decision: Decision) -> str:
    return decision.completions[-1].text if decision.completions else tagged(decision.action)


def _row(step: Demonstration, model: TransformersModel, prefill: str) -> StepRow:
    tokens, ends = model.tokens, model.end_ids

    def written(text: str) -> tuple[int, ...]:
        if not text.startswith(prefill):
            raise WrongUse(f"demonstrations: expected answers to begin with {prefill!r}, got {text[:40]!r}")
        ids = (*tokens.answer(prefill), *tokens.answer(text[len(prefill) :]))
        return ids if ids[-1] in ends else (*ids, ends[0])

    chat = tuple(
        Message(m.role, m.content, written(m.content)) if m.role == "assistant" else m for m in step.chat
    )
    prompt, answer = tuple(tokens.prompt(chat, ends)), written(step.answer)
    if len(prompt) + len(answer) > model.context:
        raise WrongUse(
            f"demonstrations: episode {step.episode}, step {step.t} has {len(prompt)} tokens and its answer"
            f" {len(answer)}; the model's context holds {model.context}: show it less history"
        )
    given = len(tokens.answer(prefill))
    chosen = (0,) * given + (int(step.is_target),) * (len(answer) - given)
    return StepRow(step.episode, step.t, prompt, answer, chosen)
