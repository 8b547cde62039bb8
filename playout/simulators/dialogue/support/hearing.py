"""What a text does in a talk about somebody's trouble: the supporter's act, the person's kind of reply.

Written for free English, ours or anybody's. Every act has cues; the one whose cues weigh most in the text
wins, and among equals the one listed first. A text without any cue is a question if it asks, else ``Others``.
"""

import re
from collections.abc import Mapping

from playout.simulators.dialogue.support import rules


def _cues(weights: Mapping[int, tuple[str, ...]]) -> tuple[tuple[int, re.Pattern[str]], ...]:
    """Weight and pattern, the heavy ones first."""
    return tuple(
        (weight, re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE))
        for weight, words in sorted(weights.items(), reverse=True)
    )


_FEELINGS = (
    "sad(?:ness)?|hurt|angry|anger|anxi(?:ous|ety)|afraid|scared|fear|asham|shame|lonely|alone|stress|depress|"
    "overwhelm|frustrat|upset|disappoint|guilt|worr|nervous|exhaust|down|lost|pain|tough|hard|difficult|awful|"
    "terrible|heavy"
)
_SUPPORTER = {
    rules.RESTATEMENT: _cues({
        3: (
            "in other words", "(?:so,? )?what (?:you'?re|you are|i) (?:saying|telling me|hear(?:ing)?)",
            "if i (?:hear|understand|understood|got) (?:you )?(?:right(?:ly)?|correctly)",
            "let me (?:see if i|make sure i|say|put|sum)", "to sum (?:it )?up",
            "you(?:'re| are) (?:saying|telling)",
            "you mean", "as i understand it", "did i (?:get|hear)", "is that right", "you told me",
            "(?:so|then) (?:basically|it'?s about)",
        ),
        1: ("so,? (?:you|your|he|she|they|it)", "you mentioned", "you said", "that is what i hear"),
    }),
    rules.REFLECTION: _cues({
        3: (
            "you (?:must |may |might |seem to |probably )?(?:feel|felt|be feeling|are feeling|sound|seem)",
            r"(?:that|it|this) must (?:be|feel|have been)[\w ,]{0,30}",
            rf"(?:sounds?|seems?|looks?) like (?:you|that|it|this)[\w ,']{{0,40}}(?:{_FEELINGS})\w*",
            "i (?:can )?(?:hear|feel|see|sense|imagine) (?:the|your|how|that)",
        ),
        2: (
            "i understand (?:how|that|your|you)", "so sorry (?:to hear|you|that)", "sorry to hear",
            rf"(?:that|it|this) (?:sounds?|seems?|is) (?:so |very |really |quite )?(?:{_FEELINGS})\w*",
            "weighs on you", "no wonder",
        ),
        1: (rf"(?:{_FEELINGS})\w*",),
    }),
    rules.DISCLOSURE: _cues({
        3: (
            "(?:i|i'?ve|i have) (?:also |once |myself |too )?(?:went|gone|been) through", "when i was",
            "in my (?:own )?case",
            "happened to me",
            "(?:i|i'?ve|i have) (?:had|felt|experienced|been|struggled|lost|went)"
            "(?: \\w+){0,6} (?:too|as well|myself|before|once|same|similar)",
            "i know (?:this|that|it|the feeling) (?:from|myself|well)", "i(?:'ve| have) been there",
            "for me,? it",
            "i (?:once|also|myself|too)", "my own (?:experience|life)", "same (?:here|with me|boat)",
            "i remember (?:when|my|being)",
            "i was in (?:a|the) (?:similar|same)", "years ago i", "i used to",
        ),
        1: ("my (?:wife|husband|mother|mom|father|dad|brother|sister|friend|boss|job|own)",
            "i (?:had|was|felt|lost|went|did)", "me too"),
    }),
    rules.SUGGESTIONS: _cues({
        3: (
            "(?:you|one) (?:could|should|might want to|may want to|need to|ought to|can try)",
            "have you (?:tried|considered|thought (?:about|of)|looked)",
            "why (?:don'?t|not) (?:you|try|we)",
            "(?:maybe |perhaps )?try (?:to|and|\\w+ing|a|the|some|this)",
            "i(?:'d| would)? (?:suggest|recommend|advise)",
            "(?:how|what) about (?:\\w+ing|a|the)", "what if you",
            "(?:might|may|could|would) (?:be )?(?:help(?:ful)?|good|worth|useful)(?: to)?", "consider",
            "my (?:advice|suggestion|tip)", "one thing to do", "a first step", "would it help if",
            "next step",
        ),
        1: ("maybe", "perhaps", "talk to", "find", "make sure"),
    }),
    rules.INFORMATION: _cues({
        3: (
            "research", "stud(?:y|ies) (?:show|say|found|suggest)", "experts?", "statistic\\w*",
            "according to", "did you know", "it(?:'s| is) (?:known|a fact|common)",
            "(?:many|most|some|lots? of) people",
            "there (?:are|is) (?:\\w+ )?"
            "(?:hotlines?|services?|groups?|programs?|websites?|apps?|resources?|places|laws?|help)",
            "in general", "on average", "psychologists?", "doctors? (?:say|call)", "as a rule", "facts?",
            "usually",
        ),
        1: ("because", "often", "normally", "percent", "therap\\w+", "due to"),
    }),
    rules.AFFIRMATION: _cues({
        3: (
            "you(?:'re| are) (?:so |very |really |a |an |such |not )?"
            "(?:strong(?:er)?|brave|capable|doing|good|great|right|smart|amazing|worth|alone|not)",
            "proud of you",
            "believe in you", "you(?:'ve| have) (?:got this|come|already|done)",
            "you(?:'ll| will| can) (?:be|get|do|find|make|manage|overcome|come)", "things (?:will|can|do)",
            "it will (?:be|get|pass)", "don'?t (?:worry|give up|be)", "hang in",
            "(?:not|isn'?t|wasn'?t) your fault", "i(?:'m| am) (?:sure|confident|certain|glad|here)",
            "well done", "that takes (?:courage|strength)", "good for you", "good luck", "i have faith",
            "have every right",
        ),
        1: ("great", "good(?! (?:evening|morning|day|night|afternoon))", "wonderful", "hope", "better",
            "strong", "exactly", "absolutely", "courage"),
    }),
}  # fmt: skip
_ASKS = re.compile(
    r"\?|\b(?:tell me|(?:can|could|would|do|did|are|have) you|what|how|when|why|who|where|is there)\b[^.!]*$",
    re.IGNORECASE,
)
_QUESTION_WEIGHT = 2
_HELPS_TO_ASK = re.compile(
    r"\b(?:tell me (?:more|what|about)|could you (?:say|tell|describe|explain)"
    r"|what (?:happened|makes|made|is|was|do|did)"
    r"|how (?:long|do|did|are|is|was|have)|when did|since when|why do|who|anything else|go on)\b",
    re.IGNORECASE,
)
_SMALL_TALK = re.compile(
    r"^\W*(?:hi|hello|hey|good (?:morning|evening|day|afternoon)|thanks?|thank you|bye|goodbye|"
    r"(?:you'?re )?welcome|take care|have a (?:good|nice|great)|nice (?:to|talking)|how are you)\b",
    re.IGNORECASE,
)

