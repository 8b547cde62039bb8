"""``playout experiment``: whole experiments with their figures; one subcommand each."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from tyro.conf import arg, subcommand

from playout.cli import console
from playout.cli.parsing import Flag
from playout.core import WrongUse

EXPERIMENTS = {
    "rlhs": "what feedback at once and feedback in hindsight make of an adviser",
    "assistance-zero": "how much work assistants save somebody who builds a house only they know",
    "dyna-mind": "what learning to simulate is worth beside learning to act",
    "ppdpp": "what a planner of dialogue acts learns from simulated people",
}
"""Name -> what it shows; its subcommand is below."""


@dataclass(frozen=True, kw_only=True)
class _Common:
    """What all experiments take."""

    out: Annotated[Path | None, arg(metavar="FOLDER", help_behavior_hint="")] = None
    """Folder of the experiment; runs/experiments/NAME if not given. What is done there is not done again."""
    seeds: Annotated[int | None, arg(metavar="INT", help_behavior_hint="")] = None
    """Of every arm; each its own number if not given."""
    workers: Annotated[int, arg(metavar="INT", help_behavior_hint="(default: cores)")] = os.cpu_count() or 1
    """Processes at a time, one thread each."""
    json: Flag = False
    """End with one JSON object on stdout: all results."""


@dataclass(frozen=True, kw_only=True)
class Rlhs(_Common):
    """Rating against utility over training, for every kind of feedback (Liang et al. 2025).

    Example: playout experiment rlhs --policy table
    """

    policy: Literal["table", "text"] = "table"
    """table: claims by what is so, minutes. text: a small decoder that writes sentences, up to hours."""
    catalogue: Annotated[str | None, arg(metavar="FILE", help_behavior_hint="")] = None
    """A file, or `published` for that of the paper in $PLAYOUT_DATA; Playout's own if not given."""

    def begin(self) -> tuple[Path, dict[str, Any]]:
        """Run it; its folder and its results."""
        from playout.experiments.rlhs.experiment import experiment

        own = f"rlhs-{self.policy}{'' if self.catalogue is None else '-' + Path(self.catalogue).stem}"
        folder = self.out or Path("runs", "experiments", own)
        found = experiment(
            folder,
            policy=self.policy,
            catalogue=self.catalogue,
            seeds=self.seeds,
            workers=self.workers,
            progress=console.note,
        )
        return folder, found

    def rows(self, found: dict[str, Any]) -> list[tuple[str, ...]]:
        """The table in the terminal, its head first."""
        names = ("immediate", "partial", "utility", "false_claims")
        arms = [arm for arm in found["arms"].values() if "metrics" in arm and arm["role"] in ("base", "main")]
        return [
            ("learnt from", "how", "base", "immediate rating", "hindsight rating", "utility", "false claims"),
            *(
                (
                    arm["feedback"] or "nothing",
                    f"{arm['algorithm']}, {arm['reward']}" if arm["feedback"] else "",
                    arm["base"],
                    *(_estimate(arm["metrics"][name]) for name in names),
                )
                for arm in arms
            ),
        ]


@dataclass(frozen=True, kw_only=True)
class AssistanceZero(_Common):
    """Who saves a human how much work: AssistanceZero, baselines, ablations, unseen builders.

    Example: playout experiment assistance-zero --seeds 3
    """

    preset: str = "tiny"
    """Size of the world and the network."""
    split: Literal["valid", "test"] = "test"
    """Of the goals: valid for choices."""
    goals: int = 512
    """That every arm helps with."""

    def begin(self) -> tuple[Path, dict[str, Any]]:
        """Run it; its folder and its results."""
        from playout.experiments.assistance.experiment import RESULT, Plan, experiment

        folder = self.out or Path("runs", "experiments", f"assistance-zero-{self.preset}-{self.split}")
        plan = Plan(preset=self.preset, split=self.split, goals=self.goals, seeds=self.seeds or Plan.seeds)
        found = experiment(folder, plan, workers=self.workers, progress=console.note)
        console.note(f"all numbers: {folder / RESULT}")
        return folder, found

    def rows(self, found: dict[str, Any]) -> list[tuple[str, ...]]:
        """The table in the terminal, its head first."""
        from playout.experiments.assistance.experiment import table

        head = ("assistant and builders", "human actions", "goal", "goal by the assistant")
        return [head, *map(tuple, table(found))]


