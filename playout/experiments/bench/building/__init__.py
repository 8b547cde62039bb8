"""The suite ``building``: the rules beside the released code of Laidlaw et al. 2025, and speed.

Nothing here learns; that is the suite ``assistance-zero``.
"""

from playout.experiments.bench.building import published, speed
from playout.experiments.bench.suite import Measure

MEASURES: dict[str, Measure] = {
    "B1": published.published_rules,
    "B2": speed.speed,
}