_PERSON = (
    (rules.RELIEVED, _cues({1: (
        "thank(?:s| you) (?:so much|for (?:listening|this|your)|a lot)", "i (?:know|see) (?:now )?what to do",
        "that(?:'s| is) (?:a plan|what i'?ll do)",
        "i(?:'ll| will) (?:do|try) (?:that|it|this)", "solved", "i feel (?:so much|a lot|much) better",
        "relie(?:f|ved)", "weight off",
    )})),
    (rules.BRUSHES_OFF, _cues({1: (
        "you don'?t (?:know|understand|get)", "whatever", "leave (?:me|it)", "why (?:are|do) you",
        "doesn'?t help", "that'?s not", "stop", "you have no idea",
    )})),
    (rules.YES_BUT, _cues({1: (
        "yes,? but",
        "(?:i|that) (?:already )?(?:tried|won'?t|wouldn'?t|doesn'?t|didn'?t) (?:that|it|work|help)?",
        "not (?:ready|so simple|that easy|now)",
        "too (?:early|soon)", "easier said", "(?<!nothing )but",
    )})),
    (rules.ASKS_ADVICE, _cues({1: (
        "what (?:should|can|could|would|do) (?:i|you)", "how (?:should|can|do) i",
        "any (?:advice|suggestions?|ideas? (?:what|how|for))", "what now", "where do i (?:start|begin)",
    )})),
    (rules.UNDERSTOOD, _cues({1: (
        "you understand", "exactly", "that'?s (?:how|what) (?:i|it)", "(?:it )?means a lot",
        "good to (?:hear|know)", "not alone", "feels? (?:a bit|a little)? ?(?:better|lighter|good)",
        "kind of you",
    )})),
    (rules.VENTS, _cues({1: (
        "can'?t (?:take|stand|bear|cope)", "so (?:tired|angry|sad|scared|ashamed|much)", "crying",
        "it hurts", "i hate", "unbearable", "breaks my heart", "!",
    )})),
    (rules.CHATS, _cues({1: (
        "weather", "evenings?", "street", "around here", "over here", "here (?:too|as well)", "these days",
        "in town", "time goes",
    )})),
)  # fmt: skip
_FEW_WORDS = 6


def hear_supporter(text: str) -> int:
    """The act of a supporter's ``text``."""
    weights = {act: _weight(cues, text) for act, cues in _SUPPORTER.items()}
    if _ASKS.search(text):
        weights[rules.QUESTION] = _QUESTION_WEIGHT + bool(_HELPS_TO_ASK.search(text))
    best = max(weights, key=weights.__getitem__)
    if not weights[best] or (weights[best] <= _QUESTION_WEIGHT and _SMALL_TALK.search(text)):
        return rules.OTHERS
    return best


def hear_person(text: str) -> int:
    """What kind of reply a person's ``text`` is."""
    for reply, cues in _PERSON:
        if _weight(cues, text):
            return reply
    return rules.SHORT if len(text.split()) <= _FEW_WORDS else rules.TELLS


def _weight(cues: tuple[tuple[int, re.Pattern[str]], ...], text: str) -> int:
    """The heaviest cue in ``text``; 0 without any."""
    return next((weight for weight, pattern in cues if pattern.search(text)), 0)
