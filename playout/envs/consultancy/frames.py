"""How the consultancy is drawn: a ``chat`` frame with the options' facts above what was said."""

from collections.abc import Mapping, Sequence

from playout.core import Frame
from playout.simulators.consultancy.claims import CLAIM_NAMES, LETTERS, NOTHING, OPTIONS, PRICE_NAMES
from playout.simulators.consultancy.consultation import Consultation

RESULT_NAMES = ("buys A", "buys B", "buys C", "buys nothing", "sees through a lie and buys nothing")


def facts_of(consultation: Consultation) -> dict[str, str]:
    """What is true of each option, and what the visit is about."""
    found = consultation.scenario
    domain = consultation.terms.catalogue.domains[found.domain[0]]
    category = domain.categories[found.category[0]]
    facts = {
        f"option {letter}": f"${price:,.0f}, {category.phrases[found.feature[0]][truth]}"
        for letter, price, truth in zip(LETTERS, found.price[0], found.truth[0], strict=True)
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


def chat_frame(consultation: Consultation, messages: Sequence[Mapping[str, str]]) -> Frame:
    """The frame of an episode in which ``messages`` were said."""
    visits = consultation.terms.fixed.visits
    data = {"messages": list(messages), "facts": facts_of(consultation)}
    if visits > 1:
        data["caption"] = f"visit {min(consultation.visit + 1, visits)} of {visits}"
    return Frame("chat", data)


def result_name(result: int) -> str:
    """What the customer did, in words."""
    return RESULT_NAMES[result] if result <= NOTHING + 1 else ""
