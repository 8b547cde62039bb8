"""What is bargained about: listings of ours, or CraigslistBargain's, split by title."""

from functools import cache
from math import floor, log10
from typing import NamedTuple
from zlib import crc32

from playout.core.errors import WrongUse
from playout.core.random import STREAM_GENERATE, Stream
from playout.simulators.dialogue.task import SPLITS, Split

_TENTHS = {"train": range(6), "valid": range(6, 8), "unseen": range(8, 10)}
TARGETS = ((0.5, 0.22), (0.6, 0.1), (0.7, 0.22), (0.76, 0.1), (0.9, 0.36))
"""The buyer's target as a share of the list price, and how often: CraigslistBargain's scenarios."""


class Item(NamedTuple):
    """A listing, and what its buyer hopes to pay."""

    title: str
    category: str
    description: str
    list_price: float
    """Dollars."""
    target: float
    """Dollars, below the list price."""

    @property
    def unit(self) -> float:
        """Dollars in whose multiples people name prices: a twentieth of what is between the two, or less."""
        least = (self.list_price - self.target) / 20
        power = 10.0 ** floor(log10(least))
        return max(power * max(n for n in (1, 2, 5) if n * power <= least), 0.01)

    def sl(self, price: float) -> float:
        """Sale-to-list: 0 at the list price, 1 at the buyer's target."""
        return (price - self.list_price) / (self.target - self.list_price)

    def dollars(self, sl: float) -> float:
        """The price of an SL, to the cent."""
        return round(self.list_price + sl * (self.target - self.list_price), 2) + 0.0  # never "-0"


def shown(dollars: float) -> str:
    """``$1,500`` or ``$7.50``."""
    return f"${dollars:,.2f}".removesuffix(".00")


_GOODS: dict[str, tuple[str, ...]] = {
    # Name, lowest and highest list price.
    "furniture": (
        "oak writing desk 80 260", "three-seat sofa 120 600", "glass coffee table 40 180",
        "set of six dining chairs 90 400",
        "bunk bed with ladder 110 420", "walnut bookcase 60 240", "reclining armchair 70 350",
        "antique wardrobe 150 900",
        "standing desk 120 480", "kitchen island on wheels 80 300", "queen bed frame 90 420",
        "pair of bar stools 40 140",
    ),
    "housing": (
        "studio near the university 900 1700", "one-bedroom flat with balcony 1200 2300",
        "two-bedroom garden apartment 1500 3000",
        "loft in a converted mill 1600 3400", "furnished room in a shared house 550 1100",
        "cottage with a fenced yard 1700 3600",
        "top-floor flat by the lake 1500 3200", "basement apartment 800 1500",
        "town house with garage 2000 4200",
    ),
    "car": (
        "nine-year-old hatchback 3500 8000", "family minivan 4500 12000", "pickup with a long bed 6000 18000",
        "two-door coupe 5000 15000", "compact sedan 3000 9000", "estate car with roof rack 3500 10000",
        "hybrid with new battery 7000 16000", "convertible for the summer 6000 19000",
        "off-roader with winch 7000 20000",
    ),
    "bike": (
        "steel touring bicycle 150 600", "carbon road bike 500 2200",
        "mountain bike with disc brakes 200 1100",
        "folding bike 120 700", "children's bike with training wheels 40 120", "city bike with basket 80 320",
        "tandem 200 900", "electric bicycle 500 1900", "BMX 60 300",
    ),
    "phone": (
        "unlocked smartphone 90 600", "refurbished flip phone 40 120", "phone with cracked corner 50 220",
        "last year's flagship phone 250 800", "rugged outdoor phone 80 380", "phone with two cases 70 400",
    ),
    "electronics": (
        "noise-cancelling headphones 60 280", "mirrorless camera with lens 220 1200", "record player 70 420",
        "gaming monitor 90 450", "laser printer 50 220", "tablet with keyboard 110 620",
        "guitar amplifier 90 600",
        "pair of studio speakers 90 520", "home theatre receiver 80 460", "drone with spare battery 150 900",
    ),
}  # fmt: skip
_STATES = (
    "hardly used", "in good condition", "with a few scratches", "well looked after", "with some wear",
    "like new",
)  # fmt: skip
_REASONS = (
    "The owner is moving abroad.", "It no longer fits the owner's needs.", "It was a gift and is not needed.",
    "The owner has bought another one.", "It must be gone by the end of the month.",
)  # fmt: skip


@cache
def listings() -> tuple[Item, ...]:
    """The listings of ours: every thing in every state, with prices drawn once and for all."""
    draws, found = Stream(2, STREAM_GENERATE), []
    for category, goods in _GOODS.items():
        for good in goods:
            name, low, high = good.rsplit(" ", 2)
            for state in _STATES:
                found.append(_listing(f"{name}, {state}", category, float(low), float(high), draws))
    return tuple(found)


def _listing(title: str, category: str, low: float, high: float, draws: Stream) -> Item:
    price = draws.uniform(low, high)
    price = round(price / 5) * 5.0 if price < 1000 else round(price / 25) * 25.0
    luck, share = draws.uniform(), TARGETS[-1][0]
    for candidate, chance in TARGETS:
        if luck < chance:
            share = candidate
            break
        luck -= chance
    text = f"{title[:1].upper()}{title[1:]}. {draws.choice(_REASONS)}"
    return Item(title, category, text, price, float(round(price * share)))


def split_of(title: str) -> Split:
    """The split of a title: six tenths are for training, two each for the others."""
    tenth = crc32(title.encode()) % 10
    return next(split for split in SPLITS if tenth in _TENTHS[split])


def items(split: str, data: str | None = None) -> tuple[Item, ...]:
    """The listings of ``split``.

    Args:
        split: ``train``, ``valid`` or ``unseen``; no title is in two.
        data: CraigslistBargain's dialogues, a file or folder (``corpora``); None for listings of ours.

    Raises:
        WrongUse: no such split, or no listing in it.
    """
    if split not in SPLITS:
        raise WrongUse(f"split: expected one of {', '.join(SPLITS)}, got {split!r}")
    found = listings() if data is None else _published(data)
    chosen = tuple(item for item in found if split_of(item.title) == split)
    if not chosen:
        raise WrongUse(f"{data}: none of its {len(found)} listings is in the split {split}")
    return chosen


def _published(data: str) -> tuple[Item, ...]:
    """CraigslistBargain's listings, by title; without those whose target is not below the list price."""
    from playout.simulators.dialogue.bargaining.corpora import read_talks

    found = {talk.item for talk in read_talks(data) if talk.item.target < talk.item.list_price}
    return tuple(sorted(found))
