from dataclasses import replace

import pytest

pytest.importorskip("transformers")

from playout.core import Message, Sampling
from playout.language.prefixes import Prefixes
from playout.language.transformers_backend import TransformersModel
from playout.training.decoder import CLOSE, DecoderConfig, new_decoder, word_tokenizer

WORDS = "the lamp is red blue green now then touch wait"
SAMPLING = Sampling(max_tokens=4, temperature=1.0, logprobs=True, prefill="<action>")


def made(style):
    tokenizer = word_tokenizer([WORDS, f"<action> {CLOSE}"])
    return new_decoder(DecoderConfig(width=16, layers=2, heads=2, style=style), tokenizer), tokenizer


def talk(model, turns=4):
    """Conversations of different lengths that go on, one of them every other turn; all answers."""
    chats = {n: (Message("user", " ".join(WORDS.split()[:n])),) for n in (3, 9, 5)}
    said = []
    for turn in range(turns):
        live = [n for n in chats if n != 9 or turn % 2 == 0]
        answers = model.generate([chats[n] for n in live], replace(SAMPLING, seeds=tuple(live)))
        said += answers
        for n, answer in zip(live, answers, strict=True):
            reply = Message("assistant", answer.text, answer.token_ids)
            chats[n] = (*chats[n], reply, Message("user", " now" * (turn + 1)))
    return said


@pytest.mark.parametrize("style", ["gpt2", "llama"])
def test_answers_are_those_of_reading_everything(style, monkeypatch):
    model = TransformersModel(*made(style))
    plain = talk(model)
    model.known = Prefixes()
    read = []
    real = model.model.forward
    monkeypatch.setattr(
        model.model, "forward", lambda **given: read.append(given["input_ids"].shape[1]) or real(**given)
    )
    quick = talk(model)
    assert [one.token_ids for one in quick] == [one.token_ids for one in plain]
    for one, other in zip(quick, plain, strict=True):
        assert one.logprobs == pytest.approx(other.logprobs, abs=1e-5)
        assert one.prompt_token_ids == other.prompt_token_ids
    assert max(read[1:]) < 12 < max(len(one.prompt_token_ids) for one in plain)


def test_what_was_longest_unused_goes():
    model = TransformersModel(*made("llama"))
    model.known = Prefixes(most_bytes=3000)  # about what one conversation takes
    plain = talk(TransformersModel(model.model, made("llama")[1]))
    assert [one.token_ids for one in talk(model)] == [one.token_ids for one in plain]
    assert model.known.bytes <= 3000


def test_cleared_it_knows_nothing_of_other_weights():
    model = TransformersModel(*made("gpt2"))
    model.known = Prefixes()
    talk(model)
    other, _ = made("gpt2")
    for weight, theirs in zip(model.model.parameters(), other.parameters(), strict=True):
        weight.data.copy_(theirs.data * 0.5)
    model.known.clear()
    assert model.known.bytes == 0
    quick = talk(model)
    model.known = None
    assert [one.token_ids for one in quick] == [one.token_ids for one in talk(model)]
