"""``resim``: search at every step, told as the thought of a response (Yu et al. 2025, ReSim at inference).

From each state the policy plays on after several first actions, on snapshots of the live world; a line is
worth what playing further brings (Monte-Carlo), what the policy imagines to follow, or as much as the world's
solver says. An oracle: it simulates in the world itself, unless it has learnt a model of it. Every simulated
step is counted. All lines of all live episodes go in lock-step.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from playout.agents.draws import draws
from playout.agents.dyna.learned_value import LearnedValue
from playout.agents.dyna.lookahead import Found, Line, Seen, Worth, distance, respond
from playout.agents.dyna.response import Future, Imagined, is_writable, render
from playout.core import Agent, Branchable, Decision, Snapshot, Turn, WrongUse, random
from playout.language.news import news
from playout.language.parsing import MAX_PLAN

if TYPE_CHECKING:
    from playout.simulators.learned import LearnedWorld

_AFTER_THE_POLICY = 1 << 18  # draws of a turn that belong to others


@dataclass(frozen=True, kw_only=True)
class ReSimConfig:
    """Options of ``resim``."""

    policy: str = "random"
    """Who plays on: random, or the folder of a run that trained a policy."""
    temperature: float | None = None
    """At which a trained policy draws, as it should with several rollouts; None for its own."""
    branches: int = 4
    """First actions that are tried (b): the policy's own, then others at random."""
    depth: int = 3
    """Steps of a line that are told (d)."""
    world_model: str | None = None
    """Folder of a run of train world-model, in which everything is simulated; None for the live world."""
    value: Literal["monte-carlo", "learned", "distance"] = "monte-carlo"
    """monte-carlo: the share of rollouts that go on from a line's end to success, sooner ones counting more.
    learned: the steps to success that the policy, a run of train resim, imagines there. distance: the
    solver's, a ceiling."""
    rollouts: int = 4
    """From the end of each line."""
    horizon: int = 30
    """Most steps of a rollout."""
    seed: int = 0
    """Decides which actions are tried and what the policy draws."""

    def __post_init__(self) -> None:
        for name in ("branches", "depth", "rollouts", "horizon"):
            if getattr(self, name) < 1:
                raise WrongUse(f"resim: expected {name} >= 1, got {getattr(self, name)}")
        if self.depth > MAX_PLAN:
            raise WrongUse(f"resim: expected depth <= {MAX_PLAN}, got {self.depth}")
        if self.world_model and self.value == "distance":
            raise WrongUse("resim: a predicted state has no exact distance; expected value=monte-carlo")


