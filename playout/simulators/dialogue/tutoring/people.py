"""The students: designed kinds of learners, shown only through what they reply.

What helps differs from kind to kind: some learn from hints, some only by trying, some only from mistakes,
and some need to be sure of themselves first. Values are ours, not fitted.
"""

from playout.simulators.dialogue.people import Persona, Range


def _persona(
    name: str, split: str, *, sticks: Range, recalls: Range, repairs: Range, volunteers: Range,
    asks: Range = (0.2, 0.4), guesses: Range = (0.02, 0.08), doubts: Range = (0.02, 0.1),
    freezes: Range = (0.3, 0.6), slips: Range = (0.2, 0.4), warms: Range = (0.2, 0.4),
    known: Range = (0.2, 0.5), remembered: Range = (0.4, 0.7),
) -> Persona:  # fmt: skip
    traits = {
        "sticks": sticks, "recalls": recalls, "repairs": repairs, "guesses": guesses,
        "volunteers": volunteers, "asks": asks, "doubts": doubts, "freezes": freezes, "slips": slips,
        "warms": warms, "known": known, "remembered": remembered,
    }  # fmt: skip
    return Persona(name, split, traits)  # type: ignore[arg-type]


PERSONAS = (
    _persona(
        "listener", "train",
        sticks=(0.75, 0.95), recalls=(0.05, 0.2), repairs=(0.2, 0.4), volunteers=(0.05, 0.2), asks=(0.6, 0.8),
    ),
    _persona(
        "rememberer", "train",
        sticks=(0.1, 0.25), recalls=(0.7, 0.9), repairs=(0.1, 0.3), volunteers=(0.05, 0.2),
        known=(0.1, 0.3), remembered=(0.85, 1.0),
    ),
    _persona(
        "trier", "train",
        sticks=(0.1, 0.25), recalls=(0.1, 0.25), repairs=(0.75, 0.95), volunteers=(0.6, 0.8),
        guesses=(0.05, 0.15), asks=(0.05, 0.15),
    ),
    _persona(
        "doubter", "train",
        sticks=(0.5, 0.7), recalls=(0.3, 0.5), repairs=(0.3, 0.5), volunteers=(0.2, 0.4),
        doubts=(0.7, 0.9), freezes=(0.6, 0.9), slips=(0.5, 0.8), warms=(0.1, 0.3),
    ),
    _persona(
        "shy", "train",
        sticks=(0.5, 0.7), recalls=(0.2, 0.4), repairs=(0.05, 0.2), volunteers=(0.0, 0.1), asks=(0.3, 0.5),
        doubts=(0.5, 0.7), freezes=(0.7, 0.95), slips=(0.3, 0.5), warms=(0.8, 0.95),
    ),
    _persona(
        "hasty", "train",
        sticks=(0.4, 0.6), recalls=(0.4, 0.6), repairs=(0.5, 0.7), volunteers=(0.8, 0.95), asks=(0.0, 0.1),
        guesses=(0.1, 0.2), known=(0.1, 0.3),
    ),
    _persona(
        "steady", "valid",
        sticks=(0.5, 0.7), recalls=(0.4, 0.6), repairs=(0.4, 0.6), volunteers=(0.3, 0.5),
    ),
    _persona(
        "worrier", "valid",
        sticks=(0.2, 0.4), recalls=(0.5, 0.7), repairs=(0.2, 0.4), volunteers=(0.1, 0.3),
        doubts=(0.5, 0.8), freezes=(0.5, 0.8), slips=(0.4, 0.6), remembered=(0.7, 0.9),
    ),
    _persona(
        "note-taker", "unseen",
        sticks=(0.6, 0.85), recalls=(0.1, 0.3), repairs=(0.1, 0.3), volunteers=(0.0, 0.1), asks=(0.1, 0.3),
        doubts=(0.2, 0.4),
    ),
    _persona(
        "rusty", "unseen",
        sticks=(0.15, 0.3), recalls=(0.6, 0.8), repairs=(0.3, 0.5), volunteers=(0.2, 0.4),
        known=(0.05, 0.2), remembered=(0.8, 0.95),
    ),
    _persona(
        "daredevil", "unseen",
        sticks=(0.15, 0.35), recalls=(0.15, 0.35), repairs=(0.65, 0.9), volunteers=(0.5, 0.8),
        guesses=(0.08, 0.2), doubts=(0.1, 0.3),
    ),
)  # fmt: skip
"""Six to learn with, two to choose by, three that nothing was learnt with."""
