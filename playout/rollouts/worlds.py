"""One face for every kind of environment: Gymnasium, PettingZoo in turns, PettingZoo in parallel.

A world shows whose turn it is (``pending``), takes their actions (``apply``) and hands out results:
what came of a seat's last action. In turn-based games that is known only at the seat's next turn.
Leaves out agents and records; finding an id is in ``lookup``.
"""

from collections.abc import Mapping
from copy import copy
from time import perf_counter
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np

from playout.core import Branchable, Frame, Snapshot, privileged, restore, snapshot

SEAT = "agent"
"""The one seat of Gymnasium environments."""


class View(NamedTuple):
    """What a seat knows when it is to act."""

    observation: Any
    legal_actions: tuple[Any, ...] | None
    """None where the world does not list them."""
    reward: float
    """Since the seat's last turn."""
    info: Mapping[str, Any]


class Result(NamedTuple):
    """What came of a seat's last action."""

    observation: Any
    reward: float
    terminated: bool
    truncated: bool
    info: Mapping[str, Any]


class World:
    """What all kinds share; the subclasses say how an episode goes on."""

    seats: tuple[str, ...]
    """All that may ever act."""

    def __init__(self, env: Any, env_id: str, kwargs: Mapping[str, Any]) -> None:
        """Wrap ``env``, made from ``env_id`` with ``kwargs``."""
        self.env, self.id, self.kwargs = env, env_id, kwargs
        self.done = True
        self.seconds = 0.0
        """Spent inside ``env`` since somebody last set this to 0."""
        self.returns: dict[str, float] = {}
        """Sum of the rewards of each seat in this episode, those before its first turn included."""
        self.instructions: dict[str, str] = {}
        self._views: dict[str, View] = {}
        self._legal = {seat: _LegalActions(self._action_space(seat)) for seat in self.seats}

    def begin(self, seed: int) -> None:
        """Start the episode of ``seed``."""
        raise NotImplementedError

    def apply(self, actions: Mapping[str, Any]) -> dict[str, Result]:
        """Let the pending seats act; the results that are known now, by seat."""
        raise NotImplementedError

    def pending(self) -> Mapping[str, View]:
        """The seats that are to act now; more than one where they act at once."""
        return self._views

    def branchable(self) -> Branchable:
        """The live world, for agents that need it."""
        return self.env.unwrapped

    def privileged(self) -> dict[str, Any]:
        """Hidden state, for agents that need it."""
        began = perf_counter()
        hidden = privileged(self.env)
        self.seconds += perf_counter() - began
        return hidden

    def frame(self) -> Frame:
        """What the world looks like; worlds that do not say show what the next seat sees."""
        own = getattr(self.env.unwrapped, "frame", None)
        if own is not None:
            return own()
        seen = [
            {"speaker": "world", "text": str(view.observation), "note": ""} for view in self._views.values()
        ]
        return Frame("chat", {"messages": seen})

    def save(self) -> tuple[Snapshot, dict[str, Any]]:
        """All that :meth:`load` needs to come back to this moment.

        Raises:
            Unsupported: the environment cannot be saved.
        """
        mine = {name: copy(value) for name, value in vars(self).items() if name not in ("env", "seconds")}
        return snapshot(self.env), mine

    def load(self, saved: tuple[Snapshot, dict[str, Any]]) -> None:
        """Go back to ``saved``."""
        restore(self.env, saved[0])
        vars(self).update({name: copy(value) for name, value in saved[1].items()})

    def close(self) -> None:
        """Free what the environment holds."""
        self.env.close()

    def _action_space(self, seat: str) -> gym.Space:
        raise NotImplementedError

    def _begin_records(self, infos: Mapping[str, Mapping[str, Any]]) -> None:
        """Forget the last episode; ``infos`` are those of the reset."""
        own = getattr(self.env.unwrapped, "instructions", "")
        self.instructions = {
            seat: str(infos.get(seat, {}).get("instructions", own)) for seat in self.seats
        }  # fmt: skip
        self.returns = dict.fromkeys(self.seats, 0.0)
        self.done = False

    def _view(self, seat: str, observation: Any, reward: float, info: Mapping[str, Any]) -> View:
        return View(observation, self._legal[seat](observation, info), reward, info)


