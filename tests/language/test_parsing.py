import pytest
from hypothesis import given
from hypothesis import strategies as st

from playout.core import ParsedAnswer
from playout.language.parsing import MAX_PLAN, parse_answer

LEGAL = ("up", "down", "left", "right")
PIECES = st.sampled_from(
    ["<action>", "</action>", "<ACTION>", "<act", "<plan>", "</plan>", "<think>", "</think>", "up", " ", ","]
)
ANYTHING = st.text(st.characters(codec=None, exclude_categories=()))
ANSWERS = ANYTHING | st.lists(PIECES | ANYTHING).map("".join)


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("<action>up</action>", "up"),
        ("  <Action> UP\n</ACTION> and so on", "up"),
        ("<action>down</action> no: <action>up</action>", "up"),
        ("<action>up</action> <action>down", "up"),
        ("<action>up</action> </action>", "up"),
        ("<action>left<action>up</action></action>", "up"),
        ("<think><action>down</action></think><action>up</action>", "up"),
        ("<action>\u0130p</action><action>up</action>", "up"),
        ("<action>upwards</action>", None),
        ("<action>up, down</action>", None),
        ("<action>u p</action>", None),
        ("<action></action>", None),
        ("<action>up", None),
        ("up</action>", None),
        ("up", None),
        ("", None),
        ("<act\u0131on>up</act\u0131on>", None),
    ],
)
def test_last_complete_block_is_the_action(text: str, action: str | None) -> None:
    parsed = parse_answer(text, LEGAL)
    assert parsed.action == action
    assert parsed.valid == (action is not None) == (parsed.error is None)


def test_without_a_list_the_stripped_text_is_the_action() -> None:
    assert parse_answer("<action>\n I offer 30, or 31?\n</action>").action == "I offer 30, or 31?"


def test_the_spelling_of_the_list_comes_back() -> None:
    assert parse_answer("<action>GO TO desk 1</action>", ["look", "Go to Desk 1"]).action == "Go to Desk 1"
    assert parse_answer("<action>b</action>", ["B", "b"]).action == "b"


def test_plan_and_thought() -> None:
    parsed = parse_answer("<think> hm </think><plan>up, left\ndown,,</plan><action>up</action>", LEGAL)
    assert parsed == ParsedAnswer(action="up", plan=("up", "left", "down"), thought="hm")


def test_long_plan_is_cut_and_the_action_stays_valid() -> None:
    parsed = parse_answer(f"<plan>{','.join('abcdefghij')}</plan><action>up</action>", LEGAL)
    assert parsed.plan == tuple("abcde") and len(parsed.plan) == MAX_PLAN and parsed.valid


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I go up", "no <action> tag in 'I go up'"),
        ("<action>up", "not closed"),
        ("</action>", "no opening"),
        ("<action> </action>", "empty"),
        ("<action>fly</action>", "'fly' is not a legal action; expected one of 'up, down, left, right'"),
    ],
)
def test_errors_say_what_was_found_and_expected(text: str, said: str) -> None:
    error = parse_answer(text, LEGAL).error
    assert error is not None and said in error and "expected" in error


@given(ANSWERS, st.none() | st.lists(ANYTHING, max_size=8))
def test_any_string_is_answered_with_an_action_or_a_short_error(text: str, legal: list[str] | None) -> None:
    parsed = parse_answer(text, legal)
    assert (parsed.action is None) != (parsed.error is None)
    if parsed.error is not None:
        assert len(parsed.error) <= 200 and parsed.error.isprintable()
    elif legal is not None:
        assert parsed.action in legal
    assert len(parsed.plan) <= MAX_PLAN


@given(ANSWERS, st.sampled_from(LEGAL), ANSWERS.filter(lambda text: "<" not in text))
def test_whatever_stands_before_a_block_does_not_matter(before: str, action: str, after: str) -> None:
    assert parse_answer(f"{before}<action>{action}</action>{after}", LEGAL).action == action


@pytest.mark.parametrize(
    "piece", ["<action>", "</action>", "<", "<action", "<action></action>", "x", "\ud800", "<plan>,"]
)
def test_a_megabyte_of_anything(piece: str) -> None:
    parsed = parse_answer(piece * (1_000_000 // len(piece)), LEGAL)
    assert not parsed.valid and parsed.error is not None and len(parsed.error) <= 200
