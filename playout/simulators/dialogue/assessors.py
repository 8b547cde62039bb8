"""Who gives the verdict on a dialogue, and how verdicts become a reward.

PPDPP's way (Deng et al., ICLR 2024): a judge reads the dialogue several times, answers with one of a few
sentences, each is searched for key words, and the values are averaged. Three assessors go that way:

* exact: knows the verdict; nothing is sampled;
* noisy: knows it too, but a reading goes wrong with probability ``confusion`` (``assessing`` has the same
  numbers for compiled rules);
* :class:`ModelAssessor`: a language model reads the dialogue.

Differences from the released code, on purpose: readings that name no verdict are left out, and where none
names one the last value stands (there it was 0, which counts as a deal in negotiation); a deal's price is
the one recognised in the dialogue, so no vote on prices can be tied; a deal above the list price is a deal;
a model that fails is reported in ``Verdict.errors`` and not asked for ever.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from playout.core import ChatModel
from playout.core.errors import WrongUse
from playout.language.judging import JudgeConfig, quote, votes
from playout.simulators.dialogue.assessing import MOST_SAMPLES, reading

TURN_COST = 0.1
"""What a turn costs that does not end in success: PPDPP's -0.1 of a turn without a deal."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The verdicts of a task, worst first."""

    question: str
    """What the assessor is asked."""
    keys: tuple[str, ...]
    """What an answer is searched for, in this order, in lower case."""
    sentences: tuple[str, ...]
    """The only answers allowed; ``{price}`` stands for the price of a deal."""
    values: tuple[float, ...]
    """NaN where a dialogue has a value of its own: a deal's."""
    rule: Literal["mean", "all"] = "mean"
    """``mean`` of the readings' values, or the last verdict's value if ``all`` give it, else the first's."""
    threshold: float = 1.0
    """From which mean on the goal counts as reached."""

    def parse(self, text: str) -> int | None:
        """The verdict that an answer gives; None if it gives none."""
        said = text.lower()
        return next((verdict for verdict, key in enumerate(self.keys) if key in said), None)

    def judge(self, verdicts: Sequence[int | None], values: Sequence[float]) -> tuple[float | None, bool]:
        """The value of several readings, None where none gives a verdict, and whether the goal is reached.

        Args:
            verdicts: of the readings.
            values: of each verdict for this dialogue.
        """
        given = [verdict for verdict in verdicts if verdict is not None]
        if not given:
            return None, False
        if self.rule == "all":
            reached = min(given) == len(values) - 1
            return values[-1 if reached else 0], reached
        mean = sum(values[verdict] for verdict in given) / len(given)
        return mean, mean >= self.threshold


TUTORING_SCALE = Scale(
    "Did the student translate the sentence correctly?",
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
    "Compared with the beginning of the conversation, how does the patient feel now?",
    ("worse", "same", "better", "solved"),
    (
        "The patient feels worse.",
        "The patient feels the same.",
        "The patient feels better.",
        "The patient's issue has been solved.",
    ),
    (-1.0, -0.5, 0.5, 1.0),
    threshold=0.55,
)
NEGOTIATION_SCALE = Scale(
    "Have the buyer and the seller reached a deal?",
    ("have not", "have reached"),
    ("They have not reached a deal.", "They have reached a deal at ${price}."),
    (0.0, float("nan")),
    rule="all",
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

    def readings(self, scale: Scale, exact: int, key: int, turn: int, price: str = "") -> list[str]:
        """The answers to one turn, as sentences.

        Args:
            scale: of the task.
            exact: the verdict.
            key: of the episode.
            turn: of it.
            price: of a deal, as the sentence names it.
        """
        kinds, word = len(scale.sentences), np.uint64(key)
        found = [reading(word, turn, sample, exact, kinds, self.confusion) for sample in range(self.samples)]
        return [scale.sentences[verdict].replace("{price}", price) for verdict in found]


EXACT = Assessor()
NOISY = Assessor(confusion=0.1)


class Verdict(NamedTuple):
    """What an assessor says about a dialogue."""

    value: float | None
    """None where no reading gave a verdict."""
    reached: bool
    """Whether the goal counts as reached."""
    readings: tuple[tuple[str, int], ...]
    """The answers and how often each was given."""
    errors: tuple[str, ...] = ()
    """Why some gave none."""


class ModelAssessor:
    """A language model reads the dialogue."""

    def __init__(
        self, model: ChatModel, *, samples: int = 10, temperature: float = 1.1, seed: int = 0
    ) -> None:
        """Ask ``model`` ``samples`` times per turn.

        Args:
            model: reads.
            samples: per turn; half of them are offered the answers in the opposite order, so that a model
                which likes the first one most shows no preference.
            temperature: of sampling; PPDPP's is 1.1.
            seed: decides the sampling, together with the dialogue.
        """
        if samples < 1:
            raise WrongUse(f"assessor: expected samples >= 1, got {samples}")
        self.model, self.samples, self.temperature, self.seed = model, samples, temperature, seed

    def assess(
        self,
        scale: Scale,
        values: Sequence[float],
        case: str,
        dialogue: Sequence[tuple[str, str]],
        price: str = "",
    ) -> Verdict:
        """The verdict on a dialogue so far.

        Args:
            scale: of the task.
            values: of its verdicts for this dialogue.
            case: what it is about.
            dialogue: (speaker, text) of each turn; each text is quoted, so that none poses as another.
            price: of the deal that may have been made.
        """
        sentences = [sentence.replace("{price}", price) for sentence in scale.sentences]
        told = "\n".join(f"The {speaker} says:\n{quote(text)}" for speaker, text in dialogue)
        question = f"{case}\n{told}\n\n{scale.question}"
        counts, errors = Counter[str](), list[str]()
        for order, samples in ((sentences, (self.samples + 1) // 2), (sentences[::-1], self.samples // 2)):
            if samples:
                config = JudgeConfig(samples=samples, temperature=self.temperature, seed=self.seed)
                found = votes(self.model, [question], order, config)[0]
                counts.update({answer: count for answer, count in found.counts.items() if count})
                errors += found.errors
        verdicts = [scale.parse(answer) for answer, count in counts.items() for _ in range(count)]
        return Verdict(*scale.judge(verdicts, values), tuple(counts.items()), tuple(dict.fromkeys(errors)))


def assessor_of(spec: str | Assessor) -> Assessor:
    """The assessor that ``spec`` names: ``exact``, ``noisy`` (confusion 0.1) or ``noisy=P``.

    Raises:
        WrongUse: nothing is called that.
    """
    if isinstance(spec, Assessor):
        return spec
    name, _, share = spec.partition("=") if isinstance(spec, str) else ("", "", "")
    if name == "exact" and not share:
        return EXACT
    if name == "noisy":
        try:
            return Assessor(confusion=float(share)) if share else NOISY
        except ValueError:
            pass
    raise WrongUse(f"assessor {spec!r}: expected exact, noisy or noisy=P with P from 0 to 1")
