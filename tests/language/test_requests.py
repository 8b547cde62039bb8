from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playout.core import Message, Sampling, WrongUse
from playout.language.requests import check, choose, clean, cut, short

ANYTHING = st.text(st.characters(codec=None, exclude_categories=()))


@given(ANYTHING)
def test_cleaned_texts_can_be_encoded_and_others_stay(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert clean(cleaned) == cleaned
    if not any("\ud800" <= letter <= "\udfff" for letter in text):
        assert cleaned == text


@given(ANYTHING)
def test_short_texts_are_printable(text: str) -> None:
    assert short(text * 50).isprintable() and len(short(text * 50)) <= 200


def test_the_first_stop_counts_wherever_it_is_listed() -> None:
    assert cut("a b c", (" c", " b", "")) == ("a", True)
    assert cut("a b c", ("x",)) == ("a b c", False)


def test_choosing() -> None:
    assert choose([-2.0, -1.0, -9.0], 0, seed=1) == 1
    drawn = Counter(choose([-2.0, -1.0, -900.0], 1.0, seed) for seed in range(2000))
    assert drawn[2] == 0 and 0.23 < drawn[0] / 2000 < 0.31


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"seeds": (1, 2)}, "one per chat, 1, got 2"),
        ({"choices": ()}, "at least one"),
        ({"choices": ("a",), "json_schema": {}}, "choices and json_schema"),
        ({"prefill": "a", "json_schema": {}}, "json_schema and prefill"),
    ],
)
def test_what_cannot_be_meant_is_refused(fields: dict, said: str) -> None:
    with pytest.raises(WrongUse, match=said):
        check([(Message("user", "hi"),)], Sampling(max_tokens=1, **fields))
