"""Which rating of a visit a text such as ``horizon:3`` names.

The kinds that every world knows are those of ``simulators.hindsight``; the consultancy adds two of its own:
``true`` (the utility) and ``observed:SHARE`` (see the rule book).
"""

from typing import NamedTuple

from playout.core.errors import WrongUse
from playout.simulators.consultancy.claims import FEEDBACKS
from playout.simulators.consultancy.rules import Evaluator
from playout.simulators.hindsight.feedback import FORMS, Feedback

DEFAULT = Evaluator()


class Rater(NamedTuple):
    """Who rates a visit."""

    row: int
    """Of the ratings that ``rules`` computes."""
    evaluator: Evaluator


def rater_of(feedback: str | Feedback, evaluator: Evaluator = DEFAULT) -> Rater:
    """The rater that ``feedback`` names.

    Args:
        feedback: ``immediate``, ``partial``, ``oracle``, ``horizon:N``, ``world_model:A``, ``observed:SHARE``
            or ``true``.
        evaluator: the other numbers, such as the chance of discovery.

    Raises:
        WrongUse: it is none of these.
    """
    if feedback == "true":
        return Rater(FEEDBACKS.index("true"), evaluator)
    if isinstance(feedback, str) and feedback.startswith("observed:"):
        return Rater(FEEDBACKS.index("observed"), evaluator._replace(share=_share(feedback)))
    try:
        found = Feedback.parse(feedback)
    except WrongUse as error:
        forms = ", ".join((*FORMS, "observed:SHARE", "true"))
        raise WrongUse(f"feedback {feedback!r}: expected one of {forms}") from error
    if found.kind == "horizon":
        evaluator = evaluator._replace(horizon=float(found.steps))
    if found.kind == "world_model":
        evaluator = evaluator._replace(alpha=found.accuracy)
    return Rater(FEEDBACKS.index(found.kind), evaluator)


def _share(text: str) -> float:
    try:
        share = float(text.partition(":")[2])
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise WrongUse(f"feedback {text!r}: expected observed:SHARE with a share from 0 to 1")
    return share