@dataclass(frozen=True, kw_only=True)
class Ppdpp(_Common):
    """SFT, RL, controls and references on people nobody has learnt with: negotiation, tutoring, support.

    Example: playout experiment ppdpp --seeds 5
    """

    episodes: int = 500
    """That everybody has with the same people, for each seed."""
    choose: Flag = False
    """Compare the settings that RL could have on validation instead; the test is not touched."""

    def begin(self) -> tuple[Path, dict[str, Any]]:
        """Run it; its folder and its results."""
        from playout.experiments.ppdpp.experiment import CHOICE, RESULT, Plan, choose, experiment

        folder = self.out or Path("runs", "experiments", "ppdpp")
        plan = Plan(seeds=self.seeds or Plan.seeds, episodes=self.episodes)
        run = choose if self.choose else experiment
        found = run(folder, plan, workers=self.workers, progress=console.note)
        console.note(f"all numbers: {folder / (CHOICE if self.choose else RESULT)}")
        return folder, found

    def rows(self, found: dict[str, Any]) -> list[tuple[str, ...]]:
        """The table in the terminal, its head first."""
        from playout.experiments.ppdpp.results import choices, table

        if self.choose:
            return [("advantage, rate, entropy", "mean", *found["worlds"]), *choices(found)]
        return [("world", "planner", "return", "SR", "AT", "SL"), *table(found)]


@dataclass(frozen=True, kw_only=True)
class DynaMind(_Common):
    """What learning to simulate is worth: ReSim and cloning, then GRPO and Dyna-GRPO, ablations, search.

    Example: playout experiment dyna-mind --task easy --iterations 0
    """

    task: Literal["easy", "hard", "household"] = "easy"
    """easy: Sokoban, 6x6, one box. hard: 7x7, two boxes, and rooms of other kinds."""
    split: Literal["validation", "test"] = "validation"
    """Of the rooms: validation for choices, test once."""
    episodes: int = 1000
    """That every arm plays in each kind of room."""
    states: int | None = None
    """Rows of stage 1; as many as the task needs if not given."""
    iterations: int = 20
    """Of reinforcement; 0 leaves stage 2 out."""
    searches: int = 200
    """Episodes with search at every step; 0 leaves them out."""
    prompted: Annotated[str | None, arg(metavar="MODEL")] = None
    """A language model that plays untrained, such as smollm2, as many episodes as with search."""
    without: tuple[str, ...] = ()
    """Arms that are left out, such as reasoning or dyna-d5."""

    def begin(self) -> tuple[Path, dict[str, Any]]:
        """Run it; its folder and its results."""
        from playout.experiments.dyna_mind.experiment import RESULT, Plan, experiment

        folder = self.out or Path("runs", "experiments", f"dyna-mind-{self.task}-{self.split}")
        plan = Plan(
            task=self.task, split=self.split, seeds=self.seeds or Plan.seeds, episodes=self.episodes,
            states=self.states, iterations=self.iterations, searches=self.searches,
            prompted=self.prompted, without=self.without,
        )  # fmt: skip
        found = experiment(folder, plan, workers=self.workers, progress=console.note)
        console.note(f"all numbers: {folder / RESULT}")
        return folder, found

    def rows(self, found: dict[str, Any]) -> list[tuple[str, ...]]:
        """The table in the terminal, its head first."""
        from playout.experiments.dyna_mind.experiment import table

        return [("agent and rooms", "success", "deadlocks", "states simulated rightly"), *table(found)]


@dataclass(frozen=True, kw_only=True)
class List:
    """Say which experiments there are."""


Options = (
    Annotated[Rlhs, subcommand("rlhs")]
    | Annotated[AssistanceZero, subcommand("assistance-zero")]
    | Annotated[Ppdpp, subcommand("ppdpp")]
    | Annotated[DynaMind, subcommand("dyna-mind")]
    | Annotated[List, subcommand("list")]
)


def run(options: Rlhs | AssistanceZero | Ppdpp | DynaMind | List) -> None:
    """Run what is missing, draw, and say where it is."""
    if isinstance(options, List):
        console.show(console.table(("experiment", "shows"), EXPERIMENTS.items()))
        return
    if options.seeds is not None and options.seeds < 1:
        raise WrongUse(f"--seeds: expected at least 1, got {options.seeds}")
    folder, found = options.begin()
    head, *rows = options.rows(found)
    console.show(console.table(head, rows, title=str(folder)), aside=options.json)
    if (page := folder / "index.html").is_file():
        console.note(f"figures and all numbers: {page}")
    if options.json:
        console.emit(found)


def _estimate(found: dict[str, float | None]) -> str:
    if found["mean"] is None:
        return "n/a"
    return f"{found['mean']:.3f} [{found['low']:.2f}, {found['high']:.2f}]"
