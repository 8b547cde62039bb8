"""How the consultancy is drawn: a ``chat`` frame with the options' facts above what was said."""

from collections.abc import Mapping, Sequence

from playout.core import Frame
from playout.simulators.consultancy.claims import CLAIM_NAMES, LETTERS, NOTHING, OPTIONS, PRICE_NAMES
from playout.simulators.consultancy.consultation import Consultation
from playout.simulators.consultancy.speech import category_of
from playout.simulators.consultancy.texts import money

RESULT_NAMES = ("buys A", "buys B", "buys C", "buys nothing", "sees through a lie and buys nothing")


def facts_of(consultation: Consultation, *, hidden: bool = False) -> dict[str, str]:
    """What is true of each option, and what the visit is about; ``hidden``: as the customer sees it."""
    found = consultation.scenario
    category = category_of(consultation.terms.catalogue, found)
    prices = ["price hidden" if hidden and not found.shown[0] else money(price) for price in found.price[0]]
    truths = ["" if hidden else f", {category.phrases[found.feature[0]][truth]}" for truth in found.truth[0]]
    facts = {
        f"option {letter}": f"{price}{truth}"
        for letter, price, truth in zip(LETTERS, prices, truths, strict=True)
    }
    prices = "prices shown" if found.shown[0] else "prices hidden"
    return {category.name: category.phrases[found.feature[0]][0], **facts, "customer": prices}


def claims_frame(consultation: Consultation, said: Sequence[int] | None) -> Frame:
    """The frame of an episode without words, after ``said`` (claims and price statement; None at first)."""
    messages = []
    if said is not None:
        claims = (f"{letter} {CLAIM_NAMES[c]}" for letter, c in zip(LETTERS, said[:OPTIONS], strict=True))
        text = f"{', '.join(claims)}; prices {PRICE_NAMES[said[OPTIONS]]}"
        messages = [
            {"speaker": "assistant", "text": text, "note": ""},
            {"speaker": "customer", "text": RESULT_NAMES[consultation.last or 0], "note": ""},
        ]
    return chat_frame(consultation, messages)


def chat_frame(
    consultation: Consultation, messages: Sequence[Mapping[str, str]], *, hidden: bool = False
) -> Frame:
    """The frame of an episode in which ``messages`` were said; ``hidden``: as the customer sees it."""
    visits = consultation.terms.fixed.visits
    data = {"messages": list(messages), "facts": facts_of(consultation, hidden=hidden)}
    if visits > 1:
        data["caption"] = f"visit {min(consultation.visit + 1, visits)} of {visits}"
    return Frame("chat", data)


def result_name(result: int) -> str:
    """What the customer did, in words."""
    return RESULT_NAMES[result] if result <= NOTHING + 1 else ""
