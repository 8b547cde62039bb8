"""Numbers in a text: digits, words and the signs beside them. What they are for is in ``prices``.

English only. Nothing here raises, and the time is linear in the length of the text.
"""

import re
from typing import NamedTuple

_UNITS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORDS = {
    **{word: n for n, word in enumerate(_UNITS)},
    **{word: 10 * n for n, word in enumerate(_TENS, 2)},
    "fourty": 40,
}
_SCALES = {"hundred": 100.0, "thousand": 1000.0, "grand": 1000.0, "k": 1000.0}
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_SAID = rf"\b(?:{_WORD}|hundred|grand)\b(?:(?:[\s-]|\s?and\s)+(?:{_WORD}|hundred|thousand|grand)\b){{0,7}}"

DOLLARS = r"(?:\$|dollars?\b|bucks?\b|usd\b)"
FOREIGN = r"(?:[€£¥₹₽₩₺]|\b(?:euros?|eur|pounds?\ssterling|quid|gbp|yen|yuan|rmb|rupees?|pesos?|rubles?)\b)"
_NUMERAL = re.compile(
    rf"""(?P<sign>(?<![\w)$])[-\u2212\u2013]\s?(?=[$€£¥₹\d.]))?
    (?:(?P<before>(?:us)?\$|usd\b|{FOREIGN})\s?)?
    (?:(?P<digits>(?<![\w.,])(?:\d(?:[\d,]*\d)?(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?)|(?P<words>{_SAID}))
    (?P<scale>\s?(?:k|grand|thousand|hundred)\b)?
    (?P<after>\s?(?:{DOLLARS}|{FOREIGN}))?""",
    re.IGNORECASE | re.VERBOSE,
)  # fmt: skip
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+")
_POINTED = re.compile(r"\d{1,3}\.\d{3}")


class Numeral(NamedTuple):
    """A number and how it is written."""

    value: float
    start: int
    end: int
    dollars: bool
    """A dollar sign or word stands beside it."""
    foreign: bool
    """The sign of another currency does."""
    negative: bool
    """A minus stands before it."""
    readable: bool
    """Its commas stand where they belong, as in ``1,2000`` they do not; nor is it ``1e5``."""
    scaled: bool
    """It is said in hundreds or thousands."""
    words: bool
    """It is written in words."""


def numerals(text: str) -> list[Numeral]:
    """All numbers of a text, in order."""
    found = []
    for match in _NUMERAL.finditer(text):
        digits, words, scale = match["digits"], match["words"], (match["scale"] or "").strip().lower()
        factor = _SCALES.get(scale, 1.0)
        beside = f"{match['before'] or ''} {match['after'] or ''}"
        said = _worth(words) if words else _value(digits)
        foreign = re.search(FOREIGN, beside, re.IGNORECASE) is not None
        found.append(
            Numeral(
                value=said * factor,
                start=match.start(),
                end=match.end(),
                dollars=bool(beside.strip()) and not foreign,
                foreign=foreign,
                negative=match["sign"] is not None,
                readable=words is not None or _GROUPED.fullmatch(digits) is not None,
                scaled=factor > 1 or (words is not None and said >= 100),
                words=words is not None,
            )
        )
    return found


def _value(digits: str) -> float:
    """``1.900`` is nineteen hundred: nobody names tenths of a cent."""
    return float(digits.replace(".", "") if _POINTED.fullmatch(digits) else digits.replace(",", ""))


def _worth(words: str) -> float:
    """``twenty five hundred`` as 2500, ``one thousand two hundred fifty`` as 1250."""
    total = part = 0.0
    for word in re.split(r"[\s-]+", words.lower()):
        if word in ("thousand", "grand"):
            total, part = total + max(part, 1.0) * 1000, 0.0
        elif word == "hundred":
            part = max(part, 1.0) * 100
        elif word in _WORDS:
            # "one fifty" is a hundred and fifty.
            part = part * 100 + _WORDS[word] if 0 < part < 10 <= _WORDS[word] else part + _WORDS[word]
    return total + part
