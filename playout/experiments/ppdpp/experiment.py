"""PPDPP on simulated people: supervised learning, reinforcement, controls and references.

Planners learn with the people and cases of the training split. All choices are made with those of
validation: the settings (``choose``), which constant act is best, and which of the hand-written policy and
PPO on twenty times as many dialogues is the reference. Then everybody talks once with the same unseen
people. Primary: the return of RL less that of SFT, and less that of the best constant act.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playout.experiments.grid import Cell, run_cells
from playout.experiments.ppdpp.arms import (
    CANDIDATES,
    CHOSEN,
    PPO,
    RL,
    SFT,
    THE_WORLDS,
    World,
    kwargs_of,
    settings_of,
)
from playout.experiments.ppdpp.cells import RUN
from playout.experiments.ppdpp.results import choice, summary
from playout.simulators.dialogue.acts import ACTS

CELLS = "playout.experiments.ppdpp.cells"
RESULT, CHOICE = "ppdpp_learning.json", "ppdpp_choice.json"
FIRST = ("negotiation", "tutoring", "support")
"""The worlds that settings are chosen by."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is run."""

    seeds: int = 10
    """Of every training."""
    episodes: int = 500
    """That everybody has, on validation and in the test, for each seed."""
    worlds: tuple[str, ...] = tuple(THE_WORLDS)
    """Names among ``THE_WORLDS``."""
    learning: int = 1000
    """Dialogues that RL learns from."""
    chosen: str = CHOSEN
    """Settings, a name among ``CANDIDATES``."""


def experiment(
    folder: Path | str,
    plan: Plan = Plan(),
    *,
    workers: int = 2,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Run what has not been run, and compare."""
    cells = [cell for name in plan.worlds for cell in cells_of(name, plan)]
    results = run_cells(cells, folder, workers=workers, progress=progress)
    judged = {
        name: {
            added: {split: results[_judging(name, added, split)] for split in _splits(added)}
            for added in THE_WORLDS[name].judged
        }
        for name in plan.worlds
    }
    learnt = {name: result for name, result in results.items() if not name.startswith("judge.")}
    found = {"settings": settings_of(RL, plan.chosen), **summary(judged, learnt)}
    Path(folder, RESULT).write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return found


def choose(
    folder: Path | str,
    plan: Plan = Plan(),
    *,
    workers: int = 2,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Train with all settings and compare them on validation."""
    cells, asked = list[Cell](), [name for name in FIRST if name in plan.worlds]
    for name in asked:
        world, policies = THE_WORLDS[name], dict[str, tuple[str, bool]]()
        for candidate in CANDIDATES:
            for seed in range(plan.seeds):
                cells.append(_learning(name, world, RL, seed, plan, chosen=candidate))
            policies[candidate] = (f"{_cell('learn', name, candidate)}.{{seed}}/{RUN}/planner", False)
        after = [cell.name for cell in cells if cell.name.startswith(_cell("learn", name, ""))]
        cells.append(_judge(_cell("choose", name), world, {}, "valid", plan, policies, after))
    results = run_cells(cells, folder, workers=workers, progress=progress)
    found = choice({name: results[_cell("choose", name)] for name in asked})
    Path(folder, CHOICE).write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return found


def cells_of(name: str, plan: Plan) -> Iterator[Cell]:
    """The cells of a world: trainings first."""
    world, learning = THE_WORLDS[name], list[Cell]()
    for seed in range(plan.seeds):
        for arm in world.arms:
            if arm == PPO:
                kwargs = {
                    "env": world.env, "kwargs": world.kwargs, "seed": seed,
                    "iterations": world.ppo_iterations,
                }  # fmt: skip
                learning.append(Cell(f"{_cell('learn', name, arm)}.{seed}", f"{CELLS}:learn_longer", kwargs))
            else:
                learning.append(_learning(name, world, arm, seed, plan))
    yield from learning
    after = [cell.name for cell in learning]
    for added, kwargs in world.judged.items():
        for split in _splits(added):
            cell = _judging(name, added, split)
            yield _judge(cell, world, kwargs, split, plan, _policies(name, world), after)


def _splits(added: str) -> tuple[str, ...]:
    """Where nothing is chosen there is no validation."""
    return ("unseen",) if added else ("valid", "unseen")


def _policies(name: str, world: World) -> dict[str, tuple[str, bool]]:
    """Everybody who is judged in a world."""
    found = {policy: (policy, True) for policy in world.sampled}
    if not world.in_words:
        acts = next(acts for task, acts in ACTS.items() if name.startswith(task))
        found |= {f"always {act.name}": (act.name, False) for act in acts} | {"hand": ("hand", False)}
    start = f"{_cell('learn', name, RL)}.{{seed}}/{RUN}"
    found |= {SFT: (f"{start}/sft/planner", False), f"{SFT}, drawn": (f"{start}/sft/planner", True)}
    for arm in world.arms:
        inside = "" if arm == PPO else "/planner"
        found[arm] = (f"{_cell('learn', name, arm)}.{{seed}}/{RUN}{inside}", False)
    return found


def _learning(name: str, world: World, arm: str, seed: int, plan: Plan, chosen: str | None = None) -> Cell:
    kwargs = {
        "env": world.env, "kwargs": {**world.kwargs, **kwargs_of(arm)}, "encoder": world.encoder,
        "seed": seed, "settings": {**settings_of(arm, chosen or plan.chosen), "episodes": plan.learning},
    }  # fmt: skip
    return Cell(f"{_cell('learn', name, chosen or arm)}.{seed}", f"{CELLS}:learn", kwargs)


def _judge(
    cell: str,
    world: World,
    kwargs: Any,
    split: str,
    plan: Plan,
    policies: dict[str, tuple[str, bool]],
    after: list[str],
) -> Cell:
    asked = {
        "env": world.env, "kwargs": {**world.kwargs, **kwargs}, "encoder": world.encoder, "split": split,
        "episodes": plan.episodes, "seeds": plan.seeds, "policies": policies,
    }  # fmt: skip
    return Cell(cell, f"{CELLS}:judge", asked, after)


def _judging(name: str, added: str, split: str) -> str:
    return _cell("judge", f"{name}{added}", split)


def _cell(*parts: str) -> str:
    return ".".join("".join(c if c.isalnum() or c in ".-" else "-" for c in part) for part in parts)
