"""How a simulated help-seeker answers, compiled; one row of arrays per copy. Designed, not fitted.

Feedback of real help-seekers hardly separates the acts (4.1 to 4.3 of 5 after each), so a person fitted to
it would leave a planner nothing to learn. This one follows the stages of the helping model behind ESConv
(explore, comfort, act; Liu et al., ACL 2021) and Hill's helping skills, with values of ours.

Rule book. A person is in trouble with an *intensity* from 1 to 5 and goes through three *stages*:

* *explore*: has told enough after one or two successes. ``Question``, ``Restatement or Paraphrasing`` and
  ``Others`` succeed with probabilities ``by question``, ``by restating``, ``by chat``; ``Reflection of
  feelings`` and ``Self-disclosure`` with half of their own.
* *comfort*: feels safe after one or two successes of ``Reflection of feelings``, ``Affirmation and
  Reassurance`` or ``Self-disclosure`` (``by feeling``, ``by praise``, ``by likeness``); each lowers the
  intensity by 1.
* *act*: ``Providing Suggestions`` or ``Information`` (``by advice``, ``by facts``) leads to a plan; then the
  issue is solved and the dialogue ends.

Who is in *haste* takes advice before being comforted: with probability ``haste`` it counts as in the last
stage once all is told. Otherwise advice that comes too early is answered "yes, but", and what does not suit
somebody in comfort or act is brushed off; both raise the intensity by 1 with probability ``prickly``. That a
stage is done shows in the reply (venting, asking what to do) with probability ``shows``.

The verdict compares the intensity with the beginning: worse, same, better; or solved. All draws are at
(key, turn and purpose).
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from playout.core import random
from playout.core.compiled_random import philox
from playout.simulators.dialogue.assessing import mean_value

AFFIRMATION, INFORMATION, OTHERS, SUGGESTIONS, QUESTION, REFLECTION, RESTATEMENT, DISCLOSURE = range(8)
STATES, TELLS, SHORT, VENTS, UNDERSTOOD, BRUSHES_OFF, YES_BUT, ASKS_ADVICE, CHATS, RELIEVED = range(10)
EXPLORE, COMFORT, ACT = range(3)
WORSE, SAME, BETTER, SOLVED = range(4)

BY_QUESTION, BY_RESTATING, BY_CHAT, BY_FEELING, BY_PRAISE, BY_LIKENESS, BY_ADVICE, BY_FACTS = range(8)
HASTE, PRICKLY, SHOWS, RESERVE, TENDER = range(8, 13)
TRAITS = (
    "by question", "by restating", "by chat", "by feeling", "by praise", "by likeness", "by advice",
    "by facts", "haste", "prickly", "shows", "reserve", "tender",
)  # fmt: skip
"""``reserve`` and ``tender``: how likely telling and comfort need two successes instead of one."""

INTENSITIES = (6 / 390, 100 / 390, 266 / 390)
"""Cumulative shares of the first intensities 2, 3 and 4, the others being 5, in 390 human dialogues."""
LEAST, MOST = 1, 5
TURN_COST = 0.1

_PERSON = np.uint64(random.STREAM_PERSON)
_DRAWS = 32  # draws per turn that have places of their own
_AT_PERSONA, _AT_CASE, _AT_INTENSITY, _AT_RESERVE, _AT_TENDER, _AT_EFFECT, _AT_HURT, _AT_SHOW, _AT_HASTE = (
    range(9)
)
_AT_TRAITS = 12


class State(NamedTuple):
    """N people and their dialogues."""

    key: np.ndarray  # uint64[N]
    turn: np.ndarray  # int64[N]
    reply: np.ndarray  # int64[N]
    success: np.ndarray  # bool[N]
    verdict: np.ndarray  # int64[N]: exact
    act: np.ndarray  # int64[N]: the system's last one, -1 before it
    case: np.ndarray  # int64[N]: row of the situations
    persona: np.ndarray  # int64[N]: row of the personas
    traits: np.ndarray  # float64[N, 13]
    stage: np.ndarray  # int64[N]
    lacking: np.ndarray  # int64[N]: successes that the stage still needs
    tender: np.ndarray  # int64[N]: successes that comfort will need
    first: np.ndarray  # int64[N]: intensity at the beginning
    intensity: np.ndarray  # int64[N]
    worked: np.ndarray  # int64[N, 8]: how often each act visibly helped
    failed: np.ndarray  # int64[N, 8]: how often it visibly did not
    value: np.ndarray  # float64[N]: of the verdict as the assessor last gave it


class Settings(NamedTuple):
    """What a task passes to the rules."""

    cases: int
    people: np.ndarray  # float64[P, 13, 2]
    values: np.ndarray  # float64[4]: of the verdicts
    confusion: float
    samples: int
    gain: bool  # reward the gain of a turn instead of its verdict


def empty(n: int) -> State:
    """N states that have not been started."""

    def ints(*shape: int) -> np.ndarray:
        return np.zeros((n, *shape), np.int64)

    return State(
        key=np.zeros(n, np.uint64), turn=ints(), reply=ints(), success=np.zeros(n, np.bool_), verdict=ints(),
        act=ints(), case=ints(), persona=ints(), traits=np.zeros((n, len(TRAITS))), stage=ints(),
        lacking=ints(),
        tender=ints(), first=ints(), intensity=ints(), worked=ints(8), failed=ints(8), value=np.zeros(n),
    )  # fmt: skip


@njit(cache=True)
def _draw(state: State, i: int, place: int) -> float:
    """A uniform number in [0, 1) of this turn for one purpose."""
    counter = np.uint64(state.turn[i] * _DRAWS + place)
    return np.float64(philox(state.key[i], counter, _PERSON) >> np.uint64(11)) * 2.0**-53


@njit(cache=True)
def start(state: State, settings: Settings) -> None:
    """Begin the episodes of ``state.key``, in place."""
    for i in range(len(state.key)):
        state.case[i] = int(_draw(state, i, _AT_CASE) * settings.cases)
        persona = int(_draw(state, i, _AT_PERSONA) * len(settings.people))
        state.persona[i] = persona
        for trait in range(len(TRAITS)):
            low, high = settings.people[persona, trait]
            state.traits[i, trait] = low + (high - low) * _draw(state, i, _AT_TRAITS + trait)
        luck = _draw(state, i, _AT_INTENSITY)
        state.first[i] = 2 + (luck >= INTENSITIES[0]) + (luck >= INTENSITIES[1]) + (luck >= INTENSITIES[2])
        state.intensity[i] = state.first[i]
        state.stage[i] = EXPLORE
        state.lacking[i] = 1 + (_draw(state, i, _AT_RESERVE) < state.traits[i, RESERVE])
        state.tender[i] = 1 + (_draw(state, i, _AT_TENDER) < state.traits[i, TENDER])
        state.act[i], state.reply[i], state.verdict[i] = -1, STATES, SAME
        state.value[i] = _assess(state, i, settings)


@njit(cache=True)
def step(state: State, acts: np.ndarray, settings: Settings, reward: np.ndarray) -> None:
    """One act of the system and the person's reply, for every copy, in place.

    Args:
        state: changed; ``success`` says which dialogues have ended.
        acts: int64[N].
        settings: of the task.
        reward: float32[N], filled.
    """
    for i in range(len(acts)):
        state.turn[i] += 1
        state.act[i] = acts[i]
        _react(state, i, acts[i])
        reward[i] = _settle(state, i, settings)


@njit(cache=True)
def record(state: State, act: int, reply: int, settings: Settings) -> float:
    """One act of the system and a reply that somebody else gave, of the only copy, in place.

    What helps is told by the reply alone: feeling understood lowers the intensity by 1, being brushed off
    raises it, relief solves the issue.

    Returns:
        The reward.
    """
    state.turn[0] += 1
    state.act[0], state.reply[0] = act, reply
    if reply == UNDERSTOOD:
        _soothe(state, 0, -1)
    elif reply == BRUSHES_OFF:
        _soothe(state, 0, 1)
    _note(state, 0, act)
    return _settle(state, 0, settings)


@njit(cache=True)
def _settle(state: State, i: int, settings: Settings) -> float:
    """The end of a turn: success, the verdict, the assessor's value, and the reward."""
    state.success[i] = state.reply[i] == RELIEVED
    change = state.intensity[i] - state.first[i]
    state.verdict[i] = (
        SOLVED if state.success[i] else WORSE if change > 0 else SAME if change == 0 else BETTER
    )
    before, value = state.value[i], _assess(state, i, settings)
    state.value[i] = value
    if not settings.gain:
        return value
    return value - before - (0.0 if state.success[i] else TURN_COST)


