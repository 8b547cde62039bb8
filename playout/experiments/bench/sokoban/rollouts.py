"""A6: what the rollout loop adds to models and worlds, with every episode written to a run."""

from pathlib import Path
from statistics import median

from playout.agents.registry import load_agent
from playout.experiments.bench.suite import Bar, Context
from playout.rollouts import Stats, make, play
from playout.rollouts.store import open_run

LIVE, EPISODES, RUNS = 64, 128, 5
ID = "playout/SokobanText-8x8-2box-v0"


def overhead(context: Context) -> Bar:
    """A6: (loop wall - model - world) / step with 64 live episodes, random play in text."""
    runs = [_run(context.scratch / f"rollouts{number}", number) for number in range(RUNS + 1)][1:]
    value = round(median(stats.overhead for stats in runs) * 1e6, 1)
    figures = {
        "microseconds": [stats.overhead * 1e6 for stats in runs],
        "steps": [stats.steps for stats in runs],
        "model_seconds": [stats.model_seconds for stats in runs],
        "world_seconds": [stats.world_seconds for stats in runs],
        "wall_seconds": [stats.wall_seconds for stats in runs],
    }
    note = f"microseconds per step, {LIVE} live episodes, records written"
    return Bar(value=value, bar=100, met=value <= 100, note=note, figures=figures)


def _run(folder: Path, number: int) -> Stats:
    stats, agents = Stats(), {"agent": load_agent("random")}
    episodes = play(lambda: make(ID), agents, range(EPISODES), seed=number, slots=LIVE, stats=stats)
    with open_run(folder, {"env": ID, "seed": number}) as run:
        for episode in episodes:
            run.append(episode)
    return stats
