"""A world model learnt from real transitions, what it is worth ahead, and search in it."""

import pytest

pytest.importorskip("transformers")

from lamps import WORLD

from playout.agents.dyna.agent import ReSimAgent, ReSimConfig
from playout.core import Completion, WrongUse
from playout.evaluation.world_model import open_loop
from playout.rollouts import lookup, play
from playout.simulators.learned import LearnedWorld, asked, read, told
from playout.training.settings import SFTSettings
from playout.training.world_model import transitions, world_model
from playout.training.world_model_settings import WorldModelConfig

SOKOBAN = {"format": "words", "source": "fresh", "size": [6, 6], "boxes": 1}
ENV = "playout/SokobanText-v0"


class Exact:
    """A "language model" that looks into the real world."""

    def __init__(self, env, kwargs, starts):
        self.known = {}
        world = lookup.make_single(env, kwargs).env
        for seed in starts:
            frontier = [(world.reset(seed=seed)[0], world.unwrapped.snapshot())]
            for _ in range(3):
                frontier = [
                    new for seen, saved in frontier for new in self.spread(world.unwrapped, seen, saved)
                ]

    def spread(self, world, seen, saved):
        for action in ("up", "down", "left", "right"):
            world.restore(saved)
            after, _, terminated, _, info = world.step(action)
            after = after.removeprefix(f"{info.get('invalid')}\n")
            then = ("solved" if info["is_success"] else "over") if terminated else "on"
            if asked(seen, action) not in self.known:
                self.known[asked(seen, action)] = told(seen, after, then)
                if not terminated:
                    yield after, world.snapshot()

    def generate(self, chats, sampling):
        return [Completion(text=self.known.get(chat, "?")) for chat in chats]


def test_rows_are_real_transitions_some_of_them_refused():
    config = WorldModelConfig(env=ENV, env_kwargs=SOKOBAN, transitions=300, slips=0.5)
    rows = list(transitions(config))
    assert len(rows) == 300 and rows == list(transitions(config))
    refused = 0
    for row in rows:
        before, _, action = row.chat[0].content.rpartition("\n> ")
        then = read(before, row.answer)
        assert then.read and action in ("up", "down", "left", "right")
        assert then.observation.split("\n")[0] == before.split("\n")[0]
        refused += then.observation == before
    assert 20 < refused < 150
    assert any(read("", row.answer).success for row in rows)


def test_open_loop_of_an_exact_model_and_of_none():
    kwargs = {**SOKOBAN, "source": "bank"}
    exact = LearnedWorld(Exact(ENV, kwargs, range(4)))
    found = open_loop(exact, ENV, kwargs, episodes=4, horizon=3)
    assert [found[f"h{h}"] for h in (1, 2, 3)] == [1.0] * 3
    nothing = open_loop(LearnedWorld(Exact(ENV, kwargs, ())), ENV, kwargs, episodes=4, horizon=3)
    assert nothing["h1"] == nothing["h3"] == 0.0


def test_search_in_an_exact_model_needs_no_world_and_decides_as_in_the_world():
    kwargs = {**SOKOBAN, "source": "bank", "max_steps": 1}
    config = ReSimConfig(depth=2, rollouts=1, horizon=1)
    model = LearnedWorld(Exact(ENV, {**kwargs, "max_steps": 9}, range(3)))
    agent = ReSimAgent(config, model=model)
    assert agent.needs == {"legal_actions"}
    played = list(play(lambda: lookup.make(ENV, kwargs), {"agent": agent}, range(3)))
    (one,) = (episode for episode in played if episode.episode == 0)
    assert one.error is None and one.steps[0].plan and model.calls > 0
    assert one.steps[0].futures[0]["see"]


def test_it_learns_the_lamps(tmp_path):
    settings = SFTSettings(epochs=40, batch_tokens=512, learning_rate=0.01)
    config = WorldModelConfig(env=WORLD, model="new:tiny", transitions=150, settings=settings)
    run = world_model(config, out=tmp_path / "run")
    found = open_loop(LearnedWorld.load(run.folder), WORLD, {}, episodes=20, horizon=2, seed=900)
    assert found["h1"] > 0.5


def test_wrong_use():
    with pytest.raises(WrongUse, match="transitions"):
        WorldModelConfig(env=ENV, transitions=0)
    with pytest.raises(WrongUse, match="monte-carlo"):
        ReSimConfig(world_model="runs/model", value="distance")
    with pytest.raises(WrongUse, match="legal actions"):
        list(transitions(WorldModelConfig(env="playout/Negotiation-v0", transitions=1)))
