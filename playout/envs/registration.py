"""The catalogue of worlds: one record per id, from which the registries are filled."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import gymnasium as gym

Api = Literal["gymnasium", "pettingzoo-aec", "pettingzoo-parallel"]
NAMESPACE = "playout"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldId:
    """One id that ``gym.make`` or ``pettingzoo.make`` takes."""

    id: str
    """With namespace and version: ``playout/Sokoban-v0``."""
    world: str
    """The folder of its rules: ``sokoban``."""
    entry_point: str
    vector_entry_point: str | None = None
    api: Api = "gymnasium"
    language: bool = False
    """Whether observations and actions are text."""
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    data: str | None = None
    """The kind of user's data without which the id cannot be made; None if it needs none."""
    extra: str | None = None
    """The extra, named like the package it brings, without which the id cannot be made."""

    def to_json(self) -> dict[str, Any]:
        """The row of ``playout list --json``."""
        return {
            "id": self.id,
            "api": self.api,
            "world": self.world,
            "language": self.language,
            "vectorised": self.vector_entry_point is not None,
        }


CATALOGUE: dict[str, WorldId] = {}


def register(ids: Iterable[WorldId]) -> None:
    """Add ids to the catalogue and to the registries; an id registered again replaces the old one."""
    for entry in ids:
        CATALOGUE[entry.id] = entry
        if entry.api == "gymnasium":
            gym.registry.pop(entry.id, None)
            gym.register(
                entry.id,
                entry_point=entry.entry_point,
                vector_entry_point=entry.vector_entry_point,
                kwargs=dict(entry.kwargs),
            )
        else:
            import pettingzoo

            kind: Any = entry.api.removeprefix("pettingzoo-")
            pettingzoo.register(kind, entry.id, entry.entry_point, kwargs=dict(entry.kwargs))
