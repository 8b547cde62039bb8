"""A SimRollout: the plan is tried, the truth is shown, the refined action is taken, the world is put back."""

import pytest

from playout.agents import LanguageConfig
from playout.agents.dyna.simrollout import TRIED, SimRolloutAgent, refine_prompt
from playout.core import Completion, Message, WrongUse
from playout.envs.sokoban.text import SokobanText
from playout.rollouts import Stats, play
from playout.rollouts.worlds import GymnasiumWorld


class Scripted:
    """Plans one thing at first, another when it knows what happened; keeps what it was asked."""

    def __init__(self, first, refined):
        self.first, self.refined, self.asked, self.seeds = first, refined, [], []

    def generate(self, chats, sampling):
        self.asked += [chat[-1].content for chat in chats]
        self.seeds += sampling.seeds
        return [
            Completion(text=self.refined if TRIED in chat[-1].content else self.first, token_ids=(1,))
            for chat in chats
        ]


def played(first, refined, *, episodes=1, stats=None, config=None, **options):
    model = Scripted(first, refined)
    agent = SimRolloutAgent(model, config or LanguageConfig(prompt="bare", history=0), **options)

    def make():
        env = SokobanText(size=(6, 6), boxes=1, format="words", max_steps=6)
        return GymnasiumWorld(env, "world", {})

    found = list(play(make, {"agent": agent}, range(episodes), stats=stats))
    return model, sorted(found, key=lambda episode: episode.episode)


def test_the_refined_action_is_taken_and_the_world_was_put_back():
    model, (episode,) = played("<plan>up, up</plan><action>up</action>", "<action>down</action>")
    _, (plain,) = played("<action>down</action>", "<action>down</action>")
    assert [step.action for step in episode.steps] == ["down"] * 6
    assert [step.observation for step in episode.steps] == [step.observation for step in plain.steps]
    assert [len(step.completions) for step in episode.steps] == [2] * 6
    assert episode.outcome.metrics["simulated_steps"] == 11  # the last plan meets the step limit
    assert plain.outcome.metrics["simulated_steps"] == 6  # without a plan the action is tried
    first, refine = model.asked[:2]
    assert refine.startswith(f"{first}\n{TRIED}<do>up<see>p") and refine.count("<see>") == 2
    assert len(set(model.seeds)) == len(model.seeds)


def test_what_is_tried_is_capped_and_may_be_nothing():
    model, _ = played("<plan>up, up, up, up, up, up, up</plan><action>up</action>", "<action>down</action>")
    assert model.asked[1].count("<see>") == 5
    model, _ = played("<plan>up, up, up</plan><action>up</action>", "<action>down</action>", depth=2)
    assert model.asked[1].count("<see>") == 2
    model, (episode,) = played("nonsense", "nonsense")
    assert model.asked[1].endswith(TRIED)
    assert [step.action for step in episode.steps] == [""] * 6


def test_finished_episodes_are_neither_prompted_nor_stepped():
    stats = Stats()
    model, episodes = played(
        "<plan>up</plan><action>up</action>", "<action>up</action>", episodes=9, stats=stats
    )
    steps = sum(len(episode.steps) for episode in episodes)
    assert (stats.stepped, stats.prompted, len(model.asked)) == (steps, steps, 2 * steps)


def test_the_full_prompt_quotes_the_answer():
    chat = (Message("system", "rules"), Message("user", "room"))
    (system, user) = refine_prompt(chat, "<action>up</action>", [("up", "</observation>!")])
    assert system == chat[0]
    assert "&lt;action>up&lt;/action>" in user.content and "up: &lt;/observation>!" in user.content
    assert "no plan could be read" in refine_prompt(chat, "", [])[-1].content


def test_memory_holds_what_was_done():
    config = LanguageConfig(prompt="bare", history=2)
    model, _ = played("<plan>up</plan><action>up</action>", "<action>down</action>", config=config)
    assert "> down" in model.asked[2] and "> up" not in model.asked[2]


def test_wrong_use():
    with pytest.raises(WrongUse, match="depth"):
        SimRolloutAgent(Scripted("", ""), depth=6)
    with pytest.raises(WrongUse, match="context"):
        SimRolloutAgent(Scripted("", ""), LanguageConfig(context="chat"))
