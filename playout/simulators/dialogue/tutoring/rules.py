"""How a simulated student of Italian learns and answers, compiled; one row of arrays per copy.

Rule book. A student is to translate a place phrase: four *parts* (preposition, noun, colour, and the
order of the last two). Of each part the student knows nothing (0), remembers it dimly (1) or masters it
(2). A student may also be in *doubt*, shown only by how the replies sound. Each turn the tutor acts:

* ``Hint`` is about one part: the one the student asked for, else of those that were not right in the last
  attempt the first that had fewest hints. It sticks (the part is mastered) with probability ``sticks``; the
  order is hard to take from a hint (half of it).
* ``Question`` makes the student try. What is dimly remembered then comes back, and stays, with
  probability ``recalls``; in doubt the student stays silent with probability ``freezes``.
* ``Correction`` after an attempt repairs its first wrong part with probability ``repairs`` (the order
  nearly always), and brings doubt with probability ``doubts``. With nothing to correct it only brings doubt.
* ``Confirmation`` after an attempt takes the doubt away and makes what was right in it mastered. Where
  something was wrong too, it is believed: that part is no longer even dimly remembered.
* ``Others`` teaches nothing; doubt goes with probability ``warms``.

After a hint, a correction or a confirmation the student tries at once with probability ``volunteers``, or
else takes note or asks for a part. In an attempt a mastered part is right unless doubt makes it slip
(``slips``), another one is guessed with probability ``guesses``; an attempt that fails brings doubt with
probability ``doubts``. So many also come in doubt, and then are silent at first with probability
``freezes``. When every part is right the phrase is translated.

The verdict is on the last attempt so far: incorrect (no part right), did not try, part, whole. The dialogue
ends when the assessor's readings say on average that the phrase is translated: at once if they are exact,
later or never if they are confused (as in PPDPP, where every one of ten must say so). All draws are at (key,
turn and purpose), so two policies meet the same luck.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from playout.core import random
from playout.core.compiled_random import uniforms
from playout.simulators.dialogue.assessing import mean_value

PREPOSITION, NOUN, COLOUR, ORDER = range(4)
PARTS = 4
UNKNOWN, DIM, MASTERED = range(3)
UNTRIED, WRONG, RIGHT = range(3)
CONFIRMATION, CORRECTION, HINT, OTHERS, QUESTION = range(5)
ASKS, BLANK, NOTED, CHATS, ALL_WRONG, PARTLY, UNSURE, MISORDERED, WHOLE = range(9)
INCORRECT, NOT_TRIED, PART, FULL = range(4)

STICKS, RECALLS, REPAIRS, GUESSES, VOLUNTEERS, ASKING, DOUBTS, FREEZES, SLIPS, WARMS, KNOWN, REMEMBERED = (
    range(12)
)
TRAITS = (
    "sticks", "recalls", "repairs", "guesses", "volunteers", "asks", "doubts", "freezes", "slips", "warms",
    "known", "remembered",
)  # fmt: skip
"""``known`` and ``remembered``: how likely an easy part is mastered, or else dimly remembered, at first."""

ORDER_STICKS, ORDER_REPAIRED = 0.5, 0.9
TURN_COST = 0.1

_PERSON = np.uint64(random.STREAM_PERSON)
_DRAWS = 32  # draws per turn that have places of their own
# Places of the draws of a turn; those of the parts take four.
_AT_PERSONA, _AT_ITEM, _AT_DOUBT, _AT_EFFECT, _AT_TRY, _AT_ASK, _AT_WHICH = range(7)
_AT_RECALL, _AT_GUESS, _AT_SLIP, _AT_TRAITS = 8, 12, 16, 20


class State(NamedTuple):
    """N students and their dialogues."""

    key: np.ndarray  # uint64[N]
    turn: np.ndarray  # int64[N]
    reply: np.ndarray  # int64[N]
    success: np.ndarray  # bool[N]: the phrase has been translated
    over: np.ndarray  # bool[N]: so the assessor says
    act: np.ndarray  # int64[N]: the tutor's last one, -1 before it
    about: np.ndarray  # int64[N]: the part that the act was about, -1 for none
    item: np.ndarray  # int64[N]: row of the items
    persona: np.ndarray  # int64[N]: row of the personas
    traits: np.ndarray  # float64[N, 12]
    knows: np.ndarray  # int64[N, 4]
    shown: np.ndarray  # int64[N, 4]: of the last attempt
    asked: np.ndarray  # int64[N]: part that the student asks for, -1 for none
    doubt: np.ndarray  # bool[N]
    attempts: np.ndarray  # int64[N]
    hints: np.ndarray  # int64[N, 4]: hints so far about each part
    verdict: np.ndarray  # int64[N]: exact
    value: np.ndarray  # float64[N]: of the verdict as the assessor last gave it


class Settings(NamedTuple):
    """What a task passes to the rules."""

    ease: np.ndarray  # float64[I, 4]: how easy each part of each item is
    people: np.ndarray  # float64[P, 12, 2]
    values: np.ndarray  # float64[4]: of the verdicts
    confusion: float
    samples: int
    threshold: float  # value from which on the assessor says that the phrase is translated
    gain: bool  # reward the gain of a turn instead of its verdict


def empty(n: int) -> State:
    """N states that have not been started."""

    def ints(*shape: int) -> np.ndarray:
        return np.zeros((n, *shape), np.int64)

    return State(
        key=np.zeros(n, np.uint64), turn=ints(), reply=ints(), success=np.zeros(n, np.bool_),
        over=np.zeros(n, np.bool_), act=ints(), about=ints(), item=ints(), persona=ints(),
        traits=np.zeros((n, len(TRAITS))), knows=ints(PARTS), shown=ints(PARTS), asked=ints(),
        doubt=np.zeros(n, np.bool_), attempts=ints(), hints=ints(PARTS), verdict=ints(), value=np.zeros(n),
    )  # fmt: skip


@njit(cache=True)
def _draw(state: State, i: int, luck: np.ndarray) -> None:
    """Fill ``luck`` with the numbers in [0, 1) of this turn, one for each purpose from the first on."""
    uniforms(state.key[i], np.uint64(state.turn[i] * _DRAWS), _PERSON, luck)


@njit(cache=True)
def start(state: State, settings: Settings) -> None:
    """Begin the episodes of ``state.key``, in place."""
    luck = np.empty(_DRAWS)
    for i in range(len(state.key)):
        _draw(state, i, luck)
        state.item[i] = int(luck[_AT_ITEM] * len(settings.ease))
        persona = int(luck[_AT_PERSONA] * len(settings.people))
        state.persona[i] = persona
        for trait in range(len(TRAITS)):
            low, high = settings.people[persona, trait]
            state.traits[i, trait] = low + (high - low) * luck[_AT_TRAITS + trait]
        traits = state.traits[i]
        for part in range(PARTS):
            ease = settings.ease[state.item[i], part]
            drawn = luck[_AT_RECALL + part]
            known = traits[KNOWN] * ease
            dim = known + traits[REMEMBERED] * (1.0 - known)
            state.knows[i, part] = MASTERED if drawn < known else DIM if drawn < dim else UNKNOWN
        state.act[i], state.about[i], state.asked[i] = -1, -1, -1
        state.verdict[i] = NOT_TRIED
        state.doubt[i] = luck[_AT_DOUBT] < traits[DOUBTS]
        if state.doubt[i] and luck[_AT_EFFECT] < traits[FREEZES]:
            state.reply[i] = BLANK
        elif luck[_AT_TRY] < traits[VOLUNTEERS]:
            _attempt(state, i, traits, 0.0, luck)
        else:
            _ask(state, i, luck)
        if state.reply[i] == WHOLE:  # a dialogue that needs no tutor: the order is still to be learnt
            state.knows[i, ORDER] = DIM
            state.shown[i, ORDER] = WRONG
            state.reply[i], state.verdict[i] = MISORDERED, PART
        state.value[i] = _assess(state, i, settings)


@njit(cache=True)
def step(state: State, acts: np.ndarray, details: np.ndarray, settings: Settings, reward: np.ndarray) -> None:
    """One act of the tutor and the student's reply, for every copy, in place.

    Args:
        state: changed; ``over`` says which dialogues have ended.
        acts: int64[N].
        details: float64[N]: the part that a hint or a correction is about, or NaN.
        settings: of the task.
        reward: float32[N], filled.
    """
    luck = np.empty(_AT_TRAITS)
    for i in range(len(acts)):
        state.turn[i] += 1
        _draw(state, i, luck)
        _react(state, i, acts[i], details[i], luck)
        reward[i] = _settle(state, i, settings)


@njit(cache=True)
def record(
    state: State, act: int, detail: float, reply: int, shown: np.ndarray, asked: int, settings: Settings
) -> float:
    """One act of the tutor and an answer that somebody else gave, of the only copy, in place.

    Args:
        state: of one copy; what it says about the student's mind is left as it is.
        act: of the tutor.
        detail: the part that the act is about, or NaN.
        reply: the student's.
        shown: int64[4], the attempt; empty where the reply is none.
        asked: part that the student asks for, or -1.
        settings: of the task.

    Returns:
        The reward.
    """
    state.turn[0] += 1
    about = _target(state, 0, act, detail)
    state.act[0], state.about[0], state.asked[0], state.reply[0] = act, about, asked, reply
    if act == HINT and about >= 0:
        state.hints[0, about] += 1
    if len(shown):
        state.attempts[0] += 1
        state.shown[0] = shown
        words = (shown[:ORDER] == RIGHT).sum()
        state.verdict[0] = FULL if reply == WHOLE else PART if words else INCORRECT
    return _settle(state, 0, settings)


@njit(cache=True)
def _settle(state: State, i: int, settings: Settings) -> float:
    """The end of a turn: success, the assessor's value, whether the dialogue is over, and the reward."""
    state.success[i] |= state.reply[i] == WHOLE
    before, value = state.value[i], _assess(state, i, settings)
    state.value[i], state.over[i] = value, value >= settings.threshold
    if not settings.gain:
        return value
    return value - before - (0.0 if state.over[i] else TURN_COST)


