"""Who saves a human work: the cells of the experiment, and what is made of their results."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from playout.core.errors import WrongUse
from playout.experiments.assistance.cells import FIXED, evaluate
from playout.experiments.assistance.experiment import PRIMARY, Plan, cells_of, summary, table


def human_actions(arm: str, goals: int = 8) -> list[float]:
    found = evaluate(
        arm=arm, preset="tiny", split="valid", people="train", goals=goals, folder=Path("unused")
    )
    assert min(found["goal_percentage"]) > 0.5 or arm == "random"
    return found["human_actions"]


def test_who_sees_the_goal_saves_work_and_who_is_in_the_way_costs_it() -> None:
    alone, blind, oracle, random = (
        np.mean(human_actions(arm)) for arm in ("alone", "goal-blind", "oracle", "random")
    )
    assert oracle < blind < alone < random


def test_a_goal_costs_the_same_in_whatever_company() -> None:
    assert human_actions("alone", 3) == human_actions("alone", 8)[:3]


def test_an_arm_that_learns_needs_what_it_learnt() -> None:
    with pytest.raises(WrongUse, match="trained"):
        human_actions("sft")


@pytest.mark.parametrize("ablations", [False, True])
def test_every_cell_comes_after_what_it_needs(ablations: bool) -> None:
    cells = cells_of(Plan(ablations=ablations))
    names = [cell.name for cell in cells]
    assert len(set(names)) == len(names)
    for place, cell in enumerate(cells):
        assert set(cell.after) <= set(names[:place])


def test_the_summary_compares_on_equal_goals() -> None:
    plan = Plan(seeds=3, goals=16, ablations=False)
    actions = {"alone": 40.0, "goal-blind": 36.0, "oracle": 20.0, "assistance-zero": 28.0}
    results = {}
    for cell in cells_of(plan):
        arm = cell.kwargs.get("arm", "")
        wiggle = np.arange(16) / 8
        results[cell.name] = {
            "human_actions": (actions.get(arm, 38.0) + wiggle).tolist(), "goal_percentage": [1.0] * 16,
            "assistant_goal_percentage": [0.1] * 16, "goal_accuracy": [0.5, 0.9],
        }  # fmt: skip
    found = summary(plan, results)
    assert found["saved"]["train"] == pytest.approx(1 - 28.9375 / 40.9375)
    assert found["way_from_blind_to_oracle"] == pytest.approx(0.5)
    assert found["goal_accuracy_every_5_steps"] == [0.5, 0.9]
    assert set(found["zero_minus"]) == set(PRIMARY)
    assert found["zero_minus"]["alone"]["difference"]["mean"] == pytest.approx(-12.0)
    assert {row[0] for row in table(found)} >= {f"{arm}.train" for arm in FIXED}
