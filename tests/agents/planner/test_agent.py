import numpy as np
import pytest

from playout.agents import load_agent
from playout.agents.planner.agent import PlannedLanguageAgent, load_run, planned, task_named
from playout.agents.planner.config import GDP_ZERO, WORLDS, PlannedConfig
from playout.agents.planner.planner import Planner, PlannerShape
from playout.core import Completion, WrongUse
from playout.language.scripted import ScriptedModel
from playout.rollouts import lookup
from playout.simulators.dialogue.acts import ACTS
from playout.simulators.dialogue.task import codes

ENV = "playout/Tutoring-v0"


@pytest.mark.parametrize("task", list(ACTS))
def test_every_task_has_its_acts_and_its_world(task):
    assert task_named(task).acts == tuple(act.name for act in ACTS[task])
    assert lookup.make(WORLDS[task]).env.unwrapped.task.name == task


def test_at_act_level_the_plan_is_the_action(turn_of):
    agent = planned(None, PlannedConfig(task="tutoring", planner="Hint"))
    decision = agent.act([turn_of("playout/TutoringActs-v0")])[0]
    assert (decision.action, decision.thought) == (2, "[Hint]")
    assert decision.stats["search"]["probability"]["Hint"] == 1.0


def test_in_words_the_world_or_a_model_says_it(turn_of):
    turn = turn_of(ENV)
    assert planned(None, PlannedConfig(task="tutoring", planner="Hint")).act([turn])[0].action == "[Hint]"
    model = ScriptedModel(lambda chat, seed: "<action>Blu means blue.</action>")
    agent = planned(model, PlannedConfig(task="tutoring", planner="Hint"))
    decision = agent.act([turn])[0]
    assert (decision.action, decision.thought) == ("Blu means blue.", "[Hint]")
    assert len(decision.completions) == 1
    mute = PlannedConfig(task="tutoring", planner="Hint", speaker="world")
    assert planned(model, mute).act([turn])[0].action == "[Hint]"


def test_a_speaker_that_fails_is_reported_and_the_world_goes_on(turn_of, fake_model):
    model = fake_model(lambda chat, seed: Completion(text="", finish="error", error="HTTP 500"))
    decision = planned(model, PlannedConfig(task="tutoring", planner="Hint")).act([turn_of(ENV)])[0]
    assert (decision.action, decision.stats["failed"]) == ("", "HTTP 500")


def test_a_search_is_an_oracle(turn_of):
    agent = planned(None, PlannedConfig(task="tutoring", planner=GDP_ZERO, prior="random", simulations=10))
    assert agent.needs == {"world"}
    assert agent.act([turn_of(ENV)])[0].stats["simulated_steps"] >= 10


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"planner": "procot"}, "procot asks a model; name one with --model"),
        ({"planner": "shout"}, "expected random, hand, fitted or one of Confirmation"),
        ({"planner": GDP_ZERO, "prior": "shout"}, "expected random, hand, fitted"),
    ],
)
def test_what_cannot_be_is_refused(options, said):
    with pytest.raises(WrongUse, match=said):
        planned(None, PlannedConfig(task="tutoring", **options))


def test_a_plan_without_an_act_needs_words(turn_of):
    model = ScriptedModel(lambda chat, seed: "?")
    agent = planned(model, PlannedConfig(task="tutoring", planner="standard"))
    with pytest.raises(WrongUse, match="names no act; take the world without Acts"):
        agent.act([turn_of("playout/TutoringActs-v0")])


def test_a_folder_with_a_planner_plays_its_own_task_only(tmp_path):
    task = task_named("tutoring")
    shape = PlannerShape(acts=task.acts, symbols=codes(task), features=len(task.features))
    Planner(shape).save(tmp_path / "planner")
    agent = planned(None, PlannedConfig(task="tutoring", planner=str(tmp_path)))
    assert isinstance(agent, PlannedLanguageAgent)
    with pytest.raises(WrongUse, match="trained on other acts than those of support"):
        planned(None, PlannedConfig(task="support", planner=str(tmp_path)))


@pytest.mark.parametrize("env", ["playout/NegotiationActs-v0", "playout/Negotiation-v0"])
@pytest.mark.parametrize("planner", ["hand", "Question", GDP_ZERO, "procot", "run"])
def test_a_world_of_another_task_is_refused(planner, env, turn_of, tmp_path):
    if planner == "run":
        task = task_named("tutoring")
        shape = PlannerShape(acts=task.acts, symbols=codes(task), features=len(task.features))
        Planner(shape).save(tmp_path / "planner")
        agent = load_run(tmp_path, {})
    else:
        model = ScriptedModel(lambda chat, seed: "?")
        agent = planned(model, PlannedConfig(task="tutoring", planner=planner))
    with pytest.raises(WrongUse, match="a world of the planner's task, with 13 features, got one with 12"):
        agent.act([turn_of(env)])


def test_models_are_closed_once():
    closed = []
    model = ScriptedModel(lambda chat, seed: "?")
    model.close = lambda: closed.append(1)  # type: ignore[attr-defined]
    agent = planned(model, PlannedConfig(task="tutoring", planner="procot"))
    assert not agent.is_endpoint
    agent.close()
    assert closed == [1]


def test_the_registry_knows_it(turn_of):
    agent = load_agent("planned", options={"task": "tutoring", "planner": "random", "sample": True})
    decisions = agent.act([turn_of("playout/TutoringActs-v0", seed=n, episode=n) for n in range(20)])
    assert len({decision.action for decision in decisions}) > 2
    assert all(isinstance(decision.action, int | np.integer) for decision in decisions)
