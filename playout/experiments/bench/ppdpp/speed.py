"""L8: seconds of a training with its evaluation, and turns per second of many dialogues at once."""

from time import process_time
from typing import Any

import numpy as np

from playout.experiments.bench.suite import Bar, Context
from playout.experiments.bench.timing import rate
from playout.experiments.ppdpp.arms import RL, settings_of

COPIES, STEPS = 4096, 32


def speed(context: Context) -> Bar:
    """L8: negotiation at act level."""
    seconds = _training(context)
    rates = {task: _turns(task) for task in ("negotiation", "tutoring", "support")}
    slowest = min(found.cpu for found in rates.values())
    return Bar(
        value={"training_seconds": round(seconds, 2), "turns_per_second": round(slowest)},
        bar={"training_seconds": "below 20", "turns_per_second": 500_000},
        met=seconds < 20 and slowest >= 500_000,
        note="CPU seconds of SFT, 1,000 dialogues, validations and 500 test dialogues; turns of"
        f" {COPIES} copies through gym.make_vec, people and resets included, the slowest of three worlds",
        figures={"training_seconds": seconds, **{task: found.figures() for task, found in rates.items()}},
    )


def _training(context: Context) -> float:
    from playout.agents.planner.agent import FOLDER
    from playout.agents.planner.config import WORLDS
    from playout.agents.planner.planner import Planner
    from playout.training.planner_data import Dialogues
    from playout.training.ppdpp import ppdpp
    from playout.training.settings import PPDPPConfig, PPDPPSettings

    env, began = WORLDS["negotiation"], process_time()
    run = ppdpp(
        PPDPPConfig(env=env, settings=PPDPPSettings(**settings_of(RL))), out=context.scratch / "planner"
    )
    Dialogues(env, {}).play("unseen", Planner.load(run.folder / FOLDER), np.arange(500))
    return process_time() - began


def _turns(task: str) -> Any:
    import gymnasium as gym

    from playout.agents.planner.config import WORLDS

    envs: Any = gym.make_vec(WORLDS[task], COPIES, autoreset_mode="SameStep")  # type: ignore
    envs.reset(seed=0)
    draws = np.random.Generator(np.random.Philox(key=1))
    acts = draws.integers(0, envs.single_action_space.n, (STEPS, COPIES))

    def play() -> int:
        for row in acts:
            envs.step(row)
        return STEPS * COPIES

    return rate(play, seconds=1.0)
