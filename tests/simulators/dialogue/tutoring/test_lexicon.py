"""Italian place phrases."""

import pytest

from playout.simulators.dialogue.tutoring import lexicon
from playout.simulators.dialogue.tutoring.lexicon import parse, phrases

KNOWN = {
    "is behind the blue box": "è dietro la scatola blu",
    "is next to the red tree": "è accanto all'albero rosso",
    "is in front of the yellow bag": "è davanti alla borsa gialla",
    "is far from the black mirror": "è lontano dallo specchio nero",
    "is to the left of the white backpack": "è a sinistra dello zaino bianco",
    "is under the golden island": "è sotto l'isola dorata",
    "is on top of the brown wardrobe": "è in cima all'armadio marrone",
    "is to the right of the grey wall": "è a destra del muro grigio",
    "is far from the pink house": "è lontano dalla casa rosa",
}


@pytest.mark.parametrize(("english", "italian"), KNOWN.items())
def test_articles_melt_and_colours_agree(english: str, italian: str) -> None:
    found = {one.sentence: one.target for one in phrases()}
    assert found[english] == italian


def test_all_phrases_differ_and_are_taken_apart_again() -> None:
    found = phrases()
    assert len({one.sentence for one in found}) == len({one.target for one in found}) == len(found) == 3744
    for one in found[::17]:
        assert parse(one.sentence, one.target) == one


def test_unknown_words_are_taken_apart_too() -> None:
    one = parse("is inside of the lilac teapot", "e dentro la teiera lilla")
    assert (one.preposition, one.noun, one.colour) == ("dentro la", "teiera", "lilla")
    assert one.english == ("inside of the", "teapot", "lilac")
    assert one.ease[1] == lexicon.UNLISTED_EASE


@pytest.mark.parametrize(
    ("sentence", "target"),
    [
        ("behind the blue box", "e dietro la scatola blu"),
        ("is behind the box", "e dietro la scatola blu"),
        ("is behind the blue box", "dietro la scatola blu"),
        ("is behind the blue box", "e dietro scatola blu"),
        ("is behind the blue box", "e blu"),
        ("", ""),
    ],
)
def test_other_forms_are_refused(sentence: str, target: str) -> None:
    with pytest.raises(ValueError, match=r"expected '(is|è)"):
        parse(sentence, target)
