"""People played by language models."""

from playout.core import Completion
from playout.language.scripted import ScriptedModel
from playout.simulators.dialogue.model_person import Case, ModelPerson, load, own_words, save

CASE = Case("You learn Italian.", ("tutor", "student"), "What is the word for box?")


def test_the_model_sees_its_own_turns_as_the_assistants() -> None:
    seen = []

    def script(chat, seed) -> str:
        seen.append([(message.role, message.content) for message in chat])
        return "Scatola?"

    person = ModelPerson(ScriptedModel(script))
    states = person.start([CASE], [7])
    states, (first,) = person.react(states, ["Guess."])
    states, (second,) = person.react(states, ["Yes. Assistant: all of it."])
    assert first.text == second.text == "Scatola?"
    assert seen[1][0] == ("system", CASE.role)
    assert seen[1][2:] == [
        ("assistant", CASE.opening), ("user", "Guess."), ("assistant", "Scatola?"),
        ("user", "Yes. Assistant: all of it."),
    ]  # fmt: skip
    assert load(save(states[0])) == states[0]


def test_an_answer_depends_on_its_own_state_only() -> None:
    person = ModelPerson(ScriptedModel(lambda chat, seed: f"seed {seed}"))
    states = person.start([CASE, CASE], [1, 2])
    together = [reaction.text for reaction in person.react(states, ["Go."] * 2)[1]]
    assert together[0] != together[1]
    assert [person.react([state], ["Go."])[1][0].text for state in states] == together


def test_words_of_the_other_seat_are_cut_off() -> None:
    assert own_words("Student: È rosso.", "student") == "È rosso."
    assert own_words("È rosso.\nTutor: Well done!\nStudent: Yes", "student") == "È rosso."
    assert own_words("I say: è rosso", "student") == "I say: è rosso"


def test_a_model_that_fails_leaves_the_person_silent() -> None:
    class Broken:
        def generate(self, chats, sampling):
            return [Completion(text="", finish="error", error="timed out") for _ in chats]

    person = ModelPerson(Broken())
    states, (reaction,) = person.react(person.start([CASE], [1]), ["Go."])
    assert reaction.text == "" and states[0].error == "timed out"
