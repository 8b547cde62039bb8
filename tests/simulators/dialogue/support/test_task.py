"""The support task: features, what is told and what is hidden, people whom the rules do not move."""

import numpy as np
import pytest

from playout.core.errors import WrongUse
from playout.core.random import bits_array
from playout.simulators.dialogue.support import rules
from playout.simulators.dialogue.support.task import STAGES, Support
from playout.simulators.dialogue.task import Heard


def test_features_are_what_their_names_say() -> None:
    task = Support()
    state = task.start(bits_array(np.arange(100), 0))
    for act in (rules.QUESTION, rules.QUESTION, rules.REFLECTION):
        task.step(state, np.full(100, act))
    seen = dict(zip(task.features, task.observe(state).T, strict=True))
    np.testing.assert_allclose(seen["turn"], 3 / 8)
    for number, act in enumerate(task.acts):
        np.testing.assert_allclose(seen[f"worked {act}"], np.minimum(state.worked[:, number] / 2, 1))
        np.testing.assert_allclose(seen[f"failed {act}"], np.minimum(state.failed[:, number] / 2, 1))


def test_what_a_supporter_is_told_and_what_is_hidden() -> None:
    task = Support(split="unseen")
    state = task.start(bits_array(np.arange(3), 0))
    one = task.situations[state.case[2]]
    assert one.feeling in task.case_text(state, 2) and one.problem in task.case_text(state, 2)
    assert one.text not in task.case_text(state, 2), "the person tells it"
    hidden = task.privileged(state, 2)
    assert hidden["stage"] == STAGES[0] and 1 <= hidden["intensity"] <= 5
    with pytest.raises(WrongUse):
        Support(reward="best")  # type: ignore[arg-type]
    with pytest.raises(WrongUse, match="max_turns: expected at least 1, got 0"):
        Support(max_turns=0)


def test_a_persons_text_tells_how_they_feel() -> None:
    task = Support()
    speech, state = task.speech(), task.start(bits_array(np.arange(1), 5))
    first = state.intensity[0]
    reward, ended = speech.record(state, 0, Heard(rules.REFLECTION), "Exactly, you understand me.")
    assert not ended and state.intensity[0] == first - 1 and reward == pytest.approx(0.9)
    assert state.worked[0, rules.REFLECTION] == 1
    reward, ended = speech.record(
        state, 0, Heard(rules.SUGGESTIONS), "Thanks so much for this, I'll do that."
    )
    assert ended and state.success[0] and reward == pytest.approx(0.5)
    assert not speech.exact, "it is a guess, so an assessor may end such a talk"
