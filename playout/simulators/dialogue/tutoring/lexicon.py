"""Italian place phrases: words of our own, and how they are put together.

``is behind the blue box`` is ``è dietro la scatola blu``: a preposition with the article that noun and
gender ask for, the noun, and the colour after it in the noun's gender.
"""

from functools import cache
from itertools import product
from typing import NamedTuple


class Noun(NamedTuple):
    """A thing."""

    english: str
    italian: str
    article: str
    """Of the singular: ``il``, ``lo``, ``la``, ``l'`` (m) or ``l'f`` (the same, feminine)."""
    ease: float
    """From 0 to 1: how likely a beginner knows it, relative to the easiest words."""


class Colour(NamedTuple):
    """A colour in both genders."""

    english: str
    masculine: str
    feminine: str
    ease: float


class Preposition(NamedTuple):
    """A place; ``link`` is the little word that melts into the article, empty where there is none."""

    english: str
    italian: str
    link: str
    ease: float


class Phrase(NamedTuple):
    """One thing to translate, in parts."""

    sentence: str
    """English: ``is behind the blue box``."""
    target: str
    """Italian: ``è dietro la scatola blu``."""
    preposition: str
    """With its article: ``dietro la``, ``accanto all'``."""
    noun: str
    colour: str
    english: tuple[str, str, str]
    """The parts in English: ``behind the``, ``box``, ``blue``."""
    ease: tuple[float, float, float, float]
    """Of preposition, noun, colour and their order."""


ORDER_EASE = 0.7
UNLISTED_EASE = 0.8

NOUNS = (
    Noun("house", "casa", "la", 1.0), Noun("door", "porta", "la", 0.8), Noun("window", "finestra", "la", 0.6),
    Noun("chair", "sedia", "la", 0.6), Noun("box", "scatola", "la", 0.5), Noun("bag", "borsa", "la", 0.6),
    Noun("plant", "pianta", "la", 1.0), Noun("lamp", "lampada", "la", 0.9),
    Noun("church", "chiesa", "la", 0.5),
    Noun("car", "macchina", "la", 0.7), Noun("island", "isola", "l'f", 0.7),
    Noun("umbrella", "ombrello", "l'", 0.6), Noun("tree", "albero", "l'", 0.5),
    Noun("wardrobe", "armadio", "l'", 0.4), Noun("clock", "orologio", "l'", 0.4),
    Noun("mirror", "specchio", "lo", 0.4), Noun("backpack", "zaino", "lo", 0.4),
    Noun("table", "tavolo", "il", 0.9), Noun("bed", "letto", "il", 0.6), Noun("cat", "gatto", "il", 0.8),
    Noun("dog", "cane", "il", 0.8), Noun("bunny", "coniglio", "il", 0.5), Noun("hat", "cappello", "il", 0.5),
    Noun("book", "libro", "il", 0.8), Noun("wall", "muro", "il", 0.6), Noun("sofa", "divano", "il", 0.7),
)  # fmt: skip
COLOURS = (
    Colour("red", "rosso", "rossa", 0.9), Colour("yellow", "giallo", "gialla", 0.6),
    Colour("black", "nero", "nera", 0.7), Colour("white", "bianco", "bianca", 0.7),
    Colour("grey", "grigio", "grigia", 0.5), Colour("golden", "dorato", "dorata", 0.6),
    Colour("green", "verde", "verde", 0.8), Colour("brown", "marrone", "marrone", 0.5),
    Colour("orange", "arancione", "arancione", 0.6), Colour("blue", "blu", "blu", 1.0),
    Colour("purple", "viola", "viola", 0.6), Colour("pink", "rosa", "rosa", 0.8),
)  # fmt: skip
PREPOSITIONS = (
    Preposition("behind", "dietro", "", 0.6), Preposition("under", "sotto", "", 0.7),
    Preposition("above", "sopra", "", 0.7), Preposition("inside of", "dentro", "", 0.7),
    Preposition("next to", "accanto", "a", 0.5), Preposition("near", "vicino", "a", 0.7),
    Preposition("in front of", "davanti", "a", 0.5), Preposition("across from", "di fronte", "a", 0.5),
    Preposition("on top of", "in cima", "a", 0.4), Preposition("far from", "lontano", "da", 0.5),
    Preposition("to the right of", "a destra", "di", 0.5),
    Preposition("to the left of", "a sinistra", "di", 0.5),
)  # fmt: skip

