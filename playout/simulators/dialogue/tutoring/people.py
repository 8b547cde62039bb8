"""The students: designed kinds of learners, shown only through what they reply.

What helps differs from kind to kind: some learn from what they are told, some only when asked, some only from
mistakes, and some know enough but have to be sure of themselves first. Most get little out of what helps the
others. How they reply goes with it: who learns from being told asks for words, who learns from mistakes tries
unasked, who doubts sounds so or is silent. Values are ours, not fitted. Kinds that are not learnt with lie,
trait by trait, between kinds that are.
"""

from playout.simulators.dialogue.people import Persona, Range

_HARDLY, _SOMEWHAT, _BEST = (0.05, 0.2), (0.4, 0.6), (0.85, 1.0)


def _persona(
    name: str, split: str, *, sticks: Range = _HARDLY, recalls: Range = _HARDLY, repairs: Range = _HARDLY,
    volunteers: Range = (0.1, 0.3), asks: Range = (0.1, 0.3), guesses: Range = (0.02, 0.08),
    doubts: Range = (0.0, 0.1), freezes: Range = (0.3, 0.6), slips: Range = (0.2, 0.4),
    warms: Range = (0.2, 0.4), known: Range = (0.3, 0.6), remembered: Range = (0.4, 0.7),
) -> Persona:  # fmt: skip
    traits = {
        "sticks": sticks, "recalls": recalls, "repairs": repairs, "guesses": guesses,
        "volunteers": volunteers, "asks": asks, "doubts": doubts, "freezes": freezes, "slips": slips,
        "warms": warms, "known": known, "remembered": remembered,
    }  # fmt: skip
    return Persona(name, split, traits)  # type: ignore[arg-type]


PERSONAS = (
    _persona("listener", "train", sticks=_BEST, volunteers=(0.0, 0.15), asks=(0.75, 0.95)),
    _persona(
        "rememberer", "train", recalls=_BEST, volunteers=(0.1, 0.3), asks=(0.0, 0.1),
        known=(0.1, 0.3), remembered=(0.85, 1.0),
    ),
    _persona(
        "trier", "train", repairs=_BEST, volunteers=(0.8, 0.95), asks=(0.0, 0.1), guesses=(0.05, 0.15),
    ),
    _persona(
        "doubter", "train", sticks=_SOMEWHAT, recalls=_SOMEWHAT, volunteers=(0.6, 0.9), asks=(0.0, 0.2),
        doubts=(0.5, 0.8), freezes=(0.0, 0.2), slips=(0.5, 0.8), warms=(0.0, 0.15), known=(0.7, 0.9),
        remembered=(0.7, 0.9),
    ),
    _persona(
        "shy", "train", sticks=(0.7, 0.9), recalls=_SOMEWHAT, volunteers=(0.0, 0.1), asks=(0.3, 0.6),
        doubts=(0.7, 0.9), freezes=(0.8, 1.0), slips=(0.3, 0.5), warms=_BEST, known=(0.5, 0.8),
    ),
    _persona(
        "hasty", "train", sticks=_SOMEWHAT, repairs=(0.5, 0.8), volunteers=(0.85, 1.0), asks=(0.0, 0.1),
        guesses=(0.1, 0.25), known=(0.1, 0.3),
    ),
    _persona("apprentice", "valid", sticks=(0.6, 0.85), volunteers=(0.1, 0.3), asks=(0.5, 0.8)),
    _persona(
        "tinkerer", "valid", repairs=(0.6, 0.9), volunteers=(0.6, 0.9), recalls=(0.1, 0.3),
        guesses=(0.05, 0.2),
    ),
    _persona(
        "worrier", "valid", sticks=(0.3, 0.5), recalls=(0.4, 0.6), volunteers=(0.4, 0.7), doubts=(0.5, 0.8),
        freezes=(0.1, 0.3), slips=(0.4, 0.7), warms=(0.1, 0.4), known=(0.6, 0.8), remembered=(0.6, 0.9),
    ),
    _persona(
        "note-taker", "unseen", sticks=(0.7, 0.9), volunteers=(0.0, 0.1), asks=(0.4, 0.7), doubts=(0.1, 0.3),
    ),
    _persona(
        "rusty", "unseen", recalls=(0.6, 0.85), repairs=(0.1, 0.3), volunteers=(0.1, 0.4), asks=(0.05, 0.2),
        known=(0.1, 0.3), remembered=(0.8, 0.95),
    ),
    _persona(
        "daredevil", "unseen", repairs=(0.65, 0.9), volunteers=(0.7, 0.9), asks=(0.0, 0.2),
        guesses=(0.08, 0.2),
    ),
    _persona(
        "anxious", "unseen", sticks=(0.4, 0.7), recalls=(0.4, 0.6), volunteers=(0.2, 0.5), doubts=(0.6, 0.8),
        freezes=(0.4, 0.7), slips=(0.4, 0.6), warms=(0.4, 0.7), known=(0.5, 0.8),
    ),
)  # fmt: skip
"""Six to learn with, three to choose by, four that nothing was learnt with."""
