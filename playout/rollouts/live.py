"""One episode while it is played: whom it asks, what it records, what its outcome is.

Leaves out how several are played together (``driver``).
"""

from collections.abc import Hashable, Mapping, Set
from copy import copy
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np

from playout.core import Agent, Decision, PlayoutError, Turn, WrongUse
from playout.rollouts.episodes import Episode, EpisodeStep, Outcome
from playout.rollouts.worlds import SEAT, Result, View, World


class Failure(NamedTuple):
    """Why an agent gave no decision."""

    reason: str

    @classmethod
    def of(cls, culprit: str, error: Exception) -> "Failure":
        """``error`` in one sentence."""
        return cls(f"{culprit}: {type(error).__name__}: {error}")


class Player(NamedTuple):
    """The agent of a seat and what the records say of it."""

    agent: Agent
    spec: Mapping[str, Any]

    @classmethod
    def of(cls, agent: Agent, spec: Mapping[str, Any] | None = None) -> "Player":
        """``agent``, described by its class where there is no ``spec``."""
        spec = spec or {"name": type(agent).__name__, "model": None, "options": {}}
        return cls(agent, {**spec, "oracle": not agent.needs.isdisjoint({"world", "privileged"})})


def seat_players(world: World, agents: Mapping[str, Agent], specs: Mapping[str, Any]) -> dict[str, Player]:
    """Who plays each seat of ``world``; first the evaluated one, which the first of ``agents`` plays.

    Args:
        world: whose seats are to be filled.
        agents: by seat; the one of ``"agent"`` plays every seat that is not named.
        specs: what the records say of them, under the same names.

    Raises:
        WrongUse: a seat is left empty, or there is no such seat.
    """
    unknown = agents.keys() - {*world.seats, SEAT}
    if unknown:
        raise WrongUse(f"{world.id}: no seat {min(unknown)!r}; its seats are {', '.join(world.seats)}")
    first = next(iter(agents), SEAT)
    evaluated = [seat for seat in world.seats if (seat if seat in agents else SEAT) == first]
    order = dict.fromkeys([*evaluated, *world.seats])
    return {seat: _player(seat, world, agents, specs) for seat in order}


def _player(seat: str, world: World, agents: Mapping[str, Agent], specs: Mapping[str, Any]) -> Player:
    name = seat if seat in agents else SEAT
    if name not in agents:
        raise WrongUse(f"{world.id}: nobody plays {seat!r}; name an agent for it: --agent {seat}=NAME")
    return Player.of(agents[name], specs.get(name))


