"""What is new in an observation, and the observation back from it."""

import pytest

from playout.language.news import applied, news, without_refusal


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        ("walls\na", "walls\nb", "b"),
        ("walls\na", "walls\na", "a"),
        ("room\n\ntask", "You see a mug 1.", "You see a mug 1."),
        ("# P\n# _", "# _\n# P", "# _\n# P"),
    ],
)
def test_news(before, after, new):
    assert news(before, after) == new


@pytest.mark.parametrize(
    ("before", "after"),
    [("walls\na", "walls\nb"), ("walls\na", "walls\na"), ("one", "two"), ("room\n\ntask", "a\nb\nc\nd")],
)
def test_applied_brings_the_observation_back(before, after):
    assert applied(before, news(before, after)) == after


def test_refusals_are_left_out():
    assert without_refusal("blocked\nroom", {"invalid": "blocked"}) == "room"
    assert without_refusal("blocked\nroom", {}) == "blocked\nroom"