@njit(cache=True)
def _assess(state: State, i: int, settings: Settings) -> float:
    return mean_value(
        state.key[i], state.turn[i], state.verdict[i], settings.values, settings.confusion, settings.samples
    )


@njit(cache=True)
def _soothe(state: State, i: int, change: int) -> None:
    state.intensity[i] = min(max(state.intensity[i] + change, LEAST), MOST)


@njit(cache=True)
def _react(state: State, i: int, act: int) -> None:
    """What the act does to the person, and what the person says."""
    traits, stage = state.traits[i], state.stage[i]
    helped = _draw(state, i, _AT_EFFECT) < _chance(traits, stage, act)
    advice = act in (SUGGESTIONS, INFORMATION)
    if advice and stage == COMFORT and helped:
        helped = _draw(state, i, _AT_HASTE) < traits[HASTE]
        stage = ACT if helped else stage
    if act == OTHERS and not helped:
        state.reply[i] = CHATS
        return
    if helped:
        _progress(state, i, stage)
    elif advice:
        state.reply[i] = YES_BUT
    elif stage == EXPLORE:
        state.reply[i] = SHORT
    else:
        state.reply[i] = BRUSHES_OFF
    hurtful = state.reply[i] == BRUSHES_OFF or (state.reply[i] == YES_BUT and stage != ACT)
    if hurtful and _draw(state, i, _AT_HURT) < traits[PRICKLY]:
        _soothe(state, i, 1)
    _note(state, i, act)


