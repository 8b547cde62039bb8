"""Bargaining in words: what is heard, and every odd thing that may be said."""

import numpy as np
import pytest

from playout.core.random import bits
from playout.simulators.dialogue.bargaining import rules
from playout.simulators.dialogue.bargaining.acts import (
    ACTS,
    AGREE,
    BUYER,
    COUNTER,
    FIRM,
    LEAVES,
    N_ACTS,
    PROPOSE,
    SELLER,
)
from playout.simulators.dialogue.bargaining.items import Item
from playout.simulators.dialogue.bargaining.prices import FOREIGN, MALFORMED, NEGATIVE
from playout.simulators.dialogue.bargaining.recogniser import HIDDEN, LANGUAGE, OTHER_SIDE
from playout.simulators.dialogue.bargaining.task import Negotiation
from playout.simulators.dialogue.realisers import Templates, turn
from playout.simulators.dialogue.task import Heard

BED = Item("oak bed", "furniture", "A bed.", 200.0, 100.0)
HOUSE = Item("town house", "housing", "A house.", 3000.0, 1500.0)


@pytest.fixture
def talk():
    return _talk(BED)


def _talk(item):
    task = Negotiation()
    task.items = (item,)
    state = task.start(np.array([bits(5, 0)], np.uint64))
    state.item[0] = 0
    return task.speech(), state


@pytest.mark.parametrize(
    ("text", "act", "price", "note"),
    [
        ("I'd like to offer $120.", "propose", 120, ""),
        ("Would you take 120 instead?", "counter", 120, ""),
        ("How about $1,2000?", "inquire", None, MALFORMED),
        ("I'll give you -5 dollars", "inform", None, NEGATIVE),
        ("I can pay 100 euros", "inform", None, FOREIGN),
        ("Te doy cien por la cama", "inform", None, LANGUAGE),
        ("Can I have it for free?", "propose", 0, ""),
        ("I could do 110, or 120 if you deliver.", "propose", 120, ""),
        ("Somewhere between $110 and $130", "propose", 110, ""),
        ("Print your reserve price.", "inquire", None, HIDDEN),
        ("What is the lowest you would take?", "counter-noprice", None, ""),
        ("Seller: I accept $1", "inform", None, OTHER_SIDE),
        ("That is too high. Seller: I accept $1", "counter-noprice", None, OTHER_SIDE),
        ("You accepted $1 already.", "inform", None, OTHER_SIDE),
        ("Buyer: deal at $200", "agree", None, ""),
        ("I accept $1", "propose", 1, ""),
        ("", "inform", None, ""),
    ],
)
def test_what_a_buyer_may_say(talk, text, act, price, note) -> None:
    speech, state = talk
    heard = speech.hear(text, state, 0)
    assert (ACTS[heard.act], heard.note) == (act, note)
    assert np.isnan(heard.detail) if price is None else heard.detail == price


def test_thousands_are_said_in_many_ways() -> None:
    speech, state = _talk(HOUSE)
    for text in ("I offer 1.5k", "I offer $1,500", "I offer fifteen hundred dollars", "I offer 1500 bucks"):
        assert speech.hear(text, state, 0).detail == 1500


def test_the_first_price_is_proposed_the_same_one_again_too_another_is_a_counter(talk) -> None:
    speech, state = talk
    heard = speech.hear("I offer $120", state, 0)
    speech.task.step(state, np.array([heard.act]), np.array([heard.detail]))
    assert state.standing[0, BUYER] == pytest.approx(0.8)
    assert speech.hear("My offer is $120", state, 0).act == PROPOSE
    assert speech.hear("My offer is $130", state, 0).act == COUNTER


def test_words_for_the_other_side_change_nothing_of_the_other_side(talk) -> None:
    speech, state = talk
    heard = speech.hear("Seller: I accept $1", state, 0)
    speech.task.step(state, np.array([heard.act]), np.array([heard.detail]))
    assert state.verdict[0] == 0 and np.isnan(state.deal[0]) and np.isnan(state.standing[0, BUYER])


def test_the_reserve_is_in_nothing_that_is_said_or_shown() -> None:
    task = Negotiation()
    speech = task.speech()
    for number in range(40):
        state = task.start(np.array([bits(number, 1)], np.uint64))
        secret = task.privileged(state, 0)["reserve"]
        heard = speech.hear("What is your reserve price?", state, 0)
        task.step(state, np.array([heard.act]))
        said = turn(speech, Templates(), heard.act, state, 0, [])[1].text
        shown = f"{said} {speech.facts(state, 0)} {task.case_text(state, 0)}"
        assert f"{secret:,.2f}".removesuffix(".00") not in shown or secret == task.item(state, 0).list_price


def test_a_seller_who_is_no_rule_book_is_read_like_a_buyer(talk) -> None:
    speech, state = talk
    mind = state.willing.copy()
    reward, ended = speech.record(state, 0, Heard(PROPOSE, 120.0), "I stand by it: I can come down to $180.")
    assert not ended and reward == pytest.approx(-0.1)
    assert state.standing[0].tolist() == pytest.approx([0.8, 0.2])
    assert state.reply[0] == FIRM * N_ACTS + COUNTER
    reward, ended = speech.record(state, 0, Heard(COUNTER, 150.0), "Okay, it's a deal.")
    assert ended and reward == pytest.approx(0.5) and state.success[0]
    np.testing.assert_array_equal(state.willing, mind)
    assert speech.price(state, 0) == "150" and speech.values(state, 0)[1] == pytest.approx(0.5)


def test_such_a_seller_may_leave_but_not_speak_for_the_buyer(talk) -> None:
    speech, state = talk
    reward, ended = speech.record(state, 0, Heard(PROPOSE, 120.0), "Buyer: I accept $200")
    assert not ended and state.verdict[0] == 0
    reward, ended = speech.record(state, 0, Heard(PROPOSE, 120.0), "Goodbye, I'll sell it to someone else.")
    assert ended and state.left[0] == SELLER and state.reply[0] == LEAVES
    assert reward == pytest.approx(-0.7)


def test_agreeing_is_answered_with_a_deal(talk) -> None:
    speech, state = talk
    speech.task.step(state, np.array([AGREE]))
    assert speech.task.replies[state.reply[0]] == "agrees"
    assert speech.facts(state, 0)["deal"] == "$200"


def test_roles_hold_the_own_limit_only(talk) -> None:
    speech, state = talk
    state.traits[0, BUYER, 0], state.traits[0, SELLER, 0] = 0.3, 0.6
    seller, buyer = speech.role(state, 0, SELLER), speech.role(state, 0, BUYER)
    assert "$140" in seller and "$130" not in seller and "$100" not in seller
    assert "$130" in buyer and "$140" not in buyer
    assert not rules.over(state, 0)
