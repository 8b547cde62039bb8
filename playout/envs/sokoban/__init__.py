"""Sokoban's ids. The environments are imported when made."""

from playout.envs.registration import WorldId

IDS: tuple[WorldId, ...] = ()
