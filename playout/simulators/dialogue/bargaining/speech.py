"""The negotiation task in words: what a buyer's text does, and what either side may say.

Hearing is ``recogniser``, with one thing added: without a word of giving way ("instead", "I could go up to")
a price is a ``propose`` the first time and when it is said again, else a ``counter``. A price in words is
taken as it is; one that binds nobody is told in the note.
"""

import re
from typing import Any

import numpy as np

from playout.simulators.dialogue.assessors import NEGOTIATION_SCALE
from playout.simulators.dialogue.bargaining import rules
from playout.simulators.dialogue.bargaining.acts import (
    AGREE,
    BUYER,
    COUNTER,
    FIRM,
    HURRIED,
    LEAVES,
    N_ACTS,
    PLAIN,
    PROPOSE,
    SEATS,
    SELLER,
    WARM,
)
from playout.simulators.dialogue.bargaining.items import shown
from playout.simulators.dialogue.bargaining.prices import Scene
from playout.simulators.dialogue.bargaining.recogniser import recognise
from playout.simulators.dialogue.bargaining.task import Negotiation
from playout.simulators.dialogue.bargaining.words import GRAMMAR
from playout.simulators.dialogue.task import Heard

_INSTRUCTIONS = (
    "You are the buyer of a thing that is for sale, and want to pay as little as you can; a deal at the list"
    " price is worth nothing to you, one at your target everything, and each turn without a deal costs a"
    " tenth of that. Sellers differ: some give way to new prices, some to patience, some to a plea or to"
    " friendly talk, some not at all, and some leave. Each turn say one short sentence to the seller: chat,"
    " ask, plead, reject, name a price in dollars, or accept theirs. Give what you say in <action></action>,"
    " for example <action>Could you come down a bit?</action>."
)
_GIVES_WAY = re.compile(
    r"\b(?:instead|rather|counter|compromise|middle|stretch|meet\s+you|(?:go|come|move)\s+(?:up|down|to))\b",
    re.IGNORECASE,
)
_LEAVES = re.compile(
    r"\b(?:good\s?bye|farewell|i'?m\s+(?:out|leaving)|i'?ll\s+sell\s+(?:it\s+)?to\s+some\w+\s+else"
    r"|i'?ll\s+(?:look|buy)\s+(?:it\s+)?elsewhere|no\s+longer\s+(?:for\s+sale|interested|selling))\b",
    re.IGNORECASE,
)
_SOUNDS = {
    FIRM: r"stand|mean\s+what|final|firm|take\s+it\s+or\s+leave|know\s+what",
    WARM: r"lovely|kind|enjoy|friendly|delight|dear|glad|pleasure",
    HURRIED: r"rush|hurry|quick\w*|run|dash|time\s+is\s+short|busy|asap",
}
_TONES = {tone: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for tone, words in _SOUNDS.items()}


