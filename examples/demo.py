"""The main job in one script: a planner learns to bargain by talking with simulated people.

Run it: make demo, or python examples/demo.py [--data FOLDER]

First it copies how people choose their acts (SFT), then it learns from how 1,000 dialogues end (RL, PPDPP).
Then everybody meets the same sellers, of kinds that nobody has learnt with. The listings are those of
CraigslistBargain where a data folder with ``ppdpp/`` is given, else generated ones.
"""

import argparse
import shutil
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from playout.evaluation import compare, scores, summarise, table, write_report
from playout.rollouts import AgentSpec, RolloutConfig, rollout
from playout.training.ppdpp import ppdpp
from playout.training.settings import PPDPPConfig, PPDPPSettings

FOLDER = Path("runs/demo")
HAND = {"task": "negotiation", "planner": "hand"}
RANDOM = {"task": "negotiation", "planner": "random", "sample": True}


def main(data: str | None, episodes: int, learning: int) -> None:
    listings = {"data": data} if data and (Path(data) / "ppdpp").is_dir() else {}
    shutil.rmtree(FOLDER, ignore_errors=True)
    console = Console()
    with Progress(console=Console(stderr=True), transient=True) as progress:
        config = PPDPPConfig(
            env="playout/NegotiationActs-v0",
            env_kwargs=listings,
            settings=PPDPPSettings(episodes=learning),
        )
        task = progress.add_task("learning", total=learning)
        trained = ppdpp(
            config, out=FOLDER / "planner", progress=lambda done, _: progress.update(task, completed=done)
        )
        runs = {}
        for name, agent in {
            "random": AgentSpec(name="planned", options=RANDOM),
            "sft": AgentSpec(name=str(trained.folder / "sft")),
            "rl": AgentSpec(name=str(trained.folder)),
            "by hand": AgentSpec(name="planned", options=HAND),
        }.items():
            task = progress.add_task(name, total=episodes)
            runs[name] = rollout(
                RolloutConfig(
                    env="playout/Negotiation-v0",
                    env_kwargs={**listings, "split": "unseen"},
                    agents={"agent": agent},
                    episodes=episodes,
                ),
                out=FOLDER / name.replace(" ", "_"),
                progress=lambda done, _, task=task: progress.update(task, completed=done),
            )
    summaries = [{**summarise(run), "agent": name} for name, run in runs.items()]
    console.print(table(summaries, columns=("success", "return", "sl")))
    gain = compare(scores([runs["rl"]], "return"), scores([runs["sft"]], "return")).difference
    console.print("sl: the price, 0 as listed, 1 as hoped for, 0 without a deal")
    console.print(f"RL less SFT: {gain.mean:+.2f} in return [{gain.low:+.2f}, {gain.high:+.2f}]")
    report = write_report(runs["rl"].folder, FOLDER / "report.html", other=runs["sft"].folder)
    console.print(f"Report: {report}  (open it in a browser; the talks after RL and after SFT side by side)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=sys.modules[__name__].__doc__)
    parser.add_argument("--data", help="folder that holds ppdpp/; default: generated listings")
    parser.add_argument("--episodes", type=int, default=300, help="that each planner plays in the end")
    parser.add_argument("--learning", type=int, default=1000, help="dialogues to learn from")
    arguments = parser.parse_args()
    main(arguments.data, arguments.episodes, arguments.learning)
