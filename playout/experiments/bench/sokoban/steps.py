"""A1, A2: one environment against gym-sokoban, the same rooms and actions.

Putting a room up is not timed on either side. The sums of rewards must agree: both played the same game.
"""

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np

from playout.core.random import Stream
from playout.experiments.bench.peers import ask, require
from playout.experiments.bench.suite import Bar, Context, at_least
from playout.experiments.bench.timing import PARTS, Rate, Spent, parts_of, spent, total
from playout.simulators.sokoban import rules
from playout.simulators.sokoban.levels import Level
from playout.simulators.sokoban.sources import ArraySource, BankSource
from playout.simulators.sokoban.tiles import DIRECTIONS

EPISODES, MAX_STEPS = 100, 120
PASSES = 5  # of ours over the episodes, in each part: we are that much faster
FIRST_PUSH = 1  # the rules' number of the first of our four actions


class Episodes(NamedTuple):
    """What is played."""

    rooms: np.ndarray  # uint8[E, 8, 8]
    actions: np.ndarray  # int64[E, T] in [0, 4)


class InOrder(ArraySource):
    """The rooms of a source one after the other, whatever the episode's key."""

    _row = -1

    def level(self, episode_key: int) -> Level:
        """The next level."""
        self._row = (self._row + 1) % len(self)
        return Level(self._rooms[self._row], self._names[self._row])


def one_environment(context: Context) -> Bar:
    """A1: ``step`` with observation, mask and info, bare and through ``gym.make``; the rules alone."""
    require("sokoban")
    env = _make("playout/Sokoban-v0")
    rates = {
        "unwrapped": _rate(context, env.unwrapped, list),
        "make": _rate(context, env, list),
        "rules": _rules_rate(),
    }
    bar = {"unwrapped": 20, "make": 15, "rules": 100}
    return _compared(context, rates, bar, "times the steps per CPU second of gym-sokoban 0.0.6")


def text(context: Context) -> Bar:
    """A2: the text environment through ``gym.make``."""
    require("sokoban")
    env = _make("playout/SokobanText-v0")
    rates = {"text": _rate(context, env, lambda actions: [DIRECTIONS[action] for action in actions])}
    return _compared(context, rates, {"text": 5}, "times the steps per CPU second of gym-sokoban 0.0.6")


@cache
def episodes() -> Episodes:
    """Rooms from the bank, random pushes."""
    draws = Stream(0)
    actions = [[draws.below(len(DIRECTIONS)) for _ in range(MAX_STEPS)] for _ in range(EPISODES)]
    return Episodes(np.array(BankSource(8, 8, 2).bank()[:EPISODES]), np.array(actions))


@cache
def peer(context: Context) -> dict[str, Any]:
    """What gym-sokoban needed for the episodes, asked once a run."""
    file = context.scratch / "episodes.npz"
    np.savez(file, rooms=episodes().rooms, actions=episodes().actions + FIRST_PUSH)
    return ask("sokoban", "gym_sokoban_steps.py", file, MAX_STEPS)


def _make(name: str) -> gym.Env:
    source = InOrder(episodes().rooms, [""] * EPISODES, "train")
    return gym.make(name, source=source, rewards="gym_sokoban", max_steps=MAX_STEPS)


def _rate(context: Context, env: gym.Env, actions_of: Callable[[list[int]], list[Any]]) -> Rate:
    played, rewards = [actions_of(row) for row in episodes().actions.tolist()], []

    def episode(actions: list[Any]) -> int:
        step, steps = env.step, 0
        for action in actions:
            _, reward, terminated, truncated, _ = step(action)
            steps += 1
            rewards.append(reward)
            if terminated or truncated:
                break
        return steps

    def play(number: int) -> Spent:
        env.reset(seed=0)
        return spent(partial(episode, played[number]))

    _pass(play)
    same_game("gym-sokoban", peer(context)["reward"], sum(rewards))
    return _rate_of(play)


def _rules_rate() -> Rate:
    counters, rows = np.zeros(rules.COUNTERS, np.int32), (episodes().actions + FIRST_PUSH).tolist()

    def episode(tiles: np.ndarray, actions: list[int]) -> int:
        step, solved = rules.step, rules.SOLVED
        for action in actions:
            if step(tiles, counters, action) >= solved:
                break
        return int(counters[rules.STEPS])

    def play(number: int) -> Spent:
        tiles = episodes().rooms[number].copy()
        rules.count(tiles, counters)
        return spent(partial(episode, tiles, rows[number]))

    return _rate_of(play)


def _pass(play: Callable[[int], Spent]) -> Spent:
    """All episodes once."""
    return total(map(play, range(EPISODES)))


def _rate_of(play: Callable[[int], Spent]) -> Rate:
    return Rate.of(total(_pass(play) for _ in range(PASSES)) for _ in range(PARTS))


def same_game(peer: str, theirs: float, ours: float) -> None:
    """Compare sums of rewards.

    Raises:
        RuntimeError: they differ by more than rounding does.
    """
    if abs(ours - theirs) > 1e-2:
        raise RuntimeError(f"{peer} was given a reward of {theirs}, we of {ours}: not the same game")


def _compared(context: Context, rates: dict[str, Rate], bar: Mapping[str, float], note: str) -> Bar:
    theirs = Rate.of(parts_of(peer(context)))
    value = {name: round(rate.cpu / theirs.cpu, 1) for name, rate in rates.items()}
    figures = {name: rate.figures() for name, rate in {**rates, "gym_sokoban": theirs}.items()}
    return Bar(value=value, bar=bar, met=at_least(value, bar), note=note, figures=figures)
