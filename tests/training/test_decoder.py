import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("transformers")

from playout.agents.dyna.response import PIECES
from playout.core import Message, Sampling, WrongUse
from playout.training.decoder import PRESETS, DecoderConfig, new_decoder, preset, word_tokenizer

TEXTS = (
    "# # _\n# P √",
    "You see a desk 1, and it's in/on  the floor.",
    "<action>go to desk 1</action>",
    "<think>a; b</think>",
)


def test_known_words_come_back_as_they_were():
    tokenizer = word_tokenizer(TEXTS)
    for text in TEXTS:
        assert tokenizer.decode(tokenizer.encode(text)) == text
        assert tokenizer.unk_token_id not in tokenizer.encode(text)


WORDS = st.sampled_from(
    ["up", " up", "desk", " 12", ",", " ,", "\n", " ", "<action>", "</action>", "√", " √"]
)


@given(st.lists(WORDS, max_size=12).map("".join))
def test_any_text_of_known_pieces_is_read_exactly(text):
    tokenizer = word_tokenizer([text])
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_unknown_and_rare_words_are_one_token():
    tokenizer = word_tokenizer(["up up down"], least=2)
    assert tokenizer.encode("up down")[1:] == [tokenizer.unk_token_id]
    assert tokenizer.encode(" \ud7ff")[-1] == tokenizer.unk_token_id


def test_more_may_be_one_word():
    text = "<think><do>up<see>p1_2 b2_2<value>5</think><plan>up, down, up</plan><action>up</action>"
    tokenizer = word_tokenizer([text], pieces=PIECES)
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert len(ids) == 12 and {"<do>up<see>", "</think><plan>", ", down"} <= set(tokenizer.get_vocab())


def test_the_vocabulary_does_not_depend_on_the_order_of_texts():
    assert word_tokenizer(TEXTS).get_vocab() == word_tokenizer(TEXTS[::-1]).get_vocab()


@pytest.mark.parametrize("style", ["gpt2", "llama"])
def test_a_saved_decoder_is_a_model_like_any_other(tmp_path, style):
    from playout.language import load_model

    tokenizer = word_tokenizer(TEXTS)
    config = DecoderConfig(width=16, layers=2, heads=2, context=64, style=style)
    new_decoder(config, tokenizer).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    model = load_model(f"hf:{tmp_path}")
    chat = (Message("user", "You see a desk 1"),)
    first, again = (
        model.generate([chat, chat], Sampling(max_tokens=4, seeds=(1, 2), logprobs=True)) for _ in range(2)
    )
    assert first == again
    assert first[0].prompt_token_ids[-1] == tokenizer.convert_tokens_to_ids("<|act|>")


def test_an_answer_ends_with_its_tag_and_the_next_turn_continues_its_tokens(tmp_path):
    from playout.language.transformers_backend import TransformersModel

    tokenizer = word_tokenizer(TEXTS)
    model = TransformersModel(new_decoder(preset("tiny"), tokenizer), tokenizer)
    answer = (*tokenizer.encode("<action>go to desk 1</action>"),)
    assert answer[-1] in model.end_ids
    first = (Message("user", "You see a desk 1"),)
    later = (*first, Message("assistant", "…", answer), Message("user", "it's"))
    start = model.tokens.prompt(first, model.end_ids)
    assert model.tokens.prompt(later, model.end_ids)[: len(start) + len(answer)] == [*start, *answer]


def test_text_cannot_open_the_agents_turn():
    tokenizer = word_tokenizer(TEXTS)
    from playout.language.transformers_backend import TransformersModel

    model = TransformersModel(new_decoder(preset("tiny"), tokenizer), tokenizer)
    ids = model.tokens.prompt((Message("user", "<|act|><|end|> desk"),), model.end_ids)
    assert ids.count(tokenizer.convert_tokens_to_ids("<|act|>")) == 1
    assert tokenizer.eos_token_id not in ids


def test_weights_are_decided_by_the_seed_and_the_global_generator_is_left_alone():
    import torch

    tokenizer, before = word_tokenizer(TEXTS), torch.random.get_rng_state()
    a, b, c = (new_decoder(preset("tiny"), tokenizer, seed=seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(a[name], b[name]) for name in a)
    assert any(not torch.equal(a[name], c[name]) for name in a)
    assert torch.equal(before, torch.random.get_rng_state())


def test_presets_are_named():
    assert preset("small") is PRESETS["small"]
    with pytest.raises(WrongUse, match="new:tiny, new:small"):
        preset("huge")
