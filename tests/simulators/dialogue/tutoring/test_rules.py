"""The rule book of the student, sentence by sentence, with traits that leave nothing to chance."""

import numpy as np
import pytest

from playout.core.random import bits_array
from playout.simulators.dialogue.tutoring import rules
from playout.simulators.dialogue.tutoring.rules import (
    ALL_WRONG,
    ASKS,
    BLANK,
    CHATS,
    COLOUR,
    CONFIRMATION,
    CORRECTION,
    DIM,
    HINT,
    MASTERED,
    MISORDERED,
    NOTED,
    NOUN,
    ORDER,
    OTHERS,
    PARTLY,
    PREPOSITION,
    QUESTION,
    RIGHT,
    TRAITS,
    UNKNOWN,
    UNSURE,
    WHOLE,
    WRONG,
)  # fmt: skip

N = 64
NAN = np.full(N, np.nan)


def student(knows=(UNKNOWN,) * 4, doubt: bool = False, **traits: float) -> tuple[rules.State, rules.Settings]:
    """N students alike, who have asked for a word; traits not given are 0."""
    people = np.array([[[traits.get(name.replace(" ", "_"), 0.0)] * 2 for name in TRAITS]])
    values = np.array([-1.0, -0.5, 0.5, 1.0])
    settings = rules.Settings(np.ones((1, 4)), people, values, 0.0, 10, 1.0, True)
    state = rules.empty(N)
    state.key[:] = bits_array(np.arange(N), 0)
    rules.start(state, settings)
    state.knows[:], state.doubt[:] = knows, doubt
    return state, settings


def act(state, settings, which: int, detail: float = np.nan) -> np.ndarray:
    reward = np.zeros(N, np.float32)
    rules.step(state, np.full(N, which), np.full(N, detail), settings, reward)
    return reward


def all_are(values: np.ndarray, value) -> bool:
    return bool((values == value).all())


def test_a_student_who_knows_nothing_asks_for_a_word() -> None:
    state, _ = student()
    assert all_are(state.reply, ASKS) and set(state.asked.tolist()) == {PREPOSITION, NOUN, COLOUR}
    assert all_are(state.verdict, rules.NOT_TRIED)


def test_a_hint_is_about_what_was_asked_for_and_sticks() -> None:
    state, settings = student(sticks=1.0, asks=1.0)
    asked = state.asked.copy()
    act(state, settings, HINT)
    np.testing.assert_array_equal(state.about, asked)
    assert all_are(state.knows[np.arange(N), asked], MASTERED)
    assert all_are(state.reply, ASKS) and (state.asked != asked).all()
    act(state, settings, HINT, ORDER)
    assert all_are(state.about, ORDER)
    assert 0.2 < (state.knows[:, ORDER] == MASTERED).mean() < 0.8, "the order is hard to take from a hint"


def test_of_what_was_not_right_the_part_with_fewest_hints_is_next() -> None:
    state, settings = student()
    state.asked[:], about = -1, []
    for _ in range(5):
        act(state, settings, HINT)
        assert all_are(state.about, state.about[0])
        about.append(int(state.about[0]))
    assert about == [PREPOSITION, NOUN, COLOUR, ORDER, PREPOSITION]


def test_who_comes_in_doubt_is_silent_or_sounds_so() -> None:
    state, _ = student(doubts=1.0, freezes=1.0)
    assert all_are(state.reply, BLANK)
    state, _ = student(doubts=1.0, volunteers=1.0)
    assert all_are(state.reply, UNSURE)


def test_a_lesson_ends_when_every_reading_says_that_the_phrase_is_translated() -> None:
    state, settings = student((MASTERED,) * 4)
    act(state, settings, QUESTION)
    assert state.success.all() and state.over.all()
    state, settings = student((MASTERED,) * 4)
    settings = settings._replace(confusion=0.1)
    act(state, settings, QUESTION)
    ended = state.over.copy()
    assert state.success.all() and 0.1 < ended.mean() < 0.7, "all of ten: .9 ** 10"
    act(state, settings, QUESTION)
    assert state.success.all() and (state.over & ~ended).any(), "it is read anew"


