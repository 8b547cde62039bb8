"""The price that somebody names for the thing they bargain about, read from what they said.

A number is no price if it counts, measures or dates something ("2 bedrooms", "64gb", "a 2008 Honda",
"15,000 miles", a telephone number). Of the prices, some are only talked about: refused ("I can't do 100",
"100 is too low") or quoted ("listed at 100", "new ones cost 100", "you said 100"). The price named is the
last of the others. Deals are in dollars:

* ``$1,500``, ``1500$``, ``1.5k``, ``fifteen hundred dollars`` are the same price; a bare number is one
  if it is near what the thing costs, or follows a word of offering where that is not known.
* ``$1,2000`` cannot be read: it binds nobody (``MALFORMED``). Nor does a number below zero (``NEGATIVE``)
  or a price in other money (``FOREIGN``), which is not converted.
* "for free" and "give it to me free" name 0; "free delivery" names nothing.
* Two prices: the last counts ("80, or 85 if you deliver"); of a range ("1000-1500", "between 50 and 60")
  the end that costs its speaker less: the lower one for a buyer, the higher one for a seller.
* With a ``Scene``, "meet in the middle", "10% off", "$5 off", "20 more" and "the asking price" are prices
  too.
"""

import re
from typing import NamedTuple

from playout.simulators.dialogue.bargaining.acts import Seat
from playout.simulators.dialogue.bargaining.numerals import FOREIGN as FOREIGN_SIGN
from playout.simulators.dialogue.bargaining.numerals import Numeral, numerals

MALFORMED = "a number that cannot be read"
NEGATIVE = "a number below zero"
FOREIGN = "other money than dollars"

_MOST = 1e9  # dollars; more is no price
_BEFORE, _AFTER = 60, 40  # characters around a number that say what it is for
_NEAR = (0.08, 2.2)  # bare numbers between these shares of the list price are prices


class Scene(NamedTuple):
    """What prices are understood by: where the bargaining stands, in dollars."""

    list_price: float
    own: float | None = None
    """The speaker's last price."""
    other: float | None = None
    """The other side's last price."""


class Price(NamedTuple):
    """What a text says about money."""

    value: float | None
    """The price named, in dollars."""
    talked_about: tuple[float, ...] = ()
    """Prices that are refused or quoted, in order."""
    note: str = ""
    """MALFORMED, NEGATIVE or FOREIGN, where that is why no price is named."""


def _any(*words: str) -> str:
    return "(?:" + "|".join(words) + ")"


_LITTLE = _any(
    "just", "only", "about", "around", "maybe", "like", "say", "at", "the", "a", "your", "of", "it", "for",
    "that", "this",
)  # fmt: skip
_GAP = rf"(?:\s+{_LITTLE})*\s*$"

