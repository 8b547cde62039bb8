"""Floor 5: agent and environment make episodes; storage, executors, play sessions.

``episodes`` is the record, ``store`` the run folder, ``worlds`` one face for every kind of environment
and ``lookup`` the way from an id to one, ``live`` one episode while it is played, ``driver`` many at
once, ``executors`` spreads work over processes, ``runs`` puts them together, and ``session`` is a game
that a person plays.
"""

from playout.rollouts.driver import Stats, play
from playout.rollouts.episodes import Episode, EpisodeStep, Outcome
from playout.rollouts.lookup import make
from playout.rollouts.runs import AgentSpec, RolloutConfig, rollout
from playout.rollouts.session import PlaySession
from playout.rollouts.store import Run, RunWriter, open_run

__all__ = [
    "AgentSpec", "Episode", "EpisodeStep", "Outcome", "PlaySession", "RolloutConfig", "Run", "RunWriter",
    "Stats", "make", "open_run", "play", "rollout",
]  # fmt: skip
