"""Sokoban's ids. The environments are imported when made."""

from typing import Any

from playout.envs.registration import WorldId

_ARRAYS, _TEXT = "playout.envs.sokoban.env:SokobanEnv", "playout.envs.sokoban.text:SokobanText"
_VECTOR = "playout.envs.sokoban.vector:make_vector"


def _pair(name: str, variant: str, data: str | None = None, **kwargs: Any) -> tuple[WorldId, WorldId]:
    """The array id and the text id of one variant."""
    common = {"world": "sokoban", "kwargs": kwargs, "data": data}
    return (
        WorldId(id=f"playout/{name}{variant}-v0", entry_point=_ARRAYS, vector_entry_point=_VECTOR, **common),
        WorldId(id=f"playout/{name}Text{variant}-v0", entry_point=_TEXT, language=True, **common),
    )


IDS: tuple[WorldId, ...] = (
    *_pair("Sokoban", ""),
    *_pair("Sokoban", "-6x6-1box", size=[6, 6], boxes=1),
    *_pair("Sokoban", "-8x8-2box", size=[8, 8], boxes=2),
    *_pair("Boxoban", "-unfiltered", data="boxoban", source="boxoban-unfiltered"),
    *_pair("Boxoban", "-medium", data="boxoban", source="boxoban-medium"),
    *_pair("Boxoban", "-hard", data="boxoban", source="boxoban-hard"),
)
