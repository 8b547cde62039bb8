"""``playout bench dyna-mind``: what learning to simulate comes to, and what its rollouts cost."""

from collections.abc import Mapping

from playout.experiments.bench.dyna_mind.learning import (
    ablations,
    cloning,
    dyna,
    easy,
    household,
    predicted,
    reinforcement,
    search,
)
from playout.experiments.bench.dyna_mind.rollouts import loop
from playout.experiments.bench.suite import Measure

MEASURES: Mapping[str, Measure] = {
    "D1": easy,
    "D2": cloning,
    "D3": reinforcement,
    "D4": dyna,
    "D5": ablations,
    "D6": search,
    "D7": household,
    "D8": loop,
    "D9": predicted,
}
"""All but D8 are read from the results that the experiments leave."""
