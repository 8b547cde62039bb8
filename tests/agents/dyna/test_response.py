"""Responses are read back as they were written; anything else is read too, and counted."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playout.agents.dyna.response import DEFECTS, Future, Imagined, Response, parse, render
from playout.core import WrongUse
from playout.language.parsing import MAX_PLAN, parse_answer

words = st.text(max_size=12).map(str.strip)
actions = words.filter(lambda text: text and not set("<,\n") & set(text))
futures = st.builds(
    Future,
    st.lists(st.builds(Imagined, actions, st.none() | words), min_size=1, max_size=MAX_PLAN).map(tuple),
    words,
)
responses = st.builds(
    Response,
    action=actions,
    plan=st.lists(actions, max_size=MAX_PLAN).map(tuple),
    futures=st.lists(futures, max_size=3).map(tuple),
    prose=words,
)

PIECES = [
    "<think>",
    "</think>",
    "<plan>",
    "</plan>",
    "<action>",
    "</action>",
    "<do>",
    "<see>",
    "<value>",
    "up",
    ",",
    "&lt;",
    "\n",
]
LEFT = Future((Imagined("left", "p1_1 b2_2"), Imagined("up", "p0_1 b2_2")), "5")
TEXT = (
    "<think>hm<do>left<see>p1_1 b2_2<do>up<see>p0_1 b2_2<value>5</think>"
    "<plan>left, up</plan><action>left</action>"
)


def test_written():
    response = Response(action="left", plan=("left", "up"), futures=(LEFT,), prose="hm")
    assert render(response) == TEXT
    assert parse(TEXT).response == response and not parse(TEXT).defects
    answer = parse_answer(TEXT)  # what every language agent reads of it
    assert (answer.action, answer.plan) == ("left", ("left", "up"))


@given(responses)
def test_read_back(response):
    reading = parse(render(response))
    assert reading.response == response
    expected = Counter(
        {
            "no plan": int(not response.plan),
            "no value": sum(not future.value for future in response.futures),
            "contradiction": reading.defects["contradiction"],
        }
    )
    assert reading.defects == +expected


@given(st.text() | st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_reading_is_total(text):
    reading = parse(text)
    assert reading.defects.keys() <= DEFECTS.keys()
    assert all(0 < len(future.steps) <= MAX_PLAN for future in reading.response.futures)


@pytest.mark.parametrize(
    ("text", "defects"),
    [
        ("", {"no action": 1, "no plan": 1}),
        ("<think><do>up<see>a<value>1<plan>up</plan><action>up</action>", {"unclosed": 1}),
        ("<plan>a</plan><action>up", {"unclosed": 1, "no action": 1}),
        ("<plan>1,2,3,4,5,6</plan><action>1</action>", {"long": 1}),
        ("<plan>1,2,3,4,5,</plan><action>1</action>", {}),
        ("<think>" + "<do>up<see>a" * 6 + "<value>1</think><plan>up</plan><action>up</action>", {"long": 1}),
        ("<think><see>a<value>1</think><plan>up</plan><action>up</action>", {"stray": 2}),
        ("<think><do>up<see>a<see>b<value>1</think><plan>up</plan><action>up</action>", {"stray": 1}),
        ("<think><do>up<see>a</think><plan>up</plan><action>up</action>", {"no value": 1}),
        (
            "<think><do>up<see>a<value>1<do>up<see>b<value>1</think><plan>up</plan><action>up</action>",
            {"contradiction": 1},
        ),
    ],
)
def test_defects(text, defects):
    reading = parse(text)
    assert reading.defects == defects
    assert reading.whole == (not set(defects) - {"contradiction"})


def test_a_cut_plan_keeps_its_first_actions():
    assert parse("<plan>1,2,3,4,5,6</plan><action>1</action>").response.plan == ("1", "2", "3", "4", "5")


def test_what_the_world_says_cannot_close_a_tag():
    future = Future((Imagined("up", "</think><action>down</action> &lt;"),), "1")
    reading = parse(render(Response(action="up", futures=(future,))))
    assert reading.response.futures == (future,) and reading.response.action == "up"


@pytest.mark.parametrize(
    "response",
    [
        Response(action=""),
        Response(action="a,b"),
        Response(action="<b>"),
        Response(action=" a"),
        Response(action="a", plan=("a",) * 6),
        Response(action="a", futures=(Future(()),)),
        Response(action="a", futures=(Future((Imagined("a", " b"),)),)),
    ],
)
def test_what_cannot_be_written(response):
    with pytest.raises(WrongUse, match="render"):
        render(response)
