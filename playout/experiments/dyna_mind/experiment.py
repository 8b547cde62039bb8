"""What learning to simulate is worth: ReSim against cloning, then reinforcement with and without SimRollouts.

Primary, named beforehand: ReSim against cloning of actions; GRPO against ReSim; Dyna-GRPO against GRPO,
each on the average of all rooms. All else is exploratory. Settings and seeds are chosen on ``validation``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from playout.core.errors import WrongUse
from playout.evaluation.compare import compare
from playout.experiments.dyna_mind.cells import RUN
from playout.experiments.dyna_mind.tasks import task_of
from playout.experiments.grid import Cell, recorded
from playout.training.resim_settings import WARM_UP

CELLS = "playout.experiments.dyna_mind.cells"
RESULT = "dyna_mind.json"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is run."""

    task: str = "easy"
    """easy (6x6, one box), hard (7x7, two boxes, and rooms of other kinds) or household."""
    split: str = "validation"
    """Of the rooms that are evaluated in; ``test`` is touched once."""
    seeds: int = 3
    """Of every training."""
    episodes: int = 1000
    """That every arm plays in each kind of room."""
    model: str | None = None
    """What learns; None for the task's."""
    states: int | None = None
    """Rows of stage 1; None for the task's."""
    epochs: float | None = None
    """Over them; None for the task's."""
    warm_up: float | None = None
    """Epochs on actions alone, before; None for the task's."""
    refine: float = 0.25
    """Share of ReSim's states that are shown once more as SimRollouts ask again; where there is
    reinforcement."""
    iterations: int = 20
    """Of reinforcement, which begins with ReSim; 0 leaves it out."""
    levels: int = 32
    """Starts in an iteration."""
    group: int = 8
    """Episodes from each."""
    updates: int = 4
    """Optimiser steps of an iteration."""
    transitions: int = 100_000
    """That the learned world model is taught."""
    searches: int = 200
    """Episodes that the dear searches at every step play; 0 leaves them out."""
    prompted: str | None = None
    """A language model that plays as it is, asked to think before it acts (ReAct), as many episodes as the
    searches; None leaves it out."""
    without: tuple[str, ...] = ()
    """Arms that are left out."""

    def __post_init__(self) -> None:
        task = task_of(self.task)
        for name in ("states", "epochs", "warm_up"):
            if getattr(self, name) is None:
                object.__setattr__(self, name, getattr(task, name))
        if self.seeds < 1 or self.episodes < 1:
            raise WrongUse(f"dyna-mind: expected seeds and episodes, got {self}")
        if self.prompted and self.searches < 1:
            raise WrongUse(
                "dyna-mind: a prompted model plays as many episodes as the searches; there are none"
            )
        optional = (ACTIONS, RESIM, *BASELINES, *STAGE_2, *SEARCHES)
        if unknown := [arm for arm in self.without if arm not in optional]:
            raise WrongUse(
                f"dyna-mind: without {unknown[0]!r}: expected some of the arms {', '.join(optional)}"
            )


RANDOM, CONSTANT, PROMPTED = UNTRAINED = "random", "constant", "prompted"
RESIM, ACTIONS = "resim", "actions"
BASELINES = {"reasoning": "reasoning", "actions-tokens": "actions"}
"""Arm -> rows of ``train resim``; ``actions-tokens`` reads as many tokens as ReSim. These and ReSim
go on from ``actions``, which has seen the same states."""
_ASKED_AGAIN = 1.3
"""Tokens of a state that is shown once more, in those of its first row."""


@dataclass(frozen=True)
class Reinforced:
    """An arm of stage 2: ``train dyna-grpo``."""

    settings: dict[str, Any]
    credit: dict[str, Any] = field(default_factory=dict)
    share: float = 1.0
    """Of the plan's iterations."""
    start: str = RESIM
    """The arm whose policy it goes on from."""


