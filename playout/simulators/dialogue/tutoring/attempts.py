"""A student's translation as text: written from what is right in it, and read back from any text.

``read(written(...))`` gives back what was right; a student who is a person or a model is read the same way.
"""

import re
from collections.abc import Sequence
from functools import cache

from playout.core.random import Stream
from playout.simulators.dialogue.tutoring import lexicon
from playout.simulators.dialogue.tutoring.lexicon import Phrase, joined

UNTRIED, WRONG, RIGHT = range(3)
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2019\u2018\u0060\u00b4", "'"))
_ACCENTS = str.maketrans("àèéìòù", "aeeiou")


def plain(text: str) -> str:
    """Lower case, without accents and signs; single spaces."""
    kept = re.sub(r"[^\w'\s]", " ", text.lower().translate(_APOSTROPHES)).translate(_ACCENTS)
    return " ".join(kept.replace("' ", "'").split())


def written(item: Phrase, shown: Sequence[int], dim: Sequence[bool], draws: Stream) -> str:
    """The attempt of a student.

    Args:
        item: what is to be translated.
        shown: of each of the four parts, ``RIGHT`` or ``WRONG``.
        dim: of each part, whether it is dimly remembered, and a wrong form of it near the right one.
        draws: decides the wrong forms.
    """
    place = item.preposition if shown[0] == RIGHT else _wrong_place(item, dim[0], draws)
    noun = item.noun if shown[1] == RIGHT else _wrong_noun(item, draws)
    colour = item.colour if shown[2] == RIGHT else _wrong_colour(item, dim[2], draws)
    things = (noun, colour) if shown[3] == RIGHT else (colour, noun)
    return f"è {joined(place, *things)}"


def read(text: str, item: Phrase) -> tuple[int, int, int, int] | None:
    """What is right in ``text`` as a translation of ``item``, part by part; None if it is no attempt.

    A part that does not occur is ``WRONG``; so is the order where it cannot be told. All four parts are
    right only where the whole phrase stands in one piece.
    """
    said = plain(text)
    if not any(word in _italian() for word in said.replace("'", " ").split()):
        return None
    target = plain(item.target).removeprefix("e ")
    parts = (item.preposition, item.noun, item.colour)
    right = [_position(said, plain(part)) is not None for part in parts]
    noun, colour = _position_of(said, _nouns() | {item.noun}), _position_of(said, _colours() | {item.colour})
    ordered = noun is not None and colour is not None and noun < colour
    if all(right):
        ordered = _position(said, target) is not None
    found = (RIGHT if good else WRONG for good in (*right, ordered))
    return tuple(found)  # type: ignore[return-value]


def _position(said: str, words: str) -> int | None:
    """Where ``words`` stand in ``said`` as whole words."""
    end = "" if words.endswith("'") else r"(?!\w)"
    match = re.search(rf"(?<!\w){re.escape(words)}{end}", said)
    return match.start() if match else None


def _position_of(said: str, words: frozenset[str]) -> int | None:
    """Where the last of ``words`` stands."""
    found = [match.start() for match in re.finditer(r"\w+", said) if match[0] in words]
    return found[-1] if found else None


def _wrong_place(item: Phrase, near: bool, draws: Stream) -> str:
    """Another article if the preposition is nearly known, else the English words or another preposition."""
    stem, article = item.preposition.rsplit(" ", 1)
    if near:
        return f"{stem} {draws.choice(sorted(lexicon.ARTICLES - {article}))}"
    others = [one.italian for one in lexicon.PREPOSITIONS if one.italian != stem]
    return draws.choice((item.english[0], f"{draws.choice(others)} {article}"))


def _wrong_noun(item: Phrase, draws: Stream) -> str:
    others = [noun.italian for noun in lexicon.NOUNS if noun.italian != item.noun]
    return draws.choice((item.english[1], draws.choice(others)))


def _wrong_colour(item: Phrase, near: bool, draws: Stream) -> str:
    """The other gender's form if the colour is nearly known and has one, else another colour or English."""
    forms = [
        form
        for colour in lexicon.COLOURS
        if item.colour in (colour.masculine, colour.feminine)
        for form in (colour.masculine, colour.feminine)
        if form != item.colour
    ]
    if near and forms:
        return forms[0]
    others = [one.masculine for one in lexicon.COLOURS if item.colour not in (one.masculine, one.feminine)]
    return draws.choice((item.english[2], draws.choice(others)))


@cache
def _nouns() -> frozenset[str]:
    return frozenset(word for noun in lexicon.NOUNS for word in (noun.english, noun.italian))


@cache
def _colours() -> frozenset[str]:
    return frozenset(
        w for colour in lexicon.COLOURS for w in (colour.english, colour.masculine, colour.feminine)
    )


@cache
def _italian() -> frozenset[str]:
    """Words that an English sentence does not have."""
    nouns = {noun.italian for noun in lexicon.NOUNS}
    colours = {form for colour in lexicon.COLOURS for form in (colour.masculine, colour.feminine)}
    places = {word for one in lexicon.PREPOSITIONS for word in one.italian.split()}
    return frozenset(
        (nouns | colours | places | {"e", "il", "lo", "la", "al", "alla", "dell", "della"}) - {"a", "in"}
    )
