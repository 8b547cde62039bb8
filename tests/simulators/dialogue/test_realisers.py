"""From acts to words: replayed exactly, reworded by models without touching what is meant."""

import numpy as np
import pytest

from playout.core import Completion
from playout.core.random import bits
from playout.language.scripted import ScriptedModel
from playout.simulators.dialogue.realisers import ModelWords, Templates, opening, transcript, turn
from playout.simulators.dialogue.support.task import Support
from playout.simulators.dialogue.tutoring.task import Tutoring

TASKS = (Tutoring(), Support())


def spoken(task, key: int, acts, realiser=None):
    return transcript(task.speech(), realiser or Templates(), key, acts)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_dialogue_played_again_is_worded_alike(task) -> None:
    key, acts = bits(5, 0), [bits(5, t) % len(task.acts) for t in range(6)]
    speech, state = task.speech(), task.start(np.array([key], np.uint64))
    said = opening(speech, Templates(), state, 0)
    for act in acts:
        task.step(state, np.array([act]))
        said += turn(speech, Templates(), act, state, 0, said)
    assert said == spoken(task, key, acts)
    assert len(said) == 13 and said != spoken(task, bits(6, 0), acts)
    assert [one.act for one in said[1::2]] == [task.acts[act] for act in acts]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_the_wordings_of_the_splits_differ_but_nothing_else_does(task) -> None:
    key, acts = bits(9, 0), [bits(9, t) % len(task.acts) for t in range(6)]
    train, unseen = spoken(task, key, acts), spoken(task, key, acts, Templates("unseen"))
    assert [one.act for one in train] == [one.act for one in unseen]
    assert not {one.text for one in train} & {one.text for one in unseen}


def reworded(answer: str | Completion):
    class Model:
        def generate(self, chats, sampling):
            return [answer if isinstance(answer, Completion) else Completion(text=answer)]

    return ModelWords(Model())


HINTED = [2, 2, 2]


def test_a_models_words_are_taken_where_they_keep_what_is_meant() -> None:
    task, key = TASKS[0], bits(2, 0)
    plain = spoken(task, key, HINTED)
    said = spoken(task, key, HINTED, reworded("something else"))
    assert said[1::2] == plain[1::2], "the facts are left out, so the wordings themselves are said"

    def echo(chat, seed) -> str:
        asked = chat[-1].content
        kept = asked[asked.index("to the letter: ") + 15 : -1] if "to the letter" in asked else ""
        return f"Well then, {kept}"

    said = spoken(task, key, HINTED, ModelWords(ScriptedModel(echo)))
    assert said != plain and [one.act for one in said] == [one.act for one in plain]
    assert all(one.text.startswith("Well then,") for one in said)


@pytest.mark.parametrize(
    "answer", ["That is 5 words.", "", Completion(text="x", finish="error", error="down")]
)
def test_numbers_of_its_own_silence_and_failure_are_not_taken(answer) -> None:
    task, key = TASKS[1], bits(3, 0)
    assert spoken(task, key, [0], reworded(answer)) == spoken(task, key, [0])
