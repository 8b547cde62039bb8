import pytest

from playout.agents import ExpertAgent, ExpertConfig, RandomAgent, is_oracle
from playout.core import Decision, WrongUse

PLAN = {"expert_plan": ("left", "up")}


def test_it_plays_the_plan(turn):
    (decision,) = ExpertAgent().act([turn(privileged=PLAN)])
    assert (decision.action, decision.plan) == ("left", ("left", "up"))


@pytest.mark.parametrize("plan", [None, (), []])
def test_without_a_way_out_it_plays_on_and_says_so(turn, plan):
    (decision,) = ExpertAgent().act([turn(privileged={"expert_plan": plan})])
    assert decision.action == "up"
    assert decision.stats == {"no_plan": 1}


@pytest.mark.parametrize(("known", "said"), [(None, "nothing"), ({"number": 3}, r"\['number'\]")])
def test_a_world_without_expert_is_named_by_what_it_gives(turn, known, said):
    with pytest.raises(WrongUse, match=f"gives {said}, expected 'expert_plan'"):
        ExpertAgent().act([turn(privileged=known)])


def test_noise_strikes_at_its_rate_and_is_noted(turn):
    turns = [turn(privileged=PLAN, t=t) for t in range(1000)]
    agent = ExpertAgent(ExpertConfig(noise=0.25))
    decisions = agent.act(turns)
    struck = [d for d in decisions if d.stats.get("noise")]
    assert 200 < len(struck) < 300
    assert {d.action for d in struck} == {"up", "down", "left", "right"}
    assert all(d.action == "left" for d in decisions if d not in struck)
    assert [agent.act([one])[0] for one in turns[:50]] == decisions[:50]


def test_noise_is_a_share():
    with pytest.raises(WrongUse, match="from 0 to 1 together, got 2 and 0"):
        ExpertAgent(ExpertConfig(noise=2))


def test_it_is_an_oracle():
    assert is_oracle(ExpertAgent())
    assert not is_oracle(RandomAgent())


def test_slips_are_actions_that_were_legal_before(turn):
    def at(t):
        legal = ("up", "down") if t % 2 else ("left", "right")
        return turn(privileged={"expert_plan": legal[:1]}, t=t, legal=legal)

    agent = ExpertAgent(ExpertConfig(slips=0.5))
    decisions = [agent.act([at(t)])[0] for t in range(400)]
    struck = [t for t, decision in enumerate(decisions) if decision.stats.get("noise")]
    assert 0 not in struck
    assert 150 < len(struck) < 250
    assert all(decisions[t].action in at(t + 1).legal_actions for t in struck)
    assert agent.act([at(0)])[0] == Decision(action="left", plan=("left",))  # it begins anew
