"""The seat of a language world, held by a trainer that asks its model itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from playout.agents import prompts
from playout.agents.language import as_listed
from playout.core import Chat, Decision, Message, PlayoutError, Turn, Unsupported
from playout.language.parsing import parse_answer
from playout.rollouts import lookup
from playout.rollouts.episodes import Episode
from playout.rollouts.live import LiveEpisode, Player
from playout.rollouts.worlds import SEAT

OVER = "The episode is over."


class TextSeat:
    """Plays one episode after the other: :meth:`begin`, then :meth:`answer` or :meth:`act` until ``over``."""

    def __init__(self, env: str, env_kwargs: Mapping[str, Any] = {}) -> None:
        """Take a seat.

        Args:
            env: id of a language world of one seat.
            env_kwargs: its arguments.

        Raises:
            WrongUse: no such id, it has several seats, or it does not take the arguments.
        """
        self._world = lookup.make_single(env, env_kwargs)
        self._players = {SEAT: Player.of(_ELSEWHERE, {"name": "elsewhere", "model": None, "options": {}})}
        self._live: LiveEpisode | None = None

    def begin(self, seed: int) -> None:
        """Start the episode of ``seed``: equal seeds start alike.

        Raises:
            PlayoutError: the world cannot start.
        """
        self._live = LiveEpisode(self._world, self._players, 0, seed)
        self._check()

    def answer(self, response: str) -> None:
        """Take the action that a response names between ``<action>`` tags; without one, a step is lost.

        As for our language agent, a legal action counts in any case.

        Raises:
            PlayoutError: the world raised.
        """
        self._refuse_over()
        parsed = parse_answer(response)
        action = as_listed(self._turn, parsed.action or "")
        self._take(Decision(action=action, thought=parsed.thought, plan=parsed.plan, parse=parsed))

    def act(self, action: str) -> None:
        """Take a bare action.

        Raises:
            PlayoutError: the world raised.
        """
        self._refuse_over()
        self._take(Decision(action=action))

    @property
    def over(self) -> bool:
        """Whether the episode has ended."""
        return self._episode.over

    @property
    def instructions(self) -> str:
        """Role, rules and answer format of the world."""
        return self._world.instructions[SEAT]

    @property
    def observation(self) -> str:
        """What the world says now."""
        last = self._episode.last
        return str(last.observation if self.over and last is not None else self._turn.observation)

    @property
    def legal_actions(self) -> tuple[str, ...] | None:
        """What would be taken now; None where the world does not list it."""
        return () if self.over else self._turn.legal_actions

    @property
    def shown(self) -> str:
        """The observation as a language agent reads it, with steps taken and legal actions."""
        return f"{prompts.fence(self.observation)}\n{OVER}" if self.over else prompts.present(self._turn)

    @property
    def reward(self) -> float:
        """Of the last action."""
        last = self._episode.last
        return 0.0 if last is None else last.reward

    @property
    def total(self) -> float:
        """Undiscounted return so far."""
        return self._world.returns[SEAT]

    def chat(self, mode: prompts.Mode = "answer") -> Chat:
        """How the conversation begins: the rules, how to answer, and what the world says."""
        return prompts.system(self.instructions, mode), Message("user", self.shown)

    def record(self) -> Episode:
        """The episode as far as it went."""
        return self._episode.finish()

    def close(self) -> None:
        """Free the world."""
        self._world.close()

    @property
    def _episode(self) -> LiveEpisode:
        if self._live is None:
            raise PlayoutError(f"{self._world.id}: no episode has begun")
        return self._live

    @property
    def _turn(self) -> Turn:
        return self._episode.turn(SEAT, _ELSEWHERE.needs)

    def _refuse_over(self) -> None:
        if self.over:
            raise PlayoutError(f"{self._world.id}: {OVER}")

    def _take(self, decision: Decision) -> None:
        self._episode.hear(SEAT, decision, 0.0)
        self._episode.advance()
        self._check()

    def _check(self) -> None:
        if self._episode.error is not None:
            raise PlayoutError(self._episode.error)


class _Elsewhere:
    """Holds the seat for whoever plays it from outside."""

    needs: frozenset[str] = frozenset({"legal_actions"})

    def act(self, turns: Sequence[Turn]) -> list[Decision]:
        raise Unsupported("this seat is played through TextSeat")


_ELSEWHERE = _Elsewhere()