@njit(cache=True)
def _chance(traits: np.ndarray, stage: int, act: int) -> float:
    """How likely an act helps in a stage."""
    if act in (SUGGESTIONS, INFORMATION):
        return 0.0 if stage == EXPLORE else traits[BY_ADVICE if act == SUGGESTIONS else BY_FACTS]
    if stage == EXPLORE:
        if act == QUESTION:
            return traits[BY_QUESTION]
        if act == RESTATEMENT:
            return traits[BY_RESTATING]
        if act == OTHERS:
            return traits[BY_CHAT]
        if act == REFLECTION:
            return 0.5 * traits[BY_FEELING]
        return 0.5 * traits[BY_LIKENESS] if act == DISCLOSURE else 0.0
    if stage == COMFORT:
        if act == REFLECTION:
            return traits[BY_FEELING]
        if act == AFFIRMATION:
            return traits[BY_PRAISE]
        return traits[BY_LIKENESS] if act == DISCLOSURE else 0.0
    return 0.0


@njit(cache=True)
def _progress(state: State, i: int, stage: int) -> None:
    """One success of a stage; the reply shows it, and with some luck that the stage is done."""
    if stage == ACT:
        state.reply[i] = RELIEVED
        return
    if stage == COMFORT:
        _soothe(state, i, -1)
    state.lacking[i] -= 1
    done = state.lacking[i] == 0
    shown = done and _draw(state, i, _AT_SHOW) < state.traits[i, SHOWS]
    if stage == EXPLORE:
        state.reply[i] = VENTS if shown else TELLS
    else:
        state.reply[i] = ASKS_ADVICE if shown else UNDERSTOOD
    if done:
        state.stage[i] = stage + 1
        state.lacking[i] = state.tender[i]


@njit(cache=True)
def _note(state: State, i: int, act: int) -> None:
    """Count what everybody can see: whether the act helped."""
    reply = state.reply[i]
    if reply in (TELLS, VENTS, UNDERSTOOD, ASKS_ADVICE):
        state.worked[i, act] += 1
    elif reply in (SHORT, BRUSHES_OFF, YES_BUT):
        state.failed[i, act] += 1


@njit(cache=True)
def observe(state: State, max_turns: int, seen: np.ndarray) -> None:
    """Write the features of ``task.Support``: float32[N, 17]."""
    acts = state.worked.shape[1]
    for i in range(len(state.key)):
        seen[i, 0] = min(state.turn[i] / max_turns, 1.0)
        for act in range(acts):
            seen[i, 1 + act] = min(state.worked[i, act] / 2.0, 1.0)
            seen[i, 1 + acts + act] = min(state.failed[i, act] / 2.0, 1.0)


@njit(cache=True)
def expert(state: State, i: int) -> int:
    """What somebody would do who sees the stage and the traits: the likeliest to help now."""
    traits, stage = state.traits[i], state.stage[i]
    best, act = -1.0, QUESTION
    for candidate in range(8):
        chance = _chance(traits, stage, candidate)
        if stage == COMFORT and (candidate in (SUGGESTIONS, INFORMATION)):
            chance *= traits[HASTE] * (1 + state.lacking[i])
        if chance > best:
            best, act = chance, candidate
    return act
