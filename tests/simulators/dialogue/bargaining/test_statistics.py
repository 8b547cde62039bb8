"""Counting dialogues, human and simulated."""

import numpy as np
import pytest

from playout.simulators.dialogue.bargaining.acts import AGREE, BUYER, COUNTER, GREET, INFORM, PROPOSE, SELLER
from playout.simulators.dialogue.bargaining.corpora import Event, Talk, read_talks
from playout.simulators.dialogue.bargaining.fit import play
from playout.simulators.dialogue.bargaining.items import Item
from playout.simulators.dialogue.bargaining.populations import population_of
from playout.simulators.dialogue.bargaining.statistics import (
    SILENT,
    course,
    courses,
    distance,
    figures,
    numbers,
    resampled,
    simulated,
    talk_numbers,
    transitions,
)

BED = Item("oak bed", "furniture", "A bed.", 200.0, 100.0)


def test_a_talk_is_counted_up_to_the_first_button() -> None:
    events = (
        Event(SELLER, "message", "Hi there!"),
        Event(BUYER, "message", "Hello."),
        Event(BUYER, "message", "Would you take $120?"),
        Event(SELLER, "message", "I could do $150."),
        Event(BUYER, "offer", price=150.0),
        Event(SELLER, "accept"),
        Event(BUYER, "message", "I offer $1"),
    )
    found = course(Talk(BED, events, 150.0, "here"))
    assert [turn.act for turn in found.turns] == [GREET, PROPOSE, COUNTER]
    np.testing.assert_allclose([turn.sl for turn in found.turns], [np.nan, 0.8, 0.5])
    assert found.deal == 0.5
    counted = numbers([found])
    assert counted.firsts[0] == 0.8 and counted.price_turns[0] == 1


def test_simulated_talks_are_counted_alike_from_arrays_and_turn_by_turn() -> None:
    talks = play(population_of("designed"), 300)
    one, other = figures(talk_numbers(talks)), figures(numbers(simulated(talks)))
    assert one == pytest.approx(other)


def test_figures_of_a_corpus(corpus) -> None:
    found = figures(numbers(courses(read_talks(corpus))))
    assert 0 < found["deal_rate"] <= 1
    assert found["sl_25"] <= found["sl_50"] <= found["sl_75"]
    again = resampled(numbers(courses(read_talks(corpus))), 3)
    assert len(again.deals) == len(courses(read_talks(corpus)))


def test_transitions_end_with_the_first_agree_and_distances_are_shares() -> None:
    talk = [(SELLER, GREET), (BUYER, PROPOSE), (SELLER, AGREE), (BUYER, INFORM)]
    counts = transitions([talk])
    assert (
        counts[SELLER, SILENT, GREET] == counts[BUYER, GREET, PROPOSE] == counts[SELLER, PROPOSE, AGREE] == 1
    )
    assert counts.sum() == 3 and transitions([talk], closing=True).sum() == 4
    other = transitions([[(SELLER, GREET), (BUYER, COUNTER), (SELLER, AGREE)]])
    assert distance(counts, counts) == 0
    assert distance(counts, other) == pytest.approx(2 / 3)
