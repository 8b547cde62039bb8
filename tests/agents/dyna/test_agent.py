"""ReSim at inference: better than its policy, true in what it tells, and it leaves the world alone."""

import re

import pytest

from playout.agents import load_agent
from playout.agents.dyna.agent import ReSimAgent, ReSimConfig
from playout.agents.dyna.response import parse
from playout.agents.dyna.scoring import check
from playout.agents.random import RandomAgent, RandomConfig
from playout.core import Completion, Decision, WrongUse
from playout.envs.sokoban.text import SokobanText
from playout.rollouts import play
from playout.rollouts.worlds import GymnasiumWorld


def world():
    return GymnasiumWorld(SokobanText(size=(6, 6), boxes=1, format="words", max_steps=20), "world", {})


def played(agent, episodes=12, slots=64):
    found = list(play(world, {"agent": agent}, range(episodes), slots=slots))
    return sorted(found, key=lambda episode: episode.episode)


def success(episodes):
    return sum(bool(episode.outcome.is_success) for episode in episodes) / len(episodes)


def test_the_solvers_value_solves_and_random_play_helps():
    ceiling = success(played(ReSimAgent(ReSimConfig(value="distance", depth=1))))
    searched = success(played(ReSimAgent(ReSimConfig(rollouts=8, horizon=15))))
    assert ceiling == 1.0
    assert searched > success(played(RandomAgent(RandomConfig())))


def test_what_it_tells_is_true_and_the_world_is_left_alone():
    (episode,) = played(ReSimAgent(ReSimConfig(rollouts=2, horizon=4)), episodes=1)
    env = world().env
    observation, _ = env.reset(seed=0)
    for step in episode.steps:
        assert step.observation == observation
        reading = parse(step.thought)
        assert reading.whole and reading.response.action == step.action == step.plan[0]
        assert all(found.exact for found in check(env, observation, reading.response.futures))
        assert [future["do"] for future in step.futures] == [
            list(future.actions) for future in reading.response.futures
        ]
        assert len({future.actions[0] for future in reading.response.futures}) == len(step.futures)
        observation, *_ = env.step(step.action)
    assert episode.outcome.metrics["simulated_steps"] > len(episode.steps)


def test_with_a_learned_value_the_line_with_the_fewest_steps_left_is_taken():
    class Expects:
        """Imagines success sooner the further left the player stands."""

        needs = frozenset()

        def act(self, turns):
            return [Decision(action="up", completions=(self._says(turn),)) for turn in turns]

        def _says(self, turn):
            column = re.search(r"p\d_(\d)", turn.observation)[1]
            return Completion(text=f"<think><do>up<see>x<value>{column}</think><action>up</action>")

    (episode,) = played(ReSimAgent(ReSimConfig(value="learned", depth=1), Expects()), episodes=1)
    for step in episode.steps:
        values = [future["value"] for future in step.futures]
        best = min(values, key=lambda value: (value == "lost", value != "solved", value))
        assert step.futures[values.index(best)]["do"][0] == step.action


def test_what_a_policy_says_in_place_of_an_action_is_played_and_not_told():
    class Stammers:
        needs = frozenset()

        def act(self, turns):
            return [Decision(action="up" if turn.t % 2 else "") for turn in turns]

    (episode,) = played(ReSimAgent(ReSimConfig(rollouts=1, horizon=2, depth=5), Stammers()), episodes=1)
    for step in episode.steps:
        assert parse(step.thought).whole
        assert all(future["do"] and "" not in future["do"] for future in step.futures)


def test_decisions_do_not_depend_on_batching():
    config = ReSimConfig(rollouts=2, horizon=4)
    one, many = (played(ReSimAgent(config), episodes=4, slots=slots) for slots in (1, 4))
    assert [e.steps for e in one] == [e.steps for e in many]


def test_by_name_and_wrong_use():
    agent = load_agent("resim", options={"branches": 2})
    assert isinstance(agent, ReSimAgent) and agent.config.branches == 2
    for options in ({"branches": 0}, {"depth": 6}, {"policy": "expert"}):
        with pytest.raises(WrongUse, match="resim"):
            load_agent("resim", options=options)
