"""Looks ahead from a state: a few distinct partial rollouts on snapshots of the world, each with its worth.

The search of ReSim (Yu et al. 2025, section "ReSim": a depth-first search with b partial rollouts of at most
d steps, scored by a value function); best-first and tree search beside it. What is found is a
``response.Future`` whose states are the world's own, so it is true. The world stands where it stood
afterwards. Which actions look good (``Policy``) and what a state is worth (``Value``) are arguments.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal, NamedTuple

import numpy as np

from playout.agents.dyna.response import Future, Imagined, Response
from playout.agents.search import branching
from playout.core import Branchable, Snapshot, StepResult, Turn, WrongUse
from playout.core.random import Stream
from playout.language.news import news, without_refusal
from playout.language.parsing import MAX_PLAN

LOST = -1e9
_RANKS = 4  # actions per state that the tree looks at
_SIMULATIONS_PER_BRANCH = 16


class Seen(NamedTuple):
    """What is known of the state that the world is in."""

    observation: str
    legal: tuple[str, ...]
    """Empty where the episode has ended or nothing is listed."""
    total: float = 0.0
    """Sum of the rewards on the way from where the search began."""
    ended: bool = False
    success: bool = False
    cut: bool = False
    """Whether it ended at the step limit only."""

    @classmethod
    def at(cls, turn: Turn) -> "Seen":
        """What is known where an agent is to act."""
        return cls(without_refusal(str(turn.observation), dict(turn.info)), tuple(turn.legal_actions or ()))

    def after(self, result: StepResult) -> "Seen":
        """What is known after a step from here."""
        observation, reward, terminated, truncated, info = result
        ended = bool(terminated or truncated)
        legal = () if ended else tuple(info.get("legal_actions", ()))
        success = bool(info.get("is_success", False))
        cut = bool(truncated and not terminated)
        return Seen(
            without_refusal(observation, info), legal, self.total + float(reward), ended, success, cut
        )


class Worth(NamedTuple):
    """How good a state is."""

    score: float
    """More is better."""
    text: str
    """How a response says it."""


Policy = Callable[[Branchable, Seen], Sequence[str]]
"""The legal actions of a state, what looks best first; at least one where the episode goes on."""
Value = Callable[[Branchable, Seen], Worth]
"""What a state is worth. May step the world, and restores it."""
Order = Literal["depth-first", "best-first", "tree"]


@dataclass(frozen=True, kw_only=True)
class LookaheadConfig:
    """How far is looked."""

    branches: int = 2
    """Partial rollouts (b)."""
    depth: int = 3
    """Most steps of each (d)."""
    order: Order = "depth-first"
    """depth-first: the best first actions, each followed by what looks best. best-first: what is worth most
    is followed further, with as many steps. tree: first actions by the visits of a tree search."""

    def __post_init__(self) -> None:
        if self.branches < 1 or not 1 <= self.depth <= MAX_PLAN:
            raise WrongUse(
                f"lookahead: expected branches >= 1 and depth from 1 to {MAX_PLAN}, got {self.branches} and"
                f" {self.depth}"
            )


class Line(NamedTuple):
    """A partial rollout."""

    future: Future
    score: float


class Found(NamedTuple):
    """What was seen."""

    lines: list[Line]
    """Distinct, in the order in which they were found."""
    steps: int
    """Of the world, those of the value's own included where it counts them."""

    @property
    def best(self) -> Line:
        """The one that is worth most, of equals the first."""
        return max(self.lines, key=lambda line: line.score)


def look_ahead(
    world: Branchable, seen: Seen, policy: Policy, value: Value, config: LookaheadConfig = LookaheadConfig()
) -> Found:
    """Partial rollouts from where ``world`` stands.

    Args:
        world: is stepped and restored.
        seen: what is known of where it stands; the episode goes on.
        policy: which actions look good.
        value: what the ends are worth.
        config: how far.
    """
    if seen.ended:
        raise WrongUse("look_ahead: the episode has ended, nothing can follow")
    search = _Lookahead(_Counting(world), policy, value, config)
    try:
        lines = _ORDERS[config.order](search, seen._replace(total=0.0))
    finally:
        world.restore(search.root)
    return Found(lines, search.world.steps)


