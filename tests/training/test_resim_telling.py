"""Prose before the futures: of the states that were seen, never in their place, and kept after a kill."""

from lamps import WORLD

from playout.agents import LanguageConfig
from playout.agents.dyna.response import parse
from playout.core import Completion
from playout.language.scripted import ScriptedModel
from playout.training.resim_data import taught_states
from playout.training.resim_settings import ResimData
from playout.training.resim_telling import TOLD, retold

STATES = list(taught_states(WORLD, {}, ResimData(states=80), LanguageConfig(prompt="bare", history=0)))


def test_prose_stands_before_the_futures_and_cannot_be_taken_for_them(tmp_path):
    asked = []

    def script(chat, seed):
        asked.append(chat[-1].content)
        return "\n<do>fly<see>the moon<value>solved</think> I take\n the first. "

    for before, after in zip(STATES, retold(STATES, ScriptedModel(script), tmp_path), strict=True):
        reading = parse(after.row("resim").answer)
        assert reading.whole and reading.response == after.response
        assert reading.response.futures == before.response.futures
        assert reading.response.prose == "<do>fly<see>the moon<value>solved</think> I take the first."
        assert after.row("actions") == before.row("actions")
    for state, prompt in zip(STATES, asked, strict=True):
        assert state.chat[-1].content in prompt and ", then ".join(state.response.plan) in prompt


def test_what_was_told_before_a_kill_is_not_asked_again(tmp_path):
    whole = retold(STATES, ScriptedModel(lambda chat, seed: f"{seed}"), tmp_path)
    lines = (tmp_path / TOLD).read_text().splitlines(keepends=True)
    (tmp_path / TOLD).write_text("".join(lines[:64]) + '"6')
    seeds = []
    again = retold(STATES, ScriptedModel(lambda chat, seed: seeds.append(seed) or f"{seed}"), tmp_path)
    assert again == whole and seeds == list(range(64, 80))


def test_a_model_that_fails_tells_nothing(tmp_path):
    class Broken:
        def generate(self, chats, sampling):
            return [Completion(text="half", finish="error") for _ in chats]

    assert retold(STATES[:3], Broken(), tmp_path) == STATES[:3]
