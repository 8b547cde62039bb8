"""What a text does in a lesson: the tutor's act and the part it is about, the student's kind of reply.

Written for free English, ours or anybody's: cues in a fixed order, the first that is there decides. A tutor's
text does one thing; of several words given away in one breath the student takes in the first named.
"""

import re
from typing import NamedTuple

from playout.simulators.dialogue.task import Heard
from playout.simulators.dialogue.tutoring import rules
from playout.simulators.dialogue.tutoring.attempts import plain, read
from playout.simulators.dialogue.tutoring.lexicon import Phrase

GIVEN_AWAY = "The whole answer was given away: that teaches nothing, and the student is to find it."


def _cue(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)


_WRONG = _cue(
    "not (?:quite|yet|right|correct|exactly)", "almost", "nearly", "close", "incorrect", "wrong",
    "mistakes?", "errors?", "slip", "careful", "should (?:be|have been|come|go|read)", "instead", "watch out",
    "fix", "rather than", "isn'?t (?:right|correct|it)", "you (?:forgot|mixed|missed|wrote)", "look again",
    "no[,.!]", "oops", "mind the",
)  # fmt: skip
_ORDER = _cue(
    "order", "(?:comes?|goes?|stands?|put|placed?|belongs?) (?:it |the \\w+ )?(?:after|before|behind)",
    "after the noun", "before the noun", "adjectives?", "the other way", "swap(?:ped)?", "switch(?:ed)?",
    "follows? the noun",
)  # fmt: skip
_GIVES = _cue(
    "is", "means?", "=", "for", "called?", "says?", "use", "translates?", "hint", "remember", "clue", "mind",
    "would be", "think of", "word",
)  # fmt: skip
_HINTS = _cue(
    "hints?", "clues?", "remember", "recall", "keep in mind", "starts? with", "rhymes?", "masculine",
    "feminine",
    "gender", "article", "similar to", "sounds like", "contraction", "let me help",
)  # fmt: skip
_ASKS = _cue(
    "(?:can|could|would|will) you", "try(?:ing)?", "how (?:do|would|about|could)",
    "what(?:'s| is| would| do)",
    "which", "tell me", "give it a (?:go|try)", "have a go", "your turn", "do you (?:know|remember)",
    "translate", "again\\?", "say",
)  # fmt: skip
_RIGHT = _cue(
    "yes", "yeah", "yep", "right", "correct", "exactly", "perfect", "well done", "good (?:job|work)", "great",
    "indeed", "excellent", "bravo", "brava", "esatto", "sì", "got it", "got the right", "nice work",
    "very good",
    "that'?s it", "you'?re getting it", "trust yourself", "no need to doubt", "you may rely",
    "you can be sure",
)  # fmt: skip
_HEDGES = _cue(
    "maybe", "perhaps", "i think", "i guess", "not sure", "is it", "possibly", "could it be", "or not",
    "i doubt",
    "i believe", "can'?t be certain", "if i'?m not mistaken", "right\\?",
)  # fmt: skip
_WANTS_WORD = _cue(
    "how (?:do|would|to|can) (?:you|one|i|we)?", "what(?:'s| is| was| do| does)?", "word for", "i forgot",
    "(?:can|could) you tell me", "escapes me", "remind me",
)  # fmt: skip
_SILENT = _cue(
    "don'?t know", "no (?:idea|clue)", "can'?t(?: say)?", "blank", "rather not", "stuck", "give up", "dunno",
    "not try", "too (?:much|hard)",
)  # fmt: skip
_NOTES = _cue(
    "ok(?:ay)?", "got it", "i see", "all right", "alright", "thanks?(?: you)?", "understood", "remember",
    "makes sense", "gotcha", "noted", "write it down", "notebook", "won'?t forget", "sure",
)  # fmt: skip


class Answer(NamedTuple):
    """What a student's text is."""

    reply: int
    """One of the replies of ``rules``."""
    shown: tuple[int, int, int, int] | None
    """Of an attempt, what is right in it."""
    asked: int = -1
    """Part that is asked for."""


def hear_tutor(text: str, item: Phrase) -> Heard:
    """The act of a tutor's ``text`` and the part it is about."""
    said = plain(text)
    if plain(item.target).removeprefix("e ") in said:
        return Heard(rules.OTHERS, note=GIVEN_AWAY)
    part = _named(said, item)
    about = rules.ORDER if part is None and _ORDER.search(text) else part
    detail = float("nan") if about is None else float(about)
    if _WRONG.search(text):
        return Heard(rules.CORRECTION, detail)
    gives = part is not None and _GIVES.search(text) is not None
    if gives or about == rules.ORDER or _HINTS.search(text):
        return Heard(rules.HINT, detail)
    if _ASKS.search(text) or "?" in text:
        return Heard(rules.QUESTION)
    return Heard(rules.CONFIRMATION if _RIGHT.search(text) else rules.OTHERS)


def hear_student(text: str, item: Phrase) -> Answer:
    """What a student's ``text`` is, an attempt above all."""
    shown = read(text, item)
    if shown is None:
        return _without_attempt(text, item)
    words = sum(part == rules.RIGHT for part in shown[: rules.ORDER])
    if words == rules.ORDER and shown[rules.ORDER] == rules.RIGHT:
        return Answer(rules.WHOLE, shown)
    if _HEDGES.search(text):
        return Answer(rules.UNSURE, shown)
    if not words:
        return Answer(rules.ALL_WRONG, shown)
    return Answer(rules.MISORDERED if words == rules.ORDER else rules.PARTLY, shown)


def _without_attempt(text: str, item: Phrase) -> Answer:
    asked = _named(plain(text), item, english=True)
    if asked is not None and (_WANTS_WORD.search(text) or "?" in text):
        return Answer(rules.ASKS, None, asked)
    if not text.strip() or _SILENT.search(text):
        return Answer(rules.BLANK, None)
    return Answer(rules.NOTED if _NOTES.search(text) else rules.CHATS, None)


def _named(said: str, item: Phrase, *, english: bool = False) -> int | None:
    """The first part of ``item`` whose words stand in ``said``; Italian ones, or English ones."""
    words = item.english if english else (item.preposition, item.noun, item.colour)
    places = []
    for part, word in enumerate(map(plain, words)):
        found = re.search(
            rf"(?<!\w){re.escape(word)}{'' if word.endswith(chr(39)) else '(?!' + chr(92) + 'w)'}", said
        )
        if found:
            places.append((found.start(), part))
    return min(places)[1] if places else None
