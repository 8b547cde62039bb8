"""The experiment from its cells to its figures.

Per seed a decoder from scratch learns to answer as the expert did, and then, by GRPO in groups of equal
games, from whether it succeeded. Primary comparison: success on games in rooms that no training has seen,
GRPO less its start, both sampling their answers. Beside it stand their likeliest answers, the control (GRPO
whose rewards are dealt out at random within each group), a random agent and one that does ever the same.
Settings were chosen in seen rooms.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from playout.evaluation import compare, scores
from playout.experiments.bench.machine import machine
from playout.experiments.grid import Cell, run_cells
from playout.rollouts import Run

RESULT = "result.json"
WAYS = {"sampled": {"temperature": 1.0}, "likeliest": {"temperature": 0.0}}
"""How trained agents answer; the first, which is what GRPO optimises, is that of the primary comparison."""
_CELLS = "playout.experiments.household.cells"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is run: the whole experiment, unless fields are given."""

    seeds: tuple[int, ...] = (0, 1, 2)
    """Of the trainings."""
    controls: tuple[int, ...] = (0,)
    """Those of them that are repeated with shuffled rewards."""
    games: int = 500
    """That each agent plays in unseen rooms."""
    world: dict[str, Any] = field(
        default_factory=lambda: {"task_types": ["look_at_obj_in_light"], "max_steps": 20}
    )
    """Arguments of the environment: one of the six types of task, and 20 steps where the world has 50."""
    expert_steps: int = 30
    """Of an episode of the expert, whose noise leads it astray."""
    source: dict[str, Any] = field(
        default_factory=lambda: {"model": "new:small-llama", "episodes": 4000, "noise": 0.2, "slips": 0.1}
    )
    """Whose answers are learnt, and by what."""
    imitation: dict[str, Any] = field(
        default_factory=lambda: {
            "epochs": 1.0, "batch_tokens": 1536, "learning_rate": 3e-3, "read": 1.0, "save_every": 200
        }
    )  # fmt: skip
    """Of ``SFTSettings``."""
    reinforcement: dict[str, Any] = field(
        default_factory=lambda: {
            "iterations": 24, "group": 8, "levels": 8, "updates": 4, "learning_rate": 3e-4, "save_every": 6
        }
    )  # fmt: skip
    """Of ``GRPOSettings``."""
    credit: dict[str, Any] = field(
        default_factory=lambda: {
            "advantage": "gigpo",
            "scale": False,
            "discount": 0.9,
            "invalid_penalty": 0.02,
        }
    )
    """Of ``AdvantageConfig``. A command without effect costs a little, so that all groups tell something."""

    def cells(self) -> list[Cell]:
        """All that is run."""
        trained = [cell for seed in self.seeds for cell in self._learners(seed)]
        players = [self._player(cell.name, WAYS, after=[cell.name]) for cell in trained]
        simple = {"random": {}, "constant": {"action": "look"}}
        return [*trained, *players, *(self._player(name, {name: given}) for name, given in simple.items())]

    def _learners(self, seed: int) -> list[Cell]:
        start, shown = f"sft.{seed}", {**self.world, "max_steps": self.expert_steps}
        imitation = {"seed": seed, "world": shown, "source": self.source, "settings": self.imitation}
        learning = {
            "start": start, "seed": seed, "world": self.world, "settings": self.reinforcement,
            "credit": self.credit,
        }  # fmt: skip
        cells = [
            Cell(start, f"{_CELLS}:imitate", imitation),
            Cell(f"grpo.{seed}", f"{_CELLS}:reinforce", learning, after=[start]),
        ]
        if seed in self.controls:
            control = {**learning, "shuffle": True}
            cells.append(Cell(f"shuffled.{seed}", f"{_CELLS}:reinforce", control, after=[start]))
        return cells

    def _player(self, agent: str, ways: dict[str, Any], after: Sequence[str] = ()) -> Cell:
        kwargs = {"agent": agent, "world": self.world, "split": "unseen", "games": self.games, "ways": ways}
        return Cell(played(agent), f"{_CELLS}:evaluate", kwargs, after=after)


def played(agent: str) -> str:
    """The cell in which an agent plays."""
    return f"play.{agent}"


def experiment(
    folder: Path | str,
    plan: Plan = Plan(),
    *,
    workers: int = 2,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Run what is missing in ``folder``, and add it up.

    Args:
        folder: of the experiment: the folders of its cells, and ``result.json``.
        plan: what is run.
        workers: processes at a time, one thread each.
        progress: told what happens.

    Returns:
        What ``result.json`` says: ``difference`` (the primary comparison), ``minutes`` on two cores, and
        what there is to compare them with.

    Raises:
        CellsFailed: some cells have no result; run again to go on.
    """
    done = run_cells(plan.cells(), folder, workers=workers, progress=progress)
    result = added_up(Path(folder), plan, done)
    Path(folder, RESULT).write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    return result


def added_up(folder: Path, plan: Plan, done: Mapping[str, Any]) -> dict[str, Any]:
    """The result of ``plan``, whose cells are in ``folder`` and have returned ``done``."""

    def runs(arm: str, way: str, seeds: Sequence[int]) -> list[Run]:
        return [Run(folder / played(f"{arm}.{seed}") / way) for seed in seeds]

    def gains(arm: str, seeds: Sequence[int]) -> dict[str, Any]:
        pairs = {way: (runs(arm, way, seeds), runs("sft", way, seeds)) for way in WAYS}
        return {way: compare(scores(a), scores(b)).to_json() for way, (a, b) in pairs.items()}

    primary, *others = WAYS
    learnt = gains("grpo", plan.seeds)
    return {
        "difference": learnt[primary]["difference"],
        "minutes": round(sum(cell["cpu_seconds"] for cell in done.values()) / 60 / 2, 1),
        "primary": {"way": primary, **learnt[primary]},
        "exploratory": {way: learnt[way] for way in others},
        "control": gains("shuffled", plan.controls) if plan.controls else {},
        **{name: done[played(name)][name]["success"] for name in ("random", "constant")},
        "plan": asdict(plan),
        "machine": machine(),
        "cells": dict(done),
    }
