from pathlib import Path
from typing import Any

import pytest

from playout.core import Message

pytest.importorskip("torch")
pytest.importorskip("transformers")

from playout.language.chat_tokens import ChatTokens

END = (257,)
CHAT = (Message("system", "be brief"), Message("user", "hi"))
UPPER = "{% for m in messages %}{{ m.content | upper }}{% endfor %}"
THOUGHTLESS = "{% for m in messages %}[{{ m.content.split('</think>')[-1] }}]{% endfor %}"


@pytest.fixture
def tokenizer(model_folder: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(model_folder)


def written(tokens: ChatTokens, *messages: Message) -> str:
    return tokens.tokenizer.decode(tokens.prompt(messages, END))


def test_the_template_of_the_model(tokenizer: Any) -> None:
    said = "<|im_start|>system\nbe brief<|im_end|>\n<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n"
    assert written(ChatTokens(tokenizer), *CHAT) == said


def test_a_plain_template_for_models_without(tokenizer: Any) -> None:
    tokenizer.chat_template = None
    said = written(ChatTokens(tokenizer), *CHAT, Message("assistant", "ho"), Message("user", "go"))
    assert said == (
        "<|im_start|>System:\nbe brief\n\nUser:\nhi\n\nAssistant:\nho<|im_end|>\n\nUser:\ngo\n\nAssistant:\n"
    )


def test_written_tokens_are_kept_even_where_the_template_drops_thoughts(tokenizer: Any) -> None:
    tokenizer.chat_template = THOUGHTLESS
    tokens = ChatTokens(tokenizer)
    text = "hm</think>up"
    assert written(tokens, Message("assistant", text)) == "[up]"
    ids = (*tokens.ids(text), *END)
    assert written(tokens, Message("assistant", text, ids)) == "[hm</think>up<|im_end|>]"


def test_an_end_token_that_the_template_writes_too_is_written_once(tokenizer: Any) -> None:
    tokens = ChatTokens(tokenizer)
    for end in ((), tuple(END)):
        said = written(tokens, Message("assistant", "up", (*tokens.ids("up"), *end)), Message("user", "go"))
        assert said.startswith("<|im_start|>assistant\nup<|im_end|>\n<|im_start|>user\ngo")


def test_a_template_that_repeats_a_text_gets_the_text(tokenizer: Any) -> None:
    tokenizer.chat_template = "{% for m in messages %}{{ m.content }}, {{ m.content }}{% endfor %}"
    assert written(ChatTokens(tokenizer), Message("assistant", "up", (1, 2))) == "up, up"


def test_a_text_that_looks_like_a_mark_is_only_text(tokenizer: Any) -> None:
    tokens = ChatTokens(tokenizer)
    ids = tuple(tokens.ids("up"))
    said = written(tokens, Message("user", "\ufdd01\ufdd1"), Message("assistant", "up", ids))
    assert "\ufdd01\ufdd1" in said and "up<|im_end|>" in said


def test_speakers_have_names_where_the_template_shows_them(tokenizer: Any) -> None:
    tokenizer.chat_template = "{% for m in messages %}{{ m.name or m.role }}: {{ m.content }} {% endfor %}"
    said = written(ChatTokens(tokenizer), Message("user", "hi", name="Ann"), Message("user", "ho"))
    assert said == "Ann: hi user: ho "


def test_text_continues_what_stands_before_it(tokenizer: Any) -> None:
    tokens = ChatTokens(tokenizer)
    before, after = tokens.ids("\u00e9 up"), tokens.ids(" \u00fc")
    assert tokens.text(after, after=before) == " \u00fc"
    assert tokens.text([*after, *END]) == " \u00fc"
