"""Hindsight: what follows a decision, and how much of it the decision's evaluator is told.

``look_back`` does both for every ``core.Branchable``; no environment is known here. Leaves out verdicts:
how content somebody is with what it knows is for its world to say.
"""

from playout.simulators.hindsight.feedback import FORMS, Feedback
from playout.simulators.hindsight.future import Event, Future
from playout.simulators.hindsight.knowledge import Knowledge, look_back
from playout.simulators.hindsight.models import Exact, Learned, Noisy, WorldModel
from playout.simulators.hindsight.writing import Written

__all__ = [
    "FORMS",
    "Event",
    "Exact",
    "Feedback",
    "Future",
    "Knowledge",
    "Learned",
    "Noisy",
    "WorldModel",
    "Written",
    "look_back",
]
