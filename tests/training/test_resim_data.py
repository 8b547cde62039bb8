"""The rows of ReSim: true, of states on and off the way, asked as the student will be asked."""

from collections import Counter

import pytest
from lamps import WORLD

from playout.agents import LanguageConfig
from playout.agents.dyna.lookahead import LookaheadConfig, solution
from playout.agents.dyna.response import parse
from playout.agents.dyna.scoring import check
from playout.core import Completion, Decision, WrongUse
from playout.rollouts import lookup
from playout.training import resim_data
from playout.training.resim_data import taught_states
from playout.training.resim_settings import ResimData

SOKOBAN = ("playout/SokobanText-6x6-1box-v0", {"format": "words", "source": "fresh"})
HOUSEHOLD = ("playout/Household-v0", {})
BARE = LanguageConfig(prompt="bare", history=0)


def states(world=SOKOBAN, student=BARE, *, seed=0, **options):
    return list(taught_states(*world, ResimData(**options), student, seed=seed))


@pytest.mark.parametrize("world", [SOKOBAN, HOUSEHOLD, (WORLD, {})], ids=["sokoban", "household", "lamps"])
def test_what_is_told_is_true(world):
    """The Sim score of the data is 1.00: every state is played again and every future tried."""
    found = states(world, states=60, noise=(0.4,))
    env = lookup.make_single(*world).env
    checked = 0
    for state in found:
        observation, _ = env.reset(seed=state.episode)
        # The way to the state is in what the student remembers; here it is searched by its text.
        reading = parse(state.row("resim").answer)
        assert reading.whole and reading.response == state.response
        if state.t == 0:
            assert state.chat[-1].content == observation
            steps = check(env.unwrapped, observation, reading.response.futures)
            assert steps and all(step.exact for step in steps)
            checked += 1
    assert checked == len({state.episode for state in found})


def test_every_state_of_an_episode_is_told_truly():
    """With noise 0 the chosen actions lead from state to state."""
    found = [state for state in states(states=80, noise=(0.0,)) if state.episode < 5]
    env = lookup.make_single(*SOKOBAN).env
    for state in found:
        if state.t == 0:
            observation, _ = env.reset(seed=state.episode)
        assert state.chat[-1].content == observation
        assert all(step.exact for step in check(env.unwrapped, observation, state.response.futures))
        observation, *_ = env.step(state.response.action)
    assert not any(state.lost for state in found)


def test_states_after_mistakes_and_deadlocks_are_there_and_said_to_be_lost():
    found = states(states=400, noise=(0.6,), lost=2)
    lost = [state for state in found if state.lost]
    assert lost
    assert all(future.value == "lost" for state in lost for future in state.response.futures)
    per_episode = [sum(s.episode == e for s in lost) for e in {s.episode for s in lost}]
    assert max(per_episode) <= 2
    assert any("lost" in {f.value for f in s.response.futures} for s in found if not s.lost)


def test_futures_may_begin_with_what_the_world_refuses():
    found = states(states=300, slips=1.0, noise=(0.3,))
    env = lookup.make_single(*SOKOBAN).env
    refused = 0
    for state in found:
        if state.t == 0:
            env.reset(seed=state.episode)
        still = state.chat[-1].content.split("\n")[-1]
        first = [future.steps[0] for future in state.response.futures]
        refused += sum(step.state == still for step in first)
        assert state.response.futures and state.response.action == state.response.plan[0]
    assert refused > 100
    assert not any(
        future.steps[0].state == state.chat[-1].content.split("\n")[-1]
        for state in states(states=100, slips=0.0)
        for future in state.response.futures
    )


def test_openings_and_breaks_show_more_episodes():
    plain, short = states(states=60), states(states=60, opening=6, per_episode=3)
    assert len({s.episode for s in short}) >= 20 > len({s.episode for s in plain})
    assert {s.t for s in short} > {0, 5}


def test_openings_by_the_expert_lead_along_its_way():
    found = states(states=20, opening=5, opening_noise=0.0, per_episode=1)
    world = lookup.make_single(*SOKOBAN).env
    for state in found:
        observation, _ = world.reset(seed=state.episode)
        for _ in range(state.t):
            observation, *_ = world.step(solution(world.unwrapped)[1][0])
        assert str(observation) in state.chat[-1].content
    assert len({state.t for state in found}) > 3