@njit(cache=True)
def _assess(state: State, i: int, settings: Settings) -> float:
    return mean_value(
        state.key[i], state.turn[i], state.verdict[i], settings.values, settings.confusion, settings.samples
    )


@njit(cache=True)
def _react(state: State, i: int, act: int, detail: float, luck: np.ndarray) -> None:
    """What the act does to the student, and what the student says."""
    traits = state.traits[i]
    tried = state.reply[i] >= ALL_WRONG
    about = _target(state, i, act, detail)
    state.act[i], state.about[i] = act, about
    recalls = 0.0
    tries = luck[_AT_TRY] < traits[VOLUNTEERS]
    if act == HINT:
        if about >= 0:
            state.hints[i, about] += 1
            sticks = traits[STICKS] * (ORDER_STICKS if about == ORDER else 1.0)
            if luck[_AT_EFFECT] < sticks:
                state.knows[i, about] = MASTERED
    elif act == QUESTION:
        recalls = traits[RECALLS]
        tries = not (state.doubt[i] and luck[_AT_EFFECT] < traits[FREEZES])
    elif act == CORRECTION:
        if about >= 0:
            repairs = ORDER_REPAIRED if about == ORDER else traits[REPAIRS]
            if luck[_AT_EFFECT] < repairs:
                state.knows[i, about] = MASTERED
        if about < 0 or luck[_AT_DOUBT] < traits[DOUBTS]:
            state.doubt[i] = True
    elif act == CONFIRMATION:
        if tried:
            state.doubt[i] = False
            for part in range(PARTS):
                if state.shown[i, part] == RIGHT:
                    state.knows[i, part] = MASTERED
                elif state.shown[i, part] == WRONG and state.knows[i, part] == DIM:
                    state.knows[i, part] = UNKNOWN
    elif luck[_AT_EFFECT] < traits[WARMS]:
        state.doubt[i] = False
    state.asked[i] = -1
    if act == OTHERS:
        state.reply[i] = CHATS
    elif act == QUESTION and not tries:
        state.reply[i] = BLANK
    elif tries:
        _attempt(state, i, traits, recalls, luck)
    elif luck[_AT_ASK] < traits[ASKING]:
        _ask(state, i, luck)
    else:
        state.reply[i] = NOTED


