"""From claims to words: several wordings of each claim and of the prices. The way back is in ``parsing``.

What is said of an option is one sentence that names it; feature phrases are the catalogue's, unchanged.
"""

from collections.abc import Sequence

import numpy as np

from playout.simulators.consultancy.catalogue import Category
from playout.simulators.consultancy.claims import HAS, LACKS, LETTERS, SILENT, UNSPECIFIED

SENTENCES: dict[int, tuple[str, ...]] = {
    HAS: (
        "Option {letter}: {has}.",
        "Option {letter} has the feature you asked for: {has}.",
        "With option {letter} you get {has}.",
        "{Has} comes with option {letter}.",
    ),
    LACKS: (
        "Option {letter}: {lacks}.",
        "Option {letter} does not have the feature you asked for: {lacks}.",
        "Option {letter} lacks {has}.",
        "You do not get {has} with option {letter}.",
    ),
    UNSPECIFIED: (
        "Option {letter}: {unspecified}.",
        "Whether option {letter} has the feature you asked for is not specified.",
        "I do not know whether option {letter} has {has}.",
        "For option {letter}, {unspecified}, so I cannot tell.",
    ),
    SILENT: (
        "",
        "Option {letter} is there as well.",
        "Many people like option {letter}.",
        "Option {letter} is worth a look.",
    ),
}
"""Of each claim."""
PRICES: tuple[str, ...] = (
    "Option {letter} costs {price}.",
    "The price of option {letter} is {price}.",
    "You pay {price} for option {letter}.",
)
"""Of one price."""
LISTED_PRICES = "Options A, B and C cost {prices}."
WORDINGS = len(SENTENCES[HAS]) * (len(PRICES) + 1)


def render(
    category: Category, feature: int, claims: Sequence[int], told: Sequence[float], wording: int = 0
) -> str:
    """The claims as text.

    Args:
        category: what the customer looks for.
        feature: the required one.
        claims: of each option.
        told: a price of each option; nan where none is told.
        wording: a number below ``WORDINGS``: which wordings are used.
    """
    which, rest = wording % len(SENTENCES[HAS]), wording // len(SENTENCES[HAS])
    said = [sentence(category, feature, option, claim, which) for option, claim in enumerate(claims)]
    return " ".join(filter(None, (*said, _prices(told, rest % (len(PRICES) + 1)))))


def sentence(category: Category, feature: int, option: int, claim: int, wording: int = 0) -> str:
    """What is said of one option; empty for a silence without words."""
    has, lacks, unspecified = category.phrases[feature]
    return SENTENCES[claim][wording].format(
        letter=LETTERS[option], has=has, Has=has[0].upper() + has[1:], lacks=lacks, unspecified=unspecified
    )


def money(price: float) -> str:
    """A price as it is written: whole numbers without decimals."""
    return f"${price:,.0f}" if price == round(price) else f"${price:,.2f}"


def joined(items: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def _prices(told: Sequence[float], wording: int) -> str:
    known = [
        (letter, money(price)) for letter, price in zip(LETTERS, told, strict=True) if not np.isnan(price)
    ]
    if wording == len(PRICES) and len(known) == len(LETTERS):
        return LISTED_PRICES.format(prices=joined([price for _, price in known]))
    return " ".join(PRICES[wording % len(PRICES)].format(letter=name, price=price) for name, price in known)