class BargainingSpeech:
    """Buyer and seller."""

    speakers: tuple[str, str] = SEATS
    instructions = _INSTRUCTIONS
    grammar = GRAMMAR
    scale = NEGOTIATION_SCALE
    exact = True

    def __init__(self, task: Negotiation) -> None:
        """Word ``task``."""
        self.task = task

    def slots(self, state: rules.State, i: int) -> dict[str, str]:
        """``offer`` and ``ask``, the last prices of the two, and the ``deal``; "nothing" for none."""
        prices = {
            "offer": state.standing[i, BUYER], "ask": state.standing[i, SELLER], "deal": state.deal[i]
        }  # fmt: skip
        return {name: self._shown(state, i, price) for name, price in prices.items()}

    def hear(self, text: str, state: rules.State, i: int) -> Heard:
        """The buyer's act and price in dollars."""
        return self.hear_seat(text, state, i, BUYER)

    def hear_seat(self, text: str, state: rules.State, i: int, seat: int) -> Heard:
        """What ``text`` does if ``seat`` says it."""
        own, other = self._dollars(state, i, seat), self._dollars(state, i, 1 - seat)
        scene = Scene(self.task.item(state, i).list_price, own, other)
        reading = recognise(text, seat=SEATS[seat], scene=scene)
        if reading.act == AGREE or reading.price is None:
            return Heard(reading.act, note=reading.note)
        again = own is None or reading.price == own
        act = PROPOSE if again and not _GIVES_WAY.search(text) else COUNTER
        return Heard(act, reading.price, reading.note)

    def values(self, state: rules.State, i: int) -> tuple[float, ...]:
        """Nothing without a deal, its SL with one."""
        return (0.0, self._candidate(state, i))

    def price(self, state: rules.State, i: int) -> str:
        """Of the deal, or the last that one could be made at; without the dollar sign."""
        return self._shown(state, i, self._candidate(state, i)).removeprefix("$")

    def facts(self, state: rules.State, i: int) -> dict[str, str]:
        """What is on the table."""
        item, slots = self.task.item(state, i), self.slots(state, i)
        return {
            "list price": shown(item.list_price), "target": shown(item.target), "seller asks": slots["ask"],
            "buyer offers": slots["offer"], "deal": slots["deal"],
        }  # fmt: skip

    def track(self, state: rules.State, i: int) -> dict[str, float]:
        """The last prices of the two, in dollars."""
        item, (offers, asks) = self.task.item(state, i), state.standing[i]
        return {"seller asks": item.dollars(float(asks)), "buyer offers": item.dollars(float(offers))}

    def person_role(self, state: rules.State, i: int) -> str:
        """For a model that plays the seller."""
        return self.role(state, i, SELLER)

    def role(self, state: rules.State, i: int, seat: int) -> str:
        """For a model that plays ``seat``; only that side's limit is in it."""
        item = self.task.item(state, i)
        about = f"{item.title}. {item.description} It is listed at {shown(item.list_price)}."
        price = shown(max(self.task.reserve(state, i, seat), 0.0))
        if seat == SELLER:
            aim = f"You are selling this: {about} Get as much as you can, and never take less than {price}."
        else:
            hope = f"You hope to pay {shown(item.target)}, and never more than {price}."
            aim = f"You want to buy this: {about} {hope}"
        other = SEATS[1 - seat]
        return f"{aim} Never tell that limit. Bargain with the {other}; say one short sentence at a time."

    def record(self, state: Any, i: int, heard: Heard, text: str) -> tuple[float, bool]:
        """Take ``text`` as the seller's answer: act, price, tone, or leaving, are read from it."""
        one, settings = rules.State(*(array[i : i + 1] for array in state)), self.task.settings
        price = float("nan") if np.isnan(heard.detail) else self.task.item(state, i).sl(heard.detail)
        one.turn[0] += 1
        one.act[0] = heard.act
        rules.say(one, 0, BUYER, heard.act, rules.price_of(one, 0, heard.act, price, settings))
        if rules.over(one, 0):
            one.reply[0], one.price[0, SELLER] = AGREE, np.nan
        else:
            self.take(one, 0, SELLER, text)
        return float(rules.reward_of(one, 0, settings)), bool(rules.over(one, 0))

    def take(self, state: rules.State, i: int, seat: int, text: str) -> Heard:
        """Let ``text`` be what ``seat`` says, in place; nothing of anybody's mind changes."""
        heard = self.hear_seat(text, state, i, seat)
        if heard.act != AGREE and _LEAVES.search(text):
            state.left[i], state.price[i, seat] = seat, np.nan
            if seat == SELLER:
                state.reply[i] = LEAVES
            return heard
        price = np.nan if np.isnan(heard.detail) else self.task.item(state, i).sl(heard.detail)
        rules.say(state, i, seat, heard.act, price)
        tone = next((tone for tone, words in _TONES.items() if words.search(text)), PLAIN)
        state.tones[i, seat, tone] += 1
        if seat == SELLER:
            state.reply[i] = tone * N_ACTS + heard.act
        return heard

    def _candidate(self, state: rules.State, i: int) -> float:
        """SL of the deal, or of the last price of the buyer, or of the seller."""
        prices = (state.deal[i], state.standing[i, BUYER], state.standing[i, SELLER])
        return float(next(price for price in prices if not np.isnan(price)))

    def _dollars(self, state: rules.State, i: int, seat: int) -> float | None:
        """The last price of ``seat``; a seller who has named none is known by the listing."""
        price = state.standing[i, seat]
        return None if np.isnan(price) else self.task.item(state, i).dollars(float(price))

    def _shown(self, state: rules.State, i: int, sl: float) -> str:
        return "nothing" if np.isnan(sl) else shown(self.task.item(state, i).dollars(float(sl)))
