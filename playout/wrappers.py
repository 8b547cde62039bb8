"""Wrappers that users put around worlds: ``playout.wrappers.TaggedAnswer``."""

from playout.envs.wrappers import TaggedAnswer

__all__ = ["TaggedAnswer"]
