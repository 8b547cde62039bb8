"""Rows of ReSim: states of an expert's play with mistakes, and the response that search on the world gives.

After Yu et al. 2025 (Dyna-Mind, stage 1): in every state a few partial rollouts are made on snapshots,
valued, and told as one thought; the student reads the state with at most h steps of history and learns to
write it. What is told comes from the world's own states, so it is true. Leaves out training (``resim``).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from playout.agents import LanguageAgent, LanguageConfig
from playout.agents.draws import draws
from playout.agents.dyna.lookahead import (
    LookaheadConfig,
    MonteCarlo,
    Policy,
    Seen,
    Teacher,
    Value,
    distance,
    look_ahead,
    respond,
    solution,
)
from playout.agents.dyna.response import Response, render
from playout.agents.dyna.simrollout import refine_prompt
from playout.agents.prompts import Wording, tagged
from playout.core import Chat, Completion, Sampling, Turn, WrongUse
from playout.core.random import Stream
from playout.rollouts import lookup
from playout.training.demonstrations import Demonstration
from playout.training.resim_settings import ResimData

Progress = Callable[[int, int], None]
_SEEDS_APART = 10_000_000  # runs of other seeds play other episodes
_AFTER_THE_STUDENT = 1 << 16  # draws of a turn that the student may take


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
    refine: Chat
    """The chat that shows what really comes of one of the futures, and asks again."""

    def row(self, rows: str) -> Demonstration:
        """What the student is to write: ``actions``, the whole response, or that to ``refine``."""
        answer = tagged(self.response.action) if rows == "actions" else render(self.response)
        return Demonstration(self.episode, self.t, self.refine if rows == "refine" else self.chat, answer)


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
        self._student = LanguageAgent(self._told, replace(student, mode="answer", retries=0, seed=0))
        self._wording: Wording = student.prompt

    def play(self, episode: int) -> Iterator[TaughtState]:
        """The states of an episode."""
        observation, info = self._world.reset(seed=self._seed * _SEEDS_APART + episode)
        instructions = str(info.get("instructions", ""))
        reward, lost, ended, t = 0.0, 0, False, 0
        noise = 0.0
        while not ended:
            turn = Turn(
                observation=observation, instructions=instructions,
                legal_actions=tuple(info.get("legal_actions") or ()), reward=reward, info=info,
                episode=episode, t=t,
            )  # fmt: skip
            if not turn.legal_actions:
                raise WrongUse(f"resim: {type(self._world).__name__} lists no legal actions to simulate")
            draw = draws(self._seed, turn)
            draw.counter += _AFTER_THE_STUDENT
            noise = draw.choice(self._data.noise) if t == 0 else noise
            response, is_lost = self._taught(turn, draw)
            if is_lost and lost >= self._data.lost:
                return
            lost += is_lost
            action = draw.choice(turn.legal_actions) if draw.uniform() < noise else response.action
            chat, tried = self._asked(turn, action), draw.choice(response.futures).steps
            refine = refine_prompt(
                chat, render(response), [(step.action, step.state or "") for step in tried], self._wording
            )
            yield TaughtState(episode, t, chat, response, is_lost, refine)
            observation, reward, terminated, truncated, info = self._world.step(action)
            ended, t = terminated or truncated, t + 1

    def _taught(self, turn: Turn, draw: Stream) -> tuple[Response, bool]:
        data, world = self._data, self._world
        seen = Seen(turn.observation, turn.legal_actions or ())
        policy: Policy = Teacher(draw)
        value: Value = distance if data.value == "distance" else MonteCarlo(draw)
        config = data.lookahead
        if data.rows == "reasoning":
            config = LookaheadConfig(branches=1, depth=config.depth)
        found = look_ahead(world, seen, policy, value, config)
        order = list(range(len(found.lines)))
        draw.shuffle(order)
        return respond(found, order, states=data.rows == "resim"), solution(world)[0] is None

    def _asked(self, turn: Turn, action: str) -> Chat:
        """What the student reads in ``turn``, who remembers later that ``action`` was taken."""
        self._told.answer = tagged(action)
        self._student.act([turn])
        return self._told.chat


class _Told:
    """A chat model that answers what it was told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answer = ""
        self.chat: Chat = ()

    def generate(self, chats: Sequence[Chat], sampling: Sampling) -> list[Completion]:
        (self.chat,) = chats
        return [Completion(text=self.answer)]
