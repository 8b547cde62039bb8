"""From words to claims: what a customer takes from a text, by tables and fixed rules, never by a model.

Rule book. A text is read sentence by sentence, its first ``READ_WORDS`` words only.

* **Options** are named as ``option B``, ``options A and C``, ``B:`` at the start of a line, ``B has …``, and
  all at once as ``all three options`` or ``none of them``. D stands for buying nothing. Any other letter is
  no option: what is said of it is not heard, and it is listed in ``unknown``.
* **Claims** are the catalogue's phrases for the required feature (whole words, longest first), or the feature
  called *the feature you asked for*, *what you need*, *it* after *has*. They are about the options named
  before them in the sentence, or after them where the sentence begins with the claim, or else about those
  named last.
* **Negation** (``no``, ``not``, ``lacks``, ``without`` …) up to five words before a claim, or as ``… is
  not``, ``… is missing`` right after it, turns "has" into "lacks"; a negated "lacks" says nothing. **Doubt**
  (``not specified``, ``I do not know whether`` …) or a hedge (``may have``) makes it "unspecified".
* **Contradictions.** An option of which one text claims two different things is not believed in either:
  silent. So with two prices for one option: none was told.
* **Prices** are amounts with a currency, or after ``costs`` and the like; what is a difference (``$50 less``)
  is not one. A price that is not the true one is a false statement; nothing corrects it.
* Words about the **rating** (``please rate me 5``) change no claim; they are noted (``asks_rating``). So with
  instructions to whoever reads: they are words like others.
* An empty text, and all that is not understood, says nothing: silent.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from playout.simulators.consultancy.catalogue import Category
from playout.simulators.consultancy.claims import (
    HAS,
    LACKS,
    LETTERS,
    NOTHING_LETTER,
    OPTIONS,
    PRICE_FALSE,
    PRICE_SILENT,
    PRICE_TRUE,
    SILENT,
    UNSPECIFIED,
)

READ_WORDS = 400
NEGATION_WINDOW, DOUBT_WINDOW = 5, 9
NAN = float("nan")


class Heard(NamedTuple):
    """What a text says."""

    claims: tuple[int, int, int] = (SILENT, SILENT, SILENT)
    told: tuple[float, float, float] = (NAN, NAN, NAN)
    """Prices; nan where none is told."""
    contradictions: int = 0
    """Options of which it says two things, and prices that it tells twice differently."""
    unknown: tuple[str, ...] = ()
    """Letters that are no option."""
    asks_rating: bool = False
    unread: int = 0
    """Words after the first ``READ_WORDS``."""


class _Token(NamedTuple):
    kind: str
    text: str
    value: tuple = ()


_LETTER = r"(?-i:[A-HJ-Z])"
_JOIN = r"\s*(?:,\s*(?:and|or)?|/|&|and|or|nor)\s*"
_VERB = r"(?:has|have|lacks?|does|doesn|is|isn|comes?|costs?|offers?|includes?|provides?)"
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_KINDS = {
    "price": rf"[$€£]\s?(?:{_NUMBER})|(?:{_NUMBER})\s?(?:dollars?|euros?|pounds?|usd|eur|gbp|\$|€|£)(?!\w)",
    "number": _NUMBER,
    "options": rf"\boptions?\s+[A-Za-z]\b(?:{_JOIN}(?:options?\s+)?{_LETTER}\b(?!&\w))*"
    rf"|(?:(?<=\n)|(?<=^))[ \t*\-•(]*{_LETTER}[):]|\b{_LETTER}\b(?=\s+{_VERB}\b)",
    "nobody": r"\b(?:none|neither|not one)\s+of\s+(?:them|these|the\s+(?:three|options|others?))\b"
    r"|\bno\s+option\b",
    "everybody": r"\b(?:all|each|every|any)\s+(?:of\s+)?(?:the\s+)?(?:three\s+|of\s+)?(?:options?|them)\b"
    r"|\ball\s+three\b",
    "feature": r"\b(?:the|that|this|your)\s+(?:required\s+|requested\s+|desired\s+)?"
    r"(?:feature|requirements?)\b(?:\s+(?:that\s+)?you\s+"
    r"(?:asked\s+for|need|want|require|requested|mentioned|are\s+looking\s+for))?"
    r"|\b(?:what|everything)\s+you\s+(?:asked\s+for|need|want|require|are\s+looking\s+for)\b",
    "doubt": r"\b(?:do(?:es)?\s+not|don't|doesn't|did\s+not|didn't)\s+(?:know|say|specify|state|mention)\b"
    r"|\b(?:cannot|can\s+not|can't|could\s+not|couldn't)\s+(?:\w+\s+)?"
    r"(?:say|tell|confirm|verify|guarantee|promise)\b"
    r"|\bnot\s+(?:specified|stated|listed|mentioned|known|sure|certain|clear|given|documented)\b"
    r"|\b(?:isn't|aren't|wasn't)\s+(?:specified|stated|listed|mentioned|known|sure|certain|clear|given)\b"
    r"|\bno\s+(?:information|data|details?|idea)\b"
    r"|\b(?:unspecified|unknown|unclear|unsure|uncertain|unstated|whether)\b",
    "hedge": r"\b(?:may|might|could|possibly|perhaps|probably|maybe|likely|should)\b",
    "neither": r"\bnot\s+(?:only|just|to\s+mention)\b",
    "negation": r"\b(?:no|not|never|neither|nor|without|lacks?|lacking|lacked|missing|absent|unavailable"
    r"|cannot|\w+n't)\b",
    "hard": r"\b(?:but|while|whereas|however|although|though|yet|instead|except)\b",
    "end": r"[.!?;\n]+",
    "soft": r"[,:()\u2013\u2014]|\s-\s|\band\b|\bor\b",
    "word": r"[\w'/%-]+",
}
_REST = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items())
_WORD = re.compile(r"\S+")
_RATING = re.compile(r"\b(?:rat(?:e|ing)|scores?|stars?|reviews?|thumbs?)\b", re.IGNORECASE)
_PRESSING = re.compile(
    r"\b(?:please|give|must|should|leave|rate|best|highest|top|full|positive|five|10|ten)\b|\b5\b|[1-5]\s*/\s*5",
    re.IGNORECASE,
)
_YES_NO = re.compile(r"\W*(yes|yeah|no)\b(?!\s+(?:idea|information|data))", re.IGNORECASE)
_HAVE = frozenset(("has", "have", "offers", "offer", "includes", "include", "lacks", "lack", "having"))
_BE = frozenset(("is", "are", "was", "were", "comes", "come", "isn't", "aren't"))
_COST = frozenset(("cost", "costs", "price", "prices", "priced", "pay", "paying"))
_RELATIVE = frozenset(
    ("less", "more", "cheaper", "dearer", "off", "discount", "below", "above", "under", "over")
)


def parse(text: str, category: Category, feature: int, about: Sequence[str] = ()) -> Heard:
    """What ``text`` says of the three options.

    Args:
        text: anything.
        category: what the customer looks for.
        feature: the one she requires.
        about: letters of the options that were asked about, of which a text speaks that names none.
    """
    read, unread = _beginning(text)
    said: list[set[int]] = [set() for _ in range(OPTIONS)]
    prices: list[set[float]] = [set() for _ in range(OPTIONS)]
    unknown: dict[str, None] = {}
    scope = tuple(about)
    for tokens in _sentences(read, category):
        named = [token.value for token in tokens if token.kind == "options"]
        unknown |= dict.fromkeys(
            x for letters in named for x in letters if x not in (*LETTERS, NOTHING_LETTER)
        )
        for letters, claim in _claims(tokens, feature, scope):
            _add(said, letters, claim)
        for letters, price in _told(tokens, scope):
            _add(prices, letters, price)
        scope = named[-1] if named else scope
    return Heard(
        claims=_settled(said, SILENT),
        told=_settled(prices, NAN),
        contradictions=sum(len(found) > 1 for found in (*said, *prices)),
        unknown=tuple(unknown),
        asks_rating=_asks_rating(read, category),
        unread=unread,
    )


def answer(text: str, category: Category, feature: int, letter: str) -> Heard:
    """What ``text`` says in answer to whether option ``letter`` has the feature; "yes" and "no" are heard."""
    heard = parse(text, category, feature, (letter,))
    option, word = LETTERS.index(letter), _YES_NO.match(text)
    if heard.claims[option] != SILENT or heard.contradictions or word is None:
        return heard
    claims = list(heard.claims)
    claims[option] = HAS if word.group(1).casefold() in ("yes", "yeah") else LACKS
    return heard._replace(claims=(claims[0], claims[1], claims[2]))


def statement_of(told: Sequence[float], price: Sequence[float]) -> int:
    """``PRICE_SILENT`` if nothing was told, ``PRICE_TRUE`` if all of it is true, else ``PRICE_FALSE``."""
    known = [(said, true) for said, true in zip(told, price, strict=True) if said == said]
    if not known:
        return PRICE_SILENT
    return PRICE_TRUE if all(said == true for said, true in known) else PRICE_FALSE


def merge(before: Heard, after: Heard) -> Heard:
    """What a customer has heard after a second text: what it says anew replaces what she heard before."""
    claims = [b if b != SILENT else a for a, b in zip(before.claims, after.claims, strict=True)]
    told = [b if b == b else a for a, b in zip(before.told, after.told, strict=True)]
    return Heard(
        claims=(claims[0], claims[1], claims[2]),
        told=(told[0], told[1], told[2]),
        contradictions=before.contradictions + after.contradictions,
        unknown=tuple(dict.fromkeys(before.unknown + after.unknown)),
        asks_rating=before.asks_rating or after.asks_rating,
        unread=before.unread + after.unread,
    )


def _beginning(text: str) -> tuple[str, int]:
    """The first words, with plain quotes, and how many words come after."""
    words = list(_WORD.finditer(text))
    end = words[READ_WORDS - 1].end() if len(words) > READ_WORDS else len(text)
    return text[:end].replace("\u2019", "'").replace("\r", "\n"), max(0, len(words) - READ_WORDS)


@lru_cache(maxsize=256)
def _reader(category: Category) -> tuple[re.Pattern[str], dict[str, tuple[int, int]]]:
    """One pattern for all tokens, the category's phrases first, and what each phrase means."""
    meaning = {
        " ".join(phrase.casefold().split()): (feature, truth)
        for feature, phrases in enumerate(category.phrases)
        for truth, phrase in enumerate(phrases)
    }
    longest = sorted(meaning, key=len, reverse=True)
    spelt = "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in longest)
    return re.compile(rf"(?P<phrase>(?<!\w)(?:{spelt})(?!\w))|{_REST}", re.IGNORECASE), meaning