def test_what_is_often_done_is_not_shown_oftener_than_wanted(monkeypatch):
    def share(**options):
        found = states(HOUSEHOLD, states=60, **options)
        return sum(state.response.action.startswith("go ") for state in found) / len(found)

    assert share() > 0.5 >= share(most=0.5)
    monkeypatch.setattr(resim_data, "_MOST_PASSED_BY", 50)
    with pytest.raises(WrongUse, match="nothing but"):
        share(most=0.1)


def test_mistakes_may_be_drawn_by_their_words_first():
    def done(mistakes):
        student = LanguageConfig(prompt="bare", history=1)
        found = states(HOUSEHOLD, student, states=150, noise=(1.0,), mistakes=mistakes)
        return Counter(state.chat[-1].content.split("\n> ")[-1].split()[0] for state in found)

    by_words, by_actions = done("words"), done("actions")
    assert by_words["use"] + by_words["take"] > 2 * (by_actions["use"] + by_actions["take"])
    assert by_words["help"] == by_words["inventory"] == 0 < by_actions["help"]


def test_a_thought_may_begin_with_the_task():
    for state in states(HOUSEHOLD, states=30, recall=True):
        reading = parse(state.row("resim").answer)
        assert reading.whole and reading.response.prose.startswith("Your task is to: ")
        assert reading.response.prose in state.chat[-1].content or state.t
        assert "task" not in state.row("actions").answer


def test_rows_are_a_function_of_the_seed():
    assert states(states=30) == states(states=50)[:30]
    assert states(states=30, seed=1) != states(states=30)


def test_the_student_remembers_what_was_really_done():
    student = LanguageConfig(prompt="bare", history=2)
    found = states(student=student, states=60, noise=(1.0,))
    late = [state for state in found if state.t >= 2]
    assert late and all(state.chat[-1].content.count("\n> ") == 2 for state in late)


def test_refine_rows_show_the_truth_of_a_future():
    for state in states(states=20):
        row = state.row("refine")
        shown = row.chat[-1].content.removeprefix(state.chat[-1].content + "\nTried:")
        assert shown in {f"{'<do>'}{render_steps(future)}" for future in state.response.futures}
        assert row.answer == state.row("resim").answer


def render_steps(future):
    return "<do>".join(f"{step.action}<see>{step.state}" for step in future.steps)


def test_baselines_are_of_the_same_states():
    whole, reasoning, actions = (
        states(states=20, rows=rows, noise=(0.0,)) for rows in ("resim", "reasoning", "actions")
    )
    assert [state.chat for state in whole] == [state.chat for state in actions]
    assert all("<see>" not in state.row("reasoning").answer for state in reasoning)
    assert all(len(state.response.futures) == 1 for state in reasoning)
    assert actions[0].row("actions").answer == f"<action>{actions[0].response.action}</action>"


@pytest.mark.parametrize("order", ["depth-first", "best-first", "tree"])
def test_orders_and_monte_carlo(order):
    look = LookaheadConfig(branches=2, depth=2, order=order)
    found = states(states=6, lookahead=look, value="monte-carlo")
    assert all(parse(state.row("resim").answer).whole for state in found)


def test_a_trained_policy_may_value_what_is_seen(monkeypatch):
    class Expects:
        needs = frozenset()

        def act(self, turns):
            text = "<think><do>up<see>x<value>7</think><action>up</action>"
            return [Decision(action="up", completions=(Completion(text=text),)) for _ in turns]

    monkeypatch.setattr(resim_data, "load_agent", lambda name: {"runs/trained": Expects()}[name])
    found = states(states=20, value="learned", valuer="runs/trained")
    assert {future.value for state in found for future in state.response.futures} <= {"8", "solved", "lost"}
    assert any(future.value == "8" for state in found for future in state.response.futures)


def test_wrong_use():
    for half in ({"value": "learned"}, {"valuer": "runs/trained"}):
        with pytest.raises(WrongUse, match="go together"):
            ResimData(**half)
    with pytest.raises(WrongUse, match="context=steps"):
        states(student=LanguageConfig(context="chat"), states=1)
    with pytest.raises(WrongUse, match="states"):
        ResimData(states=0)
    with pytest.raises(WrongUse, match="legal actions"):
        states(("playout/Negotiation-v0", {}), states=1)
