import pytest

from playout.agents.planner.speaking import ModelSpeaker, WorldSpeaker
from playout.agents.planner.strategies import Plan
from playout.agents.planner.talk import Talks
from playout.core import Completion, WrongUse
from playout.simulators.dialogue.acts import TUTORING

ENV = "playout/Tutoring-v0"
HINT = next(act for act in TUTORING if act.name == "Hint")


def speaker_of(model):
    return ModelSpeaker(model, TUTORING, Talks(("tutor", "student")))


def test_the_world_words_named_acts_only(turn_of):
    turn = turn_of(ENV)
    assert WorldSpeaker().speak([turn], [Plan(act="Hint")])[0].text == "[Hint]"
    with pytest.raises(WrongUse, match="names no act for the world to word; give a model to speak"):
        WorldSpeaker().speak([turn], [Plan()])


def test_the_instruction_of_the_act_and_the_advice_are_in_the_prompt(turn_of, fake_model):
    model = fake_model(lambda chat, seed: "<action>What is blue?</action>")
    (said,) = speaker_of(model).speak([turn_of(ENV)], [Plan(act="Hint", advice="Be brief.")])
    ask = model.calls[0][0][0][-1].content
    assert said.text == "What is blue?"
    assert f"Now do this as the tutor: {HINT.instruction}" in ask and "Be brief." in ask
    speaker_of(model).speak([turn_of(ENV)], [Plan()])
    assert "Go on as the tutor." in model.calls[1][0][0][-1].content


@pytest.mark.parametrize(("reply", "text"), [(" No tags. ", "No tags."), ("<action>Half", "Half"), ("", "")])
def test_an_answer_without_tags_is_taken_as_it_is(turn_of, fake_model, reply, text):
    (said,) = speaker_of(fake_model(lambda chat, seed: reply)).speak([turn_of(ENV)], [Plan(act="Hint")])
    assert said.text == text and not said.failed


def test_a_model_that_fails_says_nothing_and_why(turn_of, fake_model):
    model = fake_model(lambda chat, seed: Completion(text="x", finish="error", error="HTTP 500"))
    (said,) = speaker_of(model).speak([turn_of(ENV)], [Plan(act="Hint")])
    assert (said.text, said.failed) == ("", "HTTP 500")