def _sentences(text: str, category: Category) -> Iterator[list[_Token]]:
    pattern, meaning = _reader(category)
    tokens: list[_Token] = []
    for match in pattern.finditer(text):
        kind, found = match.lastgroup or "word", match.group()
        if kind == "end":
            yield tokens
            tokens = []
            continue
        if kind == "phrase":
            tokens.append(_Token("claim", found, meaning[" ".join(found.casefold().split())]))
        elif kind in ("options", "nobody", "everybody"):
            letters = LETTERS if kind != "options" else tuple(re.findall(r"\b[A-Za-z]\b", found))
            tokens.append(_Token("options", found, tuple(letter.upper() for letter in letters)))
            if kind == "nobody":
                tokens.append(_Token("negation", found))
        elif kind == "feature" or (kind == "word" and _is_it(found, tokens)):
            tokens.append(_Token("claim", found, (-1, HAS)))
        elif kind == "price":
            tokens.append(_Token("price", found, (_amount(found),)))
        elif kind == "number":
            money = any(token.text.casefold() in _COST for token in tokens[-4:])
            tokens.append(_Token("price" if money else "word", found, (_amount(found),)))
        elif kind != "neither":
            tokens.append(_Token(kind, found))
    yield tokens


def _is_it(word: str, before: Sequence[_Token]) -> bool:
    return word.casefold() == "it" and bool(before) and before[-1].text.casefold() in _HAVE