_UNIT = re.compile(
    r"\s*(?:-\s*)?(?:"
    + _any(
        "%", "percent", "st\\b", "nd\\b", "rd\\b", "th\\b", "'", '"', "\u2019", "\u201d", "°", "#", "x",
        "/(?!\\s?m|\\s?wk|\\s?week)", ":", "s\\b", "[ap]\\.?m\\b",
        "gb", "mb", "tb", "gig", "mp", "mph", "mpg", "hz", "watt", "volt", "v\\b", "w\\b", "l\\b", "cc\\b",
        "hp\\b",
        "mil(?:e|es)?\\b", "mi\\b", "km", "kilomet", "met(?:er|re)", "inch", "in\\.", "ft", "f(?:oo|ee)t",
        "yards?",
        "sq", "square", "acres?", "lbs?\\b", "pounds?\\b(?!\\ssterling)", "ounces?", "oz\\b", "kg", "tons?\\b"
        , "gallon",
        "sec", "min(?:ute)?s?\\b", "hours?", "hrs?", "days?", "nights?", "weeks?", "months?", "mos?\\b",
        "years?", "yrs?",
        "y/?o", "semesters?", "decades?", "bed", "ba(?:th)?\\b", "bath", "br\\b", "bd\\b", "rooms?",
        "car\\s+garage",
        "units?", "floor", "stor(?:y|ies|eys)", "people", "persons?", "kids?", "child", "adults?", "guys",
        "cats?", "dogs?",
        "pets?", "roommates?", "friends?", "owners?", "tenants?", "parking", "doors?", "seats?", "wheel",
        "tires?", "gears?",
        "speeds?\\b", "cylinder", "pieces?", "pcs", "sets?\\b", "pairs?", "packs?", "boxes", "items?",
        "of\\s+(?:them|these|those|you)",
        "chairs?", "tables?", "lamps?", "drawers?", "shel(?:f|ves)", "mattress", "beds?\\b", "bikes?",
        "phones?", "speakers?",
        "cables?", "books?", "cases?", "bottles?", "times?", "blocks?", "steps?", "stars?", "other",
        "more\\s+(?:miles|years|months)",
        "different", "issues?", "scratch", "scuff", "dents?", "accidents?", "series", "generation", "gen\\b",
        "edition", "model",
        "inches", "deep", "wide", "tall", "high\\s+by", "long\\b", "k\\s+miles", "k\\s+(?:on|in)\\s", "pm\\b",
        "am\\b", "o'?clock",
        "way\\b", "and\\s+a\\s+half", "mattresses", "deposits?", "amps?", "ports?", "ppl", "bag", "beers?",
        "cookies", "cats",
    )
    + ")",
    re.IGNORECASE,
)  # fmt: skip
_PART = re.compile(
    r"(?:[\d#/:x'\u2019&]|\d[\d.]*\s*[-x]|"
    + _any(
        "iphone", "galaxy", "note", "ipad", "ipod", "hero", "gopro", "lg", "model", "version", "type",
        "series", "size",
        "gen(?:eration)?", "ios", "android", "windows", "unit", "apt", "apartment\\s*\\#?", "bmw", "number",
        "ext", "route",
        "call", "age[sd]?", "call\\s+me\\s+(?:at|on)", "me\\s+(?:at|on)", "number\\s+is",
        "text\\s+(?:me\\s+)?at", "age\\s+of",
        "one\\s+of", "top", "floor", "room", "serial", "last", "past", "every", "first", "next",
    )
    + r")\s*$",
    re.IGNORECASE,
)  # fmt: skip
_YEAR_BEFORE = re.compile(
    r"\b(?:in|since|until|till|from|an?|the|year|model|early|late|of|my|this|old|jan\w*|feb\w*|mar\w*|"
    r"apr\w*|may|june?|july?|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*)\s*$", re.IGNORECASE,
)  # fmt: skip
_YEAR_AFTER = re.compile(
    r"\s+(?:[A-Z][a-z]|model|edition|year|version|car|truck|suv|one\b|makes\b|or\s+\d{4})"
)

# A word of offering before a bare number.
_OFFERING = re.compile(
    r"(?:^|[,;:!?.]|\b"
    + _any(
        "for", "at", "to", "do", "does", "take", "of", "offer(?:ing)?", "pay", "give", "you", "say", "is",
        "be", "was",
        "price", "accept", "go", "like", "than", "under", "over", "below", "above", "between", "and", "or",
        "asking", "ask",
        "want(?:ed)?", "sell(?:ing)?", "need", "have", "it", "final", "what", "bout", "about", "closer",
        "call", "let's",
        "deal", "meet", "around", "settle", "but", "me", "i'?m", "sold", "plus", "counter", "propose", "then",
        "near",
        "make", "maybe", "only", "just", "ok", "okay", "yes", "no", "sure", "can", "bid", "down", "up", "get",
    )
    + rf"){_GAP}",
    re.IGNORECASE,
)  # fmt: skip

