import math
from collections import Counter

import pytest

from playout.agents import LanguageAgent, LanguageConfig
from playout.core import Completion, WrongUse

UP = "<action>up</action>"


def agent_of(model, **options) -> LanguageAgent:
    return LanguageAgent(model, LanguageConfig(**options))


def seeded(chat, seed) -> str:
    return f"<action>{('up', 'down', 'left', 'right')[seed % 4]}</action>"


def test_all_live_turns_go_into_one_call(turn, fake_model):
    model = fake_model(lambda chat, seed: UP)
    decisions = agent_of(model).act([turn(episode=e) for e in range(5)])
    assert [d.action for d in decisions] == ["up"] * 5
    assert [len(chats) for chats, _ in model.calls] == [5]
    assert decisions[0].completions[0].token_ids == (1, 2)
    assert decisions[0].parse and decisions[0].parse.valid


def test_a_row_does_not_depend_on_the_rows_beside_it(turn, fake_model):
    turns = [turn(episode=e, t=t) for e in range(6) for t in range(3)]
    together = [d.action for d in agent_of(fake_model(seeded)).act(turns)]
    assert together == [agent_of(fake_model(seeded)).act([one])[0].action for one in turns]
    assert len(set(together)) > 1


def test_thoughts_and_plans_are_kept(turn, fake_model):
    model = fake_model(lambda chat, seed: f"<think>The box is above.</think><plan>up, left</plan>{UP}")
    (decision,) = agent_of(model, mode="think").act([turn()])
    assert (decision.action, decision.thought, decision.plan) == ("up", "The box is above.", ("up", "left"))


def test_sampling_options_reach_the_model(turn, fake_model):
    model = fake_model(lambda chat, seed: UP)
    agent_of(model, temperature=0.7, top_p=0.9, max_tokens=5, prefill="<action>", logprobs=True).act([turn()])
    sampling = model.calls[0][1]
    assert (sampling.temperature, sampling.top_p, sampling.max_tokens) == (0.7, 0.9, 5)
    assert (sampling.prefill, sampling.logprobs) == ("<action>", True)
    assert 0 <= sampling.seeds[0] < 2**31


@pytest.mark.parametrize("text", ["", "up", "<action>up", "</action><action>", "\ud800", "x" * 1_000_000])
def test_an_unreadable_reply_is_an_empty_action_with_the_reason(turn, fake_model, text):
    agent = agent_of(fake_model(lambda chat, seed: text))
    (decision,) = agent.act([turn()])
    assert decision.action == ""
    assert decision.parse and decision.parse.error
    assert agent.act([turn(t=1)])[0].action == ""


def test_an_illegal_action_is_left_to_the_world(turn, fake_model):
    (decision,) = agent_of(fake_model(lambda chat, seed: "<action>fly</action>")).act([turn()])
    assert decision.action == "fly"


def test_a_failed_completion_fails_its_own_turn_only(turn, fake_model):
    def reply(chat, seed):
        return Completion(text=UP, finish="error", error="HTTP 500") if "bad" in chat[-1].content else UP

    model = fake_model(reply)
    bad, good = agent_of(model, retries=3).act([turn("bad"), turn("good", episode=1)])
    assert (bad.action, bad.stats) == ("", {"failed": "HTTP 500"})
    assert (good.action, good.stats) == ("up", {})
    assert len(model.calls) == 1


def test_retries_ask_only_the_unreadable_again_and_say_why(turn, fake_model):
    def reply(chat, seed):
        return UP if "could not be read" in chat[-1].content or "easy" in chat[-1].content else "Up!"

    model = fake_model(reply)
    hard, easy = agent_of(model, retries=2).act([turn("hard"), turn("easy", episode=1)])
    assert (hard.action, easy.action) == ("up", "up")
    assert [len(chats) for chats, _ in model.calls] == [2, 1]
    assert [c.text for c in hard.completions] == ["Up!", UP]
    assert model.calls[1][0][0][-2].content == "Up!"
    assert model.calls[0][1].seeds[0] != model.calls[1][1].seeds[0]


def test_the_last_steps_are_shown_and_reset_forgets_them(turn, fake_model):
    model = fake_model(lambda chat, seed: UP)
    agent = agent_of(model, history=1)
    for t in range(3):
        agent.act([turn(f"room {t}", t=t)])
    last = model.calls[-1][0][0][-1].content
    assert "room 1" in last and "You did: up" in last and "room 0" not in last
    agent.reset([0])
    agent.act([turn("room 3", t=3)])
    assert "room 2" not in model.calls[-1][0][0][-1].content


def test_the_first_turn_may_stay_in_view(turn, fake_model):
    model = fake_model(lambda chat, seed: UP)
    agent = agent_of(model, history=0, keep_first=True)
    for t in range(3):
        agent.act([turn(f"room {t}", t=t)])
    last = model.calls[-1][0][0][-1].content
    assert "room 0" in last and "room 1" not in last


