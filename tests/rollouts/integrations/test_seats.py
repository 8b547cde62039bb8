import pytest

from playout.core import PlayoutError, WrongUse
from playout.rollouts.integrations.seats import OVER, TextSeat

GUESS = "own_world:example/GuessNumber-v0"


def test_an_episode_through_answers():
    seat = TextSeat(GUESS, {"max_steps": 3})
    seat.begin(5)
    rules, first = seat.chat()
    assert (rules.role, first.role) == ("system", "user")
    assert "Find my number" in rules.content and "Legal actions: guess 1, guess 2" in first.content
    assert (seat.observation, seat.reward, seat.total, seat.over) == ("Begin.", 0.0, 0.0, False)
    seat.answer("I think it is <action>guess 1</action>")
    assert seat.observation in ("Higher.", "Correct.")
    seat.answer("no idea")
    assert "Invalid action" in seat.shown and "Steps taken: 2" in seat.shown
    seat.act("guess 2")
    assert seat.over and seat.legal_actions == () and seat.shown.endswith(OVER)
    record = seat.record()
    assert (record.seed, record.outcome.length) == (5, 3)
    assert [step.action for step in record.steps] == ["guess 1", "", "guess 2"]
    assert record.steps[0].thought == ""
    with pytest.raises(PlayoutError, match="over"):
        seat.act("guess 3")


def test_an_answer_counts_in_any_case_as_for_our_agent():
    seat = TextSeat(GUESS)
    seat.begin(5)
    seat.answer("<action>Guess 1</action>")
    assert "Invalid" not in seat.shown
    seat.answer("<action>Sing</action>")
    assert "Invalid action 'Sing'" in seat.shown
    assert [step.action for step in seat.record().steps] == ["guess 1", "Sing"]
    seat = TextSeat(GUESS, {"max_steps": 1})
    seat.begin(5)
    seat.answer("")
    with pytest.raises(PlayoutError, match="over"):
        seat.answer("<action>guess 2</action>")


def test_equal_seeds_start_alike_and_rewards_add_up():
    seat = TextSeat(GUESS)
    found = []
    for seed in (3, 4, 3):
        seat.begin(seed)
        guess = 0
        while not seat.over and guess < 6:
            guess += 1
            seat.act(f"guess {guess}")
        found.append((guess, seat.total, seat.reward))
    assert found[0] == found[2]


def test_misuse_says_what_was_expected():
    with pytest.raises(WrongUse, match="one seat, got first, second"):
        TextSeat("toys:toys/nim_seats-v0")
    with pytest.raises(PlayoutError, match="no episode has begun"):
        _ = TextSeat(GUESS).over
