"""Models of a world, which say what would follow a decision: the world itself, a noisy or a learnt one.

They know worlds as ``core.Branchable`` alone. A world is as it was after it has been asked. One that
writes is in ``writing``.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Protocol

from playout.core import Branchable, Unsupported, WrongUse, restore, snapshot
from playout.core.random import STREAM_WORLD, Stream
from playout.simulators.hindsight.future import Event, Future

Follow = Callable[[Event], Any]
"""What is done next, after an event that is not the last."""
Elsewhere = Callable[[Branchable, Stream], None]
"""Takes the world to a state that it might be in for all that can be seen, but is not in."""
Look = Callable[[Branchable], Hashable]
"""What a learnt model sees of a world."""


class WorldModel(Protocol):
    """Says what would follow a decision."""

    def imagine(self, world: Branchable, decision: Any, steps: int | None, key: int) -> Future:
        """At most ``steps`` events from ``decision`` on (None: to the end); equal keys, equal futures."""
        ...


class Exact:
    """The world itself: saved, stepped, restored."""

    def __init__(self, follow: Follow | None = None) -> None:
        """Do as ``follow`` says after the decision; None ends every future with the decision's own event."""
        self.follow = follow

    def imagine(self, world: Branchable, decision: Any, steps: int | None, key: int) -> Future:
        """What does follow."""
        if steps == 0:
            return Future()
        saved = snapshot(world)
        try:
            events = [Event.of(world.step(decision))]
            while self.follow is not None and not events[-1].ended and len(events) != steps:
                events.append(Event.of(world.step(self.follow(events[-1]))))
        finally:
            restore(world, saved)
        return Future(tuple(events))


class Noisy:
    """Right with probability ``accuracy``; else it takes the world for another one.

    Whether it is right depends on the key alone, so neither on what was said nor on what was decided:
    all decisions that are imagined under one key are imagined in one and the same world.
    """

    def __init__(self, accuracy: float, elsewhere: Elsewhere, model: WorldModel | None = None) -> None:
        """Err by ``elsewhere``; what follows then is as ``model`` says, by default as it would be there."""
        if not 0.0 <= accuracy <= 1.0:
            raise WrongUse(f"noisy world model: expected an accuracy in [0, 1], got {accuracy}")
        self.accuracy, self.elsewhere, self.model = accuracy, elsewhere, model or Exact()

    def imagine(self, world: Branchable, decision: Any, steps: int | None, key: int) -> Future:
        """What would follow in the world it takes this one for."""
        stream = Stream(key, STREAM_WORLD)
        if stream.uniform() < self.accuracy:
            return self.model.imagine(world, decision, steps, key)
        saved = snapshot(world)
        try:
            self.elsewhere(world, stream)
            return self.model.imagine(world, decision, steps, key)
        finally:
            restore(world, saved)


class Learned:
    """What has followed before: one of the futures of the same decision in worlds that looked the same.

    Where a look was never met, all futures of the decision count.
    """

    def __init__(self, look: Look) -> None:
        """See ``look(world)`` of a world; what it leaves out, the model cannot know."""
        self.look = look
        self._seen: dict[tuple[Hashable, Hashable], list[Future]] = defaultdict(list)
        self._of_decision: dict[Hashable, list[Future]] = defaultdict(list)

    def learn(self, examples: Iterable[tuple[Hashable, Hashable, Future]]) -> "Learned":
        """Remember (look, decision, what followed); returns itself."""
        for look, decision, future in examples:
            self._seen[look, decision].append(future)
            self._of_decision[decision].append(future)
        return self

    def watch(self, world: Branchable, decision: Hashable, model: WorldModel | None = None) -> None:
        """Remember what ``decision`` leads to now."""
        future = (model or Exact()).imagine(world, decision, None, 0)
        self.learn([(self.look(world), decision, future)])

    def imagine(self, world: Branchable, decision: Hashable, steps: int | None, key: int) -> Future:
        """One of the remembered futures, each as probable as it was frequent.

        Raises:
            Unsupported: ``decision`` was never taken.
        """
        known = self._seen.get((self.look(world), decision)) or self._of_decision.get(decision)
        if not known:
            raise Unsupported(f"learnt world model: {decision!r} was never taken; watch() it first")
        future = Stream(key, STREAM_WORLD).choice(known)
        return future if steps is None else future.first(steps)
