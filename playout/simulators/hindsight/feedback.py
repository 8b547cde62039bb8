"""The kinds of feedback: how much of what follows a decision its evaluator knows."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from playout.core import WrongUse

Kind = Literal["immediate", "partial", "oracle", "horizon", "world_model"]
KINDS: tuple[Kind, ...] = get_args(Kind)
FORMS = ("immediate", "partial", "oracle", "horizon:N", "world_model:A")
"""How feedback is written; N is a number of steps, A an accuracy in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What an evaluator knows when it judges a decision (Liang et al. 2025, section 2 and appendix D)."""

    kind: Kind
    """``immediate``: nothing but what it believed when deciding. ``partial``: what followed from what was
    decided. ``oracle``: also what each alternative would have led to. ``horizon``: what followed within
    ``steps``. ``world_model``: what a model of the world of this ``accuracy`` says would follow."""
    steps: int = 0
    """Of ``horizon``; 0 is the same as ``immediate``."""
    accuracy: float = 1.0
    """Of ``world_model``: how probable it is that the model tells what is true."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise WrongUse(f"feedback {self.kind!r}: expected one of {', '.join(FORMS)}")
        if self.steps < 0:
            raise WrongUse(f"feedback {self}: expected a number of steps >= 0")
        if not 0.0 <= self.accuracy <= 1.0:
            raise WrongUse(f"feedback {self}: expected an accuracy in [0, 1]")

    @classmethod
    def parse(cls, text: "str | Feedback") -> "Feedback":
        """Read one of ``FORMS``; what is read already passes through.

        Raises:
            WrongUse: ``text`` is none of them.
        """
        if isinstance(text, Feedback):
            return text
        name, colon, value = text.partition(":")
        wrong = WrongUse(f"feedback {text!r}: expected one of {', '.join(FORMS)}")
        try:
            if name == "horizon":
                return cls("horizon", steps=int(value))
            if name == "world_model":
                accuracy = float(value)
                if math.isfinite(accuracy):
                    return cls("world_model", accuracy=accuracy)
        except ValueError as error:
            raise (error if isinstance(error, WrongUse) else wrong) from None
        if colon or name not in KINDS or name == "world_model":
            raise wrong
        return cls(name)

    def __str__(self) -> str:
        value = {"horizon": f":{self.steps}", "world_model": f":{self.accuracy:g}"}
        return self.kind + value.get(self.kind, "")