@njit(cache=True)
def _target(state: State, i: int, act: int, detail: float) -> int:
    """The part that an act is about; -1 where it is about none."""
    if act == CORRECTION:
        if state.reply[i] < ALL_WRONG:
            return -1
        for part in range(PARTS):
            if state.shown[i, part] == WRONG and (np.isnan(detail) or detail == part):
                return part
        return -1
    if act != HINT:
        return -1
    if not np.isnan(detail):
        return int(detail)
    if state.asked[i] >= 0:
        return state.asked[i]
    least = -1
    for part in range(PARTS):
        open_ = state.shown[i, part] != RIGHT
        if open_ and (least < 0 or state.hints[i, part] < state.hints[i, least]):
            least = part
    return least


@njit(cache=True)
def _attempt(state: State, i: int, traits: np.ndarray, recalls: float, luck: np.ndarray) -> None:
    """The student says the phrase as far as it is known."""
    right = 0
    for part in range(PARTS):
        if state.knows[i, part] == DIM and luck[_AT_RECALL + part] < recalls:
            state.knows[i, part] = MASTERED
        if state.knows[i, part] == MASTERED:
            good = not (state.doubt[i] and luck[_AT_SLIP + part] < traits[SLIPS])
        else:
            good = luck[_AT_GUESS + part] < traits[GUESSES]
        state.shown[i, part] = RIGHT if good else WRONG
        right += good
    state.attempts[i] += 1
    words = right - (state.shown[i, ORDER] == RIGHT)
    hedged = state.doubt[i]
    if right == PARTS:
        state.reply[i], state.verdict[i] = WHOLE, FULL
        return
    state.verdict[i] = PART if words else INCORRECT
    if hedged:
        state.reply[i] = UNSURE
    elif not words:
        state.reply[i] = ALL_WRONG
    else:
        state.reply[i] = MISORDERED if words == PARTS - 1 else PARTLY
    if luck[_AT_DOUBT] < traits[DOUBTS]:
        state.doubt[i] = True