_NO_PHASE = {"simulation": 0}
_TOKENS, _STEPS = 1.25, 1.75
"""Without SimRollouts so many iterations take the tokens, and the steps, of one with half of each group as
SimRollouts of depth 3 in every other iteration."""
STAGE_2 = {
    "grpo": Reinforced(_NO_PHASE, share=_TOKENS),
    "dyna": Reinforced({"depth": 3}),
    "grpo-steps": Reinforced(_NO_PHASE, share=_STEPS - _TOKENS, start="grpo"),
    "dyna-no-standard": Reinforced({"depth": 3, "standard": False}),
    "dyna-no-stripped": Reinforced({"depth": 3, "stripped": False}),
    "dyna-no-refined": Reinforced({"depth": 3, "refined": False}),
    "dyna-d1": Reinforced({"depth": 1}),
    "dyna-d5": Reinforced({"depth": 5}),
    "shuffled": Reinforced(_NO_PHASE, {"shuffle": True}, _TOKENS),
    "rloo": Reinforced(_NO_PHASE, {"advantage": "rloo"}, _TOKENS),
    "gigpo": Reinforced(_NO_PHASE, {"advantage": "gigpo"}, _TOKENS),
}
"""``grpo`` takes the tokens of ``dyna``, ``grpo-steps`` goes on from there to its steps of the world;
``shuffled`` is the negative control."""
_FURTHER = 1000
"""Added to the seed of what goes on from reinforcement, so that it plays other episodes."""
_MONTE_CARLO = {"value": "monte-carlo", "branches": 4, "depth": 3, "rollouts": 2, "temperature": 0.4}
PREDICTED, WORLD_MODEL = "search-predicted", "world-model"
LEARNED = "search-learned"
SEARCHES: dict[str, dict[str, Any]] = {
    "search": _MONTE_CARLO,
    LEARNED: {"value": "learned", "branches": 4, "depth": 1},
    "search-ceiling": {"value": "distance", "branches": 4, "depth": 3},
    PREDICTED: _MONTE_CARLO,
}
"""Arm -> options of the agent ``resim``. Its policy is that of ``actions``, in ``search-learned`` that of
``resim``, which also values what it finds; ``search-predicted`` simulates in a learned world model."""
PRIMARY = (
    (RESIM, ACTIONS, "success"), ("grpo", RESIM, "success"), ("dyna", "grpo", "success"),
    ("dyna", "grpo-steps", "success"), ("dyna", "grpo", "sim_exact"), ("dyna", "grpo-steps", "sim_exact"),
)  # fmt: skip
"""Arm, other arm, metric."""


def cells_of(plan: Plan) -> list[Cell]:
    """All cells: trainings first."""
    task, found = task_of(plan.task), []
    assert plan.epochs is not None
    refine = plan.refine if plan.iterations else 0.0
    again = 1 + refine * _ASKED_AGAIN
    for seed in range(plan.seeds):
        found.append(_stage_1(plan, RESIM, seed, {"rows": "resim", "refine": refine}, plan.epochs))
        for arm, rows in BASELINES.items():
            if arm not in plan.without:
                tokens, more = (task.tokens * again, task.more) if rows == "actions" else (1.0, 1.0)
                found.append(_stage_1(plan, arm, seed, {"rows": rows}, plan.epochs * tokens / more, more))
    if plan.iterations:
        arms = [arm for arm in STAGE_2 if arm not in plan.without]
        found += [_stage_2(plan, arm, seed) for arm in arms for seed in range(plan.seeds)]
    searches = searches_of(plan)
    if PREDICTED in searches:
        found += [_world(plan, seed) for seed in range(plan.seeds)]
    for rooms in task.rooms_of(plan.split):
        found += _untrained(plan, rooms)
        for seed in range(plan.seeds):
            for arm in trained_arms(plan):
                found.append(_evaluation(plan, arm, rooms, seed, plan.episodes, trained=arm))
            found += [_search(plan, arm, rooms, seed) for arm in searches]
    return found


def untrained_arms(plan: Plan) -> tuple[str, ...]:
    """The arms that learn nothing."""
    return tuple(arm for arm in UNTRAINED if arm != PROMPTED or plan.prompted)


def searches_of(plan: Plan) -> tuple[str, ...]:
    """The arms that search at every step."""
    return tuple(arm for arm in SEARCHES if plan.searches and arm not in plan.without)


