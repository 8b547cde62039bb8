"""Prices read from text."""

import pytest

from playout.simulators.dialogue.bargaining.prices import FOREIGN, MALFORMED, NEGATIVE, Scene, read_price

BIKE = Scene(300.0, own=200.0, other=260.0)


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("$1,500", 1500),
        ("1500$", 1500),
        ("I can do 1.5k", 1500),
        ("fifteen hundred dollars", 1500),
        ("one thousand two hundred fifty dollars", 1250),
        ("How about $7.50?", 7.5),
        ("It has 2 bedrooms and 64gb", None),
        ("a 2008 Honda with 15,000 miles", None),
        ("I can't do $100", None),
        ("$100 is too low", None),
        ("new ones cost $100", None),
        ("I can't go lower than $80", 80),
        ("free delivery", None),
        ("give it to me free", 0),
        ("nothing", None),
        ("", None),
    ],
)
def test_without_a_scene(text, price) -> None:
    assert read_price(text).value == price


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("200?", 200),
        ("my phone is 5551234", None),
        ("let's meet in the middle", 230),
        ("10% off", 270),
        ("I would give you 20 more", 220),
        ("$5 off", 255),
        ("I'd pay the asking price", 300),
        ("210, or 220 if you deliver", 220),
        ("between 210 and 220", 210),
    ],
)
def test_in_a_scene(text, price) -> None:
    assert read_price(text, scene=BIKE).value == price


def test_a_range_ends_where_it_costs_its_speaker_less() -> None:
    assert read_price("$210-$220", seat="buyer").value == 210
    assert read_price("$210-$220", seat="seller").value == 220


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("$1,2000", MALFORMED),
        ("$1e5", MALFORMED),
        ("1e999 dollars", MALFORMED),
        ("-5 dollars", NEGATIVE),
        ("100 euros", FOREIGN),
        ("£50", FOREIGN),
    ],
)
def test_what_binds_nobody(text, note) -> None:
    found = read_price(text)
    assert found.value is None and found.note == note


def test_any_text_is_read_in_linear_time() -> None:
    for text in ("1," * 20_000, "$" * 20_000, "one " * 20_000, "can't " * 5_000, "\x00\ud800"):
        read_price(text, scene=BIKE)
