"""Who gives the verdict on a dialogue, and how verdicts become a reward.

PPDPP's way (Deng et al., ICLR 2024): a judge reads the dialogue several times and answers with one of a
few sentences; each is looked for key words, and the values are averaged. :class:`Noisy` imitates such a
judge: it knows the exact verdict and misreads it with a given probability. ``assessing`` has the same
numbers for compiled rules.
"""

from dataclasses import dataclass

from playout.core.errors import WrongUse
from playout.simulators.dialogue.assessing import MOST_SAMPLES


@dataclass(frozen=True, slots=True)
class Scale:
    """The verdicts of a task, worst first."""

    keys: tuple[str, ...]
    """What an answer is searched for, in this order."""
    sentences: tuple[str, ...]
    """The only answers allowed."""
    values: tuple[float, ...]


TUTORING_SCALE = Scale(
    ("incorrect", "did not", "part", "whole"),
    (
        "No, the student made an incorrect translation.",
        "No, the student did not try to translate.",
        "Yes, the student translated a part of it correctly.",
        "Yes, the student translated the whole of it correctly.",
    ),
    (-1.0, -0.5, 0.5, 1.0),
)
SUPPORT_SCALE = Scale(
    ("worse", "same", "better", "solved"),
    (
        "No, the patient feels worse.",
        "No, the patient feels the same.",
        "No, but the patient feels better.",
        "Yes, the patient's issue has been solved.",
    ),
    (-1.0, -0.5, 0.5, 1.0),
)


@dataclass(frozen=True, slots=True)
class Assessor:
    """An assessor that knows the exact verdict; without confusion that is what it gives."""

    confusion: float = 0.0
    """Probability that one reading gives another verdict than the exact one."""
    samples: int = 10
    """Readings per turn."""

    def __post_init__(self) -> None:
        if not 0 <= self.confusion <= 1:
            raise WrongUse(f"assessor: expected a confusion from 0 to 1, got {self.confusion}")
        if not 1 <= self.samples <= MOST_SAMPLES:
            raise WrongUse(f"assessor: expected 1 to {MOST_SAMPLES} samples, got {self.samples}")


EXACT = Assessor()
NOISY = Assessor(confusion=0.1)


def assessor_of(spec: str | Assessor) -> Assessor:
    """The assessor that ``spec`` names: ``exact``, ``noisy`` (confusion 0.1) or ``noisy=P``.

    Raises:
        WrongUse: nothing is called that.
    """
    if not isinstance(spec, str):
        return spec
    name, _, share = spec.partition("=")
    if name == "exact" and not share:
        return EXACT
    if name == "noisy":
        try:
            return Assessor(confusion=float(share)) if share else NOISY
        except ValueError:
            pass
    raise WrongUse(f"assessor {spec!r}: expected exact, noisy or noisy=P with P from 0 to 1")