def test_a_chat_context_repeats_the_conversation_with_its_tokens(turn, fake_model):
    model = fake_model(lambda chat, seed: UP)
    agent = agent_of(model, context="chat", history=2)
    for t in range(4):
        agent.act([turn(f"room {t}", t=t)])
    chat = model.calls[-1][0][0]
    assert [m.role for m in chat] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert "room 1" in chat[1].content and chat[2].content == UP and chat[2].token_ids == (1, 2)


def test_the_spelling_of_the_list_wins(turn, fake_model):
    model = fake_model(lambda chat, seed: "<Action> go To desk 1 </Action>")
    (decision,) = agent_of(model).act([turn(legal=("look", "Go to desk 1"))])
    assert decision.action == "Go to desk 1"


def test_actions_that_are_not_text_are_named_by_their_text(turn, fake_model):
    model = fake_model(lambda chat, seed: "<action>2</action>")
    (decision,) = agent_of(model).act([turn([0.5, 1.0], legal=range(3))])
    assert decision.action == 2
    assert "[0.5, 1.0]" in model.calls[0][0][0][-1].content


def test_a_world_that_takes_no_text_is_not_given_any(turn, fake_model):
    (decision,) = agent_of(fake_model(lambda chat, seed: "Up!")).act([turn(3, legal=range(2))])
    assert decision.stats == {"failed": "expected one of 0, 1 from the model, got ''"}


def test_a_model_that_skips_chats_is_named(turn, fake_model):
    model = fake_model(lambda chat, seed: UP)
    model.generate = lambda chats, sampling: []
    with pytest.raises(WrongUse, match=r"FakeModel\.generate returned 0 completions for 1 chats"):
        agent_of(model).act([turn()])


def test_it_mirrors_whether_the_model_is_an_endpoint(fake_model):
    model = fake_model(lambda chat, seed: UP)
    assert not agent_of(model).is_endpoint
    model.is_endpoint = True
    assert agent_of(model).is_endpoint


# "left" is likelier as a whole, "down" per token.
VALUES = {"up": (-9.0, 3), "down": (-4.0, 4), "left": (-3.0, 2), "right": (-9.0, 3)}


class TestScoreMode:
    def play(self, turn, fake_scorer, n=1, **options) -> list:
        model = fake_scorer(lambda answer: VALUES[answer.removeprefix("<action>").removesuffix("</action>")])
        agent = agent_of(model, mode="score", **options)
        decisions = agent.act([turn(episode=e) for e in range(n)])
        assert model.calls == []
        return decisions

    @pytest.mark.parametrize(("normalise", "best"), [("token", "down"), ("none", "left")])
    def test_the_likeliest_legal_action_is_taken(self, turn, fake_scorer, normalise, best):
        (decision,) = self.play(turn, fake_scorer, normalise=normalise)
        assert decision.action == best
        assert set(decision.stats["search"]["scores"]) == {"up", "down", "left", "right"}

    def test_a_temperature_draws_from_the_softmax(self, turn, fake_scorer):
        decisions = self.play(turn, fake_scorer, n=2000, normalise="none", temperature=1.0)
        share = Counter(d.action for d in decisions)["left"] / 2000
        total = sum(math.exp(logprob) for logprob, _ in VALUES.values())
        assert abs(share - math.exp(-3.0) / total) < 0.04

    def test_a_model_without_scores_is_refused(self, fake_model):
        with pytest.raises(WrongUse, match=r"FakeModel has no score\(\)"):
            agent_of(fake_model(lambda chat, seed: UP), mode="score")

    def test_actions_must_be_listed(self, turn, fake_scorer):
        agent = agent_of(fake_scorer(lambda answer: (0.0, 1)), mode="score")
        with pytest.raises(WrongUse, match="episode 2 lists none"):
            agent.act([turn(legal=None, episode=2)])


@pytest.mark.parametrize(
    "options",
    [
        {"history": -1},
        {"temperature": -0.1},
        {"retries": -1},
        {"max_tokens": 0},
        {"top_p": 0.0},
        {"top_p": 1.1},
    ],
)
def test_options_out_of_range_are_named(options):
    (name,) = options
    with pytest.raises(WrongUse, match=name):
        LanguageConfig(**options)


def test_a_bare_conversation_is_what_was_seen_and_answered(turn, fake_model):
    model = fake_model(lambda chat, seed: UP)
    agent = agent_of(model, prompt="bare", context="chat", history=9)
    agent.act([turn("first")])
    agent.act([turn("second", t=1)])
    assert [m.content for m in model.calls[1][0][0]] == ["first", UP, "second"]
