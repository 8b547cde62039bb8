"""A3: many copies at once, compiled and on torch, with restarts inside the measurement; EnvPool beside.

Actions are random. Every copy that restarts spends a step on it (Gymnasium's ``NEXT_STEP``), which does
not count as work. Levels come from the bank; against EnvPool they are the ones it starts in itself, and the
sums of rewards must agree.
"""

from functools import partial
from typing import Any

import gymnasium as gym
import numpy as np

from playout.experiments.bench.peers import ask
from playout.experiments.bench.sokoban.steps import same_game
from playout.experiments.bench.suite import Bar, Context, Missing, at_least
from playout.experiments.bench.timing import Rate, parts_of, rate
from playout.simulators.sokoban.sources import ArraySource

ID, COPIES, ROWS = "playout/Sokoban-8x8-2box-v0", 4096, 128
# Steps that EnvPool is timed on: more than an episode, so that it restarts too.
ENVPOOL_STEPS = {64: 2000, 1024: 300, 4096: 150}
MAX_STEPS = 120


class Counted:
    """A vector environment stepped with rows of actions in turn; counts steps and restarts."""

    def __init__(self, env: gym.vector.VectorEnv, rows: Any) -> None:
        """Reset ``env``; ``rows`` is an array or tensor int64[T, N]."""
        self.env, self.rows = env, rows
        self.steps = self.restarts = 0
        env.reset(seed=0)

    def __call__(self) -> int:
        """All rows once: the steps of episodes that were taken."""
        ends = 0
        for row in self.rows:
            _, _, terminated, truncated, _ = self.env.step(row)
            ends += int((terminated | truncated).sum())
        self.steps += self.env.num_envs * len(self.rows)
        self.restarts += ends
        return self.env.num_envs * len(self.rows) - ends

    @property
    def share(self) -> float:
        """Of steps that were restarts."""
        return self.restarts / self.steps


def many_copies(context: Context) -> Bar:
    """A3: steps per second compiled and on torch at N = 4096, and compiled against EnvPool."""
    actions = np.random.default_rng(0).integers(4, size=(ROWS, COPIES))
    compiled = Counted(gym.make_vec(ID, COPIES), actions)
    rates = {"compiled": rate(compiled)}
    shares = {"compiled": compiled.share}
    rates["torch_cpu"], shares["torch_cpu"] = _torch(actions)
    figures: dict[str, Any] = {
        name: {**found.figures(), "restarts": shares[name]} for name, found in rates.items()
    }
    value = {f"{name}_million": found.cpu / 1e6 for name, found in rates.items()}
    bar = {"compiled_million": 8.0, "torch_cpu_million": 1.5, "envpool_times": 50.0}
    note = f"N = {COPIES}; restarts {shares['compiled']:.2%} and {shares['torch_cpu']:.2%} of steps"
    try:
        figures["envpool"] = {str(n): _against_envpool(context, n) for n in ENVPOOL_STEPS}
    except Missing as missing:
        return Bar(value=_rounded(value), bar=bar, met=None, note=f"{note}; {missing}", figures=figures)
    found = figures["envpool"]
    best = max(found, key=lambda n: found[n]["envpool"]["per_cpu_second"])
    value["envpool_times"] = found[best]["times"]
    times = ", ".join(f"{pair['times']:.0f} at {n}" for n, pair in found.items())
    note = f"{note}; EnvPool is best at N = {best} (times: {times})"
    return Bar(value=_rounded(value), bar=bar, met=at_least(value, bar), note=note, figures=figures)


def _torch(actions: np.ndarray) -> tuple[Rate, float]:
    try:
        import torch
    except ImportError:
        raise Missing("torch is not installed: pip install 'playout[torch]'") from None
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    counted = Counted(gym.make_vec(ID, COPIES, device="cpu"), torch.from_numpy(actions))
    found = rate(counted)
    torch.set_num_threads(threads)
    return found, counted.share


def _against_envpool(context: Context, n: int) -> dict[str, Any]:
    """Both on the same rooms and actions at batch size ``n``."""
    actions = np.random.default_rng(n).integers(4, size=(ENVPOOL_STEPS[n], n))
    file, out = context.scratch / f"actions{n}.npy", context.scratch / f"rooms{n}.npz"
    np.save(file, actions)
    theirs = ask("sokoban", "envpool_steps.py", n, file, out)
    rooms = np.load(out)["rooms"]
    make = partial(
        gym.make_vec,
        "playout/Sokoban-v0",
        n,
        source=ArraySource(rooms, [""] * len(rooms), "test"),
        max_steps=MAX_STEPS,
        rewards="gym_sokoban",
    )
    reward = {"ours": _reward(make(), actions), "envpool": theirs["reward"]}
    same_game("EnvPool", reward["envpool"], reward["ours"])
    ours = Counted(make(), actions)
    found, peer = rate(ours), Rate.of(parts_of(theirs))
    return {
        "ours": {**found.figures(), "restarts": ours.share},
        "envpool": {**peer.figures(), "restarts": theirs["restarts"] / actions.size},
        "times": found.cpu / peer.cpu,
        "rooms": len(rooms),
        "reward": reward,
    }


def _reward(env: gym.vector.VectorEnv, actions: np.ndarray) -> float:
    """The sum over all steps and copies, to see that both play the same game."""
    env.reset(seed=0)
    return float(sum(env.step(row)[1].sum(dtype=float) for row in actions))


def _rounded(value: dict[str, float]) -> dict[str, float]:
    return {name: round(number, 2) for name, number in value.items()}
