import pytest

from playout.cli.parsing import pairs
from playout.core import WrongUse


def test_values_are_json_else_text():
    given = ["a=1", "b=[6, 6]", "c=x=y", "d=true", "max-steps=3", "e=", 'f="1"']
    expected = {"a": 1, "b": [6, 6], "c": "x=y", "d": True, "max_steps": 3, "e": "", "f": "1"}
    assert pairs(given, "--env") == expected


@pytest.mark.parametrize("item", ["alone", "=1", ""])
def test_an_item_without_name_or_value_is_refused(item):
    with pytest.raises(WrongUse, match="--env"):
        pairs([item], "--env")
