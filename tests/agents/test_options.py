from dataclasses import MISSING, dataclass
from typing import Any, Literal

import pytest

from playout.agents.options import make_config, options_of
from playout.core import WrongUse


@dataclass(frozen=True, kw_only=True)
class Config:
    """Options of a test."""

    target: Any
    """What to aim at."""
    mode: Literal["fast", "slow"] = "fast"
    """How it goes,
    in two lines."""
    limit: int | None = None
    share: float = 0.5
    """A share."""
    loud: bool = False


def test_options_carry_type_default_and_help():
    assert options_of(Config) == [
        ("target", "any", MISSING, "What to aim at."),
        ("mode", "fast | slow", "fast", "How it goes, in two lines."),
        ("limit", "int | None", None, ""),
        ("share", "float", 0.5, "A share."),
        ("loud", "bool", False, ""),
    ]


def test_an_option_prints_as_one_line_of_help():
    target, mode, *_ = options_of(Config)
    assert str(target) == "target: any (required) What to aim at."
    assert str(mode).startswith("mode: fast | slow (default 'fast') How it goes")


def test_a_config_is_made():
    assert make_config(Config, "test", {"target": 1, "share": 1, "limit": 3}) == Config(
        target=1, share=1, limit=3
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "test: the option target is missing; expected target: any"),
        (
            {"target": 1, "mod": "fast"},
            r"unknown option 'mod' \(did you mean 'mode'\?\); it accepts: target, mode",
        ),
        ({"target": 1, "mode": "medium"}, "mode='medium' is not of type fast | slow"),
        ({"target": 1, "limit": "3"}, r"limit='3' is not of type int \| None"),
        ({"target": 1, "limit": True}, "limit=True"),
        ({"target": 1, "loud": 1}, "loud=1"),
        ({"target": 1, "share": None}, "share=None"),
    ],
)
def test_wrong_options_are_named(options, said):
    with pytest.raises(WrongUse, match=said):
        make_config(Config, "test", options)
