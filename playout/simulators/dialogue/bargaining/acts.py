"""The acts of bargaining by number, for both seats, and the replies: an act in a tone, or leaving.

``dialogue.acts`` says what the acts mean for a buyer; a seller's are the same from the other side.
"""

from typing import Literal

from playout.simulators.dialogue.acts import NEGOTIATION, names

Seat = Literal["buyer", "seller"]
SEATS: tuple[Seat, Seat] = ("buyer", "seller")
BUYER, SELLER = range(2)

ACTS = names(NEGOTIATION)
N_ACTS = len(ACTS)
AFFIRM, AGREE, CONFIRM, COUNTER, VAGUE, DENY, DISAGREE, GREET, INFORM, INQUIRE, PROPOSE = range(N_ACTS)
"""``VAGUE`` is ``counter-noprice``."""

PLAIN, FIRM, WARM, HURRIED = range(4)
TONES = ("", " firmly", " warmly", " in a hurry")
SAYS = (
    "affirms", "agrees", "asks to confirm", "counters", "wants better", "denies", "disagrees", "greets",
    "informs", "inquires", "proposes",
)  # fmt: skip
REPLIES = (*(f"{does}{tone}" for tone in TONES for does in SAYS), "leaves")
"""Reply ``tone * N_ACTS + act``, and last :data:`LEAVES`."""
LEAVES = len(TONES) * N_ACTS
