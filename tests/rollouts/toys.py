"""Small worlds and agents for the tests of rollouts, registered under ``toys/``."""

import os
import signal
import time

import gymnasium as gym
import numpy as np
import pettingzoo
from gymnasium.spaces import Discrete
from pettingzoo import AECEnv, ParallelEnv

from playout.core import Decision, WrongUse
from playout.core.random import bits

GUESS = "own_world:example/GuessNumber-v0"


class Scripted:
    """Picks a legal action as the episode and turn decide; keeps what it was asked."""

    def __init__(self, needs=("legal_actions",), script=None):
        self.needs, self.script, self.batches, self.started = frozenset(needs), script, [], []

    def reset(self, episodes):
        self.started.append(list(episodes))

    def act(self, turns):
        self.batches.append([(turn.episode, turn.t, turn.seat) for turn in turns])
        return [(self.script or pick)(turn) for turn in turns]


class Endpoint(Scripted):
    """May be called by many threads at once."""

    is_endpoint = True


def pick(turn):
    return Decision(action=turn.legal_actions[bits(turn.episode, turn.t) % len(turn.legal_actions)])


def scripted():
    """For ``module:factory``."""
    return Scripted()


def slow(seconds=0.001):
    """Takes its time in each turn."""

    def decide(turn):
        time.sleep(seconds)
        return pick(turn)

    return Scripted(script=decide)


def killer(episode, mark):
    """Kills its process in one episode, the first time only (then ``mark`` exists)."""

    def decide(turn):
        if turn.episode == episode and not (mark and os.path.exists(mark)):
            if mark:
                open(mark, "w").close()
            os.kill(os.getpid(), signal.SIGKILL)
        return pick(turn)

    return Scripted(script=decide)


class Count(gym.Env):
    """Counts to ``goal``; the seed decides where it breaks, if it does."""

    observation_space, action_space = Discrete(100), Discrete(3, start=1)

    def __init__(self, goal=3, broken=(), masked=False, arrays=False):
        self.goal, self.broken, self.masked, self.arrays = goal, broken, masked, arrays

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.n, self.seed_ = 0, seed
        if (seed, "reset") in self.broken:
            raise RuntimeError("no such level")
        return self._see(), self._info()

    def step(self, action):
        assert 1 <= action <= 3
        self.n += 1
        if (self.seed_, self.n) in self.broken:
            raise ZeroDivisionError("the floor gave way")
        return self._see(), np.float64(action), self.n == self.goal, False, self._info()

    def _see(self):
        return np.array([self.n // 2]) if self.arrays else self.n

    def _info(self):
        return {"action_mask": np.array([0, 1, 0], np.int8)} if self.masked else {}


class Nim(AECEnv):
    """Two seats take one or two matches in turn; who takes the last one wins."""

    metadata = {"name": "nim_v0", "is_parallelizable": False}  # noqa: RUF012
    instructions = "Take one or two."

    def __init__(self, matches=5):
        super().__init__()
        self.possible_agents, self.matches = ["first", "second"], matches
        self.render_mode = None

    def observation_space(self, agent):
        return Discrete(100)

    def action_space(self, agent):
        return Discrete(2)

    def observe(self, agent):
        return self.left

    def reset(self, seed=None, options=None):
        self.agents, self.left = list(self.possible_agents), self.matches + seed % 2
        self.agent_selection = self.agents[0]
        self.rewards = dict.fromkeys(self.agents, 0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0)
        self.terminations = dict.fromkeys(self.agents, False)
        self.truncations = dict.fromkeys(self.agents, False)
        self.infos = {seat: {} for seat in self.agents}

    def step(self, action):
        seat = self.agent_selection
        if self.terminations[seat]:
            return self._was_dead_step(action)
        self._cumulative_rewards[seat] = 0
        self.left = max(0, self.left - 1 - action)
        other = self.agents[1 - self.agents.index(seat)]
        self.rewards = {seat: 1 if self.left == 0 else 0, other: -1 if self.left == 0 else 0}
        if self.left == 0:
            self.terminations = dict.fromkeys(self.agents, True)
            self.infos = {
                name: {"is_success": name == seat, "metrics": {"last": 1.0 + action}} for name in self.agents
            }
        self.agent_selection = other
        return self._accumulate_rewards()

    def snapshot(self):
        from playout.core import Snapshot

        names = (
            "agents", "left", "agent_selection", "rewards", "_cumulative_rewards", "terminations",
            "truncations", "infos",
        )  # fmt: skip
        return Snapshot("nim", {name: _copied(getattr(self, name)) for name in names})

    def restore(self, saved):
        for name, value in saved.state.items():
            setattr(self, name, _copied(value))


def _copied(value):
    return value.copy() if isinstance(value, list | dict) else value


class Pennies(ParallelEnv):
    """Two seats show a side at once, three times; the first wins if they match."""

    metadata = {"name": "pennies_v0"}  # noqa: RUF012

    def __init__(self):
        self.possible_agents, self.render_mode = ["even", "odd"], None

    def observation_space(self, agent):
        return Discrete(4)

    def action_space(self, agent):
        return Discrete(2)

    def reset(self, seed=None, options=None):
        self.agents, self.t = list(self.possible_agents), 0
        return dict.fromkeys(self.agents, 0), {seat: {} for seat in self.agents}

    def step(self, actions):
        seats, self.t = self.agents, self.t + 1
        won = 1.0 if actions["even"] == actions["odd"] else -1.0
        over = self.t == 3
        self.agents = [] if over else seats
        ends = dict.fromkeys(seats, over)
        rewards = {"even": won, "odd": -won}
        return (
            dict.fromkeys(seats, self.t),
            rewards,
            ends,
            dict.fromkeys(seats, False),
            {s: {} for s in seats},
        )


gym.register("toys/Count-v0", entry_point="toys:Count")
pettingzoo.register("aec", "toys/nim_seats-v0", "toys:Nim")
pettingzoo.register("parallel", "toys/pennies_seats-v0", "toys:Pennies")


# Work for executors.


def numbers(first, last):
    yield from range(first, last)


def where():
    yield os.getpid()


def refuses():
    yield 1
    raise WrongUse("colour: expected red")


def breaks():
    yield 1
    raise KeyError("x")


def dies():
    yield "last words"
    os.kill(os.getpid(), signal.SIGKILL)
