"""From an id to a world: our catalogue first, then Gymnasium's registry, then PettingZoo's.

Every id is spelt with its version; ``module:Namespace/Name-v0`` imports the module first.
"""

import importlib
import re
from collections.abc import Mapping
from difflib import get_close_matches
from time import perf_counter
from typing import Any

import gymnasium as gym

from playout.core import WrongUse
from playout.envs.registration import CATALOGUE, Api
from playout.rollouts.worlds import GymnasiumWorld, ParallelWorld, TurnWorld, World

KINDS: dict[Api, type[World]] = {
    "gymnasium": GymnasiumWorld,
    "pettingzoo-aec": TurnWorld,
    "pettingzoo-parallel": ParallelWorld,
}


def make(env_id: str, kwargs: Mapping[str, Any] = {}) -> World:
    """The world that ``env_id`` names.

    Args:
        env_id: any id of Gymnasium or PettingZoo, ours or not.
        kwargs: passed to the environment.

    Raises:
        WrongUse: no such id (close ones are named), or it does not take ``kwargs``.
    """
    api, name = find(env_id)
    began = perf_counter()
    try:
        world = KINDS[api](_make_env(api, name, kwargs), env_id, kwargs)
    except TypeError as error:
        raise WrongUse(f"{env_id}: {error}; given {dict(kwargs)!r}") from error
    world.seconds = perf_counter() - began
    return world


def make_single(env_id: str, kwargs: Mapping[str, Any] = {}) -> GymnasiumWorld:
    """The world that ``env_id`` names, which one seat plays.

    Raises:
        WrongUse: as of :func:`make`; or it has several seats.
    """
    world = make(env_id, kwargs)
    if not isinstance(world, GymnasiumWorld):
        raise WrongUse(f"{env_id}: expected a world of one seat, got {', '.join(world.seats)}")
    return world


def find(env_id: str) -> tuple[Api, str]:
    """The kind of the environment and its id in the registry of that kind.

    Raises:
        WrongUse: no such id or module.
    """
    module, colon, name = env_id.rpartition(":")
    if colon:
        _import(module, env_id)
    if name in CATALOGUE:
        return CATALOGUE[name].api, name
    if name in gym.registry:
        return "gymnasium", name
    import pettingzoo

    spelt = re.sub(r"_v(\d+)$", r"-v\1", name)
    if spelt in pettingzoo.parallel_registry:
        return "pettingzoo-parallel", spelt
    if spelt in pettingzoo.aec_registry:
        return "pettingzoo-aec", spelt
    known = [*CATALOGUE, *gym.registry, *pettingzoo.parallel_registry, *pettingzoo.aec_registry]
    raise WrongUse(f"no environment {env_id!r}; {_suggestion(name, known)}")


def _make_env(api: Api, name: str, kwargs: Mapping[str, Any]) -> Any:
    if api == "gymnasium":
        # The checker would look at the first step of every copy; the conformance tests did so once.
        return gym.make(name, disable_env_checker=True, **kwargs)
    import pettingzoo

    return pettingzoo.make("aec" if api == "pettingzoo-aec" else "parallel", name, **kwargs)


def _import(module: str, env_id: str) -> None:
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module.partition(".")[0] and error.name != module:
            raise
        raise WrongUse(f"{env_id}: there is no module {module!r}; is its folder on PYTHONPATH?") from None


def _suggestion(name: str, known: list[str]) -> str:
    close = get_close_matches(name, dict.fromkeys(known), n=3, cutoff=0.6)
    if close:
        return f"did you mean {' or '.join(close)}?"
    return "`playout list` shows ours; ids of other packages are written module:Namespace/Name-v0"