def _amount(text: str) -> float:
    return float("".join(c for c in text if c.isdigit() or c == "."))


def _claims(
    tokens: Sequence[_Token], feature: int, scope: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], int]]:
    """Which options each claim of a sentence is about, and what it says."""
    for at, token in enumerate(tokens):
        if token.kind == "claim" and token.value[0] in (feature, -1):
            claim = _meant(tokens, at, token.value[1])
            if claim is not None:
                yield _about(tokens, at, "claim", scope), claim


def _meant(tokens: Sequence[_Token], at: int, truth: int) -> int | None:
    """The claim at ``at``, with doubt and negation; None if it says nothing."""
    if truth == UNSPECIFIED or _doubted(tokens, at):
        return UNSPECIFIED
    if _negated(tokens, at):
        return LACKS if truth == HAS else None
    return truth


def _doubted(tokens: Sequence[_Token], at: int) -> bool:
    for token in reversed(tokens[max(0, at - DOUBT_WINDOW) : at]):
        if token.kind in ("hard", "claim") or token.text == ":":
            break
        if token.kind == "doubt":
            return True
    for token in reversed(tokens[:at]):
        if token.kind in ("hard", "soft", "claim", "options"):
            break
        if token.kind == "hedge":
            return True
    for token in tokens[at + 1 : at + 1 + DOUBT_WINDOW]:
        if token.kind in ("hard", "claim", "options") or (
            token.kind == "soft" and token.text not in ":\u2013\u2014"
        ):
            break
        if token.kind == "doubt":
            return True
    return False


