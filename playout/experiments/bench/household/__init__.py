"""The suite ``household``: sameness with the original.

Peer: ALFWorld 0.4.2 on TextWorld 1.7.0.
"""

from playout.experiments.bench.household import sameness
from playout.experiments.bench.suite import Measure

MEASURES: dict[str, Measure] = {
    "H1": sameness.sameness,
}
