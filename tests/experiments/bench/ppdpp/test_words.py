"""What L9 and L10 count, on data of ours."""

import numpy as np

from playout.experiments.bench.ppdpp.humanlike import shuffled
from playout.experiments.bench.ppdpp.words import learnt_acts, macro_f1, prices_read, recognised_acts, tf_idf
from playout.simulators.dialogue.bargaining.acts import BUYER, SELLER
from playout.simulators.dialogue.bargaining.corpora import ActTalk, Event, Said, Talk
from playout.simulators.dialogue.bargaining.items import Item
from playout.simulators.dialogue.bargaining.populations import population_of
from playout.simulators.dialogue.bargaining.words import GRAMMAR

BED = Item("oak bed", "furniture", "A bed.", 200.0, 100.0)


def _talk(text, offer):
    events = (Event(BUYER, "message", text), Event(BUYER, "offer", price=offer), Event(SELLER, "accept"))
    return Talk(BED, events, offer, "here")


def test_prices_that_nobody_wrote_are_counted_apart() -> None:
    talks = [_talk("Would you take $120?", 120.0), _talk("Not more than 1,200!", 120.0), _talk("Hi", 90.0)]
    assert prices_read(talks) == (1, 1, 3)


def test_acts_are_read_and_learnt() -> None:
    acts = (0, 4, 6, 7)
    names = ("affirm", "counter-noprice", "disagree", "greet")
    lines = [list(GRAMMAR.templates(name, "train"))[:20] for name in names]
    talks = [
        ActTalk(
            "bed",
            200.0,
            100.0,
            tuple(Said(0, line[n], act) for act, line in zip(acts, lines, strict=True)),
            "",
        )
        for n in range(12)
    ]
    assert macro_f1(*recognised_acts(talks)) == 1.0
    assert macro_f1(*learnt_acts(talks)) > 0.8
    features = tf_idf(["a bed", "a bed"], ["a bed", "nothing"])
    np.testing.assert_allclose(np.linalg.norm(features[:, :-1], axis=1), [1.0, 0.0], atol=1e-6)


def test_macro_f1_is_over_the_acts_that_occur() -> None:
    assert macro_f1(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 5])) == np.mean([1.0, 2 / 3])


def test_shuffled_people_are_other_people() -> None:
    given = population_of("fitted")
    other = shuffled(given)
    assert (other.acts != given.acts).any()
    np.testing.assert_array_equal(other.traits[0], given.traits[1])
