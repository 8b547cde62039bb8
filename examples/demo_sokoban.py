"""Sokoban in one script: three agents on the same rooms, a table, a report to open.

Run it: make demo-model, or python examples/demo_sokoban.py [--data FOLDER] [--model MODEL]

The rooms are Boxoban's where a data folder with ``boxoban/`` is given, else generated ones. The
language agent is driven by a script unless a model is named.
"""

import argparse
import shutil
import sys
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, TaskID

from playout.evaluation import summarise, table, write_report
from playout.rollouts import AgentSpec, RolloutConfig, rollout

FOLDER = Path("runs/demo_sokoban")


def main(data: str | None, model: str | None, episodes: int) -> None:
    boxoban = data is not None and (Path(data) / "boxoban").is_dir()
    env = "playout/BoxobanText-unfiltered-v0" if boxoban else "playout/SokobanText-8x8-2box-v0"
    kwargs = {"data": data, "split": "validation"} if boxoban else {"split": "validation"}
    agents = {
        "expert": AgentSpec(name="expert"),
        "random": AgentSpec(name="random"),
        # A small model seldom keeps to a format; asked which legal action is likeliest, it always plays.
        "language": AgentSpec(name="language", model=model, options={"mode": "score"})
        if model
        else AgentSpec(name="language", model="scripted:random"),
    }
    shutil.rmtree(FOLDER, ignore_errors=True)
    summaries, console = [], Console()
    with Progress(console=Console(stderr=True), transient=True) as progress:
        for name, agent in agents.items():
            # A real model on a CPU needs seconds per step, so it plays fewer and shorter episodes.
            slow = name == "language" and model is not None
            config = RolloutConfig(
                env=env,
                env_kwargs={**kwargs, "max_steps": 8} if slow else {**kwargs, "max_steps": 120},
                agents={"agent": agent},
                episodes=min(episodes, 4) if slow else episodes,
            )
            task = progress.add_task(name, total=config.episodes)
            told = partial(_tell, progress, task)
            run = rollout(config, out=FOLDER / name, progress=told)
            summaries.append(summarise(run))
            run.write_summary(summaries[-1])
    console.print(table(summaries))
    report = write_report(FOLDER / "expert", FOLDER / "report.html", other=FOLDER / "language")
    console.print(f"Report: {report}  (open it in a browser; the expert and the language agent side by side)")


def _tell(progress: Progress, task: TaskID, done: int, total: int) -> None:
    progress.update(task, completed=done)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=sys.modules[__name__].__doc__)
    parser.add_argument("--data", help="folder that holds boxoban/; default: generated rooms")
    parser.add_argument("--model", help="for example smollm2; default: a script that moves at random")
    parser.add_argument("--episodes", type=int, default=100)
    arguments = parser.parse_args()
    main(arguments.data, arguments.model, arguments.episodes)
