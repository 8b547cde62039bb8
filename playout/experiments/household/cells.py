"""The cells of the experiment: learning from the expert, learning from outcomes, and play.

What the two trainings do can be typed as well::

    playout train sft playout/Household-v0 --model new:small-llama ... --out runs/sft
    playout train grpo playout/Household-v0 --model runs/sft --group 8 ... --out runs/grpo
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from playout.experiments.spent import cpu_seconds
from playout.rollouts import AgentSpec, RolloutConfig, Run, rollout
from playout.training.settings import AdvantageConfig, GRPOConfig, GRPOSettings, SFTConfig, SFTSettings

ENV = "playout/Household-v0"
AGENT = {"context": "chat", "history": 50}
"""The decoder reads the whole conversation of the episode."""
RUN = "run"
"""Folder of a cell's run in that of the cell."""
FIRST_GAME = {"seen": 900_000_000, "unseen": 910_000_000}
"""Seeds of the games that are played; trainings never come so far."""


def imitate(
    folder: Path,
    *,
    seed: int,
    world: Mapping[str, Any],
    source: Mapping[str, Any],
    settings: Mapping[str, Any],
) -> dict[str, Any]:
    """Learn from the expert.

    Args:
        folder: of this cell.
        seed: of everything.
        world: arguments of the environment.
        source: ``model``, ``episodes``, ``noise`` and ``slips`` of an ``SFTConfig``.
        settings: of an ``SFTSettings``.
    """
    from playout.training.sft import sft

    config = SFTConfig(
        env=ENV, env_kwargs=world, agent=AGENT, seed=seed, settings=SFTSettings(**settings),
        **source,
    )  # fmt: skip
    return curve(sft(config, out=folder / RUN, resume=True))


def reinforce(
    folder: Path,
    *,
    start: str,
    seed: int,
    world: Mapping[str, Any],
    settings: Mapping[str, Any],
    credit: Mapping[str, Any],
    shuffle: bool = False,
) -> dict[str, Any]:
    """Learn from outcomes.

    Args:
        folder: of this cell, beside that of ``start``.
        start: the cell that trained the policy to begin with.
        seed: of everything.
        world: arguments of the environment.
        settings: of a ``GRPOSettings``.
        credit: of an ``AdvantageConfig``.
        shuffle: the control; each episode learns from the rewards of another one of its group.
    """
    from playout.training.grpo import grpo

    config = GRPOConfig(
        env=ENV, env_kwargs=world, model=str(folder.parent / start / RUN), seed=seed,
        settings=GRPOSettings(credit=AdvantageConfig(shuffle=shuffle, **credit), **settings),
    )  # fmt: skip
    return curve(grpo(config, out=folder / RUN, resume=True))


def evaluate(
    folder: Path,
    *,
    agent: str,
    world: Mapping[str, Any],
    split: Literal["seen", "unseen"],
    games: int,
    ways: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Play the first games of a split; game i is the same one for every agent.

    Args:
        folder: of this cell, beside that of ``agent``.
        agent: a built-in one, or the cell that trained one.
        world: arguments of the environment.
        split: of rooms: those of training, or others.
        games: how many.
        ways: to play: name -> options of the agent.

    Returns:
        How well, by way; ``folder`` holds a run for each.
    """
    trained = folder.parent / agent / RUN
    name = str(trained) if trained.is_dir() else agent
    found: dict[str, Any] = {}
    for way, options in ways.items():
        spec = AgentSpec(name=name, options=options)
        config = RolloutConfig(
            env=ENV, env_kwargs={**world, "split": split}, agents={"agent": spec}, episodes=games,
            seed=FIRST_GAME[split],
        )  # fmt: skip
        found[way] = _played(rollout(config, out=folder / way, resume=True))
    return {**found, "cpu_seconds": round(time.process_time(), 1)}


def _played(run: Run) -> dict[str, float]:
    outcomes = [episode["outcome"] for episode in run.episodes()]
    return {
        "success": _mean([float(outcome["is_success"]) for outcome in outcomes]),
        "length": _mean([outcome["length"] for outcome in outcomes]),
        "invalid_rate": _mean([outcome["metrics"]["invalid_rate"] for outcome in outcomes]),
    }


def curve(run: Run) -> dict[str, Any]:
    """The two ends of a training's curves, and the CPU seconds of all the processes that it took."""
    rows = list(run.metrics())
    return {"cpu_seconds": round(cpu_seconds(rows), 1), "first": rows[0], "last": rows[-1]}


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4)
