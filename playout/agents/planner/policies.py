"""Act policies that learn nothing: constant, random, by hand, as people talked, and others made noisy."""

from collections.abc import Callable

import numpy as np

from playout.agents.planner.encoders import Seen
from playout.agents.planner.network import Floats
from playout.agents.planner.planner import ActPolicy
from playout.core import WrongUse
from playout.simulators.dialogue.task import ActTask


class RandomActs:
    """Every act equally likely."""

    def __init__(self, acts: tuple[str, ...]) -> None:
        self.acts = acts

    def log_probabilities(self, seen: Seen) -> Floats:
        """float64[N, A]."""
        return np.full((len(seen), len(self.acts)), -np.log(len(self.acts)))


class ConstantAct:
    """Always the same act."""

    def __init__(self, acts: tuple[str, ...], act: str) -> None:
        """Do ``act``.

        Raises:
            WrongUse: it is none of ``acts``.
        """
        if act not in acts:
            raise WrongUse(f"constant act: expected one of {', '.join(acts)}, got {act!r}")
        self.acts, self._act = acts, acts.index(act)

    def log_probabilities(self, seen: Seen) -> Floats:
        """float64[N, A]."""
        return certain(np.full(len(seen), self._act), len(self.acts))


class ByHand:
    """Rules of ours over what a planner sees: an act per row."""

    def __init__(self, acts: tuple[str, ...], rules: Callable[[Seen], np.ndarray]) -> None:
        """Do what ``rules`` says, Seen -> int[N]."""
        self.acts, self._rules = acts, rules

    def log_probabilities(self, seen: Seen) -> Floats:
        """float64[N, A]."""
        return certain(self._rules(seen), len(self.acts))


class Noisy:
    """Another policy with a share of its acts at random."""

    def __init__(self, policy: ActPolicy, share: float) -> None:
        """Take a random act with probability ``share``.

        Raises:
            WrongUse: it is none.
        """
        if not 0 <= share <= 1:
            raise WrongUse(f"noisy policy: expected a share from 0 to 1, got {share}")
        self.acts, self._policy, self._share = policy.acts, policy, share

    def log_probabilities(self, seen: Seen) -> Floats:
        """float64[N, A]."""
        p = (1 - self._share) * np.exp(self._policy.log_probabilities(seen)) + self._share / len(self.acts)
        with np.errstate(divide="ignore"):
            return np.log(p)


def certain(acts: np.ndarray, count: int) -> Floats:
    """Log-probabilities of doing just ``acts``, int[N]: float64[N, count]."""
    logs = np.full((len(acts), count), -np.inf)
    logs[np.arange(len(acts)), acts] = 0.0
    return logs


class ActTable:
    """Acts drawn by a table over the person's last reply: how people were seen to talk."""

    def __init__(self, acts: tuple[str, ...], table: np.ndarray) -> None:
        """Use ``table``, float[K, A] of rows that sum to 1, K the kinds of entry in ``Seen.acts``.

        Raises:
            WrongUse: it is no such table.
        """
        if table.ndim != 2 or table.shape[1] != len(acts) or not np.allclose(table.sum(1), 1):
            raise WrongUse(f"act table: expected rows of {len(acts)} that sum to 1, got {table.shape}")
        self.acts = acts
        with np.errstate(divide="ignore"):
            self._logs = np.log(table)

    def log_probabilities(self, seen: Seen) -> Floats:
        """float64[N, A]."""
        return self._logs[seen.acts[:, -1].astype(np.int64)]


def policy_named(name: str, task: ActTask) -> ActPolicy:
    """A policy that learns nothing, by its name.

    Args:
        name: ``random``, ``fitted`` (as people talked), ``hand``, or the name of an act for that one always.
        task: whose acts.

    Raises:
        WrongUse: there is none of that name for ``task``.
    """
    if name == "random":
        return RandomActs(task.acts)
    if name == "hand":
        from playout.agents.planner.hand import by_hand

        return by_hand(task)
    if name == "fitted":
        return ActTable(task.acts, task.human_acts())
    if name in task.acts:
        return ConstantAct(task.acts, name)
    raise WrongUse(f"planner: expected random, hand, fitted or one of {', '.join(task.acts)}, got {name!r}")