class ReSimAgent:
    """Plays the first action of the line that is worth most, and says what it saw.

    With a world model it is no oracle: all it needs are the actions that are legal now.
    """

    def __init__(
        self,
        config: ReSimConfig = ReSimConfig(),
        policy: Agent | None = None,
        model: "LearnedWorld | None" = None,
    ) -> None:
        """Play on with ``policy``, in ``model``; None makes those that ``config`` names."""
        if model is None and config.world_model is not None:
            from playout.simulators.learned import LearnedWorld

            model = LearnedWorld.load(config.world_model)
        self._model = model
        self.needs: frozenset[str] = frozenset({"legal_actions"} if model else {"legal_actions", "world"})
        self._actions = defaultdict[int, dict[str, None]](dict)
        """Of each episode, all that were legal so far; in a predicted state, they can be tried."""
        if policy is None:
            from playout.agents.registry import load_agent

            given = {} if config.temperature is None else {"temperature": config.temperature}
            policy = load_agent(config.policy, options=given)
        if not policy.needs.isdisjoint({"world", "privileged"}):
            raise WrongUse(f"resim: {config.policy} looks behind the scenes; expected a policy that does not")
        self.config, self._policy = config, policy

    def act(self, turns: Sequence[Turn]) -> list[Decision]:
        """One decision per turn; ``stats`` has the futures and counts ``simulated_steps``.

        Raises:
            WrongUse: a world that lists no legal actions.
        """
        if self._model is not None:
            self._remember(turns)
        trees = [_Tree.of(turn, predicted=self._model is not None) for turn in turns]
        own = self._policy.act([tree.ask(self._key(tree, 0, 0)) for tree in trees])
        firsts = [
            first
            for tree, decision in zip(trees, own, strict=True)
            for first in tree.branch(decision.action, self.config)
        ]
        lines = [line for tree in trees for line in tree.lines]
        self._step(lines, firsts)
        self._play(lines, self.config.depth - 1, 0)
        for line in lines:
            line.told = True
        if self.config.value == "distance":
            for line in lines:
                line.worths = [line.at(distance)]
        elif self.config.value == "learned":
            turns = [line.ask(self._key(line.tree, 1, line.number)) for line in lines]
            worths = LearnedValue(self._policy).of([line.seen for line in lines], turns)
            for line, worth in zip(lines, worths, strict=True):
                line.worths = [worth]
        else:
            self._value(lines)
        return [tree.decide() for tree in trees]

    def _remember(self, turns: Sequence[Turn]) -> None:
        for turn in turns:
            if turn.t == 0:
                self._actions.pop(turn.episode, None)
            self._actions[turn.episode] |= dict.fromkeys(turn.legal_actions or ())

    def _value(self, lines: "Sequence[_Walk]") -> None:
        """Let every line be played to its end, several times."""
        number = self.config.rollouts
        copies = [[line.copy(line.number * number + i) for i in range(number)] for line in lines]
        flat = [copy for several in copies for copy in several]
        self._play(flat, self.config.horizon, 1)
        for line, several in zip(lines, copies, strict=True):
            line.tree.steps += sum(copy.length - line.length for copy in several)
            worth = sum(copy.worth(self.config.horizon) for copy in several) / len(several)
            line.worths = [Worth(worth, line.said(worth))]

    def _play(self, walks: "Sequence[_Walk]", steps: int, use: int) -> None:
        """``steps`` further steps of all, in lock-step, fewer where an episode ends."""
        for _ in range(steps):
            live = [walk for walk in walks if walk.goes_on]
            if not live:
                return
            turns = [walk.ask(self._key(walk.tree, use, walk.number)) for walk in live]
            self._step(live, [decision.action for decision in self._policy.act(turns)])

    def _step(self, walks: "Sequence[_Walk]", actions: Sequence[Any]) -> None:
        """One step of each, in the live worlds or as the model predicts."""
        if self._model is None:
            for walk, action in zip(walks, actions, strict=True):
                walk.step(action)
            return
        found = self._model.predict([walk.seen.observation for walk in walks], list(map(str, actions)))
        for walk, action, then in zip(walks, actions, found, strict=True):
            legal = () if then.ended else tuple(self._actions[walk.tree.turn.episode])
            walk.arrive(action, Seen(then.observation, legal, 0.0, then.ended, then.success))

    def _key(self, tree: "_Tree", use: int, number: int) -> int:
        """An episode's number under which the policy remembers and draws for one walk alone."""
        key = random.bits(self.config.seed, tree.turn.episode, random.STREAM_POLICY)
        key = random.bits(key, tree.turn.t, random.STREAM_POLICY)
        # Bits beyond those of real episodes' numbers.
        return random.bits(key, 2 * number + use, random.STREAM_POLICY) | 1 << 62