_MELTED = {
    "": {"il": "il", "lo": "lo", "la": "la", "l'": "l'"},
    "a": {"il": "al", "lo": "allo", "la": "alla", "l'": "all'"},
    "da": {"il": "dal", "lo": "dallo", "la": "dalla", "l'": "dall'"},
    "di": {"il": "del", "lo": "dello", "la": "della", "l'": "dell'"},
}
ARTICLES = frozenset(form for forms in _MELTED.values() for form in forms.values())
"""Every form of the article, melted with a preposition or not."""


def with_article(preposition: Preposition, noun: Noun) -> str:
    """``dietro la``, ``accanto all'``."""
    return f"{preposition.italian} {_MELTED[preposition.link][noun.article.removesuffix('f')]}"


def is_feminine(noun: Noun) -> bool:
    """Whether a colour beside it takes its feminine form."""
    return noun.article in ("la", "l'f")


def joined(preposition: str, *words: str) -> str:
    """A phrase of parts: no space behind an apostrophe."""
    return f"{preposition}{'' if preposition.endswith(chr(39)) else ' '}{' '.join(words)}"


def phrase(preposition: Preposition, noun: Noun, colour: Colour) -> Phrase:
    """The phrase that these make."""
    place = with_article(preposition, noun)
    shade = colour.feminine if is_feminine(noun) else colour.masculine
    return Phrase(
        f"is {preposition.english} the {colour.english} {noun.english}",
        f"è {joined(place, noun.italian, shade)}",
        place,
        noun.italian,
        shade,
        (f"{preposition.english} the", noun.english, colour.english),
        (preposition.ease, noun.ease, colour.ease, ORDER_EASE),
    )


@cache
def phrases() -> tuple[Phrase, ...]:
    """All phrases of these words."""
    return tuple(phrase(*words) for words in product(PREPOSITIONS, NOUNS, COLOURS))


def parse(sentence: str, target: str) -> Phrase:
    """A phrase given as English and Italian text, taken apart.

    Raises:
        ValueError: it is not of the form ``is PREPOSITION the COLOUR NOUN``, or its translation not
            ``è PREPOSITION+ARTICLE NOUN COLOUR``.
    """
    start, _, things = sentence.strip().rpartition(" the ")
    words, italian = things.split(), target.strip().split(" ", 1)
    if not start.startswith("is ") or len(words) != 2:
        raise ValueError(f"{sentence!r}; expected 'is PREPOSITION the COLOUR NOUN'")
    rest, _, shade = italian[-1].rpartition(" ")
    cut = rest.find("'") + 1 or rest.rfind(" ")
    place, noun = rest[:cut], rest[cut:].strip()
    if italian[0] not in ("e", "è") or not place or not noun or place.split()[-1] not in ARTICLES:
        raise ValueError(f"{target!r}; expected 'è PREPOSITION+ARTICLE NOUN COLOUR'")
    english = (f"{start.removeprefix('is ')} the", words[1], words[0])
    known = (_ease()[0].get(english[0]), _ease()[1].get(words[1]), _ease()[2].get(words[0]))
    ease = (*(UNLISTED_EASE if value is None else value for value in known), ORDER_EASE)
    return Phrase(sentence.strip(), f"è {italian[-1]}", place, noun, shade, english, ease)  # type: ignore[arg-type]


@cache
def _ease() -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """English part -> ease, of the words here."""
    return (
        {f"{one.english} the": one.ease for one in PREPOSITIONS},
        {one.english: one.ease for one in NOUNS},
        {one.english: one.ease for one in COLOURS},
    )
