import io

import pytest

from playout.agents import HumanAgent
from playout.core import PlayoutError


def test_it_asks_until_the_answer_is_listed(turn):
    answers = iter(["dance", "", " down "])
    assert HumanAgent(lambda _: next(answers)).act([turn()])[0].action == "down"


@pytest.mark.parametrize(("typed", "action"), [("2", "down"), ("left", "left")])
def test_actions_can_be_numbered(turn, typed, action):
    assert HumanAgent(lambda _: typed).act([turn()])[0].action == action


def test_numbers_that_are_actions_mean_themselves(turn):
    assert HumanAgent(lambda _: "1").act([turn(legal=range(3))])[0].action == 1


@pytest.mark.parametrize("legal", [range(3), ("0", "1", "2")])
def test_a_number_that_is_not_on_offer_is_no_action(turn, legal):
    answers = iter(["3", "2"])
    assert HumanAgent(lambda _: next(answers)).act([turn(legal=legal)])[0].action == legal[2]


def test_numbers_are_listed_by_themselves(turn, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("0\n"))
    assert HumanAgent().act([turn(legal=(0, 2))])[0].action == 0
    assert "[0] 0  [2] 2" in capsys.readouterr().out


def test_free_text_is_passed_on(turn):
    assert HumanAgent(lambda _: "Hello there").act([turn(legal=None)])[0].action == "Hello there"


def test_the_terminal_shows_the_turn_and_reads_a_line(turn, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("up\n"))
    assert HumanAgent().act([turn("#@.#")])[0].action == "up"
    shown = capsys.readouterr().out
    assert "Reach the goal." in shown
    assert "#@.#" in shown
    assert "[1] up  [2] down" in shown


def test_the_end_of_input_is_one_readable_line(turn, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(PlayoutError, match="the input ended in step 2 of episode 5"):
        HumanAgent().act([turn(t=2, episode=5)])
