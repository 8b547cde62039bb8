"""The suite ``rlhs``: closed forms, what policies learn from which feedback, people, speed.

No peers: the released code of the paper needs a language model of 70 billion parameters for a customer.
"""

from playout.experiments.bench.rlhs import closed_forms, learning, people, speed
from playout.experiments.bench.suite import Measure

MEASURES: dict[str, Measure] = {
    "R1": closed_forms.closed_forms,
    "R2": learning.table,
    "R3": learning.text,
    "R4": learning.withheld,
    "R5": learning.kinks,
    "R6": people.trust,
    "R7": people.targeting,
    "R8": learning.transfer,
    "R9": speed.episodes,
}