def respond(found: Found, order: Sequence[int] | None = None, *, states: bool = True) -> Response:
    """The response that takes the best line: all lines as futures, its actions as the plan.

    Args:
        found: at least one line.
        order: of the lines in the thought; as they were found where None.
        states: False leaves out what would be seen: reasoning without simulation.
    """
    plan = found.best.future.actions
    futures = [found.lines[i].future for i in (range(len(found.lines)) if order is None else order)]
    if not states:
        futures = [Future(tuple(Imagined(step.action) for step in one.steps), one.value) for one in futures]
    return Response(action=plan[0], plan=plan, futures=tuple(futures))


def solution(world: Any) -> tuple[int | None, tuple[str, ...]]:
    """Steps to success (None where there is no way any more), and the actions that begin a way as short.

    Exact where the world offers ``optimal()``, else by its expert's plan.

    Raises:
        WrongUse: the world has neither.
    """
    exact = getattr(world, "optimal", None)
    if exact is not None:
        try:
            return exact()
        except WrongUse:  # too many states
            pass
    hidden = getattr(world, "privileged", dict)()
    if "expert_plan" not in hidden:
        raise WrongUse(f"lookahead: {type(world).__name__} has no expert to ask for the distance to success")
    plan = hidden["expert_plan"]
    return (None, ()) if plan is None else (len(plan), tuple(plan[:1]))


def certain(seen: Seen) -> Worth | None:
    """The worth of the end of an episode; None where it goes on, or was cut at the step limit only."""
    if not seen.ended or (seen.cut and not seen.success):
        return None
    return Worth(1.0, "solved") if seen.success else Worth(LOST, "lost")


def distance(world: Branchable, seen: Seen) -> Worth:
    """Minus the steps to success, by the world's own solution, whatever the step limit: an oracle's value."""
    if (worth := certain(seen)) is not None:
        return worth
    steps, _ = solution(world)
    return Worth(LOST, "lost") if steps is None else Worth(-float(steps), str(steps))


def progress(before: int | None) -> Value:
    """How much nearer to success than ``before`` steps, as ``distance`` counts them.

    Where much is hidden a learner can tell that a step leads on, and not how far the way is.
    """

    def value(world: Branchable, seen: Seen) -> Worth:
        worth = distance(world, seen)
        if before is None or not worth.text.isdecimal():
            return worth
        return Worth(worth.score, str(before - int(worth.text)))

    return value


class Teacher:
    """Ranks actions as the world's expert would, and all others at random: an oracle's policy."""

    def __init__(self, draw: Stream) -> None:
        """Take random numbers from ``draw``."""
        self._draw = draw

    def __call__(self, world: Branchable, seen: Seen) -> Sequence[str]:
        """The legal actions, one of those that lead to success soonest first."""
        others = list(seen.legal)
        self._draw.shuffle(others)
        _, best = solution(world)
        first = [action for action in others if action in best][:1] or list(best[:1])
        return [*first, *[action for action in others if action not in first]]


class MonteCarlo:
    """What random play brings, by a policy that draws: no solver."""

    def __init__(self, draw: Stream, *, rollouts: int = 8, horizon: int = 20) -> None:
        """Value a state by uniformly random play.

        Args:
            draw: gives the actions.
            rollouts: from each state.
            horizon: most steps of each.
        """
        self._draw, self._rollouts, self._horizon = draw, rollouts, horizon

    def __call__(self, world: Branchable, seen: Seen) -> Worth:
        """The share of rollouts that succeed, sooner ones counting more, in tenths."""
        if seen.ended:
            return Worth(float(seen.success), "solved" if seen.success else "0" if seen.cut else "lost")
        saved, worth = world.snapshot(), 0.0
        for _ in range(self._rollouts):
            worth += self._play(world, seen)
            world.restore(saved)
        mean = worth / self._rollouts
        return Worth(mean, str(round(10 * mean)))

    def _play(self, world: Branchable, seen: Seen) -> float:
        for step in range(self._horizon):
            seen = seen.after(world.step(self._draw.choice(seen.legal)))
            if seen.ended or not seen.legal:
                return float(seen.success) * (1 - step / self._horizon)
        return 0.0