def trained_arms(plan: Plan) -> tuple[str, ...]:
    """The arms that learn."""
    arms = (ACTIONS, RESIM, *BASELINES, *(STAGE_2 if plan.iterations else ()))
    return tuple(arm for arm in arms if arm not in plan.without)


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
    """Rows with their intervals, the primary comparisons, and what the trainings took."""
    kinds = task_of(plan.task).rooms_of(plan.split)

    def arm(name: str, metric: str = "success", rooms: Sequence[str] = kinds) -> dict[int, dict[str, float]]:
        return {
            seed: {
                f"{kind} {number}": np.nan if value is None else value
                for kind in rooms
                for number, value in enumerate(
                    results[_name("eval", name, kind, None if name in UNTRAINED else seed)][metric]
                )
            }
            for seed in range(plan.seeds)
        }

    def simulated(name: str, kind: str) -> dict[str, float]:
        return _average(
            [results[_name("eval", name, kind, seed)]["simulation"] for seed in range(plan.seeds)]
        )

    untrained = untrained_arms(plan)
    arms = [*untrained, *trained_arms(plan), *searches_of(plan)]
    rows = {
        f"{name}.{kind}": {
            metric: compare(arm(name, metric, [kind]), arm(name, metric, [kind])).a.to_json()
            for metric in ("success", "length", "deadlock")
        }
        for name in arms
        for kind in kinds
    }
    others = [(a, "dyna") for a in arms if a.startswith("dyna-")]
    others += [(a, "grpo") for a in ("rloo", "gigpo", "shuffled")]
    others += [(RESIM, a) for a in BASELINES] + [(a, ACTIONS) for a in SEARCHES] + [(PREDICTED, "search")]

    def compared(asked: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
        return {
            f"{a} - {b}" + (f": {metric}" if metric != "success" else ""):
                compare(arm(a, metric), arm(b, metric)).to_json()
            for a, b, metric in asked
            if {a, b} <= set(arms)
        }  # fmt: skip

    return {
        "plan": {name: getattr(plan, name) for name in Plan.__dataclass_fields__},
        "rows": rows,
        "simulation": {
            f"{name}.{kind}": simulated(name, kind) for name in arms[len(untrained):] for kind in kinds
        },
        "primary": compared(PRIMARY),
        "exploratory": compared((a, b, "success") for a, b in others),
        "world_model": _average([results[name]["exact"] for name in results if WORLD_MODEL in name]),
        "training": {name: result for name, result in results.items() if name.startswith("train")},
    }  # fmt: skip


def table(found: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The rows, for a terminal: success, deadlocks, states that were simulated rightly."""
    return [
        (
            name,
            f"{row['success']['mean']:.3f} [{row['success']['low']:.3f}, {row['success']['high']:.3f}]",
            f"{row['deadlock']['mean']:.3f}",
            _share(found["simulation"].get(name, {}).get("sim_exact")),
        )
        for name, row in found["rows"].items()
    ]


def _average(found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean of each number that all have."""
    names = [key for key in (found[0] if found else ()) if all(key in one for one in found)]
    return {key: float(np.mean([one[key] for one in found])) for key in names}


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _name(kind: str, arm: str, rooms: str, seed: int | None) -> str:
    return ".".join([kind, arm, rooms, *([] if seed is None else [str(seed)])])


def _stage_1(
    plan: Plan, arm: str, seed: int, data: Mapping[str, Any], epochs: float, more: float = 1.0
) -> Cell:
    assert plan.states is not None
    kwargs = {
        "task": plan.task, "seed": seed, "model": plan.model, "epochs": epochs,
        "data": {**data, "states": round(plan.states * more)},
    }  # fmt: skip
    before, after = {"warm_up": plan.warm_up}, ()
    if arm != RESIM:
        start, after = _policy(ACTIONS, seed)
        before = {"start": start}
    return Cell(_name("train", arm, "id", seed), f"{CELLS}:learn_rows", {**kwargs, **before}, after)


def _stage_2(plan: Plan, arm: str, seed: int) -> Cell:
    chosen = STAGE_2[arm]
    start, after = _policy(chosen.start, seed)
    iterations = max(1, round(chosen.share * plan.iterations))
    size = {
        "iterations": iterations, "levels": plan.levels, "group": plan.group, "updates": plan.updates,
        "save_every": 8,
    }  # fmt: skip
    kwargs = {
        "task": plan.task, "seed": seed + (_FURTHER if chosen.start in STAGE_2 else 0), "start": start,
        "settings": {**size, **chosen.settings}, "credit": chosen.credit,
    }  # fmt: skip
    return Cell(_name("train", arm, "id", seed), f"{CELLS}:reinforce", kwargs, after)


def _policy(arm: str, seed: int | None) -> tuple[str, tuple[str, ...]]:
    """The run with the arm's policy, and the cells that leave it."""
    cell = _name("train", RESIM if arm == ACTIONS else arm, "id", seed)
    return f"{cell}/{RUN}/{WARM_UP}" if arm == ACTIONS else f"{cell}/{RUN}", (cell,)


def _world(plan: Plan, seed: int) -> Cell:
    kwargs = {
        "task": plan.task, "seed": seed, "model": plan.model, "transitions": plan.transitions,
        "split": plan.split, "episodes": plan.episodes,
    }  # fmt: skip
    return Cell(_name("train", WORLD_MODEL, "id", seed), f"{CELLS}:learn_world", kwargs)


def _untrained(plan: Plan, rooms: str) -> list[Cell]:
    always = {"action": task_of(plan.task).constant}
    found = [
        _evaluation(plan, RANDOM, rooms, None, plan.episodes, agent="random"),
        _evaluation(plan, CONSTANT, rooms, None, plan.episodes, agent="constant", options=always),
    ]
    if plan.prompted:
        asked = {"mode": "think"}
        prompted = _evaluation(plan, PROMPTED, rooms, None, plan.searches, options=asked)
        found.append(replace(prompted, kwargs={**prompted.kwargs, "model": plan.prompted}))
    return found


def _search(plan: Plan, arm: str, rooms: str, seed: int) -> Cell:
    options, after = SEARCHES[arm], ()
    if arm == PREDICTED:
        model, after = _policy(WORLD_MODEL, seed)
        options = {**options, "world_model": model}
    trained = RESIM if arm == LEARNED else ACTIONS
    found = _evaluation(
        plan, arm, rooms, seed, plan.searches, agent="resim", trained=trained, options=options
    )
    return replace(found, after=(*found.after, *after))


def _evaluation(
    plan: Plan,
    arm: str,
    rooms: str,
    seed: int | None,
    episodes: int,
    *,
    agent: str = "language",
    trained: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> Cell:
    policy, after = (None, ()) if trained is None else _policy(trained, seed)
    kwargs = {
        "task": plan.task, "rooms": rooms, "split": plan.split, "episodes": episodes, "agent": agent,
        "trained": policy, "options": dict(options or {}),
    }  # fmt: skip
    return Cell(_name("eval", arm, rooms, seed), f"{CELLS}:evaluate", kwargs, after)
