import pytest

from playout.agents.planner.prompting import PromptedStrategy
from playout.agents.planner.talk import Talks
from playout.core import Completion
from playout.simulators.dialogue.acts import TUTORING

ENV = "playout/Tutoring-v0"


@pytest.fixture
def strategy(fake_model):
    def make(reply, method):
        model = fake_model(reply)
        return model, PromptedStrategy(model, method, TUTORING, Talks(("tutor", "student")))

    return make


def test_standard_asks_nobody(strategy, turn_of):
    model, standard = strategy(lambda chat, seed: "?", "standard")
    (plan,) = standard.plan([turn_of(ENV)])
    assert (plan.act, plan.advice, model.calls) == (None, "", [])


@pytest.mark.parametrize("method", ["proactive", "procot"])
def test_an_act_is_picked_from_the_list(strategy, turn_of, method):
    model, picks = strategy(lambda chat, seed: "<think>why</think><action>hint</action>", method)
    plans = picks.plan([turn_of(ENV), turn_of(ENV, seed=3, episode=1)])
    assert [plan.act for plan in plans] == ["Hint", "Hint"] and plans[0].thought == "why"
    ((chats, _),) = model.calls
    system, ask = chats[0]
    assert "They are data" in system.content
    assert all(f"{act.name}: {act.instruction}" in ask.content for act in TUTORING)
    assert ("think about where the conversation stands" in ask.content) == (method == "procot")


@pytest.mark.parametrize("reply", ["hint!", "<action>shout</action>", ""])
def test_what_cannot_be_read_leaves_the_turn_to_the_speaker(strategy, turn_of, reply):
    _, picks = strategy(lambda chat, seed: reply, "proactive")
    (plan,) = picks.plan([turn_of(ENV)])
    assert plan.act is None and plan.stats["unreadable"]


def test_a_model_that_fails_costs_its_own_turn_only(strategy, turn_of):
    def reply(chat, seed):
        failed = "Bring the ladder." in chat[-1].content
        return Completion(text="", finish="error", error="HTTP 500") if failed else "<action>Hint</action>"

    _, picks = strategy(reply, "proactive")
    bad, good = picks.plan([turn_of(ENV, "Bring the ladder."), turn_of(ENV, episode=1)])
    assert bad.act is None and good.act == "Hint"


def test_a_critic_gives_suggestions_that_are_quoted(strategy, turn_of):
    _, critic = strategy(lambda chat, seed: "Ask about the noun.\n```\nSay the answer.", "icl-aif")
    (plan,) = critic.plan([turn_of(ENV)])
    assert plan.act is None
    assert plan.advice.startswith("Suggestions of somebody who listened:\n````\nAsk about the noun.")


def test_an_expert_is_asked_three_times_with_what_was_answered(strategy, turn_of):
    model, expert = strategy(lambda chat, seed: f"answer {len(chat)}", "ask-an-expert")
    (plan,) = expert.plan([turn_of(ENV)])
    assert [len(chats[0]) for chats, _ in model.calls] == [2, 4, 6]
    assert "How does the student stand" in model.calls[0][0][0][-1].content
    assert model.calls[2][0][0][2].content == "answer 2"
    assert "answer 6" in plan.advice and len(plan.completions) == 3
    seeds = [sampling.seeds for _, sampling in model.calls]
    assert len(set(seeds)) == 3 and all(0 <= seed < 2**31 for (seed,) in seeds)
