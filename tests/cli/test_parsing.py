import pytest

from playout.cli.main import main
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


@pytest.mark.parametrize(
    ("given", "said"),
    [("--copies=0", "ppo: expected copies >= 1, got 0"), ("--discount=3", "ppo: discount cannot be 3.0")],
)
def test_wrong_settings_are_said_as_they_are_worded(given, said, capsys):
    assert main(["train", "ppo", "CartPole-v1", "--out", "run", given]) == 2
    shown = capsys.readouterr().err
    assert said in shown and "Error parsing" not in shown
