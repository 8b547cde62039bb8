"""Plays episodes: agents in worlds make a stream of finished episodes.

Local agents are driven in *lock-step*: one call of ``act`` per round with the turns of all live
episodes. Agents with ``is_endpoint = True`` are driven *concurrently*: a thread per live episode, so
that a slow answer holds up nobody else. In both, an episode that ends makes room for the next at
once, and one that failed says why while the others go on.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from time import perf_counter
from typing import Any, TypeVar

from playout.core import Agent, PlayoutError, Turn, WrongUse
from playout.rollouts.episodes import Episode
from playout.rollouts.live import Failure, LiveEpisode, seat_players
from playout.rollouts.worlds import World

Item = TypeVar("Item")
Answer = TypeVar("Answer")


@dataclass
class Stats:
    """What the driver did, and where the time went."""

    episodes: int = 0
    steps: int = 0
    """Steps recorded, one per action of a seat."""
    prompted: int = 0
    """Turns that agents were asked to decide."""
    stepped: int = 0
    """Calls of a world's step."""
    rounds: int = 0
    """Lock-step rounds."""
    idle_slots: int = 0
    """Slots that stood empty in a round while episodes were waiting; summed over rounds."""
    model_seconds: float = 0.0
    """Inside ``act`` and ``reset`` of agents; over all threads."""
    world_seconds: float = 0.0
    """Inside environments; over all threads."""
    wall_seconds: float = 0.0
    """From the first round to the last episode taken, what the taker did with them included."""

    @property
    def overhead(self) -> float:
        """Seconds per step that neither agents nor environments spent; of lock-step play."""
        return (self.wall_seconds - self.model_seconds - self.world_seconds) / max(1, self.steps)

    def add(self, live: LiveEpisode, episode: Episode) -> None:
        """Count a finished episode."""
        self.episodes += 1
        self.steps += len(episode.steps)
        self.prompted += live.prompted
        self.stepped += live.stepped
        self.model_seconds += live.model_seconds
        self.world_seconds += live.world_seconds


def play(
    make_world: Callable[[], World],
    agents: Mapping[str, Agent],
    numbers: Iterable[int],
    *,
    seed: int | Callable[[int], int] = 0,
    slots: int = 64,
    specs: Mapping[str, Any] = {},
    stats: Stats | None = None,
) -> Iterator[Episode]:
    """Play the episodes ``numbers`` and yield each as it finishes.

    Episode ``i`` starts with ``reset(seed=seed + i)``, or ``seed(i)``, and depends on nothing but the world,
    the agents, ``seed`` and ``i``: not on ``slots``, on the other episodes, or on how often it was played.

    Args:
        make_world: makes one of the equal worlds that are played in side by side.
        agents: by seat; the one of ``"agent"`` plays every seat that is not named. The first is evaluated.
        numbers: of the episodes.
        seed: of the run, or the seed of an episode by its number.
        slots: most episodes that are live at once.
        specs: what the records say of the agents, under the same names.
        stats: counts and timings, updated as the episodes go on.

    Raises:
        WrongUse: ``slots`` is below 1.
        PlayoutError: something is wrong with the whole run, not with one episode: a seat nobody plays,
            an agent that the world cannot serve.
    """
    if slots < 1:
        raise WrongUse(f"slots: expected at least 1, got {slots}")
    table = _Table(make_world, agents, seed, specs, stats if stats is not None else Stats())
    endpoint = any(getattr(agent, "is_endpoint", False) for agent in table.distinct)
    drive = _concurrently if endpoint else _in_lock_step
    return drive(table, list(numbers), slots)


class _Table:
    """What the episodes of one run share: worlds are laid aside and taken again."""

    def __init__(
        self,
        make_world: Callable[[], World],
        agents: Mapping[str, Agent],
        seed: int | Callable[[int], int],
        specs: Mapping[str, Any],
        stats: Stats,
    ) -> None:
        self.agents, self.stats = agents, stats
        self.distinct = list({id(agent): agent for agent in agents.values()}.values())
        self._make_world, self._specs = make_world, specs
        self._seed_of = seed if callable(seed) else seed.__add__
        self._free: deque[World] = deque()
        self._counting = threading.Lock()

    def start(self, number: int) -> LiveEpisode:
        """Begin an episode."""
        world = _taken(self._free) or self._make_world()
        players = seat_players(world, self.agents, self._specs)
        return LiveEpisode(world, players, number, self._seed_of(number))

    def finish(self, live: LiveEpisode) -> Episode:
        """The record of an episode; what failed may have left its world broken, so it is not used again."""
        episode = live.finish()
        with self._counting:
            self.stats.add(live, episode)
        if live.error is None:
            self._free.append(live.world)
        else:
            with suppress(Exception):
                live.world.close()
        return episode

    def close(self) -> None:
        """Close the worlds that were laid aside."""
        for world in self._free:
            world.close()


