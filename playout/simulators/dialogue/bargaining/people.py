"""The people who bargain: kinds of temperament, each a range of quantiles of its population's traits.

``rules`` says what the traits do. A kind means the same in every population: somebody firm is among the tenth
of all people who give least, whatever that is in numbers.
"""

from playout.simulators.dialogue.people import Persona, Range
from playout.simulators.dialogue.task import Split

_LOW, _MIDDLE, _HIGH = (0.0, 0.15), (0.3, 0.7), (0.85, 1.0)


def _persona(
    name: str, split: Split, *, limit: Range, opening: Range = _MIDDLE, gives: Range = _MIDDLE,
    trades: Range = (0.0, 0.3), yields: Range = (0.0, 0.3), pleads: Range = (0.0, 0.3),
    warms: Range = (0.0, 0.3),
    patience: Range = _MIDDLE, pride: Range = _MIDDLE, touchy: Range = _MIDDLE,
) -> Persona:  # fmt: skip
    traits = {
        "limit": limit, "opening": opening, "gives": gives, "trades": trades, "yields": yields, "pleads"
        : pleads,
        "warms": warms, "patience": patience, "pride": pride, "touchy": touchy,
    }  # fmt: skip
    return Persona(name, split, traits)


PERSONAS = (
    _persona("firm", "train", limit=(0.0, 0.2), gives=_LOW, patience=_HIGH, touchy=(0.5, 0.8)),
    _persona("soft", "train", limit=(0.7, 1.0), gives=_HIGH, pleads=_HIGH, pride=_HIGH, touchy=_LOW),
    _persona("busy", "train", limit=(0.5, 0.8), opening=_LOW, patience=_LOW, gives=(0.5, 0.8)),
    _persona("proud", "train", limit=(0.6, 0.9), warms=_HIGH, pride=_LOW, touchy=_HIGH),
    _persona(
        "haggler", "train", limit=(0.5, 0.9), trades=_HIGH, gives=(0.5, 0.8), patience=_HIGH, touchy=_LOW
    ),
    _persona("bluffer", "train", limit=(0.7, 1.0), gives=_LOW, yields=_HIGH, patience=_HIGH, pride=_HIGH),
    _persona("lonely", "valid", limit=(0.5, 0.8), warms=(0.7, 0.9), patience=_HIGH, pleads=(0.3, 0.5)),
    _persona("weary", "valid", limit=(0.5, 0.8), opening=(0.1, 0.3), patience=(0.1, 0.3), yields=(0.5, 0.8)),
    _persona("stern", "unseen", limit=(0.1, 0.4), gives=_LOW, trades=(0.3, 0.6), touchy=_HIGH, pride=_LOW),
    _persona("rushed", "unseen", limit=(0.6, 0.9), opening=(0.0, 0.2), patience=_LOW, pleads=(0.4, 0.7)),
    _persona("trader", "unseen", limit=(0.5, 0.8), trades=(0.7, 0.9), yields=(0.3, 0.6), patience=_HIGH),
    _persona("fond", "unseen", limit=(0.6, 0.9), warms=(0.7, 0.95), pleads=(0.4, 0.7), pride=(0.0, 0.3)),
)
"""Six to learn with, two to choose by, four that nothing was learnt with."""

ANYBODY = Persona("anybody", "train", dict.fromkeys(PERSONAS[0].traits, (0.0, 1.0)))
"""The whole population as it is."""
