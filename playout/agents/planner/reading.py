"""What planners see of a dialogue, from turns and infos of worlds at act level and in words."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from playout.agents.planner.encoders import Seen
from playout.core import Turn, WrongUse


def seen_in(infos: Sequence[Mapping[str, Any]]) -> Seen:
    """Of N worlds in words, from their infos."""
    return Seen(
        np.array([info["acts"] for info in infos], np.int8),
        np.array([info["features"] for info in infos], np.float32),
        tuple(tuple(info["dialogue"]) for info in infos),
    )


def read(turns: Sequence[Turn]) -> Seen:
    """Of N turns, in worlds of either kind.

    Raises:
        WrongUse: the world is no dialogue that planners can read.
    """
    try:
        if in_words(turns[0]):
            return seen_in([turn.info for turn in turns])
        observations = [turn.observation for turn in turns]
        return Seen(
            np.array([observation["acts"] for observation in observations], np.int8),
            np.array([observation["features"] for observation in observations], np.float32),
        )
    except (KeyError, IndexError, TypeError) as error:
        raise WrongUse(
            "planner: expected a world that tells the acts so far and features, such as playout/Tutoring-v0"
            f" or playout/TutoringActs-v0 ({type(error).__name__}: {error}; episode {turns[0].episode})"
        ) from None


def in_words(turn: Turn) -> bool:
    """Whether the world takes words, not numbers of acts."""
    return isinstance(turn.observation, str)


def said(act: str) -> str:
    """The action that lets a world in words say ``act`` itself."""
    return f"[{act}]"
