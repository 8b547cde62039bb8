"""Who saves a human how much work: AssistanceZero against baselines, its ablations, unseen builders.

Arms are trained for each seed, then all help with the same goals and builders. Primary: AssistanceZero
against alone, goal-blind, PPO, pretraining and SFT in human actions. All else is exploratory.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from playout.evaluation.compare import compare
from playout.experiments.assistance.cells import FIXED
from playout.experiments.grid import Cell, recorded

CELLS = "playout.experiments.assistance.cells"
ZERO, RESULT = "assistance-zero", "assistance_learning.json"
PRIMARY = ("alone", "goal-blind", "ppo", "pretraining", "sft")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is run."""

    preset: str = "tiny"
    """Size of the world and the network."""
    seeds: int = 3
    """Of every training."""
    goals: int = 512
    """That every arm helps with."""
    split: str = "test"
    """Of the goals; ``valid`` for choices."""
    iterations: Mapping[str, int] | None = None
    """Of each method; None: ``ITERATIONS``."""
    simulations: int = 24
    """Of the search in evaluation."""
    ablations: bool = True
    """Whether the ablations are trained too."""


ITERATIONS = {ZERO: 50, "ppo": 90, "pretraining": 70, "sft": 70}
"""Each some 8 minutes on one idle core, imitators 5."""
TEMPERATURE = {"ppo": 1.0, "pretraining": 0.3, "sft": 0.3}
"""Of the policies that do not search; the paper's for imitators."""
ABLATIONS = ("likeliest goal", "no human")
"""Trained and searched with less; ``no search`` is the policy of AssistanceZero alone."""


def cells_of(plan: Plan) -> list[Cell]:
    """All cells: trainings first."""
    iterations = {**ITERATIONS, **(plan.iterations or {})}
    found = [
        _training(plan, method, seed, iterations[method])
        for seed in range(plan.seeds)
        for method in (ZERO, "ppo", "pretraining", "sft")
    ]
    if plan.ablations:
        found += [
            _training(plan, ZERO, seed, iterations[ZERO], ablation)
            for seed in range(plan.seeds)
            for ablation in ABLATIONS
        ]
    for people in ("train", "unseen"):
        found += [_evaluation(plan, arm, people) for arm in FIXED]
        for seed in range(plan.seeds):
            found.append(_evaluation(plan, ZERO, people, seed, simulations=plan.simulations))
            if people == "train":
                found += [_evaluation(plan, arm, people, seed) for arm in TEMPERATURE]
                found.append(_evaluation(plan, ZERO, people, seed, ablation="no search"))
                found += [
                    _evaluation(plan, ZERO, people, seed, simulations=plan.simulations, ablation=ablation)
                    for ablation in (ABLATIONS if plan.ablations else ())
                ]
    return found


def experiment(
    folder: Path | str,
    plan: Plan = Plan(),
    *,
    workers: int = 2,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Run what has not been run, and compare."""
    file = Path(folder, RESULT)
    return recorded(cells_of(plan), partial(summary, plan), file, workers=workers, progress=progress)


def summary(plan: Plan, results: Mapping[str, Any]) -> dict[str, Any]:
    """Rows with their intervals, the primary comparisons and what follows from them."""

    def arm(name: str, people: str = "train", ablation: str = "none", metric: str = "human_actions") -> Any:
        seeds = range(plan.seeds)
        cells = [_name("eval", name, people, None if name in FIXED else seed, ablation) for seed in seeds]
        return {seed: dict(enumerate(results[cell][metric])) for seed, cell in zip(seeds, cells, strict=True)}

    rows: dict[str, Any] = {}
    asked = [(name, "train", "none") for name in (*FIXED, *TEMPERATURE, ZERO)]
    asked += [(ZERO, "train", "no search"), *((name, "unseen", "none") for name in (*FIXED, ZERO))]
    asked += [(ZERO, "train", ablation) for ablation in (ABLATIONS if plan.ablations else ())]
    for name, people, ablation in asked:
        row = {}
        for metric in ("human_actions", "goal_percentage", "assistant_goal_percentage"):
            found = arm(name, people, ablation, metric)
            row[metric] = compare(found, found).a.to_json()
        rows[_name("", name, people, None, ablation)[1:]] = row
    primary = {other: compare(arm(ZERO), arm(other)).to_json() for other in PRIMARY}
    secondary = {
        ablation: compare(arm(ZERO), arm(ZERO, "train", ablation)).to_json()
        for ablation in (*(ABLATIONS if plan.ablations else ()), "no search")
    }

    def mean(name: str, people: str) -> float:
        return float(np.mean([list(values.values()) for values in arm(name, people).values()]))

    saved = {people: 1 - mean(ZERO, people) / mean("alone", people) for people in ("train", "unseen")}
    blind, oracle = mean("goal-blind", "train"), mean("oracle", "train")
    accuracy = [results[_name("eval", ZERO, "train", seed)]["goal_accuracy"] for seed in range(plan.seeds)]
    shortest = min(map(len, accuracy))
    return {
        "rows": rows,
        "zero_minus": primary,
        "ablations_zero_minus": secondary,
        "saved": saved,
        "way_from_blind_to_oracle": (blind - mean(ZERO, "train")) / (blind - oracle),
        "saving_kept_with_unseen_people": saved["unseen"] / saved["train"],
        "goal_accuracy_every_5_steps": np.mean([row[:shortest] for row in accuracy], 0).round(3).tolist(),
        "training": {name: result for name, result in results.items() if name.startswith("train")},
    }


def table(found: Mapping[str, Any]) -> list[Sequence[str]]:
    """The rows, for a terminal."""
    return [
        (name, *(f"{row[m]['mean']:.3g} [{row[m]['low']:.3g}, {row[m]['high']:.3g}]" for m in row))
        for name, row in found["rows"].items()
    ]


def _name(kind: str, arm: str, people: str, seed: int | None, ablation: str = "none") -> str:
    parts = [
        kind,
        arm,
        people,
        *([] if seed is None else [str(seed)]),
        *([] if ablation == "none" else [ablation]),
    ]
    return ".".join(parts).replace(" ", "-")


def _training(plan: Plan, method: str, seed: int, iterations: int, ablation: str = "none") -> Cell:
    kwargs = {
        "method": method, "seed": seed, "preset": plan.preset, "iterations": iterations, "ablation": ablation
    }  # fmt: skip
    return Cell(_name("train", method, "train", seed, ablation), f"{CELLS}:train", kwargs)


def _evaluation(
    plan: Plan,
    arm: str,
    people: str,
    seed: int | None = None,
    *,
    simulations: int = 0,
    ablation: str = "none",
) -> Cell:
    kwargs: dict[str, Any] = {
        "arm": arm, "preset": plan.preset, "split": plan.split, "people": people, "goals": plan.goals,
        "simulations": simulations, "temperature": TEMPERATURE.get(arm, 0.0), "ablation": ablation,
    }  # fmt: skip
    after: tuple[str, ...] = ()
    if seed is not None:
        trained_with = ablation if ablation in ABLATIONS else "none"
        after = (_name("train", arm, "train", seed, trained_with),)
        kwargs["trained"] = after[0]
    return Cell(_name("eval", arm, people, seed, ablation), f"{CELLS}:evaluate", kwargs, after)
