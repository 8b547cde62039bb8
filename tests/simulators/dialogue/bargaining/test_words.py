"""Wordings: enough of them, split by production, and all heard as what they are."""

import pytest

from playout.simulators.dialogue.bargaining.acts import (
    ACTS,
    AGREE,
    COUNTER,
    N_ACTS,
    PROPOSE,
    REPLIES,
    SAYS,
    SEATS,
    TONES,
)
from playout.simulators.dialogue.bargaining.prices import Scene
from playout.simulators.dialogue.bargaining.recogniser import recognise
from playout.simulators.dialogue.bargaining.words import GRAMMAR
from playout.simulators.dialogue.grammar import WORDINGS

SCENES = (Scene(120, own=70, other=100), Scene(120, own=100, other=70))
SLOTS = ({"offer": "$75", "deal": "$100", "ask": ""}, {"ask": "$90", "deal": "$70", "offer": ""})
PRICES = (75, 90)


@pytest.mark.parametrize("wording", WORDINGS)
def test_every_act_and_reply_has_twelve_wordings(wording) -> None:
    assert min(GRAMMAR.count(name, wording) for name in (*ACTS, *REPLIES, "walks away")) >= 12


@pytest.mark.parametrize("wording", WORDINGS)
@pytest.mark.parametrize("seat", [0, 1])
def test_the_recogniser_reads_all_of_them(seat, wording) -> None:
    wrong, total = [], 0
    toned = [f"{says}{tone}" for tone in TONES for says in SAYS]
    for number, name in enumerate(ACTS if seat == 0 else toned):
        act = number % N_ACTS
        for template in GRAMMAR.templates(name, wording):
            text = template
            for slot, value in SLOTS[seat].items():
                text = text.replace(f"{{{slot}}}", value)
            reading = recognise(text[:1].upper() + text[1:], seat=SEATS[seat], scene=SCENES[seat])
            priced = act in (COUNTER, PROPOSE)
            same = reading.act in (COUNTER, PROPOSE) if priced else reading.act == act
            total += 1
            if not same or (reading.price != PRICES[seat] if priced else reading.price and act != AGREE):
                wrong.append((name, text, reading))
    assert len(wrong) <= 0.01 * total, wrong[:5]
