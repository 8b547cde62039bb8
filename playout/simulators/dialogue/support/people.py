"""The help-seekers: designed kinds of people, shown only through what they reply.

They differ in what makes them talk, in what comforts them, in which advice they take and when. Values are
ours, not fitted.
"""

from playout.simulators.dialogue.people import Persona, Range
from playout.simulators.dialogue.support.rules import TRAITS
from playout.simulators.dialogue.task import Split

LOW, HALF, HIGH = (0.05, 0.2), (0.35, 0.55), (0.75, 0.95)


def _persona(
    name: str,
    split: Split,
    telling: tuple[Range, Range, Range],
    comfort: tuple[Range, Range, Range],
    advice: tuple[Range, Range],
    *,
    haste: Range = (0.0, 0.1),
    prickly: Range = (0.1, 0.3),
    shows: Range = (0.5, 0.9),
    reserve: Range = (0.2, 0.6),
    tender: Range = (0.2, 0.6),
) -> Persona:
    """``telling`` by question, restating, chat; ``comfort`` by feeling, praise, likeness; ``advice`` too."""
    values = (*telling, *comfort, *advice, haste, prickly, shows, reserve, tender)
    return Persona(name, split, dict(zip(TRAITS, values, strict=True)))


PERSONAS = (
    _persona("practical", "train", (HIGH, HALF, LOW), (LOW, HALF, LOW), (HIGH, HALF), haste=(0.8, 0.95)),
    _persona("sorrowful", "train", (HALF, HIGH, LOW), (HIGH, LOW, HALF), (HALF, LOW), tender=(0.7, 1.0)),
    _persona("withdrawn", "train", (LOW, HALF, HIGH), (HALF, LOW, HIGH), (HALF, HALF), reserve=(0.6, 0.9)),
    _persona("ashamed", "train", (HALF, LOW, HALF), (LOW, HIGH, HALF), (HIGH, LOW), prickly=(0.4, 0.7)),
    _persona("lonely", "train", (HIGH, LOW, HIGH), (HALF, LOW, HIGH), (LOW, HIGH), tender=(0.5, 0.9)),
    _persona("angry", "train", (LOW, HIGH, LOW), (HIGH, LOW, LOW), (LOW, HIGH), prickly=(0.6, 0.9)),
    _persona("overworked", "valid", (HIGH, HALF, LOW), (HALF, HIGH, LOW), (HIGH, HALF), haste=(0.4, 0.6)),
    _persona("guarded", "valid", (LOW, HIGH, HALF), (HALF, LOW, HIGH), (HALF, HIGH), reserve=(0.5, 0.9)),
    _persona("grieving", "unseen", (LOW, HIGH, HALF), (HIGH, LOW, HALF), (LOW, HALF), tender=(0.7, 1.0)),
    _persona("self-critical", "unseen", (HIGH, LOW, LOW), (LOW, HIGH, LOW), (HALF, HIGH), prickly=(0.3, 0.6)),
    _persona("brisk", "unseen", (HALF, HALF, LOW), (LOW, LOW, HALF), (HIGH, LOW), haste=(0.6, 0.9)),
    _persona("homesick", "unseen", (HALF, LOW, HIGH), (LOW, HALF, HIGH), (HALF, HIGH), reserve=(0.4, 0.8)),
)
"""Six to learn with, two to choose by, four that nothing was learnt with."""
