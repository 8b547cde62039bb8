"""Records are frozen, small and plain."""

import dataclasses
import json

import pytest

from playout.core import Decision, Frame, Message, MissingExtra, ParsedAnswer, Sampling


def test_records_are_frozen() -> None:
    message = Message("user", "hello")
    with pytest.raises(dataclasses.FrozenInstanceError):
        message.content = "changed"  # type: ignore[misc]
    assert message == Message("user", "hello")


def test_options_are_keyword_only() -> None:
    with pytest.raises(TypeError):
        Sampling(64)  # type: ignore[misc]
    assert Sampling(max_tokens=64).temperature == 1.0


def test_an_answer_is_valid_when_it_names_an_action() -> None:
    assert ParsedAnswer(action="up").valid
    assert not ParsedAnswer(action=None, error="no <action> block").valid
    assert Decision(action="up").stats == {}


def test_frames_are_json() -> None:
    frame = Frame("chat", {"messages": [{"speaker": "a", "text": "<b>", "note": ""}]})
    assert json.loads(json.dumps(frame.to_json())) == {"kind": "chat", **frame.data}


def test_a_missing_extra_names_the_line_to_type() -> None:
    assert "pip install 'playout[models]'" in str(MissingExtra("torch", "models"))
