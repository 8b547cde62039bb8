import json
import sys
from types import ModuleType

import pytest

from playout.agents import describe_options, load_agent, registry
from playout.agents.constant import ConstantAgent, ConstantConfig
from playout.agents.language import LanguageAgent
from playout.core import WrongUse


@pytest.fixture
def plugin(monkeypatch):
    """A module of a user with a factory."""
    module = ModuleType("my_agents")

    def make(*, action: str, model: str | None = None) -> ConstantAgent:
        return ConstantAgent(ConstantConfig(action=(action, model)))

    module.make, module.broken = make, lambda: 3
    monkeypatch.setitem(sys.modules, "my_agents", module)


@pytest.mark.parametrize("name", ["random", "expert", "human"])
def test_built_in_agents_load_by_name(name):
    assert load_agent(name).needs


def test_options_reach_the_agent():
    assert load_agent("expert", options={"noise": 0.25}).config.noise == 0.25
    assert load_agent("constant", options={"action": 3}).config.action == 3


def test_language_takes_a_model_by_name(turn):
    agent = load_agent("language", model="scripted:echo-first-legal", options={"mode": "think"})
    assert isinstance(agent, LanguageAgent)
    assert agent.config.mode == "think"
    assert agent.act([turn(legal=("left", "up"))])[0].action == "left"


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        (
            "randon",
            {},
            r"unknown agent 'randon' \(did you mean 'random'\?\); expected one of random, constant",
        ),
        ("runs/none", {}, "unknown agent 'runs/none'; expected"),
        (
            "expert",
            {"options": {"noize": 1}},
            r"'noize' \(did you mean 'noise'\?\); it accepts: noise, slips, seed",
        ),
        ("expert", {"options": {"noise": "much"}}, "noise='much' is not of type float"),
        ("constant", {}, "the option action is missing"),
        ("human", {"options": {"x": 1}}, "it accepts: none"),
        ("language", {}, "language: a model is missing"),
        ("random", {"model": "smollm2"}, "takes no model, got 'smollm2'"),
        ("no_such_module:make", {}, "cannot import 'no_such_module'"),
        ("json:make", {}, "the module json has no 'make'"),
        ("my_agents:make", {"options": {"acton": 1}}, r"'acton' \(did you mean 'action'\?\)"),
        ("my_agents:make", {}, "missing a required argument: 'action'; it accepts: action, model"),
        ("my_agents:broken", {}, "returned int, expected an agent"),
    ],
)
def test_wrong_use_says_what_is_accepted(plugin, name, arguments, said):
    with pytest.raises(WrongUse, match=said):
        load_agent(name, **arguments)


def test_a_factory_gets_options_and_model_as_keywords(plugin):
    agent = load_agent("my_agents:make", model="smollm2", options={"action": "up"})
    assert agent.config.action == ("up", "smollm2")


def test_options_are_described_for_help(plugin):
    assert [option.name for option in describe_options("expert")] == ["noise", "slips", "seed"]
    assert all(option.help for name in registry.BUILT_IN for option in describe_options(name))
    assert [option.name for option in describe_options("my_agents:make")] == ["action", "model"]


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (None, "has no manifest.json; a usable folder holds"),
        ("{", "manifest.json is not JSON"),
        ("[]", '"policy" is None'),
        ('{"policy": "unknown"}', "\"policy\" is 'unknown'"),
    ],
)
def test_a_folder_without_a_policy_says_what_a_usable_one_holds(tmp_path, manifest, said):
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(WrongUse, match=said):
        load_agent(str(tmp_path))


def test_a_trainers_loader_gets_the_folder_and_the_options(tmp_path, monkeypatch):
    module = ModuleType("my_trainer")
    module.load = lambda folder, options: ConstantAgent(ConstantConfig(action=(folder, options)))
    monkeypatch.setitem(sys.modules, "my_trainer", module)
    monkeypatch.setitem(registry.RUN_LOADERS, "mine", "my_trainer:load")
    (tmp_path / "manifest.json").write_text(json.dumps({"policy": "mine"}))
    assert load_agent(str(tmp_path), options={"a": 1}).config.action == (tmp_path, {"a": 1})