_NOT = _any(
    "can'?t", "can\\s?not", "won'?t", "wouldn'?t", "couldn'?t", "don'?t", "not", "no\\s+way", "never",
    "unable\\s+to", "isn'?t", "too\\s+\\w+\\s+to", "hard\\s+to", "hate\\s+to",
)  # fmt: skip
_BOUND = _any(
    "less", "lower", "below", "under", "more", "higher", "above", "over", "beyond", "past", "cheaper"
)
_TURN = _any(
    "but",
    "though",
    "(?:how|what)\\s+about",
    "would\\s+you",
    "if",
    "so",
    "except",
    "however",
    "and\\s+(?:i|we)\\s+(?:can|could|will)",
)
_REFUSED_BEFORE = re.compile(
    rf"\b{_NOT}\b(?:(?!\b(?:{_BOUND}|{_TURN})\b)[^.,;!?]){{0,45}}$|\b(?:too\s+(?:high|low|much)\s+at|"
    rf"instead\s+of|rather\s+than)\s*$", re.IGNORECASE,
)  # fmt: skip
_UNLESS = re.compile(rf"\b{_NOT}\b[^.;!?]{{0,45}}\b{_BOUND}\b[^.;!?]{{0,15}}$", re.IGNORECASE)
_REFUSED_AFTER = re.compile(
    r"\s*(?:for\s+(?:it|this|that|them|the\s+\w+)\s+|a\s+month\s+|cash\s+|price\s+(?:tag\s+)?|"
    r"dollars?\s+)?(?:"
    r"(?:(?:it|that|which)\s+)?(?:is|are|was|seems?|sounds?|feels?|would\s+be|'?s|might\s+be|looks?|"
    r"may\s+be|will\s+be)\s+"
    r"(?:(?:just|still|really|a|an|bit|little|tad|lot|far|kinda|kind\s+of|also|probably|quite|pretty|"
    r"very|rather|simply|going\s+to\s+be|"
    r"for\s+me|more\s+than|for|sort\s+of|way|much|somewhat|well|to|the|be|definitely|actually|"
    r"unfortunately)\s+)*"
    r"(?:too|high|low|steep|pricey|expensive|over|out\s+of|more\s+than|above|below|beyond|not|"
    r"insult(?:ing)?|ridiculous|much|under|lower|higher)\b"
    r"|(?:isn'?t|doesn'?t|won'?t|wouldn'?t)\b)",
    re.IGNORECASE,
)  # fmt: skip
_QUOTED_BEFORE = re.compile(
    r"\b(?:list(?:ed|ing|s)?(?:\s+(?:it|them|this|price))?(?:\s+(?:at|for|as|of|is|was|says))?|"
    r"originally(?:\s+\w+){0,3}|down\s+from|from"
    r"|(?:brand\s+)?new\s+(?:ones?\s+)?(?:for|is|are|at|costs?)|(?:i|we|he|she|they)\s+(?:only\s+|"
    r"just\s+|originally\s+|even\s+)?(?:paid|bought(?:\s+\w+){0,3}\s+for|spent|got\s+\w+\s+for)"
    r"|retail(?:s|ed|ing)?(?:\s+(?:price|value))?(?:\s+(?:for|at|of|is|was|around|over))*|"
    r"worth(?:\s+(?:over|more\s+than|at\s+least))?|(?:goes?|going|sells?|selling|sold|run|runs|"
    r"went)\s+(?:on\s+\w+\s+)?for(?:\s+(?:over|up\s+to))?"
    r"|costs?(?:\s+(?:me|us|you|over))*|cost\s+(?:is|was)|(?:seen|saw|see|found|find)\s+(?:\w+\s+){1,5}"
    r"(?:for|at)|(?:another|other|already|better|(?:have|got|had)\s+an)\s+(?:an\s+)?offers?\s+(?:for|of|at)"
    r"|offers?\s+for|\b(?:gift|gas)\s+card\s+(?:for|of)"
    r"|you\s+(?:said|agreed|told|promised|accepted|mentioned|wanted|listed|have\s+it|were\s+asking|"
    r"are\s+asking)(?:\s+\w+){0,4}|you'?re\s+asking(?:\s+\w+){0,2}"
    r"|your\s+(?:asking\s+|list(?:ed|ing)?\s+|original\s+|starting\s+)?price(?:\s+(?:of|is|was))?|"
    r"profit\s+of|save\s+(?:you\s+)?|budget\s+(?:is|of)\s+not|kbb\s+\w+|value(?:d)?\s+(?:at|of|is)|"
    r"priced?\s+(?:at|around))"
    rf"{_GAP}",
    re.IGNORECASE,
)  # fmt: skip
_LISTING = re.compile(r"^(?:list|pric|sell|going|goes)", re.IGNORECASE)
_QUOTED_AFTER = re.compile(
    r"\s*(?:dollars?\s+)?(?:brand\s+new|new\b|on\s+(?:amazon|ebay|craigslist)|at\s+(?:the\s+store|walmart|best\s*buy|target|ikea)|retail|when\s+(?:i|it|they|new)|worth\s+of|elsewhere|"
    r"(?:for\s+)?(?:a\s+)?(?:security\s+)?deposit|gift\s+card|in\s+gas|for\s+gas|"
    r"for\s+(?:the\s+)?(?:delivery|shipping)|in\s+(?:repairs|shipping))",
    re.IGNORECASE,
)  # fmt: skip
_OFF = re.compile(
    r"\s*(?:dollars?\s+|bucks?\s+)?(?:off\b|less\b(?!\s+than)|cheaper|discount|lower\b)", re.IGNORECASE
)
_MORE = re.compile(r"\s*(?:dollars?\s+|bucks?\s+)?(?:more\b(?!\s+than)|extra|on\s+top)", re.IGNORECASE)
_OFF_BEFORE = re.compile(
    r"\b(?:(?:come|go)\s+down\s+by|knock(?:ing)?|come\s+down|lower(?:\s+it)?\s+by|down\s+by|"
    r"reduce(?:\s+\w+){0,2}\s+by|discount\s+of|shave)\s*(?:another\s+)?$", re.IGNORECASE,
)  # fmt: skip
_MORE_BEFORE = re.compile(r"\b(?:another|extra|additional|add)\s*$", re.IGNORECASE)
_MIDDLE = re.compile(
    r"\b(?:meet|split|settle|land)\b[^.?!]{0,25}\b(?:middle|half\s?way|difference|in\s?between)\b|"
    r"\bhalf\s?way\b|\bmiddle\s+ground\b",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"\b(?<!that )(?:full|list(?:ed|ing)?|asking|original|posted)\s+(?:asking\s+|list(?:ed|"
    r"ing)?\s+)?(?:price|amount)\b", re.IGNORECASE
)  # fmt: skip
_FULL_GIVEN = re.compile(r"\b(?:pay|give|take|accept|do|at|for|offer)\b[^.?!]{0,20}$", re.IGNORECASE)
_FREE = re.compile(
    r"\b(?:(?:for|it\s+free|me\s+free|take|have|get|want|give)\b[^.?!]{0,25}\bfree\b(?!\s+(?:of\b|to\b|"
    r"delivery|shipping|\w+ing\b|case|\w+s\b))|^\W*(?:for\s+)?free\W*$)",
    re.IGNORECASE,
)
_EXTRA_FREE = re.compile(
    r"\b(?:throw|deliver|include|add|bring|drop|ship|with|plus|pick)\w*\b[^.?!]*$", re.IGNORECASE
)
_RANGE = re.compile(r"\s*(?:-|\u2013|to|and|or)\s*(?:like\s+|maybe\s+|even\s+)?\$?\s*$", re.IGNORECASE)


