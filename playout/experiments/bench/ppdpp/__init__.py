"""``playout bench ppdpp``: what planners of dialogue acts learn, how fast, and from how real people.

What is learnt is measured by the experiment ``ppdpp``, in its folder under ``runs/``: half an hour
on one core, and nothing where it has been run.
"""

from collections.abc import Mapping

from playout.experiments.bench.ppdpp.controls import confused, control_arms
from playout.experiments.bench.ppdpp.humanlike import humanlike
from playout.experiments.bench.ppdpp.learning import (
    closed,
    constant,
    gain,
    headroom,
    quality,
    support,
    variety,
)
from playout.experiments.bench.ppdpp.speed import speed
from playout.experiments.bench.ppdpp.wordings import words
from playout.experiments.bench.suite import Measure

MEASURES: Mapping[str, Measure] = {
    "L0": headroom,
    "L1": gain,
    "L2": constant,
    "L3": quality,
    "L4": variety,
    "L5": closed,
    "L6": control_arms,
    "L7": confused,
    "L8": speed,
    "L9": humanlike,
    "L10": words,
    "L11": support,
}
