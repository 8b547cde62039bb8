"""Frames of stored episodes, by playing them again: episodes keep seeds and actions, not pictures.

A replay must give the stored rewards, else its frames would show something that did not happen;
then, and where the environment cannot be made here, the viewer shows the observations as text.
"""

import math
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

from playout.rollouts.lookup import make
from playout.rollouts.worlds import World

Frames = list[dict[str, Any]]


class _Differs(Exception):
    """The replay is not what was stored."""


class Replayer:
    """Plays episodes again, with one environment per configuration; close it, or use it in ``with``."""

    def __init__(self, *, most: int | None = None) -> None:
        """Play the first ``most`` episodes that are asked for, None: all."""
        self.left = math.inf if most is None else most
        self._worlds: dict[str, World | str] = {}

    def frames(self, episode: Mapping[str, Any]) -> tuple[Frames | None, str | None]:
        """One frame before each step and one after the last, or None and the reason in one sentence."""
        if self.left <= 0:
            return None, "Shown as text: only the first episodes of a run are replayed for their pictures."
        self.left -= 1
        world = self._world(episode["env"], episode["kwargs"])
        if isinstance(world, str):
            return None, f"Shown as text: {world}"
        try:
            return list(_replayed(world, episode)), None
        except _Differs as difference:
            return None, f"Shown as text: replaying gave another episode ({difference})."
        except Exception as error:  # whatever a foreign environment raises: the report goes on without it
            return None, f"Shown as text: replaying failed with {type(error).__name__}: {error}"

    def _world(self, env_id: str, kwargs: Mapping[str, Any]) -> World | str:
        """The environment, or why it cannot be made."""
        key = repr((env_id, sorted(kwargs.items())))
        if key not in self._worlds:
            try:
                self._worlds[key] = make(env_id, kwargs)
            except Exception as error:  # an extra that is missing, a file that is gone, a foreign failure
                self._worlds[key] = f"the environment cannot be made here ({error})."
        return self._worlds[key]

    def __enter__(self) -> "Replayer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the environments."""
        for world in self._worlds.values():
            if isinstance(world, World):
                world.close()


def _replayed(world: World, episode: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Raises :class:`_Differs` where the stored episode goes another way."""
    steps, at, opened = episode["steps"], 0, {}
    world.begin(episode["seed"])
    while at < len(steps):
        frame, seats = world.frame().to_json(), world.pending()
        group = steps[at : at + max(len(seats), 1)]
        actions = {step["seat"]: step["action"] for step in group}
        if actions.keys() != seats.keys():
            raise _Differs(f"at step {at + 1} it is not the turn of {', '.join(sorted(actions))}")
        for number, step in enumerate(group, start=at):
            opened[step["seat"]] = number
            yield frame
        for seat, result in world.apply(actions).items():
            stored = steps[opened[seat]]["reward"]
            if not math.isclose(result.reward, stored or 0.0, rel_tol=1e-5, abs_tol=1e-6):
                raise _Differs(f"step {opened[seat] + 1} gave {result.reward:g} where {stored} is stored")
        at += len(group)
    yield world.frame().to_json()
