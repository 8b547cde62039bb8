"""Save, restore and look into worlds through whatever wrappers stand around them.

A snapshot is plain data (numbers, text, lists, dicts, numpy arrays), never pickled: the world's own
state plus that of each wrapper that counts something. A wrapper not in the table below is refused by
name, since what it remembers would silently survive the restore. Gymnasium and PettingZoo are known
by class names only; nothing is imported.
"""

import base64
import json
from collections import deque
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

from playout.core.errors import Unsupported, WrongUse

_G, _P = "gymnasium.wrappers.", "pettingzoo.utils.wrappers."

# Wrapper class -> the attributes that change as an episode goes on.
KNOWN_WRAPPERS: dict[str, tuple[str, ...]] = {
    _G + "common.PassiveEnvChecker": (),
    _G + "common.OrderEnforcing": ("_has_reset",),
    _G + "common.TimeLimit": ("_elapsed_steps",),
    _G + "common.Autoreset": ("autoreset",),
    _G + "common.RecordEpisodeStatistics": ("episode_returns", "episode_lengths"),
    _G + "rendering.HumanRendering": (),
    _G + "stateful_observation.TimeAwareObservation": ("timesteps",),
    _G + "stateful_observation.FrameStackObservation": ("obs_queue",),
    **dict.fromkeys(
        (
            _G + f"transform_observation.{name}"
            for name in (
                "TransformObservation", "FilterObservation", "FlattenObservation", "GrayscaleObservation",
                "ResizeObservation", "ReshapeObservation", "RescaleObservation", "DtypeObservation",
                "AddRenderObservation",
            )
        ),
        (),
    ),
    **dict.fromkeys((_G + f"transform_reward.{name}" for name in ("TransformReward", "ClipReward")), ()),
    **dict.fromkeys(
        (
            _G + f"transform_action.{name}"
            for name in ("TransformAction", "ClipAction", "RescaleAction", "DiscretizeAction")
        ),
        (),
    ),
    _P + "order_enforcing.OrderEnforcingWrapper": ("_has_reset", "_has_updated"),
    _P + "assert_out_of_bounds.AssertOutOfBoundsWrapper": (),
    _P + "clip_out_of_bounds.ClipOutOfBoundsWrapper": (),
    _P + "capture_stdout.CaptureStdoutWrapper": (),
    _P + "terminate_illegal.TerminateIllegalWrapper": ("_terminated", "_prev_obs", "_prev_info"),
    "pettingzoo.utils.conversions.aec_to_parallel_wrapper": ("agents",),
    "playout.envs.wrappers.TaggedAnswer": (),
}  # fmt: skip

