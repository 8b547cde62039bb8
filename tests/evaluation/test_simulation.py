"""Imagined futures of recorded episodes: scored, and marked for reports, by playing the episode again."""

import json

import pytest

from playout.agents import LanguageAgent, LanguageConfig
from playout.core import Completion, WrongUse
from playout.evaluation.report import report
from playout.evaluation.simulation import judged, marked, simulation
from playout.rollouts import lookup, play

ENV, GIVEN = "playout/SokobanText-6x6-1box-v0", {"format": "words", "max_steps": 3}


class Dreamer:
    """Imagines that every way is free, going up twice; plans to go up."""

    def generate(self, chats, sampling):
        return [Completion(text=self.answer(chat[-1].content)) for chat in chats]

    def answer(self, seen):
        player, box = seen.split("\n")[-1].split(" ")
        row, column = map(int, player[1:].split("_"))
        ways = "".join(f"<do>up<see>p{row - k}_{column} {box}" for k in (1, 2))
        return f"<think>{ways}<value>3</think><plan>up, up</plan><action>up</action>"


@pytest.fixture(scope="module")
def episodes():
    agent = LanguageAgent(Dreamer(), LanguageConfig(prompt="bare", history=0))
    played = play(lambda: lookup.make(ENV, GIVEN), {"agent": agent}, range(12))
    found = [json.loads(episode.to_json()) for episode in played]
    return sorted(found, key=lambda episode: episode["episode"])


def test_scores_are_counted_over_responses_and_over_first_ones(episodes):
    metrics = simulation(episodes).metrics()
    assert metrics["parsed"] == 1.0
    assert 0 < metrics["sim_exact_h2"] <= metrics["sim_exact_h1"] < 1
    assert metrics["sim_exact"] <= metrics["sim_f1"] and "first_sim_exact_h1" in metrics
    assert 0 <= metrics["value_exact"] < 1
    assert simulation([]).metrics() == {}


def test_what_is_imagined_beyond_the_limit_is_not_scored(episodes):
    last = [one for one in judged(episodes[0]) if one.t == 2]
    assert [step.horizon for one in last for step in one.checked] == [1]


def test_marks(episodes):
    for episode in episodes:
        drawn = marked(episode)
        assert drawn.keys() == set(range(len(episode["steps"])))
        for one in judged(episode):
            (future,) = drawn[one.t]
            assert future["do"] == ["up", "up"] and future["value"] == "3"
            signs = [step[0] for step in future["see"][: len(one.checked)]]
            assert signs == ["✓" if step.exact else "✗" for step in one.checked]
    assert any("really: p" in step for e in episodes for f in marked(e).values() for step in f[0]["see"])


def test_what_cannot_be_played_again_is_not_marked_and_not_scored(episodes):
    other = {**episodes[0], "seed": episodes[1]["seed"]}
    assert marked(other) == {}
    with pytest.raises(WrongUse, match="something else"):
        simulation([other])
    assert marked({**episodes[0], "steps": []}) == {}
    assert simulation([{**other, "error": "failed"}]).metrics() == {}


def test_reports_show_the_marks(episodes):
    small = report._small(episodes[0], marked(episodes[0]), None, None)
    assert [step["futures"] for step in small["steps"]] == list(marked(episodes[0]).values())
    plain = report._small(episodes[0], {}, None, None)
    assert all(step["futures"] is None for step in plain["steps"])
