"""Strict parsing: whole matches only, and an answer for every text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playout.language.parsing import PLAN_LIMIT, parse_answer

LEGAL = ("up", "down", "go to desk 1")
ANY_TEXT = st.text(st.characters(codec=None), max_size=200)
TAGS = st.sampled_from(["<action>", "</action>", "<plan>", "</plan>", "<think>", "</think>", "up", ",", "\n", "√"])


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("<action>up</action>", "up"),
        ("<ACTION> Go To Desk 1 \n</Action>", "go to desk 1"),
        ("<action>down</action> no, <action>up</action>", "up"),
        ("<action>up</action> then <action>down", "up"),
        ("<action>up<action>down</action>", "down"),
        ("<action>backup</action>", None),
        ("<action>up down</action>", None),
        ("<action></action>", None),
        ("up", None),
        ("", None),
        ("</action>up<action>", None),
        ("<action>up</action", None),
    ],
)
def test_the_last_complete_block_is_matched_whole(text: str, action: str | None) -> None:
    parsed = parse_answer(text, LEGAL)
    assert parsed.action == action
    assert (parsed.error is None) == parsed.valid


def test_thought_and_plan_come_along() -> None:
    parsed = parse_answer("<think>wall left</think><plan>up, up\ndown</plan><action>up</action>", LEGAL)
    assert (parsed.thought, parsed.plan) == ("wall left", ("up", "up", "down"))
    assert len(parse_answer("<plan>" + "up," * 99 + "</plan>").plan) == PLAN_LIMIT


def test_without_a_list_any_text_is_an_action() -> None:
    assert parse_answer("<action> I offer $100 </action>").action == "I offer $100"


@given(ANY_TEXT | st.lists(TAGS, max_size=30).map("".join))
def test_no_text_is_too_strange(text: str) -> None:
    parsed = parse_answer(text, LEGAL)
    assert parsed.action in (None, *LEGAL)
    assert parsed.error is None or len(parsed.error) < 250


@pytest.mark.parametrize("text", ["<action>" * 120_000, "x" * 1_000_000, "<action>" + "y" * 1_000_000 + "</action>"])
def test_a_megabyte_is_answered_in_one_line(text: str) -> None:
    parsed = parse_answer(text, LEGAL)
    assert not parsed.valid
    assert parsed.error and len(parsed.error) < 250