@njit(cache=True)
def _ask(state: State, i: int, luck: np.ndarray) -> None:
    """The student asks for one of the words not mastered; there is none to ask for in the order."""
    lacking = 0
    for part in range(ORDER):
        lacking += state.knows[i, part] != MASTERED
    if not lacking:
        state.reply[i] = BLANK if state.doubt[i] else NOTED
        return
    chosen = int(luck[_AT_WHICH] * lacking)
    for part in range(ORDER):
        if state.knows[i, part] != MASTERED:
            if not chosen:
                state.asked[i] = part
            chosen -= 1
    state.reply[i] = ASKS


@njit(cache=True)
def observe(state: State, max_turns: int, seen: np.ndarray) -> None:
    """Write the features of ``task.Tutoring``: float32[N, 13]."""
    for i in range(len(state.key)):
        seen[i, 0] = min(state.turn[i] / max_turns, 1.0)
        seen[i, 1] = min(state.attempts[i] / 8.0, 1.0)
        for part in range(PARTS):
            shown = state.shown[i, part]
            seen[i, 2 + part] = 0.0 if shown == UNTRIED else 1.0 if shown == RIGHT else -1.0
            seen[i, 9 + part] = min(state.hints[i, part] / 4.0, 1.0)
        for part in range(ORDER):
            seen[i, 6 + part] = 1.0 if state.asked[i] == part else 0.0


@njit(cache=True)
def expert(state: State, i: int) -> int:
    """What somebody would do who sees what the student knows: the likeliest gain now."""
    traits = state.traits[i]
    tried = state.reply[i] >= ALL_WRONG
    lacking, dim = 0, 0
    for part in range(PARTS):
        lacking += state.knows[i, part] != MASTERED
        dim += state.knows[i, part] == DIM
    if state.doubt[i] and (not lacking or traits[FREEZES] > traits[GUESSES]):
        if tried:
            return CONFIRMATION
        if traits[WARMS] > 0.5:
            return OTHERS
    if not lacking:
        return QUESTION
    wrong, hinted = _target(state, i, CORRECTION, np.nan), _target(state, i, HINT, np.nan)
    best, act = traits[RECALLS] * dim * (0.3 if state.doubt[i] else 1.0), QUESTION
    if wrong >= 0 and state.knows[i, wrong] != MASTERED:
        repairs = ORDER_REPAIRED if wrong == ORDER else traits[REPAIRS]
        if repairs > best:
            best, act = repairs, CORRECTION
    if hinted >= 0 and state.knows[i, hinted] != MASTERED:
        sticks = traits[STICKS] * (ORDER_STICKS if hinted == ORDER else 1.0)
        if sticks > best:
            best, act = sticks, HINT
    if best <= 0.0:
        return QUESTION
    return act
