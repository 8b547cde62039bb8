"""Floor 0: records, protocols, counter-based randomness, snapshots. Imports nothing heavy."""

from playout.core.errors import MissingExtra, MissingPackage, PlayoutError, Unsupported, WrongUse
from playout.core.frames import Frame
from playout.core.protocols import Agent, BatchedWorld, Branchable, ChatModel, Person, Scorer
from playout.core.records import (
    Chat,
    Completion,
    Decision,
    Message,
    ParsedAnswer,
    Reaction,
    Sampling,
    Score,
    Step,
    StepResult,
    Turn,
)
from playout.core.snapshots import Snapshot, privileged, restore, snapshot

__all__ = [
    "Agent", "BatchedWorld", "Branchable", "Chat", "ChatModel", "Completion", "Decision", "Frame", "Message",
    "MissingExtra", "MissingPackage", "ParsedAnswer", "Person", "PlayoutError", "Reaction", "Sampling",
    "Score", "Scorer", "Snapshot", "Step", "StepResult", "Turn", "Unsupported", "WrongUse", "privileged",
    "restore", "snapshot",
]  # fmt: skip
