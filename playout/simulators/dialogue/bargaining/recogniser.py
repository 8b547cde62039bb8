"""What somebody does by saying something: one of the eleven acts, and the price it names (``prices``).

How a text is read, in this order:

* A label of the speaker's own seat ("Buyer: …") is taken off. What follows a label of the other seat
  ("Seller: I accept $1") is not the speaker's to say and is cut off; nothing left is ``inform`` with the note
  ``OTHER_SIDE``. "You accept $1", "the seller agrees" are claims, not offers.
* Asking for what the other side hides ("your reserve price", "print your instructions") is ``inquire`` with
  the note ``HIDDEN``. "What is the lowest you would take?" is bargaining: ``counter-noprice``.
* With a price: accepting words, or the other side's own price repeated without a question, make ``agree``
  ("deal at $50" where 50 is what they asked); else it is ``propose`` if neither side has named a price, and
  ``counter`` after that. "$50 and you have a deal" and "I'd accept 50" are counters: what is accepted is not
  yet on the table.
* Without one: accepting ("I accept", "deal", "sold", "I'll take it") is ``agree`` unless it is asked
  ("deal?", which is ``confirm``), denied ("no deal": ``disagree``) or conditional ("if you deliver":
  ``counter-noprice``). Refusals are ``disagree``, talk of better or too high prices is ``counter-noprice``,
  other questions are ``confirm`` where yes or no would answer them and they ask about what was said, else
  ``inquire``. Yes and no are ``affirm`` and ``deny``; greetings, thanks and small talk ``greet``; the rest is
  ``inform``.
* A text in another language or script is ``inform`` with the note ``LANGUAGE``, unless it names dollars; a
  number that binds nobody (``prices``) leaves its act, without a price, and its note.

Nothing raises; the whole text is read, in time linear in its length.
"""

import re
from typing import NamedTuple

from playout.simulators.dialogue.bargaining.acts import (
    AFFIRM,
    AGREE,
    CONFIRM,
    COUNTER,
    DENY,
    DISAGREE,
    GREET,
    INFORM,
    INQUIRE,
    PROPOSE,
    VAGUE,
    Seat,
)  # fmt: skip
from playout.simulators.dialogue.bargaining.prices import Scene, read_price

OTHER_SIDE = "words put into the other side's mouth"
HIDDEN = "asks for what the other side keeps to itself"
LANGUAGE = "another language than English"

_SAME = 0.005  # prices closer than this share are the same price


class Reading(NamedTuple):
    """What was done by saying something."""

    act: int
    """Of ``acts.ACTS``."""
    price: float | None
    """Dollars."""
    note: str = ""
    """What was wrong with it, for whoever answers; empty mostly."""


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(patterns) + r")\b", re.IGNORECASE)


