"""The tutoring task: options, features, what is told and what is hidden."""

import numpy as np
import pytest

from playout.core.errors import WrongUse
from playout.core.random import bits_array
from playout.simulators.dialogue.tutoring import rules
from playout.simulators.dialogue.tutoring.task import Tutoring


def test_features_are_what_their_names_say() -> None:
    task = Tutoring()
    state = task.start(bits_array(np.arange(200), 0))
    task.step(state, np.full(200, rules.HINT))
    task.step(state, np.full(200, rules.QUESTION))
    seen = dict(zip(task.features, task.observe(state).T, strict=True))
    np.testing.assert_allclose(seen["turn"], 2 / 8)
    np.testing.assert_allclose(seen["attempts"], state.attempts / 8)
    for part, name in enumerate(("preposition", "noun", "colour", "order")):
        signs = np.array([0, -1, 1])[state.shown[:, part]]
        np.testing.assert_array_equal(seen[name], signs)
        np.testing.assert_allclose(seen[f"hints {name}"], state.hints[:, part] / 4)
        if name != "order":
            np.testing.assert_array_equal(seen[f"asks {name}"], state.asked == part)


def test_stalling_pays_by_the_papers_reward_and_not_by_ours() -> None:
    """Eight turns of a part answer, or the whole one in the third."""
    verdicts = {"stalling": [2] * 8, "whole": [2, 2, 3]}
    values = Tutoring()._settings.values
    paper = {name: sum(values[v] for v in seen) for name, seen in verdicts.items()}
    assert paper["stalling"] > paper["whole"]
    ours = {name: values[seen[-1]] - 0.1 * (len(seen) - (seen[-1] == 3)) for name, seen in verdicts.items()}
    assert ours["stalling"] < ours["whole"]


def test_what_a_tutor_is_told_and_what_is_hidden() -> None:
    task = Tutoring()
    state = task.start(bits_array(np.arange(3), 0))
    item = task.items[state.item[1]]
    assert item.sentence in task.case_text(state, 1) and item.target in task.case_text(state, 1)
    hidden = task.privileged(state, 1)
    assert hidden["persona"] in {persona.name for persona in task.personas}
    assert hidden["persona"] not in task.case_text(state, 1)
    assert len(hidden["knows"]) == 4 and 0 <= hidden["expert_plan"][0] < 5


def test_wrong_options_are_refused() -> None:
    for options in ({"split": "test"}, {"reward": "best"}, {"assessor": "nosy"}, {"max_turns": 0}):
        with pytest.raises(WrongUse):
            Tutoring(**options)