# Methods of a copy inside a vector environment, by the vector environment's class.
_SYNC_VECTOR = "gymnasium.vector.sync_vector_env.SyncVectorEnv"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a world and of its wrappers, outermost first."""

    world: str
    state: Mapping[str, Any]
    wrappers: tuple[tuple[str, Mapping[str, Any]], ...] = ()

    def to_json(self) -> str:
        """ASCII JSON; arrays as dtype, shape and base64."""
        return json.dumps([self.world, _encode(self.state), _encode(self.wrappers)])

    @classmethod
    def from_json(cls, text: str) -> "Snapshot":
        """Read what :meth:`to_json` wrote."""
        world, state, wrappers = json.loads(text)
        return cls(world, _decode(state), _decode(wrappers))

    def of(self, world: str) -> Mapping[str, Any]:
        """The state, if it is one of ``world``.

        Raises:
            WrongUse: it was taken of another.
        """
        if self.world != world:
            raise WrongUse(f"restore: the snapshot was taken of {self.world}, not of {world}")
        return self.state


def fitting(saved: Any, shape: tuple[int, ...]) -> Any:
    """An array of a snapshot, if it has the shape that the world has there.

    Raises:
        WrongUse: it has not; the snapshot is of a world of another size.
    """
    if np.shape(saved) != shape:
        raise WrongUse(
            f"restore: the snapshot was taken of a world of another size, {np.shape(saved)}, not {shape}"
        )
    return saved


def snapshot(env: Any, index: int | None = None) -> Snapshot:
    """The state of ``env``: wrapped or not, Gymnasium, PettingZoo, or copy ``index`` of a vector one.

    Raises:
        Unsupported: the world cannot be saved, or a wrapper around it is not known.
    """
    if index is not None:
        return _snapshot_copy(env, index)
    *wrappers, world = _layers(env)
    saved = tuple((_name(layer), _save(layer)) for layer in wrappers)
    inner = _able(world, "snapshot")()
    return Snapshot(inner.world, inner.state, saved)


def restore(env: Any, saved: Snapshot, index: int | None = None) -> None:
    """Take ``env`` (or its copy ``index``) back to ``saved``.

    Raises:
        WrongUse: ``saved`` was taken from another world or through other wrappers.
        Unsupported: as :func:`snapshot`.
    """
    if index is not None:
        return _restore_copy(env, saved, index)
    *wrappers, world = _layers(env)
    names = tuple(_name(layer) for layer in wrappers)
    expected = tuple(name for name, _ in saved.wrappers)
    if names != expected:
        raise WrongUse(f"restore: the snapshot was taken through {expected or 'no wrappers'}, not {names}")
    _able(world, "restore")(Snapshot(saved.world, saved.state))
    for layer, (_, state) in zip(wrappers, saved.wrappers, strict=True):
        _load(layer, state)
    return None


def privileged(env: Any, index: int | None = None) -> dict[str, Any]:
    """What the acting seat must not know, by name; empty where a world hides nothing."""
    world = _unwrap(env)
    if index is not None and _name(world) == _SYNC_VECTOR:
        return privileged(world.envs[index])
    look = getattr(world, "privileged", None)
    if look is None:
        return {}
    return dict(look() if index is None else look(index))


def exact_restore(env: Any) -> bool:
    """Whether a restore brings back everything; False where a live model or process is part of the world."""
    return bool(getattr(_unwrap(env), "exact_restore", True))


def _unwrap(env: Any) -> Any:
    return getattr(env, "unwrapped", env)


def _layers(env: Any) -> Iterator[Any]:
    """``env`` and what it wraps, outermost first, the world last."""
    world = _unwrap(env)
    while env is not world:
        if _name(env) not in KNOWN_WRAPPERS:
            raise Unsupported(
                f"snapshot: the wrapper {_name(env)} is not known; what it remembers would be lost. Take the"
                " snapshot of env.unwrapped, or add it to playout.core.snapshots.KNOWN_WRAPPERS"
            )
        yield env
        env = env.aec_env if hasattr(env, "aec_env") else env.env
    yield world


def _name(layer: Any) -> str:
    return f"{type(layer).__module__}.{type(layer).__qualname__}"


def _able(world: Any, method: str) -> Any:
    found = getattr(world, method, None)
    if found is None:
        raise Unsupported(f"{method}: {_name(world)} has no {method}(); it cannot be branched")
    return found


def _save(layer: Any) -> dict[str, Any]:
    state = {}
    for attribute in KNOWN_WRAPPERS[_name(layer)]:
        value = getattr(layer, attribute, None)
        state[attribute] = deepcopy(list(value) if isinstance(value, deque) else value)
    return state


def _load(layer: Any, state: Mapping[str, Any]) -> None:
    for attribute, saved in state.items():
        value, old = deepcopy(saved), getattr(layer, attribute, None)
        setattr(layer, attribute, deque(value, old.maxlen) if isinstance(old, deque) else value)


def _copies(env: Any) -> Any:
    """A vector environment, which nothing may stand around."""
    world = _unwrap(env)
    if env is not world:
        raise Unsupported(
            f"snapshot: of one copy the vector wrapper {_name(env)} cannot say what it remembers; take the"
            " snapshot of env.unwrapped"
        )
    return world


def _snapshot_copy(env: Any, index: int) -> Snapshot:
    world = _copies(env)
    if _name(world) == _SYNC_VECTOR:
        inner = snapshot(world.envs[index])
        pending = {"autoreset": bool(world._autoreset_envs[index])}
        return Snapshot(inner.world, inner.state, ((_SYNC_VECTOR, pending), *inner.wrappers))
    return _able(world, "snapshot")(index)


def _restore_copy(env: Any, saved: Snapshot, index: int) -> None:
    world = _copies(env)
    if _name(world) == _SYNC_VECTOR:
        if [name for name, _ in saved.wrappers[:1]] != [_SYNC_VECTOR]:
            raise WrongUse("restore: the snapshot was not taken of a copy in a SyncVectorEnv")
        (_, pending), *inner = saved.wrappers
        restore(world.envs[index], Snapshot(saved.world, saved.state, tuple(inner)))
        world._autoreset_envs[index] = pending["autoreset"]
    else:
        _able(world, "restore")(saved, index)


def _encode(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        data = base64.b64encode(np.ascontiguousarray(value).tobytes()).decode("ascii")
        return {"__array__": [value.dtype.str, list(value.shape), data]}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {str(name): _encode(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return {"__tuple__": [_encode(item) for item in value]}
    if isinstance(value, list):
        return [_encode(item) for item in value]
    return value


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        return [_decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "__array__" in value:
        dtype, shape, data = value["__array__"]
        return np.frombuffer(base64.b64decode(data), np.dtype(dtype)).reshape(shape).copy()
    if "__tuple__" in value:
        return tuple(_decode(item) for item in value["__tuple__"])
    return {name: _decode(item) for name, item in value.items()}