class _Tree:
    """One turn: where it begins, and the lines from there."""

    def __init__(self, turn: Turn, world: Branchable | None, root: Snapshot | None) -> None:
        self.turn, self.world, self.root = turn, world, root
        self.steps = 0
        self.lines: list[_Walk] = []

    @classmethod
    def of(cls, turn: Turn, *, predicted: bool) -> "_Tree":
        if not turn.legal_actions or (turn.world is None and not predicted):
            raise WrongUse("resim: expected a live world that lists its legal actions")
        if predicted or turn.world is None:
            return cls(turn, None, None)
        return cls(turn, turn.world, turn.world.snapshot())

    def ask(self, key: int) -> Turn:
        return _asked(self.turn, Seen.at(self.turn), key, 0)

    def branch(self, own: Any, config: ReSimConfig) -> list[str]:
        """Begin the lines, and say with what: the policy's own action, and others."""
        draw = draws(config.seed, self.turn)
        draw.counter += _AFTER_THE_POLICY
        others = [one for one in self.turn.legal_actions or () if is_writable(str(one))]
        if not others:
            raise WrongUse(f"resim: expected actions that a plan can hold, got {self.turn.legal_actions}")
        draw.shuffle(others)
        ranked = sorted(others, key=lambda action: action != own)
        firsts = ranked[: config.branches]
        self.lines = [_Walk(self, Seen.at(self.turn), self.root, number) for number in range(len(firsts))]
        return firsts

    def decide(self) -> Decision:
        if self.world is not None and self.root is not None:
            self.world.restore(self.root)
        steps = self.steps + sum(line.length for line in self.lines)
        found = Found([line.line() for line in self.lines], steps)
        response = respond(found)
        futures = [
            {"do": list(f.actions), "see": [step.state or "" for step in f.steps], "value": f.value}
            for f in response.futures
        ]
        return Decision(
            action=response.action,
            thought=render(response),
            plan=response.plan,
            stats={"simulated_steps": steps, "futures": futures},
        )


class _Walk:
    """A sequence of steps from the root, with where it stands."""

    def __init__(self, tree: _Tree, seen: Seen, saved: Snapshot | None, number: int) -> None:
        self.tree, self.seen, self.saved, self.number = tree, seen, saved, number
        self.imagined: list[Imagined] = []
        self.length, self.told = 0, False
        self.worths: list[Worth] = []

    @property
    def goes_on(self) -> bool:
        return not self.seen.ended and bool(self.seen.legal)

    def ask(self, key: int) -> Turn:
        return _asked(self.tree.turn, self.seen, key, self.length)

    def step(self, action: Any) -> None:
        world = self.tree.world
        assert world is not None and self.saved is not None
        world.restore(self.saved)
        now = self.seen.after(world.step(action))
        self.saved = world.snapshot()
        self.arrive(action, now)

    def arrive(self, action: Any, now: Seen) -> None:
        # What cannot be written down is played, and not told.
        self.told = self.told or not is_writable(str(action))
        if not self.told:
            self.imagined.append(Imagined(str(action), news(self.seen.observation, now.observation)))
        self.seen, self.length = now, self.length + 1

    def copy(self, number: int) -> "_Walk":
        twin = _Walk(self.tree, self.seen, self.saved, number)
        twin.length, twin.told = self.length, True
        return twin

    def at(self, value: Callable[[Branchable, Seen], Worth]) -> Worth:
        assert self.tree.world is not None and self.saved is not None
        self.tree.world.restore(self.saved)
        return value(self.tree.world, self.seen)

    def worth(self, horizon: int) -> float:
        """1 for success at once, less for later, 0 without."""
        return float(self.seen.success) * (1 - self.length / (horizon + MAX_PLAN + 1))

    def said(self, worth: float) -> str:
        """In tenths, but for what is certain."""
        if self.seen.ended and not self.seen.cut:
            return "solved" if self.seen.success else "lost"
        return str(round(10 * worth))

    def line(self) -> Line:
        (worth,) = self.worths
        return Line(Future(tuple(self.imagined), worth.text), worth.score)


def _asked(turn: Turn, seen: Seen, key: int, ahead: int) -> Turn:
    """What the policy is told at ``seen``, as if an episode of its own had come there."""
    return Turn(
        observation=seen.observation,
        instructions=turn.instructions,
        legal_actions=seen.legal,
        reward=0.0,
        info={"legal_actions": seen.legal},
        episode=key,
        t=turn.t + ahead,
        seat=turn.seat,
    )
