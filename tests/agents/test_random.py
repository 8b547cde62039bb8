from collections import Counter

import pytest

from playout.agents import RandomAgent, RandomConfig
from playout.core import WrongUse


def test_every_legal_action_is_about_equally_likely(turn):
    agent = RandomAgent()
    counts = Counter(
        d.action for d in agent.act([turn(episode=e, t=t) for e in range(40) for t in range(50)])
    )
    assert sum(counts.values()) == 2000
    assert all(420 < count < 580 for count in counts.values())


def test_a_choice_does_not_depend_on_the_turns_beside_it(turn):
    turns = [turn(episode=e, t=t) for e in range(5) for t in range(5)]
    together = [d.action for d in RandomAgent().act(turns)]
    assert together == [RandomAgent().act([one])[0].action for one in turns]
    assert together == [d.action for d in RandomAgent().act(turns[::-1])][::-1]


def test_seed_and_seat_change_the_choices(turn):
    def play(seed, seat):
        return [
            d.action
            for d in RandomAgent(RandomConfig(seed=seed)).act([turn(t=t, seat=seat) for t in range(30)])
        ]

    assert play(0, "agent") != play(1, "agent")
    assert play(0, "buyer") != play(0, "seller")


GOLDEN = ["down", "right", "down", "right", "down", "left", "right", "right"]


def test_choices_are_golden(turn):
    actions = [d.action for d in RandomAgent().act([turn(t=t) for t in range(8)])]
    assert actions == GOLDEN


def test_a_range_of_actions_is_picked_from(turn):
    assert RandomAgent().act([turn([0.0, 1.0], legal=range(3))])[0].action in range(3)


def test_text_worlds_without_a_list_get_an_empty_answer(turn):
    assert RandomAgent().act([turn("Say something.", legal=None)])[0].action == ""


def test_nothing_to_pick_from_is_wrong_use(turn):
    with pytest.raises(WrongUse, match="episode 3 lists no legal actions"):
        RandomAgent().act([turn([0.0, 1.0], legal=None, episode=3)])