class GymnasiumWorld(World):
    """An environment of one seat."""

    seats = (SEAT,)

    def begin(self, seed: int) -> None:
        """Start the episode of ``seed``."""
        began = perf_counter()
        observation, info = self.env.reset(seed=seed)
        self.seconds += perf_counter() - began
        self._begin_records({SEAT: info})
        self._views = {SEAT: self._view(SEAT, observation, 0.0, info)}

    def apply(self, actions: Mapping[str, Any]) -> dict[str, Result]:
        """One step."""
        began = perf_counter()
        observation, reward, terminated, truncated, info = self.env.step(actions[SEAT])
        self.seconds += perf_counter() - began
        result = Result(observation, float(reward), bool(terminated), bool(truncated), info)
        self.returns[SEAT] += result.reward
        self.done = result.terminated or result.truncated
        self._views = {} if self.done else {SEAT: self._view(SEAT, observation, result.reward, info)}
        return {SEAT: result}

    def _action_space(self, seat: str) -> gym.Space:
        return self.env.action_space


class _PettingZooWorld(World):
    def __init__(self, env: Any, env_id: str, kwargs: Mapping[str, Any]) -> None:
        self.seats = tuple(env.possible_agents)
        super().__init__(env, env_id, kwargs)

    def _action_space(self, seat: str) -> gym.Space:
        return self.env.action_space(seat)


class TurnWorld(_PettingZooWorld):
    """A PettingZoo environment in which the seats act one after the other (AEC)."""

    def begin(self, seed: int) -> None:
        """Start the episode of ``seed``."""
        began = perf_counter()
        self.env.reset(seed=seed)
        self.seconds += perf_counter() - began
        self._begin_records(self.env.infos)
        self._acted: set[str] = set()
        self._advance()

    def apply(self, actions: Mapping[str, Any]) -> dict[str, Result]:
        """Let the selected seat act; results are due to the seat whose turn has come and to those now out."""
        ((seat, action),) = actions.items()
        self._acted.add(seat)
        began = perf_counter()
        self.env.step(action)
        self.seconds += perf_counter() - began
        return self._advance()

    def _advance(self) -> dict[str, Result]:
        """Go on to the next live seat, leading out those that are not."""
        results: dict[str, Result] = {}
        began = perf_counter()
        self._views = {}
        while self.env.agents and not self._views:
            seat = self.env.agent_selection
            observation, reward, terminated, truncated, info = self.env.last()
            result = Result(observation, float(reward), bool(terminated), bool(truncated), dict(info))
            self.returns[seat] += result.reward
            if terminated or truncated:
                results[seat] = result
                self.env.step(None)
            else:
                results |= {seat: result} if seat in self._acted else {}
                self._views = {seat: self._view(seat, observation, result.reward, result.info)}
        self.done = not self._views
        self.seconds += perf_counter() - began
        return results


class ParallelWorld(_PettingZooWorld):
    """A PettingZoo environment in which all seats act at once."""

    def begin(self, seed: int) -> None:
        """Start the episode of ``seed``."""
        began = perf_counter()
        observations, infos = self.env.reset(seed=seed)
        self.seconds += perf_counter() - began
        self._begin_records(infos)
        self._views = {
            seat: self._view(seat, observations[seat], 0.0, infos[seat]) for seat in self.env.agents
        }

    def apply(self, actions: Mapping[str, Any]) -> dict[str, Result]:
        """One joint step."""
        began = perf_counter()
        observations, rewards, terminations, truncations, infos = self.env.step(actions)
        self.seconds += perf_counter() - began
        results = {
            seat: Result(
                observations[seat],
                float(rewards[seat]),
                bool(terminations[seat]),
                bool(truncations[seat]),
                infos[seat],
            )
            for seat in actions
        }
        for seat, result in results.items():
            self.returns[seat] += result.reward
        self._views = {
            seat: self._view(seat, observations[seat], float(rewards[seat]), infos[seat])
            for seat in self.env.agents
        }
        self.done = not self._views
        return results


class _LegalActions:
    """Finds the legal actions of one seat: listed, masked, or all of a discrete space."""

    def __init__(self, space: gym.Space) -> None:
        self._start, self._all = 0, None
        if isinstance(space, gym.spaces.Discrete):
            self._start = int(space.start)
            self._all = tuple(range(self._start, self._start + int(space.n)))

    def __call__(self, observation: Any, info: Mapping[str, Any]) -> tuple[Any, ...] | None:
        listed = info.get("legal_actions")
        if listed is not None:
            return tuple(listed)
        if self._all is None:
            return None
        mask = info.get("action_mask")
        if mask is None and isinstance(observation, Mapping):
            mask = observation.get("action_mask")
        if mask is None:
            return self._all
        return tuple((np.flatnonzero(mask) + self._start).tolist())