def test_a_question_brings_back_what_is_dim() -> None:
    state, settings = student((DIM, MASTERED, UNKNOWN, MASTERED), recalls=1.0)
    act(state, settings, QUESTION)
    assert all_are(state.shown, [RIGHT, RIGHT, WRONG, RIGHT])
    assert all_are(state.knows, [MASTERED, MASTERED, UNKNOWN, MASTERED])
    assert all_are(state.reply, PARTLY) and all_are(state.verdict, rules.PART)


def test_in_doubt_a_question_freezes_and_what_is_known_slips() -> None:
    state, settings = student((MASTERED,) * 4, doubt=True, freezes=1.0)
    act(state, settings, QUESTION)
    assert all_are(state.reply, BLANK) and not state.attempts.any()
    state, settings = student((MASTERED,) * 4, doubt=True, slips=1.0)
    act(state, settings, QUESTION)
    assert all_are(state.reply, UNSURE) and all_are(state.shown, WRONG)
    assert all_are(state.verdict, rules.INCORRECT)


def test_a_correction_repairs_the_first_wrong_part_of_an_attempt() -> None:
    state, settings = student((MASTERED, UNKNOWN, UNKNOWN, MASTERED), repairs=1.0, volunteers=1.0)
    act(state, settings, QUESTION)
    act(state, settings, CORRECTION)
    assert all_are(state.about, NOUN) and all_are(state.knows, [MASTERED, MASTERED, UNKNOWN, MASTERED])
    act(state, settings, CORRECTION, COLOUR)
    assert all_are(state.reply, WHOLE) and state.success.all()


def test_with_nothing_to_correct_it_only_brings_doubt() -> None:
    state, settings = student(repairs=1.0)
    act(state, settings, CORRECTION)
    assert state.doubt.all() and all_are(state.about, -1) and all_are(state.knows, UNKNOWN)
    assert all_are(state.reply, NOTED)


def test_a_confirmation_masters_what_was_right_and_spoils_what_was_dim_and_wrong() -> None:
    state, settings = student((DIM, DIM, MASTERED, MASTERED), doubt=True, guesses=0.5)
    act(state, settings, QUESTION)
    right = state.shown[:, :2] == RIGHT
    act(state, settings, CONFIRMATION)
    assert not state.doubt.any()
    tried = state.attempts == 1
    assert all_are(state.knows[:, :2][right & tried[:, None]], MASTERED)
    assert all_are(state.knows[:, :2][~right & tried[:, None]], UNKNOWN)


def test_others_warm_and_teach_nothing() -> None:
    state, settings = student((DIM,) * 4, doubt=True, warms=1.0, sticks=1.0, recalls=1.0)
    act(state, settings, OTHERS)
    assert all_are(state.reply, CHATS) and not state.doubt.any() and all_are(state.knows, DIM)


@pytest.mark.parametrize(
    ("knows", "reply"),
    [
        ((UNKNOWN,) * 4, ALL_WRONG),
        ((UNKNOWN, UNKNOWN, UNKNOWN, MASTERED), ALL_WRONG),
        ((MASTERED, UNKNOWN, UNKNOWN, UNKNOWN), PARTLY),
        ((MASTERED, MASTERED, MASTERED, UNKNOWN), MISORDERED),
        ((MASTERED,) * 4, WHOLE),
    ],
)
def test_attempts(knows, reply: int) -> None:
    state, settings = student(knows)
    reward = act(state, settings, QUESTION)
    assert all_are(state.reply, reply)
    gain = {ALL_WRONG: -0.5, PARTLY: 1.0, MISORDERED: 1.0, WHOLE: 1.5}[reply]
    assert reward == pytest.approx(gain - (0.0 if reply == WHOLE else 0.1))


def test_nobody_starts_with_the_whole_phrase() -> None:
    state, _ = student(known=1.0, volunteers=1.0)
    assert all_are(state.reply, MISORDERED) and not state.success.any()


def test_traits_lie_in_the_ranges_of_the_persona() -> None:
    people = np.random.default_rng(0).uniform(size=(3, len(TRAITS), 2))
    people.sort(axis=2)
    state = rules.empty(500)
    state.key[:] = bits_array(np.arange(500), 0)
    rules.start(state, rules.Settings(np.ones((7, 4)), people, np.zeros(4), 0.0, 10, 1.0, True))
    assert set(state.persona.tolist()) == {0, 1, 2} and set(state.item.tolist()) == set(range(7))
    low, high = people[state.persona, :, 0], people[state.persona, :, 1]
    assert ((low <= state.traits) & (state.traits <= high)).all()