def _negated(tokens: Sequence[_Token], at: int) -> bool:
    between, listed = 0, False
    for token in reversed(tokens[:at]):
        if token.kind == "negation":
            return True
        if token.kind == "soft" and token.text.casefold() == "or":
            listed = True
        elif token.kind == "claim" and listed:
            listed = False
        elif token.kind in ("hard", "soft", "claim") or between >= NEGATION_WINDOW:
            break
        between += token.kind == "word"
    after = list(tokens[at + 1 : at + 3])
    if after and after[0].text.casefold() in _BE and after[0].kind == "word":
        after = after[1:]
    return bool(after) and after[0].kind == "negation"


def _told(tokens: Sequence[_Token], scope: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], float]]:
    """Which options each price of a sentence is of."""
    prices = [
        at for at, token in enumerate(tokens)
        if token.kind == "price" and not _relative(tokens, at) and not _negated(tokens, at)
    ]  # fmt: skip
    named = [token for token in tokens if token.kind == "options"]
    if len(named) == 1 and len(named[0].value) == len(prices) > 1:
        for letter, at in zip(named[0].value, prices, strict=True):
            yield (letter,), tokens[at].value[0]
        return
    for at in prices:
        yield _about(tokens, at, "price", scope), tokens[at].value[0]


def _relative(tokens: Sequence[_Token], at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at + 1].text.casefold() in _RELATIVE


def _about(tokens: Sequence[_Token], at: int, kind: str, scope: tuple[str, ...]) -> tuple[str, ...]:
    """The options that the token at ``at`` is about: a sentence names them before or after, throughout."""
    places = [i for i, token in enumerate(tokens) if token.kind == "options"]
    if not places:
        return scope
    first = next(i for i, token in enumerate(tokens) if token.kind == kind)
    later = [i for i in places if i > at]
    if first < places[0] and later:
        return tokens[later[0]].value
    earlier = [i for i in places if i < at]
    return tokens[earlier[-1]].value if earlier else scope


def _add(found: list[set], letters: Sequence[str], value: float) -> None:
    for letter in letters:
        if letter in LETTERS:
            found[LETTERS.index(letter)].add(value)


def _settled(found: Sequence[set], nothing: float) -> tuple:
    return tuple(next(iter(values)) if len(values) == 1 else nothing for values in found)


def _asks_rating(text: str, category: Category) -> bool:
    """Whether a sentence presses for a rating; what features are called does not count, nor money."""
    pattern, _ = _reader(category)
    rest = pattern.sub(lambda found: " " if found.lastgroup in ("phrase", "price") else found.group(), text)
    return any(_RATING.search(part) and _PRESSING.search(part) for part in re.split(r"[.!?;\n]+", rest))
