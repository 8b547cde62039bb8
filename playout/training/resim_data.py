"""Rows of ReSim: states of an expert's play with mistakes, and the response that search on the world gives.

After Yu et al. 2025 (Dyna-Mind, stage 1): in every state a few partial rollouts are made on snapshots,
valued, and told as one thought; the student reads the state with at most h steps of history and learns to
write it. What is told comes from the world's own states, so it is true. Leaves out training (``resim``).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from playout.agents import LanguageAgent, LanguageConfig, load_agent
from playout.agents.draws import draws
from playout.agents.dyna.learned_value import LearnedValue
from playout.agents.dyna.lookahead import (
    LookaheadConfig,
    MonteCarlo,
    Seen,
    Teacher,
    Value,
    distance,
    look_ahead,
    progress,
    respond,
    solution,
)
from playout.agents.dyna.response import Future, Response, render
from playout.agents.dyna.simrollout import refine_prompt
from playout.agents.prompts import Wording, tagged
from playout.core import Branchable, Chat, Completion, Sampling, Turn, WrongUse
from playout.core.random import Stream
from playout.rollouts import lookup
from playout.training.demonstrations import Demonstration
from playout.training.resim_settings import ResimData

Progress = Callable[[int, int], None]
_SEEDS_APART = 10_000_000  # runs of other seeds play other episodes
_APART = 1 << 16  # draws of a turn for each use
_MOST_PASSED_BY = 10_000  # states in a row


class TaughtState(NamedTuple):
    """A state with all that may be answered in it."""

    episode: int
    t: int
    chat: Chat
    """What the student reads."""
    response: Response
    """Futures, plan and action."""
    lost: bool
    """Whether success is out of reach."""
    tried: Future
    """One of the futures."""
    wording: Wording
    """How the student is asked."""

    def refine(self) -> Chat:
        """The chat that shows what really comes of ``tried``, and asks again."""
        seen = [(step.action, step.state or "") for step in self.tried.steps]
        return refine_prompt(self.chat, render(self.response), seen, self.wording)

    def row(self, rows: str) -> Demonstration:
        """What the student is to write: ``actions``, the whole response, or that to ``refine``."""
        answer = tagged(self.response.action) if rows == "actions" else render(self.response)
        return Demonstration(self.episode, self.t, self.refine() if rows == "refine" else self.chat, answer)


def taught_states(
    env: str,
    env_kwargs: Any,
    data: ResimData,
    student: LanguageConfig,
    *,
    seed: int = 0,
    progress: Progress = lambda done, total: None,
) -> Iterator[TaughtState]:
    """``data.states`` states of as many episodes as that takes.

    Raises:
        WrongUse: the world has no expert, cannot be restored, or lists no legal actions; or the student is
            shown a conversation, in which mistakes would be its own words.
    """
    if student.context == "chat":
        raise WrongUse("resim: expected an agent with context=steps; in a chat it would read its mistakes")
    world = lookup.make_single(env, env_kwargs).env
    teacher = _Teacher(world.unwrapped, data, student, seed)
    done, episode = 0, 0
    try:
        while done < data.states:
            for state in teacher.play(episode):
                yield state
                done += 1
                progress(done, data.states)
                if done == data.states:
                    break
            episode += 1
    finally:
        world.close()


class _Teacher:
    """Plays with mistakes and says in each state what would be right."""

    def __init__(self, world: Any, data: ResimData, student: LanguageConfig, seed: int) -> None:
        self._world, self._data, self._seed = world, data, seed
        self._told = _Told()
        self._student = LanguageAgent(self._told, replace(student, retries=0, seed=0))
        self._wording: Wording = student.prompt
        self._task, self._words, self._passed_by = "", Counter[str](), 0
        self._learned: Value | None = LearnedValue(load_agent(data.valuer)) if data.valuer else None

    def play(self, episode: int) -> Iterator[TaughtState]:
        """The states of an episode."""
        data, lost, before = self._data, 0, dict[str, None]()
        observation, info = self._world.reset(seed=self._seed * _SEEDS_APART + episode)
        instructions, reward, ended, t = str(info.get("instructions", "")), 0.0, False, 0
        opening, noise = 0, 0.0
        self._task = str(observation).splitlines()[-1].strip() if data.recall else ""
        while not ended and t < opening + data.per_episode:
            turn = Turn(
                observation=observation, instructions=instructions,
                legal_actions=tuple(info.get("legal_actions") or ()), reward=reward, info=info,
                episode=episode, t=t,
            )  # fmt: skip
            if not turn.legal_actions:
                raise WrongUse(f"resim: {type(self._world).__name__} lists no legal actions to simulate")
            draw = self._draws(turn, 0)
            if t == 0:
                opening, noise = draw.below(data.opening + 1), draw.choice(data.noise)
            before |= dict.fromkeys(turn.legal_actions)
            action = (
                draw.choice(turn.legal_actions) if data.mistakes == "actions" else _of_a_word(before, draw)
            )
            if t >= opening:
                slips = [one for one in before if one not in turn.legal_actions]
                response, is_lost = self._taught(turn, slips)
                if is_lost and lost >= data.lost:
                    return
                lost += is_lost
                action = action if draw.uniform() < noise else response.action
                state = self._state(turn, action, response, is_lost)
                if self._is_wanted(response.action):
                    yield state
            else:
                if draw.uniform() >= data.opening_noise:
                    action = next(iter(solution(self._world)[1]), action)
                if self._student.config.remembers:
                    self._asked(turn, action)
            observation, reward, terminated, truncated, info = self._world.step(action)
            ended, t = terminated or truncated, t + 1

    def _is_wanted(self, action: str) -> bool:
        """Whether there are not too many states with such an action yet."""
        (word, *_), counts = action.split(), self._words
        if counts[word] + 1 > max(1.0, self._data.most * (counts.total() + 1)):
            self._passed_by += 1
            if self._passed_by > _MOST_PASSED_BY:
                raise WrongUse(
                    f"resim: most={self._data.most} leaves nothing but {word!r} to be done; expected more"
                )
            return False
        counts[word] += 1
        self._passed_by = 0
        return True

    def _state(self, turn: Turn, action: str, response: Response, lost: bool) -> TaughtState:
        chat = self._asked(turn, action)
        tried = self._draws(turn, 2).choice(response.futures)
        return TaughtState(turn.episode, turn.t, chat, response, lost, tried, self._wording)

    def _taught(self, turn: Turn, slips: Sequence[str]) -> tuple[Response, bool]:
        """What should be answered, and whether success is out of reach."""
        data, world, draw = self._data, self._world, self._draws(turn, 1)
        seen = Seen.at(turn)
        teacher = Teacher(draw)
        first = list(teacher(world, seen))
        if slips and draw.uniform() < data.slips:
            first.insert(1, draw.choice(slips))

        def policy(now: Branchable, state: Seen) -> Sequence[str]:
            return first if state is seen or state == seen else teacher(now, state)

        left = solution(world)[0]
        values = {"distance": distance, "progress": progress(left), "monte-carlo": MonteCarlo(draw)}
        value = self._learned or values[data.value]
        config = data.lookahead
        if data.rows != "resim":
            config = LookaheadConfig(branches=1, depth=config.depth if data.rows == "reasoning" else 1)
        found = look_ahead(world, seen, policy, value, config)
        order = list(range(len(found.lines)))
        draw.shuffle(order)
        response = respond(found, order, states=data.rows == "resim")
        return replace(response, prose=self._task), left is None

    def _draws(self, turn: Turn, use: int) -> Stream:
        draw = draws(self._seed, turn)
        draw.counter += _APART * (1 + use)  # the student has the first ones
        return draw

    def _asked(self, turn: Turn, action: str) -> Chat:
        """What the student reads in ``turn``, who remembers later that ``action`` was taken."""
        self._told.answer = tagged(action)
        self._student.act([turn])
        return self._told.chat


def _of_a_word(actions: Iterable[str], draw: Stream) -> str:
    """One of the actions that begin with a word, which is drawn first; if any name something, of those."""
    named = [action for action in actions if " " in action] or list(actions)
    word = draw.choice(list(dict.fromkeys(action.split()[0] for action in named)))
    return draw.choice([action for action in named if action.split()[0] == word])


class _Told:
    """A chat model that answers what it was told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer = ""
        self.chat: Chat = ()

    def generate(self, chats: Sequence[Chat], sampling: Sampling) -> list[Completion]:
        (self.chat,) = chats
        return [Completion(text=self.answer)]
