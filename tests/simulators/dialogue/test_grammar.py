"""Wordings: what is said in one split is never said in the other."""

import pytest

from playout.core.errors import WrongUse
from playout.core.random import Stream
from playout.simulators.dialogue.grammar import WORDINGS, Grammar, Rule
from playout.simulators.dialogue.support.task import Support
from playout.simulators.dialogue.tutoring.task import Tutoring

SMALL = Grammar(
    {
        "greet": Rule(("<hello>, {name}.", "{name}!"), ("oh, <hello>.",)),
        "hello": Rule(("hello", "hi"), ("good day",)),
    },
    frozenset({"name"}),
)


def test_all_templates_are_counted_and_said() -> None:
    assert list(SMALL.templates("greet", "train")) == ["hello, {name}.", "hi, {name}.", "{name}!"]
    assert [SMALL.count("greet", wording) for wording in WORDINGS] == [3, 1]
    said = {SMALL.say("greet", "train", {"name": "Ann"}, Stream(key)) for key in range(50)}
    assert said == {"Hello, Ann.", "Hi, Ann.", "Ann!"}
    assert SMALL.say("greet", "unseen", {}, Stream(0)) == "Oh, good day."


def test_what_fills_a_slot_is_data() -> None:
    assert SMALL.say("greet", "train", {"name": "<hello> {name}"}, Stream(3)).endswith("<hello> {name}.")


def test_missing_words_and_rules_are_named() -> None:
    with pytest.raises(WrongUse, match=r"needs a word for \{name\}"):
        [SMALL.say("greet", "train", {}, Stream(key)) for key in range(9)]
    with pytest.raises(WrongUse, match="no rule 'bye'"):
        SMALL.say("bye", "train", {}, Stream(0))
    with pytest.raises(WrongUse, match="expected one of train, unseen"):
        SMALL.count("greet", "test")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"a": Rule(("x",), ())}, "no production for one of the splits"),
        ({"a": Rule(("x",), ("x",))}, "in both splits"),
        ({"a": Rule(("<b>",), ("y",))}, "neither rule nor slot"),
        ({"a": Rule(("{b}",), ("y",))}, "neither rule nor slot"),
        ({"a": Rule(("<b>",), ("y",)), "b": Rule(("<a>",), ("z",))}, "part of itself"),
    ],
)
def test_a_wrong_grammar_is_refused(rules: dict, message: str) -> None:
    with pytest.raises(WrongUse, match=message):
        Grammar(rules)


@pytest.mark.parametrize("task", [Tutoring, Support])
def test_ours_share_no_template_between_the_splits_and_have_a_dozen_for_each_act(task) -> None:
    grammar = task().speech().grammar
    assert {*task.acts, *task.replies} <= grammar.rules.keys()
    for name in grammar.rules:
        train, unseen = (set(grammar.templates(name, wording)) for wording in WORDINGS)
        assert not train & unseen, name
        assert len(train) == grammar.count(name, "train"), f"{name} says something twice"
        if name in task.acts:
            assert len(train) >= 12 and len(unseen) >= 6, name
        elif name in task.replies:
            assert len(train) + len(unseen) >= 12, name
