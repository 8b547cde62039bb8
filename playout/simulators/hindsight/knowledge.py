"""What the evaluator of a decision is told, by the kind of feedback."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from playout.core import Branchable, WrongUse
from playout.simulators.hindsight.feedback import Feedback
from playout.simulators.hindsight.future import Future
from playout.simulators.hindsight.models import Elsewhere, Exact, Noisy, WorldModel


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of the consequences when a decision is judged."""

    decision: Any
    chosen: Future
    """What followed it; empty where nothing is known."""
    others: tuple[tuple[Any, Future], ...] = ()
    """Each alternative with what it would have led to."""

    def regret(self, discount: float = 1.0) -> float:
        """How much better the best alternative would have been; 0 where none was better or is known."""
        best = max((future.value(discount) for _, future in self.others), default=-float("inf"))
        return max(0.0, best - self.chosen.value(discount))


def look_back(
    world: Branchable,
    decision: Any,
    feedback: Feedback | str,
    *,
    model: WorldModel | None = None,
    alternatives: Iterable[Any] = (),
    elsewhere: Elsewhere | None = None,
    key: int = 0,
) -> Knowledge:
    """Roll the consequences of ``decision`` forward, and say what its evaluator would then know.

    Args:
        world: where the decision is about to be taken; as it was, afterwards.
        decision: an action of the world.
        feedback: a kind, or how it is written (``Feedback.parse``).
        model: of the world; None for the world itself.
        alternatives: the other decisions, which an oracle also knows the consequences of.
        elsewhere: how a world model of limited accuracy errs; needed for ``world_model`` only.
        key: of all that is random in the model.

    Raises:
        WrongUse: ``feedback`` is not readable, or it needs ``elsewhere`` and there is none.
    """
    kind = Feedback.parse(feedback)
    model = model or Exact()
    if kind.kind == "immediate":
        return Knowledge(decision, Future())
    if kind.kind == "horizon":
        return Knowledge(decision, model.imagine(world, decision, kind.steps, key))
    if kind.kind == "world_model":
        if elsewhere is None:
            raise WrongUse(f"{kind}: expected elsewhere=, which says what a wrong model takes the world for")
        model = Noisy(kind.accuracy, elsewhere, model)
    chosen = model.imagine(world, decision, None, key)
    if kind.kind != "oracle":
        return Knowledge(decision, chosen)
    others = ((other, model.imagine(world, other, None, key)) for other in alternatives if other != decision)
    return Knowledge(decision, chosen, tuple(others))
