"""Listings: splits, units, prices."""

import pytest

from playout.core import WrongUse
from playout.simulators.dialogue.bargaining.items import Item, items, listings, shown, split_of


def test_every_listing_has_room_to_bargain_and_one_split() -> None:
    for item in listings():
        assert 0 < item.target < item.list_price
        assert 0 < item.unit <= (item.list_price - item.target) / 20
    found = {split: {item.title for item in items(split)} for split in ("train", "valid", "unseen")}
    assert sum(map(len, found.values())) == len({item.title for item in listings()})
    assert all(split_of(title) == split for split, titles in found.items() for title in titles)


def test_published_listings_are_those_of_the_dialogues(corpus) -> None:
    found = items("train", str(corpus))
    assert found and {item.title for item in found} <= {item.title for item in items("train")}
    with pytest.raises(WrongUse, match=f"{len(found)} listings is in the split unseen"):
        items("unseen", str(corpus))


def test_sl_and_dollars_are_inverse() -> None:
    bed = Item("bed", "furniture", "", 200.0, 120.0)
    assert bed.sl(200.0) == 0 and bed.sl(120.0) == 1 and bed.sl(bed.dollars(0.5)) == 0.5
    assert shown(bed.dollars(bed.sl(0.0))) == "$0"
    assert shown(1500.0) == "$1,500" and shown(7.5) == "$7.50"


def test_no_such_split() -> None:
    with pytest.raises(WrongUse, match="split"):
        items("test")