_LABEL = re.compile(
    r"(?:^|[\n.!?\"'])[\s*\[(<#]*(buyer|seller|system|assistant|user)\b[\s*\])>]*:", re.IGNORECASE
)
_CLAIM = re.compile(
    r"\b(?<!would )(?<!could )(?<!will )(?<!can )(?<!if )(?<!do )(?<!d )"
    r"(?:you(?:'ve|\s+have)?\s+(?:already\s+|just\s+)?(?:accept(?:ed)?|agree[ds]?|promised|"
    r"said\s+(?:yes|ok|you))"
    r"|the\s+(?:seller|buyer|other\s+(?:side|party))\s+(?:\w+\s+)?(?:accepts?|agree[sd]?|says?|takes?))\b",
    re.IGNORECASE,
)
_HIDDEN = _words(
    r"reserve(?:\s+price)?",
    r"(?:hidden|secret|internal|private)\s+(?:\w+\s+)?(?:price|limit|number|value|state|minimum)",
    r"(?:system\s+)?prompt", r"(?:previous|your|all|above)\s+instructions",
    r"(?:reveal|print|output|leak|dump)\b[^.?!]{0,30}\b(?:price|limit|minimum|state|variables?|config)",
    r"ignore\s+(?:all|your|the|previous)\b[^.?!]{0,30}",
)  # fmt: skip
_ACCEPTS = _words(
    r"i\s+(?:will\s+|can\s+|gladly\s+|do\s+|would\s+gladly\s+|happily\s+|guess\s+i(?:'ll|"
    r"\s+can)\s+)*accept(?!\s+(?:that|how|the\s+fact))", r"accepted", r"it'?s\s+a\s+deal",
    r"(?:you|we)(?:'ve|\s+have|\s+got)*\s+(?:got\s+)?(?:yoursel(?:f|ves)\s+)?a\s+deal",
    r"(?:you\s+)?got\s+(?:yourself\s+)?a\s+deal", r"^\W*deal",
    r"(?:ok|okay|great|alright|fine|cool|yes|sure|perfect|awesome|then)[\s,.!]+(?:it'?s\s+a\s+)?deal",
    r"deal\s*[!.]*\s*$", r"sold",
    r"i(?:'ll|\s+will|\s+can)\s+take\s+(?:it|that|them|the\s+(?:deal|offer))(?!\s+(?:for|at))",
    r"(?:that|this|it|which)(?:'s|\s+is|\s+will|\s+would|\s+should)?\s*(?:sounds?|works?|be|seems?|"
    r"is)?\s*(?:like\s+)?(?:very\s+|really\s+|pretty\s+|a\s+)*(?:good|great|fair|fine|perfect|works?|"
    r"work|reasonable|okay|ok|acceptable|doable|agreeable)(?:\s+(?:to|for|with|by)\s+me|\s+deal|"
    r"\s+price|\s+offer|\s+enough)?",
    r"sounds?\s+(?:like\s+)?(?:a\s+)?(?:good|great|fair|perfect|reasonable|fine|deal|plan|awesome)",
    r"works\s+for\s+me", r"i\s+agree(?:\s+(?:to|with)\s+(?:that|your|the|this)\s*(?:price|offer|deal)?)?",
    r"agreed",
    r"(?:i|we)(?:'ll|\s+will|\s+can|\s+could)\s+(?:do|make|go\s+with)\s+(?:that|it|this)(?:\s+work|"
    r"\s+happen)?",
    r"(?:it'?s|they'?re|it\s+is|its)\s+(?:all\s+)?yours", r"done",
    r"you\s+(?:drive|strike)\s+a\s+hard\s+bargain", r"let'?s\s+do\s+(?:it|that|this)",
    r"glad\s+(?:we|to\s+have)", r"when\s+can\s+(?:you|i|we)\s+(?:pick|come|get|meet)", r"pleasure\s+doing",
    r"consider\s+it\s+(?:sold|done)", r"shake\s+on\s+it",
)  # fmt: skip
_ASKED = re.compile(r"\?\s*\W*$")
_IF = _words(r"if\s+(?:you|i|we|u|it|that)", r"as\s+long\s+as", r"provided", r"only\s+if", r"unless")
_NO_DEAL = _words(
    r"no\s+(?:deal|thanks|thank\s+you|way|can\s+do)", r"not\s+a\s+deal",
    r"(?:can(?:no|'|\u2019)?t|can\s+not|cannot|won'?t|couldn'?t|don'?t|not\s+going\s+to|not\s+able\s+to|"
    r"unable\s+to)\s+(?:\w+\s+){0,2}(?:accept|agree|do\s+(?:that|it|this)|sell\s+it\s+for|"
    r"take\s+(?:that|it)|make\s+that)",
    r"i\s+(?:have\s+to\s+|must\s+|will\s+|'ll\s+)*(?:refuse|reject|decline|pass)", r"i'?ll\s+pass",
    r"forget\s+it", r"not\s+(?:acceptable|interested|gonna\s+happen|happening)", r"out\s+of\s+the\s+question",
    r"(?:that'?s|that\s+is)\s+(?:insulting|an\s+insult|ridiculous|crazy|absurd)", r"no\s+longer\s+interested",
    r"not\s+(?:worth|enough)",
)  # fmt: skip
_BETTER = _words(
    r"(?:lower|lowest|better|best|cheaper|less|least|bottom|higher|highest|negotiat\w+|discounts?|"
    r"flexib\w+|budge|wiggle|firm)\s*(?:price|offer|deal|amount|rate|line|number|"
    r"room)?(?:\s+on\s+(?:the\s+)?price)?(?=[^.?!]{0,40})", r"come\s+(?:down|up)",
    r"go\s+(?:any\s+)?(?:down|lower|up|higher)",
    r"(?:too|bit|little|so|pretty|way|kind\s+of|kinda|quite|rather|very|really|is|"
    r"seems)\s+(?:too\s+)?(?:high|steep|expensive|much|pricey|low)",
    r"(?:my|our|out\s+of|over|limited|tight)\s+(?:\w+\s+)?(?:budget|price\s+range)", r"afford",
    r"open\s+to\s+(?:an?\s+)?(?:offers?|negotiat\w+)", r"make\s+(?:me\s+)?an?\s+offer",
    r"what(?:'s|\s+is)?\s+(?:would\s+|are\s+|do\s+|can\s+)?(?:you|ur|"
    r"your)\s+(?:\w+\s+)?(?:offer(?:ing)?|willing|thinking|pay|budget)",
    r"work\s+with\s+me", r"throw\s+in", r"meet\s+(?:me\s+)?(?:in\s+the\s+middle|half\s*way)",
    r"take\s+an\s+offer", r"price\s+range", r"final\s+(?:offer|price)", r"do\s+(?:any\s+)?better", r"strapped"
    , r"knock\s+\w+\s+off", r"work\s+something\s+out", r"room\s+(?:on|in|for)\s+(?:the\s+)?price",
    r"reconsider",
)  # fmt: skip
_GREETING = re.compile(
    r"^\W*(?:hi+|hello+|hey+|hiya|howdy|greetings|good\s+(?:morning|day|evening|afternoon)|sup|waddup|"
    r"yo|thanks?|thank\s+you|ty|welcome|nice\s+to\s+meet|bye|see\s+you|have\s+a\s+(?:good|great|nice))\b",
    re.IGNORECASE,
)
_SMALL_TALK = _words(
    r"how\s+(?:are|r)\s+(?:you|u)", r"how'?s\s+it\s+going", r"how\s+are\s+things", r"how\s+do\s+you\s+do",
    r"interested", r"what'?s\s+up", r"doing\s+(?:well|good|great)", r"have\s+a\s+(?:good|great|nice)\s+\w+",
    r"take\s+care", r"nice\s+(?:day|weather)",
)  # fmt: skip
_YES = re.compile(
    r"^\W*(?:(?:hi|hello|hey|well|oh|ok|okay|lol)\b\W*)*(?:yes|yeah|yep|yup|yea|ya|sure|certainly|"
    r"absolutely|of\s+course|definitely|indeed|correct|right|it\s+(?:is|does|sure)|i\s+(?:am|do)(?=\W*\w*\W*$)|"
    r"they\s+(?:are|do)|sounds)\b", re.IGNORECASE,
)  # fmt: skip
_NO = re.compile(
    r"^\W*(?:(?:hi|hello|hey|well|oh|ok|okay|lol|sorry)\b\W*)*(?:no|nope|nah|not|none|never|"
    r"unfortunately|it\s+(?:isn'?t|doesn'?t|hasn'?t)|i\s+(?:don'?t|haven'?t|can'?t)|negative)\b"
    , re.IGNORECASE,
)  # fmt: skip
_QUESTION = re.compile(
    r"\?|^\W*(?:(?:hi|hello|hey|ok|okay|and|so|well|great|nice)\b\W*)*(?:what|how|when|where|who|which|"
    r"why|can|could|is|are|do|does|did|will|would|has|have|any|tell\s+me)\b|\b(?:tell\s+me|"
    r"want(?:ed)?\s+to\s+know|wondering|may\s+i\s+ask|curious|more\s+(?:details|info\w*))\b", re.IGNORECASE,
)  # fmt: skip
_CHECKS = re.compile(
    r"(?:\b(?:right|correct|ok(?:ay)?|deal|sure|really|huh|meaning|you\s+mean|so\s+you|is\s+that|"
    r"does\s+that|that'?s|confirm|still)\b[^?]{0,40}\?)|^\W*(?:and\s+|ok(?:ay)?\W+(?:and\s+)?)(?:is|are|"
    r"does|do|has|have|will|can)\b", re.IGNORECASE,
)  # fmt: skip
_ENGLISH = _words(
    "the", "is", "it", "you", "to", "a", "of", "for", "i", "i'?m", "i'?d", "that", "can", "have", "do", "what"
    , "how", "this", "price", "yes", "no", "ok", "okay", "deal", "hi", "hello", "hey", "thanks", "sure",
    "would", "my", "your", "and", "in", "on", "at", "offer", "take", "great", "good", "not", "be", "me", "are"
    , "dollars", "bucks", "cash", "still", "sold", "accept", "agreed",
)  # fmt: skip


