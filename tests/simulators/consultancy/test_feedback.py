"""Feedback by its text."""

import pytest

from playout.core.errors import WrongUse
from playout.simulators.consultancy.claims import FEEDBACKS
from playout.simulators.consultancy.feedback import rater_of
from playout.simulators.consultancy.rules import Evaluator


@pytest.mark.parametrize(
    ("text", "evaluator"),
    [
        ("immediate", {}),
        ("partial", {}),
        ("oracle", {}),
        ("true", {}),
        ("horizon:4", {"horizon": 4.0}),
        ("world_model:.75", {"alpha": 0.75}),
        ("observed:0.25", {"share": 0.25}),
    ],
)
def test_every_kind_names_its_row_and_number(text: str, evaluator: dict[str, float]) -> None:
    base = Evaluator(regret_weight=0.5)
    row, numbers = rater_of(text, base)
    assert FEEDBACKS[row] == text.partition(":")[0]
    assert numbers == base._replace(**evaluator)


@pytest.mark.parametrize("text", ["", "likes", "horizon", "horizon:-1", "observed:2", "observed:x", "true:1"])
def test_what_is_no_feedback_is_refused(text: str) -> None:
    with pytest.raises(WrongUse, match=r"feedback .*expected"):
        rater_of(text)
