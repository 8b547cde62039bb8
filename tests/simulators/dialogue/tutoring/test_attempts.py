"""A translation written from what is right in it, and read from anything."""

import pytest

from playout.core.random import Stream
from playout.simulators.dialogue.tutoring.attempts import RIGHT, WRONG, plain, read, written
from playout.simulators.dialogue.tutoring.lexicon import parse, phrases

BOX = parse("is behind the blue box", "e dietro la scatola blu")
TREE = parse("is next to the red tree", "e accanto all'albero rosso")


def test_what_is_written_is_read_back() -> None:
    for number, item in enumerate(phrases()[::7]):
        draws = Stream(number)
        shown = tuple(draws.choice((WRONG, RIGHT)) for _ in range(4))
        text = written(item, shown, [draws.below(2) == 1 for _ in range(4)], draws)
        assert read(f"I think it is {text}, right?", item) == shown, text


@pytest.mark.parametrize(
    ("text", "item", "right"),
    [
        ("È dietro la scatola blu!", BOX, (1, 1, 1, 1)),
        ("la pianta e dietro la scatola blu.", BOX, (1, 1, 1, 1)),
        ("E DIETRO LA  SCATOLA\nBLU", BOX, (1, 1, 1, 1)),
        ("e dietro la blu scatola", BOX, (1, 1, 1, 0)),
        ("dietro la box blu", BOX, (1, 0, 1, 1)),
        ("e dietro il scatola", BOX, (0, 1, 0, 0)),
        ("scatola e blu e dietro la", BOX, (1, 1, 1, 0)),
        ("è accanto all\u2019albero rosso", TREE, (1, 1, 1, 1)),
        ("e accanto all' albero rosso", TREE, (1, 1, 1, 1)),
        ("e accanto al albero rossa", TREE, (0, 1, 0, 1)),
        ("scatolablu", BOX, None),
        ("What is the word for box?", BOX, None),
        ("is behind the blue box", BOX, None),
        ("", BOX, None),
        ("\ud800🙂", BOX, None),
    ],
)
def test_texts_of_anybody(text: str, item, right) -> None:
    assert read(text, item) == (right and tuple(RIGHT if good else WRONG for good in right))


def test_plain() -> None:
    assert plain("  È, COSÌ l\u2019Albero... ") == "e cosi l'albero"
