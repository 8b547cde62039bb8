"""ReSim at inference: better than its policy, true in what it tells, and it leaves the world alone."""

import re
from zlib import crc32

import pytest

from playout.agents import load_agent
from playout.agents.dyna.agent import ReSimAgent, ReSimConfig
from playout.agents.dyna.response import parse
from playout.agents.dyna.scoring import check
from playout.agents.random import RandomAgent, RandomConfig
from playout.core import Completion, Decision, Turn, WrongUse
from playout.envs.sokoban.text import SokobanText
from playout.rollouts import play
from playout.rollouts.worlds import GymnasiumWorld
from playout.simulators.learned import Predicted


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


class Foretells:
    """In place of a learned model: whatever is asked has one answer."""

    def predict(self, observations, actions):
        numbers = [
            crc32(f"{seen}|{action}".encode()) for seen, action in zip(observations, actions, strict=True)
        ]
        return [Predicted(f"it is {number}", number % 9 == 0, number % 9 == 0) for number in numbers]


def test_with_a_model_an_episode_does_not_depend_on_its_neighbours():
    config = ReSimConfig(rollouts=2, horizon=4)
    found = []
    for numbers, slots in ((range(3, 4), 4), (range(4), 4), (range(4), 1)):
        agents = {"agent": ReSimAgent(config, model=Foretells())}
        episodes = {one.episode: one for one in play(world, agents, numbers, slots=slots)}
        found.append(episodes[3].steps)
    assert found[0] == found[1] == found[2]


def test_actions_that_a_plan_cannot_hold_are_not_tried():
    agent = ReSimAgent(ReSimConfig(rollouts=1, horizon=2))
    env = SokobanText(size=(6, 6), boxes=1, format="words")
    observation, info = env.reset(seed=0)

    def turn(*legal):
        return Turn(
            observation=observation, instructions="", legal_actions=legal, reward=0.0, info=info, episode=0,
            t=0, world=env,
        )  # fmt: skip

    (decision,) = agent.act([turn("please, wait", "up")])
    assert decision.action == "up"
    with pytest.raises(WrongUse, match="actions that a plan can hold"):
        agent.act([turn("please, wait")])


def test_by_name_and_wrong_use():
    agent = load_agent("resim", options={"branches": 2})
    assert isinstance(agent, ReSimAgent) and agent.config.branches == 2
    for options in ({"branches": 0}, {"depth": 6}, {"policy": "expert"}):
        with pytest.raises(WrongUse, match="resim"):
            load_agent("resim", options=options)