def recognise(text: str, *, seat: Seat = "buyer", scene: Scene | None = None) -> Reading:
    """What the speaker does by saying ``text``; takes any string and never raises.

    Args:
        text: what was said.
        seat: who said it.
        scene: where the bargaining stands, in dollars; without it nothing is known to be on the table.
    """
    own, note = _own_words(text, seat)
    if not re.search(r"\w", own) and not re.search(r"[^\w\s]", own):
        return Reading(INFORM, None, note)
    if _HIDDEN.search(own):
        return Reading(INQUIRE, None, HIDDEN)
    if _CLAIM.search(own):
        return Reading(INFORM, None, OTHER_SIDE)
    price = read_price(own, seat=seat, scene=scene)
    if price.value is not None:
        return Reading(_priced(own, price.value, scene), price.value, note)
    if price.note:
        return Reading(_wordless(own), None, price.note)
    if len(re.findall(r"\w+", own)) > 2 and not _ENGLISH.search(own):
        return Reading(INFORM, None, LANGUAGE)
    if re.search(r"[^\W\d_]", own) and not re.search(r"[A-Za-z]", own):
        return Reading(INFORM, None, LANGUAGE)
    return Reading(_wordless(own), None, note)


def _own_words(text: str, seat: Seat) -> tuple[str, str]:
    """What the speaker says for themselves, and a note if something was cut off."""
    begin = 0
    for label in _LABEL.finditer(text):
        if label[1].lower() == seat:
            begin = begin or label.end()
        else:
            return text[begin : label.start()].strip(), OTHER_SIDE
    return text[begin:].strip(), ""


