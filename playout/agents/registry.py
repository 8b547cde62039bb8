"""Agents by name, as the command line and run folders write them."""

import importlib
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from playout.agents.constant import ConstantAgent, ConstantConfig
from playout.agents.dyna.agent import ReSimConfig
from playout.agents.expert import ExpertAgent, ExpertConfig
from playout.agents.human import HumanAgent
from playout.agents.language import LanguageAgent, LanguageConfig
from playout.agents.options import Option, check_names, make_config, options_of, suggest
from playout.agents.planner.config import PlannedConfig
from playout.agents.random import RandomAgent, RandomConfig
from playout.core import Agent, WrongUse

_RESIM = "playout.agents.dyna.agent:ReSimAgent"  # imports this module
_PLANNED = "playout.agents.planner.agent:planned"  # imports compiled code


class _Kind(NamedTuple):
    """A built-in agent: how to make it, and the dataclass of its options."""

    make: Callable[..., Agent]
    config: type
    model: Literal["none", "optional", "required"] = "none"


@dataclass(frozen=True)
class _NoOptions:
    """Of agents that take none."""


BUILT_IN: dict[str, _Kind] = {
    "random": _Kind(RandomAgent, RandomConfig),
    "constant": _Kind(ConstantAgent, ConstantConfig),
    "expert": _Kind(ExpertAgent, ExpertConfig),
    "language": _Kind(LanguageAgent, LanguageConfig, "required"),
    "resim": _Kind(lambda config: _import(_RESIM)(config), ReSimConfig),
    "planned": _Kind(lambda *given: _import(_PLANNED)(*given), PlannedConfig, "optional"),
    "human": _Kind(lambda _: HumanAgent(), _NoOptions),
}

RUN_LOADERS: dict[str, str] = {
    "language": "playout.training.policy:load_agent",
    "actor-critic": "playout.training.actor_policy:load_agent",
    "planner": "playout.agents.planner.agent:load_run",
    "building": "playout.agents.building.agent:load_agent",
    "claims": "playout.training.claim_agent:load_agent",
}
"""``"policy"`` of a run's manifest -> ``"module:function"``, called as ``function(folder, options)``.

A trainer that leaves policies adds its own line.
"""


def load_agent(name: str, *, model: str | None = None, options: Mapping[str, Any] = {}) -> Agent:
    """Make an agent.

    Args:
        name: one of ``BUILT_IN``, the folder of a run that trained a policy, or ``module:factory``, whose
            factory is called with the options as keywords (and ``model``, where one is given).
        model: the language model's name, for agents that take one.
        options: as ``describe_options`` lists them.

    Raises:
        WrongUse: no such agent, or an option or model it does not take; says what it takes.
    """
    if name in BUILT_IN:
        return _make_built_in(name, model, options)
    if Path(name).is_dir():
        return _load_run(Path(name), model, options)
    if ":" in name:
        given = {**options, **({} if model is None else {"model": model})}
        return _call(name, given)
    raise WrongUse(f"{_unknown(name)}, the existing folder of a run with a trained policy, or module:factory")


def describe_options(name: str) -> list[Option]:
    """The options of a built-in agent or of a ``module:factory``.

    Raises:
        WrongUse: no such agent.
    """
    if name in BUILT_IN:
        return options_of(BUILT_IN[name].config)
    if ":" not in name:
        raise WrongUse(f"{_unknown(name)} or module:factory")
    parameters = inspect.signature(_import(name)).parameters.values()
    return [
        Option(p.name, "any", MISSING if p.default is p.empty else p.default, "")
        for p in parameters
        if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
    ]


def is_oracle(agent: Agent) -> bool:
    """Whether the agent sees what players do not: the live world or hidden state."""
    return not agent.needs.isdisjoint({"world", "privileged"})


def _make_built_in(name: str, model: str | None, options: Mapping[str, Any]) -> Agent:
    kind = BUILT_IN[name]
    config = make_config(kind.config, name, options)
    if kind.model == "none":
        _refuse_model(name, model)
        return kind.make(config)
    if model is None and kind.model == "required":
        raise WrongUse(f"{name}: a model is missing; name one: smollm2, hf:PATH, openai:MODEL@URL, …")
    return kind.make(model, config)


def _load_run(folder: Path, model: str | None, options: Mapping[str, Any]) -> Agent:
    _refuse_model(str(folder), model)
    known = ", ".join(RUN_LOADERS) or "none are installed"
    usable = f'a usable folder holds manifest.json with "policy" (one of: {known}) and that policy\'s weights'
    file = folder / "manifest.json"
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WrongUse(f"{folder} has no manifest.json; {usable}") from None
    except ValueError as error:
        raise WrongUse(f"{file} is not JSON: {error}; {usable}") from None
    policy = manifest.get("policy") if isinstance(manifest, dict) else None
    if policy not in RUN_LOADERS:
        raise WrongUse(f'{file}: "policy" is {policy!r}; {usable}')
    return _import(RUN_LOADERS[policy])(folder, options)


def _call(name: str, options: Mapping[str, Any]) -> Agent:
    factory = _import(name)
    try:
        inspect.signature(factory).bind(**options)
    except TypeError as error:
        accepted = [option.name for option in describe_options(name)]
        check_names(name, options, accepted)
        raise WrongUse(f"{name}: {error}; it accepts: {', '.join(accepted) or 'none'}") from None
    agent = factory(**options)
    if not (hasattr(agent, "act") and hasattr(agent, "needs")):
        raise WrongUse(f"{name} returned {type(agent).__name__}, expected an agent: act(turns) and needs")
    return agent


def _import(name: str) -> Callable[..., Agent]:
    module, _, attribute = name.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except ImportError as error:
        raise WrongUse(
            f"{name}: cannot import {module!r}: {error}; if it is a file in this folder, set PYTHONPATH=."
        ) from error
    except AttributeError:
        raise WrongUse(f"{name}: the module {module} has no {attribute!r}") from None


def _unknown(name: str) -> str:
    return f"unknown agent {name!r}{suggest(name, BUILT_IN)}; expected one of {', '.join(BUILT_IN)}"


def _refuse_model(name: str, model: str | None) -> None:
    if model is not None:
        raise WrongUse(f"{name}: this agent takes no model, got {model!r}; leave it out")