def read_price(text: str, *, seat: Seat = "buyer", scene: Scene | None = None) -> Price:
    """The price that ``text`` names; takes any string and never raises.

    Args:
        text: what somebody said.
        seat: who said it: decides which end of a range counts.
        scene: where the bargaining stands; without it a bare number needs a word of offering before it,
            and what refers to other prices names none.
    """
    named: list[tuple[Numeral, float]] = []
    floors: list[float] = []
    relative: list[float] = []
    aside: list[float] = []
    note = ""
    found = numerals(text)
    for position, number in enumerate(found):
        trouble = _trouble(text, number)
        if trouble:
            note = trouble
            continue
        if not _is_price(text, number, scene):
            if (value := _relative(text, number, scene, seat)) is not None:
                relative.append(value)
            continue
        value = _relative(text, number, scene, seat)
        before, after = (
            text[max(number.start - _BEFORE, 0) : number.start],
            text[number.end : number.end + _AFTER],
        )
        if value is not None:
            relative.append(value)
        elif _UNLESS.search(before):
            floors.append(_scaled(number, scene))
        elif _only_talked_about(before, after, seat):
            aside.append(_scaled(number, scene))
        elif (
            position
            and named
            and named[-1][0] is found[position - 1]
            and _RANGE.fullmatch(_between(text, found, position))
        ):
            ends = (named[-1][1], _scaled(number, scene))
            named[-1] = (number, min(ends) if seat == "buyer" else max(ends))
        else:
            named.append((number, _scaled(number, scene)))
    for values in ([value for _, value in named], relative, floors):
        if values:
            return Price(values[-1], tuple(aside))
    if note:
        return Price(None, tuple(aside), note)
    return Price(_wordless(text, scene), tuple(aside))


