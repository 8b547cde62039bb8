"""How true simulated futures are: the same actions are taken on a snapshot, and what is said is compared.

The paper has a language model judge (Yu et al. 2025, Sim score); here it is counted: exact states, F1 of
the things they name, by how many steps ahead. The world stands where it stood afterwards.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from playout.agents.dyna.response import Future
from playout.core import Branchable, Snapshot
from playout.language.news import news, without_refusal

_NUMBERED = re.compile(r"[^\W\d_]+ \d+(?!\w)")
_WORD = re.compile(r"\w+")


class Checked(NamedTuple):
    """One simulated step beside what happened."""

    horizon: int
    """1 for the first step of a future."""
    said: str
    """What was imagined."""
    true: str | None
    """What the world said; None where the episode had ended before."""
    f1: float
    """Of the things that both name, 0 to 1."""

    @property
    def exact(self) -> bool:
        """Whether the texts are equal."""
        return self.said == self.true


@dataclass
class SimScore:
    """Sums over checked steps."""

    steps: Counter[int] = field(default_factory=Counter)
    """By horizon."""
    exact: Counter[int] = field(default_factory=Counter)
    """By horizon: those whose text was right."""
    f1: float = 0.0
    """Sum."""

    def add(self, found: Iterable[Checked]) -> None:
        """Count some steps."""
        for step in found:
            self.steps[step.horizon] += 1
            self.exact[step.horizon] += step.exact
            self.f1 += step.f1

    def metrics(self) -> dict[str, float]:
        """``sim_exact``, ``sim_f1``, ``sim_exact_h1`` ...: shares of the steps, empty without any."""
        total = self.steps.total()
        if not total:
            return {}
        by_horizon = {f"sim_exact_h{h}": self.exact[h] / self.steps[h] for h in sorted(self.steps)}
        return {"sim_exact": self.exact.total() / total, "sim_f1": self.f1 / total, **by_horizon}


class Executed(NamedTuple):
    """What came of some actions."""

    seen: list[str]
    """What the world said after each, as :func:`news`; fewer where the episode ended."""
    cut: bool
    """Whether it ended at its step limit, so that nobody knows what would follow."""


def execute(
    world: Branchable, observation: str, actions: Sequence[str], saved: Snapshot | None = None
) -> Executed:
    """Take some actions and go back.

    Args:
        world: is stepped, and restored.
        observation: what it says now.
        actions: to take.
        saved: where it stands, if somebody knows.
    """
    saved = saved or world.snapshot()
    found, cut = list[str](), False
    for action in actions:
        seen, _, terminated, truncated, info = world.step(action)
        after = without_refusal(seen, info)
        found.append(news(observation, after))
        observation, cut = after, truncated and not terminated
        if terminated or truncated:
            break
    world.restore(saved)
    return Executed(found, cut)


def check(world: Branchable, observation: str, futures: Sequence[Future]) -> list[Checked]:
    """Every state that ``futures`` imagine beside the real one, but for those after the step limit."""
    saved, found = world.snapshot() if futures else None, list[Checked]()
    for future in futures:
        real, cut = execute(world, observation, future.actions, saved)
        for depth, step in enumerate(future.steps):
            if step.state is not None and not (cut and depth >= len(real)):
                true = real[depth] if depth < len(real) else None
                found.append(Checked(depth + 1, step.state, true, f1(step.state, true or "")))
    return found


def f1(said: str, true: str) -> float:
    """F1 of the things that two texts name: names with numbers, such as ``desk 1``, else all words."""
    mine, theirs = Counter(_things(said)), Counter(_things(true))
    both = (mine & theirs).total()
    return 2 * both / (mine.total() + theirs.total()) if both else float(not mine and not theirs)


def _things(text: str) -> list[str]:
    return _NUMBERED.findall(text) or _WORD.findall(text)
