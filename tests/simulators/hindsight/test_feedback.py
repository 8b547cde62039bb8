import pytest

from playout.core import WrongUse
from playout.simulators.hindsight.feedback import Feedback


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("immediate", Feedback("immediate")),
        ("partial", Feedback("partial")),
        ("oracle", Feedback("oracle")),
        ("horizon:3", Feedback("horizon", steps=3)),
        ("world_model:0.8", Feedback("world_model", accuracy=0.8)),
    ],
)
def test_what_is_written_is_read(text: str, expected: Feedback) -> None:
    assert Feedback.parse(text) == expected
    assert str(expected) == text
    assert Feedback.parse(expected) is expected


@pytest.mark.parametrize(
    "text",
    ["", "Partial", "partial:1", "horizon", "horizon:", "horizon:1.5", "horizon:-1", "world_model",
     "world_model:nan", "world_model:1.1", "world_model:-0.1", "world_model:", "none", "oracle:"],
)  # fmt: skip
def test_anything_else_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(WrongUse, match="expected"):
        Feedback.parse(text)