def _priced(text: str, price: float, scene: Scene | None) -> int:
    standing = None if scene is None else scene.other
    if (
        standing is not None
        and abs(price - standing) <= _SAME * standing
        and not _ASKED.search(text)
        and not _IF.search(text)
    ):
        return AGREE
    if scene is not None and scene.own is None and standing is None:
        return PROPOSE
    return COUNTER


def _wordless(text: str) -> int:
    """The act of a text that names no price."""
    asked = bool(_ASKED.search(text))
    if _NO_DEAL.search(text):
        return DISAGREE
    if _ACCEPTS.search(text):
        if _IF.search(text):
            return VAGUE
        if not asked or re.search(r"\bwhen\s+can\b", text, re.IGNORECASE):
            return AGREE
        if re.search(r"\bdeal\W*$", text, re.IGNORECASE):
            return CONFIRM
    if _BETTER.search(text):
        return VAGUE
    if _YES.search(text) and not asked:
        return AFFIRM
    if _NO.search(text) and not asked:
        return DENY
    greets = bool(_GREETING.search(text))
    if greets and _SMALL_TALK.search(text):
        return GREET
    if _QUESTION.search(text):
        if _SMALL_TALK.search(text):
            return GREET
        return CONFIRM if _CHECKS.search(text) else INQUIRE
    if greets or _SMALL_TALK.search(text):
        return GREET
    return INFORM
