import numpy as np
import pytest

from playout.agents.planner.policies import ByHand, ConstantAct, RandomActs
from playout.agents.planner.strategies import PolicyStrategy, SearchStrategy
from playout.agents.search.branching import SearchConfig

TUTOR = ("Confirmation", "Correction", "Hint", "Others", "Question")
BUYER = (
    "affirm", "agree", "confirm", "counter", "counter-noprice", "deny", "disagree", "greet", "inform",
    "inquire", "propose",
)  # fmt: skip
WORLDS = ["playout/Negotiation-v0", "playout/NegotiationActs-v0"]


def test_a_policy_is_followed_and_its_probabilities_shown(turn_of):
    (plan,) = PolicyStrategy(ConstantAct(TUTOR, "Hint")).plan([turn_of("playout/Tutoring-v0")])
    assert plan.act == "Hint"
    assert plan.stats["search"]["probability"] == {**dict.fromkeys(TUTOR, 0.0), "Hint": 1.0}


def test_draws_are_those_of_the_episode_and_not_of_the_batch(turn_of):
    turns = [turn_of("playout/TutoringActs-v0", seed=n, episode=n) for n in range(8)]
    strategy = PolicyStrategy(RandomActs(TUTOR), sample=True, seed=3)
    together = [plan.act for plan in strategy.plan(turns)]
    assert together == [strategy.plan([turn])[0].act for turn in turns]
    assert len(set(together)) > 1
    assert together != [plan.act for plan in PolicyStrategy(RandomActs(TUTOR), sample=True).plan(turns)]


@pytest.mark.parametrize("env", WORLDS)
def test_search_looks_ahead_and_leaves_the_world_as_it_was(turn_of, env):
    turn = turn_of(env)
    before = turn.world.snapshot()
    strategy = SearchStrategy(RandomActs(BUYER), SearchConfig(simulations=60))
    assert strategy.needs == {"world"}
    (plan,) = strategy.plan([turn])
    visits = plan.stats["search"]["visits"]
    assert plan.act == max(visits, key=visits.get)
    assert sum(visits.values()) == 60 and plan.stats["simulated_steps"] >= 60
    assert repr(turn.world.snapshot().state) == repr(before.state)


def test_search_finds_more_than_its_prior(turn_of):
    def talk(strategy):
        total = 0.0
        for seed in range(8):
            turn, ended = turn_of(WORLDS[1], seed=seed), False
            observation, t = turn.observation, 0
            while not ended:
                seen = type(turn)(
                    observation=observation, instructions="", legal_actions=None, reward=0.0, info={},
                    episode=seed, t=t, world=turn.world,
                )  # fmt: skip
                act = BUYER.index(strategy.plan([seen])[0].act)
                observation, reward, terminated, truncated, _ = turn.world.step(act)
                total, ended, t = total + float(reward), terminated or truncated, t + 1
        return total / 8

    prior = ByHand(BUYER, lambda seen: np.full(len(seen), BUYER.index("counter")))
    assert talk(SearchStrategy(prior, SearchConfig(simulations=40))) > talk(PolicyStrategy(prior)) + 0.1