class LiveEpisode:
    """An episode being played in ``world``; ``over`` when nobody is to be asked any more."""

    def __init__(self, world: World, players: Mapping[str, Player], number: int, seed: int) -> None:
        """Start the episode ``number`` with ``reset(seed=seed)``; a world that cannot fails it."""
        self.world, self.players, self.number, self.seed = world, players, number, seed
        self.evaluated = next(iter(players))
        self.t = self.prompted = self.stepped = 0
        self.error: str | None = None
        self.last: Result | None = None
        """What came of the evaluated seat's last action."""
        self.model_seconds = self.world_seconds = 0.0
        self._steps: list[EpisodeStep] = []
        self._open: dict[str, tuple[int, View, Decision]] = {}
        self._heard: dict[str, Decision] = {}
        self._tally = _Tally()
        world.returns = {}
        try:
            world.begin(seed)
        except PlayoutError:
            raise
        except Exception as error:
            self.error = Failure.of(f"{world.id}, reset", error).reason

    @property
    def over(self) -> bool:
        """Whether the episode has ended or failed."""
        return self.error is not None or self.world.done

    def turns(self) -> list[tuple[Agent, Turn]]:
        """Whom to ask now, and what they are told."""
        asked = [(seat, self.players[seat].agent) for seat in self.world.pending()]
        return [(agent, self.turn(seat, agent.needs)) for seat, agent in asked]

    def turn(self, seat: str, needs: Set[str]) -> Turn:
        """What an agent with these ``needs`` is told when it plays ``seat`` now."""
        view = self.world.pending()[seat]
        return Turn(
            observation=view.observation,
            instructions=self.world.instructions[seat],
            legal_actions=view.legal_actions,
            reward=view.reward,
            info=view.info,
            episode=self.number,
            t=self.t,
            seat=seat,
            world=self.world.branchable() if "world" in needs else None,
            privileged=self.world.privileged() if "privileged" in needs else None,
        )

    def greeted(self, answer: Failure | None, seconds: float) -> None:
        """An agent was told that the episode starts, which took it ``seconds``."""
        self.model_seconds += seconds
        if answer is not None:
            self.error = answer.reason

    def hear(self, seat: str, answer: Decision | Failure, seconds: float) -> None:
        """Take the decision of ``seat``, which took ``seconds``."""
        self.prompted += 1
        self.model_seconds += seconds
        if isinstance(answer, Decision):
            self._heard[seat] = answer
            failed = answer.stats.get("failed")
            self.error = failed if isinstance(failed, str) else self.error
        else:
            reason = getattr(answer, "reason", f"expected a Decision, got {type(answer).__name__}")
            self.error = f"{reason} (seat {seat}, step {self.t})"

    def advance(self) -> None:
        """Let the world take what was heard; a failed episode only records it."""
        views = self.world.pending()
        for seat, decision in self._heard.items():
            self._open[seat] = (len(self._steps), views[seat], decision)
            self._steps.append(_UNKNOWN)
        actions = {seat: decision.action for seat, decision in self._heard.items()}
        self._heard = {}
        if self.error is not None:
            return
        self.stepped += 1
        try:
            results = self.world.apply(actions)
        except PlayoutError:
            raise
        except Exception as error:
            self.error = Failure.of(f"{self.world.id}, step {self.t}", error).reason
            return
        self.t += 1
        for seat, result in results.items():
            self._record(seat, result)

    def save(self) -> dict[str, Any]:
        """What was recorded so far, for :meth:`load`; the world is saved apart."""
        state = {name: copy(value) for name, value in vars(self).items() if name not in ("world", "players")}
        return {**state, "_tally": self._tally.copy()}

    def load(self, saved: Mapping[str, Any]) -> None:
        """Forget what was recorded after ``saved``, which is used up."""
        vars(self).update(saved)

    def finish(self) -> Episode:
        """The record of the episode, as far as it went."""
        self.world_seconds += self.world.seconds
        self.world.seconds = 0.0
        for seat, (index, view, decision) in self._open.items():
            self._steps[index] = EpisodeStep.of(seat, view.observation, decision)
        return Episode(
            env=self.world.id,
            kwargs=self.world.kwargs,
            seed=self.seed,
            episode=self.number,
            agents={seat: player.spec for seat, player in self.players.items()},
            steps=tuple(self._steps),
            outcome=self._outcome(),
            error=self.error,
            timings={
                "model": round(self.model_seconds, 6),
                "world": round(self.world_seconds, 6),
            },
        )

    def _record(self, seat: str, result: Result) -> None:
        if seat == self.evaluated:
            self.last = result
        if seat not in self._open:  # it is out before it ever acted
            return
        index, view, decision = self._open.pop(seat)
        self._steps[index] = EpisodeStep.of(
            seat,
            view.observation,
            decision,
            reward=result.reward,
            terminated=result.terminated,
            truncated=result.truncated,
            info=result.info,
        )
        if seat == self.evaluated:
            self._tally.count(view, decision, result)

    def _outcome(self) -> Outcome:
        returns = self.world.returns
        last = {} if self.error or self.last is None else self.last.info
        success = last.get("is_success")
        told = {name: float(value) for name, value in last.get("metrics", {}).items() if _is_number(value)}
        seats = {f"return_{seat}": total for seat, total in returns.items()} if len(self.players) > 1 else {}
        return Outcome(
            is_success=None if success is None else bool(success),
            total=returns.get(self.evaluated, 0.0),
            length=self.t,
            metrics={**self._tally.metrics(), **seats, **told},
        )


class _Tally:
    """Metrics that every world has, counted over the steps of the evaluated seat."""

    __slots__ = ("_invalid", "_revisits", "_seen", "_simulated", "_steps")

    def __init__(self) -> None:
        self._steps = self._invalid = self._revisits = self._simulated = 0
        self._seen: set[Hashable] = set()

    def count(self, view: View, decision: Decision, result: Result) -> None:
        if not self._seen:
            self._seen.add(fingerprint(view.observation))
        unparsed = decision.parse is not None and decision.parse.action is None
        found = fingerprint(result.observation)
        self._steps += 1
        self._invalid += unparsed or "invalid" in result.info
        self._revisits += found in self._seen
        self._simulated += decision.stats.get("simulated_steps", 0)
        self._seen.add(found)

    def copy(self) -> "_Tally":
        twin = copy(self)
        twin._seen = set(self._seen)
        return twin

    def metrics(self) -> dict[str, float]:
        """``invalid_rate`` and ``revisit_rate`` in [0, 1]; ``simulated_steps`` where the agent simulated."""
        steps = max(1, self._steps)
        rates = {"invalid_rate": self._invalid / steps, "revisit_rate": self._revisits / steps}
        return {**rates, "simulated_steps": float(self._simulated)} if self._simulated else rates


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number | np.bool_)


def fingerprint(observation: Any) -> Hashable:
    """Equal for equal observations: arrays by their bytes, containers by their parts."""
    if isinstance(observation, str):
        return observation
    if isinstance(observation, np.ndarray):
        return blake2b(observation.tobytes(), digest_size=16).digest()
    if isinstance(observation, Mapping):
        return tuple((name, fingerprint(part)) for name, part in observation.items())
    if isinstance(observation, list | tuple):
        return tuple(map(fingerprint, observation))
    return observation if isinstance(observation, Hashable) else repr(observation)


_UNKNOWN = EpisodeStep(
    seat="", observation=None, action=None
)  # holds the place of a step in the order of acting
