"""``playout bench assistance-zero``: search beside a network, and who saves a human how much work."""

from collections.abc import Mapping

from playout.experiments.bench.assistance.learning import ablations, learning, unseen
from playout.experiments.bench.assistance.preset import paper
from playout.experiments.bench.assistance.search import search
from playout.experiments.bench.suite import Measure

MEASURES: Mapping[str, Measure] = {
    "B3": search,
    "B4": learning,
    "B5": ablations,
    "B6": paper,
    "B7": unseen,
}
