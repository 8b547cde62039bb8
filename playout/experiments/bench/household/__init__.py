"""The suite ``household``: sameness with the original, and the Pythons it runs on.

Peer: ALFWorld 0.4.2 on TextWorld 1.7.0.
"""

from playout.experiments.bench.household import pythons, sameness
from playout.experiments.bench.suite import Measure

MEASURES: dict[str, Measure] = {
    "H1": sameness.sameness,
    "H7": pythons.pythons,
}