def _trouble(text: str, number: Numeral) -> str:
    if number.negative:
        return NEGATIVE
    if number.foreign or re.match(FOREIGN_SIGN, text[number.end : number.end + 16].lstrip(), re.IGNORECASE):
        return FOREIGN
    if not number.readable or number.value > _MOST:
        return MALFORMED
    return ""


def _is_price(text: str, number: Numeral, scene: Scene | None) -> bool:
    before, after = (
        text[max(number.start - _BEFORE, 0) : number.start],
        text[number.end : number.end + _AFTER],
    )
    if number.dollars:
        return True
    if _UNIT.match(after) or _PART.search(before):
        return False
    if re.match(r"[A-Za-z]", after) and not number.scaled:
        return False
    if number.words and number.value < 20 and not number.scaled:
        return False
    if _is_year(before, after, number):
        return False
    if scene is None:
        return bool(_OFFERING.search(before))
    low, high = _NEAR
    return low * scene.list_price <= _scaled(number, scene) <= high * scene.list_price or (
        number.scaled and bool(_OFFERING.search(before))
    )


def _is_year(before: str, after: str, number: Numeral) -> bool:
    if not (1950 <= number.value <= 2035 and number.end - number.start == 4):
        return False
    return bool(_YEAR_BEFORE.search(before) or _YEAR_AFTER.match(after))


def _scaled(number: Numeral, scene: Scene | None) -> float:
    """The price in dollars: near a list price in thousands, "8.5" is 8500."""
    if (
        scene is not None
        and not number.scaled
        and scene.list_price >= 1000
        and number.value <= scene.list_price / 100
    ):
        thousands = number.value * 1000
        if 0.3 * scene.list_price <= thousands <= 1.2 * scene.list_price:
            return thousands
    return number.value


def _only_talked_about(before: str, after: str, seat: Seat) -> bool:
    if _REFUSED_AFTER.match(after) or _QUOTED_AFTER.match(after):
        return True
    if _REFUSED_BEFORE.search(before) and not _UNLESS.search(before):
        return True
    quoted = _QUOTED_BEFORE.search(before)
    # A seller who says what it is listed at names that price.
    return bool(quoted) and not (seat == "seller" and _LISTING.match(quoted[0]))


def _relative(text: str, number: Numeral, scene: Scene | None, seat: Seat) -> float | None:
    """What "10% off", "$5 less" and "20 more" come to; None for other numbers."""
    if scene is None:
        return None
    before, after = (
        text[max(number.start - _BEFORE, 0) : number.start],
        text[number.end : number.end + _AFTER],
    )
    percent = re.match(r"\s*(?:%|percent)", after, re.IGNORECASE)
    if percent:
        off = re.match(
            r"[^.?!]{0,25}\b(?:off|less|discount|reduction|cheaper)\b", after[percent.end() :], re.IGNORECASE
        )
        off = off or _OFF_BEFORE.search(before)
        return round(scene.list_price * (1 - number.value / 100)) if off and number.value < 100 else None
    if _UNIT.match(after):
        return None
    if (_OFF.match(after) or _OFF_BEFORE.search(before)) and number.value < scene.list_price:
        # A seller takes it off the own last price, a buyer asks it off the seller's.
        standing = scene.own if seat == "seller" else scene.other
        base = scene.list_price if standing is None or "list" in after or "asking" in after else standing
        return base - number.value if base > number.value else None
    own = scene.other if seat == "seller" else scene.own
    if (_MORE.match(after) or _MORE_BEFORE.search(before)) and own is not None and number.value < own:
        return own + number.value
    return None


def _wordless(text: str, scene: Scene | None) -> float | None:
    """A price that is named without a number."""
    free = _FREE.search(text)
    if free and not _EXTRA_FREE.search(text[: free.end()]):
        return 0.0
    if scene is None:
        return None
    if _MIDDLE.search(text) and scene.other is not None:
        return (scene.other + (scene.list_price if scene.own is None else scene.own)) / 2
    full = _FULL.search(text)
    if (
        full
        and _FULL_GIVEN.search(text[: full.start()])
        and not re.search(_NOT, text[: full.start()], re.IGNORECASE)
    ):
        return scene.list_price
    return None


def _between(text: str, found: list[Numeral], position: int) -> str:
    return text[found[position - 1].end : found[position].start]
