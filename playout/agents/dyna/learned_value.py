"""What a state is worth by the futures that a trained policy imagines from it: no solver, and no rollouts.

A policy of ``train resim`` was taught the solver's distance as the value of its futures, so what it writes in
a state is an estimate of the steps that are left from there.
"""

from collections.abc import Sequence

from playout.agents.dyna.lookahead import LOST, Seen, Worth, certain
from playout.agents.dyna.response import Future, parse
from playout.agents.dyna.simrollout import written
from playout.core import Agent, Branchable, Turn

UNREAD = 100.0
"""Steps that are left where the policy says nothing that can be read: many, but not lost."""


class LearnedValue:
    """Asks a policy what it expects; the best of its futures counts."""

    def __init__(self, policy: Agent) -> None:
        """Ask ``policy``, which answers with futures valued in steps to success."""
        self._policy = policy

    def __call__(self, world: Branchable, seen: Seen) -> Worth:
        """Minus the steps to success; the world is not looked at."""
        turn = Turn(
            observation=seen.observation, instructions="", legal_actions=seen.legal, reward=0.0,
            info={"legal_actions": seen.legal}, episode=0, t=0,
        )  # fmt: skip
        return self.of([seen], [turn])[0]

    def of(self, states: Sequence[Seen], turns: Sequence[Turn]) -> list[Worth]:
        """The worth of several states, as the policy is asked in ``turns``, all at once."""
        known = [certain(seen) for seen in states]
        asked = [turn for worth, turn in zip(known, turns, strict=True) if worth is None]
        found = iter(self._policy.act(asked) if asked else ())
        return [worth or worth_of(parse(written(next(found))).response.futures) for worth in known]


def worth_of(futures: Sequence[Future]) -> Worth:
    """Minus the fewest steps in which one of ``futures`` succeeds, its own and those its value says."""
    known = [steps for future in futures if (steps := _steps(future)) is not None]
    if not known:
        return Worth(-UNREAD, "unknown")
    fewest = min(known)
    return Worth(LOST, "lost") if fewest == -LOST else Worth(-fewest, str(round(fewest)))


def _steps(future: Future) -> float | None:
    """To success through this future; None where its value is no number of steps."""
    if future.value == "lost":
        return -LOST
    more = "0" if future.value == "solved" else future.value
    return float(len(future.steps) + int(more)) if more.isascii() and more.isdigit() else None
