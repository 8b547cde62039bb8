"""Scripted models: the shared behaviour of models, without weights."""

import pytest

from playout.core import ChatModel, Message, Sampling, Scorer, WrongUse
from playout.language import load_model
from playout.language.parsing import LEGAL_PREFIX, parse_answer
from playout.language.scripted import GARBAGE, ScriptedModel

CHAT = (Message("system", "rules"), Message("user", f"room\n{LEGAL_PREFIX}go to desk 1, look"))


def texts(name: str, **options) -> list[str]:
    sampling = Sampling(**{"max_tokens": 500, "seeds": tuple(range(20)), **options})
    return [completion.text for completion in load_model(name).generate([CHAT] * 20, sampling)]


def test_scripts_answer_from_the_prompt() -> None:
    assert {parse_answer(text).action for text in texts("scripted:echo-first-legal")} == {"go to desk 1"}
    assert {parse_answer(text).action for text in texts("scripted:random")} == {"go to desk 1", "look"}
    assert set(texts("scripted:fixed=hello")) == {"hello"}


def test_garbage_names_no_action() -> None:
    assert not any(parse_answer(text, ("go to desk 1", "look")).valid for text in GARBAGE)
    assert set(texts("scripted:garbage")) <= set(GARBAGE)


def test_a_completion_depends_on_its_own_seed_only() -> None:
    model = load_model("scripted:random")
    alone = model.generate([CHAT], Sampling(max_tokens=99, seeds=(7,)))
    beside = model.generate([CHAT] * 3, Sampling(max_tokens=99, seeds=(1, 7, 2)))
    assert alone[0] == beside[1]


def test_sampling_is_honoured() -> None:
    model = ScriptedModel(lambda chat, seed: "one. two. three")
    (cut,) = model.generate([CHAT], Sampling(max_tokens=3))
    assert (cut.text, cut.finish) == ("one. two", "length")
    (stopped,) = model.generate(
        [CHAT], Sampling(max_tokens=50, stop=(" three",), prefill="> ", logprobs=True)
    )
    assert (stopped.text, stopped.finish) == ("> one. two.", "stop")
    assert len(stopped.logprobs or ()) == len(stopped.token_ids)
    (chosen,) = model.generate([CHAT], Sampling(max_tokens=50, choices=("yes", "no")))
    assert chosen.text in ("yes", "no")


def test_scores_rank_what_the_script_would_write_first() -> None:
    model = load_model("scripted:fixed=<action>look</action>")
    assert isinstance(model, Scorer)
    assert isinstance(model, ChatModel)
    best, worse = model.score([CHAT], [["<action>look</action>", "<action>take</action>"]])[0]
    assert best.logprob == 0.0 > worse.logprob


@pytest.mark.parametrize("name", ["scripted:none", "scripted:", "smolm2", "", "http://x", "hf:"])
def test_an_unknown_name_says_what_there_is(name: str) -> None:
    with pytest.raises(WrongUse, match="expected one of"):
        load_model(name)


def test_a_script_that_raises_fails_its_own_chat_only() -> None:
    model = ScriptedModel(lambda chat, seed: str(1 // seed))
    broken, fine = model.generate([CHAT] * 2, Sampling(max_tokens=5, seeds=(0, 1)))
    assert broken.finish == "error" and "ZeroDivisionError" in (broken.error or "")
    assert fine.text == "1"


def test_a_prefill_that_the_script_writes_itself_stands_there_once() -> None:
    (answer,) = load_model("scripted:echo-first-legal").generate(
        [CHAT], Sampling(max_tokens=50, prefill="<action>")
    )
    assert answer.text == "<action>go to desk 1</action>"


def test_seeds_are_one_per_chat() -> None:
    with pytest.raises(WrongUse, match="one per chat, 2, got 1"):
        load_model("scripted:random").generate([CHAT] * 2, Sampling(max_tokens=5, seeds=(1,)))
