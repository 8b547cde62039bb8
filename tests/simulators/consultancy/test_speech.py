"""What is said around advice."""

import numpy as np
import pytest

from playout.simulators.consultancy import speech
from playout.simulators.consultancy.catalogue import open_catalogue
from playout.simulators.consultancy.claims import CAUGHT, HAS, NOTHING, SILENT
from playout.simulators.consultancy.customer import question_of
from playout.simulators.consultancy.parsing import Heard
from playout.simulators.consultancy.scenarios import draw, source
from playout.simulators.consultancy.speech import Question

CATALOGUE = open_catalogue()
USER = np.array([0.95, 14 / 45, 1.0, 1.0, 0.0, 0.0])


def scenarios(n: int = 60):
    drawn = draw(source(CATALOGUE.tiers(), [0, 1, 2]), np.arange(n, dtype=np.uint64))
    return [drawn.row(i) for i in range(n)]


@pytest.mark.parametrize("choice", range(4))
def test_decisions_are_read_back(choice: int) -> None:
    assert speech.decided(speech.decision(choice)) == choice


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("buy A", 0), ("Buy option b.", 1), ("C", 2), ("I'll take C!", None), ("i will take option c", 2),
        ("D", 3), ("nothing", 3), ("I buy nothing.", 3), ("A?", None), ("buy E", None), ("", None),
        ("Does option A have this: hub gears?", None),
    ],
)  # fmt: skip
def test_what_is_a_decision(text: str, choice: int | None) -> None:
    assert speech.decided(text) == choice


def test_the_sheet_tells_the_truth_and_the_customer_what_she_needs() -> None:
    for scenario in scenarios():
        category = speech.category_of(CATALOGUE, scenario)
        phrases = category.phrases[scenario.feature[0]]
        lines = speech.sheet(category, scenario, "required").splitlines()
        for option, line in enumerate(lines[:3]):
            assert f": {phrases[scenario.truth[0, option]]}; $" in line
        assert ("does not see" in lines[3]) is not bool(scenario.shown[0])
        said = speech.opening(category, scenario)
        assert phrases[HAS] in said and ("cheapest" in said) == bool(scenario.thrifty[0])
        assert ("$" in speech.visible(scenario)) == bool(scenario.shown[0])


def test_outcomes() -> None:
    for scenario in scenarios(20):
        category = speech.category_of(CATALOGUE, scenario)
        for option in range(3):
            told = speech.outcome(category, scenario, option)
            assert ("It has what" in told) == (scenario.truth[0, option] == HAS)
        everything = speech.outcome(category, scenario, NOTHING, all_options=True)
        assert everything.count("does not have it") == (scenario.truth[0] != HAS).sum()
        assert "lie" in speech.outcome(category, scenario, CAUGHT)


def test_what_she_asks() -> None:
    for scenario in scenarios():
        nothing = question_of(Heard(), scenario, USER)
        assert nothing == Question("feature", 0)
        assert question_of(Heard(), scenario, USER, [Question("feature", k) for k in range(3)]) is None
        asked = question_of(Heard((SILENT, HAS, SILENT)), scenario, USER)
        assert asked == (None if scenario.shown[0] else Question("price", 1))
