"""The rule book of the help-seeker, with traits that leave nothing to chance."""

import numpy as np
import pytest

from playout.core.random import bits_array
from playout.simulators.dialogue.support import rules
from playout.simulators.dialogue.support.rules import ACT as ACTING
from playout.simulators.dialogue.support.rules import (
    AFFIRMATION,
    ASKS_ADVICE,
    BRUSHES_OFF,
    CHATS,
    COMFORT,
    DISCLOSURE,
    EXPLORE,
    INFORMATION,
    OTHERS,
    QUESTION,
    REFLECTION,
    RELIEVED,
    RESTATEMENT,
    SHORT,
    STATES,
    SUGGESTIONS,
    TELLS,
    TRAITS,
    UNDERSTOOD,
    VENTS,
    YES_BUT,
)  # fmt: skip

N = 64


def seeker(stage: int = EXPLORE, **traits: float) -> tuple[rules.State, rules.Settings]:
    """N people alike; traits not given are 0, so that every stage needs one success."""
    people = np.array([[[traits.get(name.replace(" ", "_"), 0.0)] * 2 for name in TRAITS]])
    settings = rules.Settings(5, people, np.array([-1.0, -0.5, 0.5, 1.0]), 0.0, 10, True)
    state = rules.empty(N)
    state.key[:] = bits_array(np.arange(N), 0)
    rules.start(state, settings)
    state.stage[:] = stage
    return state, settings


def act(state, settings, which: int) -> np.ndarray:
    reward = np.zeros(N, np.float32)
    rules.step(state, np.full(N, which), settings, reward)
    return reward


def all_are(values: np.ndarray, value) -> bool:
    return bool((values == value).all())


def test_how_people_begin() -> None:
    state, _ = seeker()
    assert all_are(state.reply, STATES) and all_are(state.verdict, rules.SAME)
    assert set(state.first.tolist()) <= {2, 3, 4, 5} and 3.5 < state.first.mean() < 4.5


def test_the_three_stages_to_relief() -> None:
    state, settings = seeker(by_question=1.0, by_feeling=1.0, by_advice=1.0, shows=1.0)
    act(state, settings, QUESTION)
    assert all_are(state.reply, VENTS) and all_are(state.stage, COMFORT)
    first = state.intensity.copy()
    reward = act(state, settings, REFLECTION)
    assert all_are(state.reply, ASKS_ADVICE) and all_are(state.stage, ACTING)
    np.testing.assert_array_equal(state.intensity, first - 1)
    assert reward == pytest.approx(1.0 - 0.1), "from the same to better"
    reward = act(state, settings, SUGGESTIONS)
    assert all_are(state.reply, RELIEVED) and state.success.all() and reward == pytest.approx(0.5)


def test_a_stage_may_be_done_without_a_sign() -> None:
    state, settings = seeker(by_question=1.0, by_praise=1.0)
    act(state, settings, QUESTION)
    assert all_are(state.reply, TELLS) and all_are(state.stage, COMFORT)
    act(state, settings, AFFIRMATION)
    assert all_are(state.reply, UNDERSTOOD) and all_are(state.stage, ACTING)


def test_reserve_and_tenderness_need_two_successes() -> None:
    state, settings = seeker(by_chat=1.0, by_likeness=1.0, reserve=1.0, tender=1.0)
    act(state, settings, OTHERS)
    assert all_are(state.stage, EXPLORE) and all_are(state.reply, TELLS)
    act(state, settings, OTHERS)
    act(state, settings, DISCLOSURE)
    assert all_are(state.stage, COMFORT)
    act(state, settings, DISCLOSURE)
    assert all_are(state.stage, ACTING) and all_are(state.intensity, np.maximum(state.first - 2, 1))


@pytest.mark.parametrize(
    ("stage", "which", "reply"),
    [
        (EXPLORE, AFFIRMATION, SHORT), (EXPLORE, RESTATEMENT, SHORT), (EXPLORE, SUGGESTIONS, YES_BUT),
        (EXPLORE, OTHERS, CHATS), (COMFORT, QUESTION, BRUSHES_OFF), (COMFORT, INFORMATION, YES_BUT),
        (COMFORT, OTHERS, CHATS), (ACTING, REFLECTION, BRUSHES_OFF), (ACTING, SUGGESTIONS, YES_BUT),
    ],
)  # fmt: skip
def test_what_does_not_suit_the_moment(stage: int, which: int, reply: int) -> None:
    everything = {name.replace(" ", "_"): 1.0 for name in TRAITS if name.startswith("by ")}
    if reply == SHORT or stage == ACTING or (stage, which) == (EXPLORE, OTHERS):
        everything = {}
    if (stage, which) == (COMFORT, INFORMATION):
        everything["haste"] = 0.0
    state, settings = seeker(stage, **everything)
    act(state, settings, which)
    assert all_are(state.reply, reply) and all_are(state.stage, stage)


def test_the_prickly_are_hurt_and_feel_worse() -> None:
    state, settings = seeker(COMFORT, prickly=1.0)
    first = state.intensity.copy()
    act(state, settings, QUESTION)
    np.testing.assert_array_equal(state.intensity, np.minimum(first + 1, 5))
    np.testing.assert_array_equal(state.verdict == rules.WORSE, first < 5)
    state, settings = seeker(ACTING, prickly=1.0)
    act(state, settings, SUGGESTIONS)
    assert all_are(state.verdict, rules.SAME), "advice that comes in time and does not fit hurts nobody"


def test_the_hasty_take_advice_before_comfort_but_not_before_telling() -> None:
    state, settings = seeker(COMFORT, by_facts=1.0, haste=1.0)
    act(state, settings, INFORMATION)
    assert state.success.all()
    state, settings = seeker(EXPLORE, by_facts=1.0, haste=1.0)
    act(state, settings, INFORMATION)
    assert not state.success.any()


def test_what_helped_and_what_did_not_is_counted() -> None:
    state, settings = seeker(by_question=1.0)
    for which in (QUESTION, REFLECTION, REFLECTION, OTHERS):
        act(state, settings, which)
    assert all_are(state.worked[:, QUESTION], 1) and all_are(state.failed[:, REFLECTION], 2)
    assert state.worked.sum() == N and state.failed.sum() == 2 * N