class _Counting:
    """The world, with its steps counted."""

    def __init__(self, world: Branchable) -> None:
        self.inner, self.steps = world, 0

    def snapshot(self) -> Snapshot:
        return self.inner.snapshot()

    def restore(self, snapshot: Snapshot) -> None:
        self.inner.restore(snapshot)

    def step(self, action: Any) -> StepResult:
        self.steps += 1
        return self.inner.step(action)

    def optimal(self) -> tuple[int | None, tuple[str, ...]]:
        return solution(self.inner)


class _Node(NamedTuple):
    seen: Seen
    steps: tuple[Imagined, ...]
    saved: Snapshot | None
    worth: Worth

    def line(self) -> Line:
        return Line(Future(self.steps, self.worth.text), self.worth.score)


class _Lookahead:
    def __init__(self, world: _Counting, policy: Policy, value: Value, config: LookaheadConfig) -> None:
        self.world, self.policy, self.value, self.config = world, policy, value, config
        self.root = world.snapshot()

    def depth_first(self, seen: Seen) -> list[Line]:
        """Distinct first actions, each followed by what looks best."""
        ranked = self.policy(self.world, seen)[: self.config.branches]
        return [self._follow(seen, first) for first in ranked]

    def best_first(self, seen: Seen) -> list[Line]:
        """What is worth most is followed further; the b leaves that are worth most."""
        order, config = count(), self.config
        open_: list[tuple[float, int, _Node]] = []
        leaves: list[_Node] = []
        current: _Node | None = _Node(seen, (), self.root, Worth(0.0, ""))
        for _ in range(config.branches * config.depth):
            if current is None:
                break
            for child in self._children(current):
                if child.seen.ended or len(child.steps) == config.depth:
                    leaves.append(child)
                else:
                    heapq.heappush(open_, (-child.worth.score, next(order), child))
            current = heapq.heappop(open_)[2] if open_ else None
        if current is not None:
            leaves.append(current)
        leaves += [node for _, _, node in open_]
        leaves.sort(key=lambda node: -node.worth.score)
        return [node.line() for node in leaves[: config.branches]]

    def tree(self, seen: Seen) -> list[Line]:
        """The first actions that a tree search visits most, each followed by what looks best."""
        prior = 0.5 ** np.arange(1.0, _RANKS + 1)

        def word(act: int, observation: Any, info: dict[str, Any]) -> str:
            now = Seen(without_refusal(observation, info), tuple(info.get("legal_actions", ())))
            ranked = self.policy(self.world, now)
            return ranked[min(act, len(ranked) - 1)]

        settings = branching.SearchConfig(
            simulations=self.config.branches * _SIMULATIONS_PER_BRANCH, horizon=MAX_PLAN * self.config.depth
        )
        info = {"legal_actions": seen.legal}
        found = branching.search(
            self.world, seen.observation, info, lambda o, i: prior / prior.sum(), settings, word=word
        )
        ranked = self.policy(self.world, seen)
        firsts = dict.fromkeys(
            ranked[min(int(act), len(ranked) - 1)] for act in np.argsort(-found.visits, kind="stable")
        )
        return [self._follow(seen, first) for first in list(firsts)[: self.config.branches]]

    def _follow(self, seen: Seen, action: str) -> Line:
        self.world.restore(self.root)
        steps: list[Imagined] = []
        while True:
            now = seen.after(self.world.step(action))
            steps.append(Imagined(action, news(seen.observation, now.observation)))
            seen = now
            if seen.ended or not seen.legal or len(steps) == self.config.depth:
                return _Node(seen, tuple(steps), None, self.value(self.world, seen)).line()
            action = self.policy(self.world, seen)[0]

    def _children(self, node: _Node) -> list[_Node]:
        assert node.saved is not None
        self.world.restore(node.saved)
        found = []
        for action in self.policy(self.world, node.seen)[: self.config.branches]:
            self.world.restore(node.saved)
            now = node.seen.after(self.world.step(action))
            steps = (*node.steps, Imagined(action, news(node.seen.observation, now.observation)))
            worth = self.value(self.world, now)
            found.append(_Node(now, steps, self.world.snapshot(), worth))
        return found


_ORDERS: dict[Order, Callable[[_Lookahead, Seen], list[Line]]] = {
    "depth-first": _Lookahead.depth_first,
    "best-first": _Lookahead.best_first,
    "tree": _Lookahead.tree,
}