def _in_lock_step(table: _Table, numbers: Sequence[int], slots: int) -> Iterator[Episode]:
    waiting, live, stats, began = deque(numbers), [], table.stats, perf_counter()
    try:
        while waiting or live:
            started = [table.start(waiting.popleft()) for _ in range(min(slots - len(live), len(waiting)))]
            _announce(table.distinct, started)
            live += started
            stats.rounds += 1
            stats.idle_slots += min(slots - len(live), len(waiting))
            _round([episode for episode in live if not episode.over])
            finished = [table.finish(episode) for episode in live if episode.over]
            live = [episode for episode in live if not episode.over]
            for record in finished:
                yield record
                stats.wall_seconds = perf_counter() - began
    finally:
        for episode in live:
            episode.world.close()
        table.close()


def _round(live: Sequence[LiveEpisode]) -> None:
    """Ask every agent once for all its turns, then let every world step."""
    batches: dict[int, tuple[Agent, list[Turn], list[LiveEpisode]]] = {}
    for episode in live:
        for agent, turn in episode.turns():
            _, turns, owners = batches.setdefault(id(agent), (agent, [], []))
            turns.append(turn)
            owners.append(episode)
    for agent, turns, owners in batches.values():
        _ask(agent, turns, owners)
    for episode in live:
        episode.advance()


def _ask(agent: Agent, turns: Sequence[Turn], owners: Sequence[LiveEpisode]) -> None:
    began = perf_counter()
    answers = _each(agent, agent.act, turns)
    share = (perf_counter() - began) / len(turns)
    for owner, turn, answer in zip(owners, turns, answers, strict=True):
        owner.hear(turn.seat, answer, share)


def _announce(agents: Sequence[Agent], started: Sequence[LiveEpisode]) -> None:
    """Tell the agents that want to know which episodes start."""
    for agent in agents:
        if not started or not hasattr(agent, "reset"):
            continue
        began = perf_counter()
        answers = _each(agent, partial(_reset, agent), [episode.number for episode in started])
        share = (perf_counter() - began) / len(started)
        for episode, answer in zip(started, answers, strict=True):
            episode.greeted(answer, share)


def _reset(agent: Any, numbers: Sequence[int]) -> Sequence[None]:
    agent.reset(numbers)
    return [None] * len(numbers)


def _each(
    agent: Agent, call: Callable[[Sequence[Item]], Sequence[Answer]], items: Sequence[Item]
) -> list[Answer | Failure]:
    """``call(items)``; where that raises, each item alone, to find the one that ``agent`` cannot take."""
    try:
        answers = call(items)
        if len(answers) != len(items):
            raise ValueError(f"act: expected {len(items)} decisions for as many turns, got {len(answers)}")
        return list(answers)
    except PlayoutError:
        raise
    except Exception as error:
        if len(items) == 1:
            return [Failure.of(type(agent).__name__, error)]
        return [answer for item in items for answer in _each(agent, call, [item])]


def _concurrently(table: _Table, numbers: Sequence[int], slots: int) -> Iterator[Episode]:
    waiting, finished = deque(numbers), SimpleQueue[Episode | Exception | None]()
    # Only agents that say so may be called by several threads at once.
    guards = {
        id(agent): nullcontext() if getattr(agent, "is_endpoint", False) else threading.Lock()
        for agent in table.distinct
    }

    def work() -> None:
        try:
            while (number := _taken(waiting)) is not None:
                live = _alone(table, number, guards)
                finished.put(table.finish(live))
        except Exception as error:
            finished.put(error)
        finished.put(None)

    began, working = perf_counter(), min(slots, len(numbers))
    for _ in range(working):
        threading.Thread(target=work, daemon=True).start()
    try:
        while working:
            item = finished.get()
            if isinstance(item, Exception):
                raise item
            if item is None:
                working -= 1
                continue
            yield item
            table.stats.wall_seconds = perf_counter() - began
    finally:
        waiting.clear()
        table.close()


def _taken(items: deque[Item]) -> Item | None:
    """The first of ``items``, None if another thread was quicker to take the last."""
    try:
        return items.popleft()
    except IndexError:
        return None


def _alone(table: _Table, number: int, guards: Mapping[int, AbstractContextManager[Any]]) -> LiveEpisode:
    """Play one episode from its start to its end."""
    live = table.start(number)
    for agent in table.distinct:
        with guards[id(agent)]:
            _announce([agent], [live])
    while not live.over:
        for agent, turn in live.turns():
            with guards[id(agent)]:
                _ask(agent, [turn], [live])
        live.advance()
    return live
