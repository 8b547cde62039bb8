"""The cells of the experiment: trainings of both stages, and evaluations on held-out rooms.

Equal numbers are equal rooms in all arms. Rooms of training are generated afresh, those of evaluation come
from the banks of other splits, whose walls are disjoint up to symmetry.
"""

from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from time import process_time
from typing import Any

from playout.core.errors import WrongUse

ENV = "playout/SokobanText-v0"
TASKS: dict[str, dict[str, dict[str, Any]]] = {
    "easy": {"id": {"size": [6, 6], "boxes": 1}},
    "hard": {
        "id": {"size": [7, 7], "boxes": 2},
        "ood-boxes": {"size": [7, 7], "boxes": 3},
        "ood-size": {"size": [8, 8], "boxes": 2},
    },
}
"""Task -> rooms that are evaluated in; those of ``id`` are trained on."""
MAX_STEPS = {"easy": 40, "hard": 60}
FRAMES = {"easy": None, "hard": [8, 8]}
"""Rooms of all kinds of a task lie in one frame, so that a learner of small ones has met every coordinate."""
_PLAYED: dict[str, dict[str, Any]] = {"easy": {}, "hard": {"deadlocks": "end"}}
"""Where agents play, episodes of the dear task end when a deadlock is seen: it is lost anyway."""
_REINFORCED = {"rewards": "sparse", "deadlocks": "end"}
"""A cost per step would reward to be lost early."""
RUN = "run"
TEST_SEED = 0
"""Of the rooms that are evaluated in, whatever the seed of a training."""


def world(task: str, rooms: str, split: str) -> dict[str, Any]:
    """The arguments of the environment; rooms of training have many more layouts than the banks."""
    if task not in TASKS or rooms not in TASKS[task]:
        raise WrongUse(f"dyna-mind: no rooms {rooms!r} of {task!r}")
    drawn = {"source": "fresh", "walls": "mixed"} if split == "train" else {"source": "bank"}
    return {
        **TASKS[task][rooms], **drawn, "format": "words", "split": split, "max_steps": MAX_STEPS[task],
        "frame": FRAMES[task],
    }  # fmt: skip


def learn_rows(
    *,
    task: str,
    seed: int,
    model: str,
    data: Mapping[str, Any],
    epochs: float,
    folder: Path,
    warm_up: float = 0.0,
    start: str | None = None,
) -> dict[str, Any]:
    """Stage 1: ``train resim`` with rows of some kind, of ``model`` or from a ``start``; what it took."""
    from playout.training.resim import resim
    from playout.training.resim_settings import ResimConfig, ResimData
    from playout.training.settings import SFTSettings

    config = ResimConfig(
        env=ENV, env_kwargs=world(task, "id", "train"), seed=seed, warm_up=warm_up,
        model=str(folder.parent / start) if start else model,
        data=ResimData(**data), settings=SFTSettings(epochs=epochs, batch_tokens=2048, save_every=200),
    )  # fmt: skip
    began = process_time()
    *_, last = resim(config, out=folder / RUN, resume=True).metrics()
    return {**last, "cpu_seconds": round(process_time() - began, 1)}


def learn_world(
    *, task: str, seed: int, model: str, transitions: int, split: str, episodes: int, folder: Path
) -> dict[str, Any]:
    """``train world-model``, and how far ahead it is right in rooms of ``split``."""
    from playout.evaluation.world_model import open_loop
    from playout.simulators.learned import LearnedWorld
    from playout.training.world_model import world_model
    from playout.training.world_model_settings import WorldModelConfig

    config = WorldModelConfig(
        env=ENV, env_kwargs=world(task, "id", "train"), model=model, transitions=transitions, seed=seed
    )
    began = process_time()
    run = world_model(config, out=folder / RUN, resume=True)
    seconds = round(process_time() - began, 1)
    exact = open_loop(
        LearnedWorld.load(run.folder), ENV, world(task, "id", split), episodes=episodes, seed=TEST_SEED
    )
    return {"exact": exact, "cpu_seconds": seconds}


def reinforce(
    *, task: str, seed: int, start: str, settings: Mapping[str, Any], credit: Mapping[str, Any], folder: Path
) -> dict[str, Any]:
    """Stage 2: Dyna-GRPO, or with ``simulation=0`` GRPO, RLOO or GiGPO, from the policy ``start``.

    Returns:
        What the first and the last iteration report, and sums of steps and tokens over all.
    """
    from playout.training.dyna_grpo import dyna_grpo
    from playout.training.dyna_settings import DynaGRPOConfig, DynaGRPOSettings
    from playout.training.settings import AdvantageConfig

    given = DynaGRPOSettings(**settings, credit=AdvantageConfig(**credit))
    config = DynaGRPOConfig(
        env=ENV, env_kwargs={**world(task, "id", "train"), **_REINFORCED}, seed=seed, settings=given,
        model=str(folder.parent / start),
    )  # fmt: skip
    began = process_time()
    rows = list(dyna_grpo(config, out=folder / RUN, resume=True).metrics())
    steps = sum(row["env_steps"] + row["simulated_steps"] for row in rows)
    tokens = sum(row["env_steps"] * row["answer_tokens"] + row.get("drafts", 0.0) for row in rows)
    return {
        "first": rows[0], "last": rows[-1], "env_steps": steps, "generated_tokens": tokens,
        "cpu_seconds": round(process_time() - began, 1),
    }  # fmt: skip


def evaluate(
    *,
    task: str,
    rooms: str,
    split: str,
    episodes: int,
    folder: Path,
    agent: str = "language",
    trained: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Let an agent play; per episode its success and length, and how true its futures were.

    Args:
        task: of ``TASKS``.
        rooms: of the task.
        split: of the rooms.
        episodes: how many.
        folder: of this cell, beside that of ``trained``.
        agent: ``random``, ``resim`` (search at every step), or ``language`` for the trained policy itself.
        trained: the run, beside this cell, whose policy plays, or plays on in the search.
        options: of the agent; a ``world_model`` is named as ``trained`` is.
    """
    from playout.evaluation.simulation import Simulation, judged
    from playout.rollouts import AgentSpec, RolloutConfig, rollout

    given = dict(options or {})
    name = agent
    if trained is not None:
        policy = str(folder.parent / trained)
        name, given = (policy, given) if agent == "language" else (agent, {**given, "policy": policy})
    if "world_model" in given:
        given["world_model"] = str(folder.parent / given["world_model"])
    config = RolloutConfig(
        env=ENV, env_kwargs={**world(task, rooms, split), **_PLAYED[task]},
        agents={"agent": AgentSpec(name=name, options=given)}, episodes=episodes, seed=TEST_SEED,
    )  # fmt: skip
    run = rollout(config, out=folder / RUN, resume=True, slots=256)
    played = sorted(run.episodes(), key=lambda episode: episode["episode"])
    told = [[] if episode["error"] else list(judged(episode)) for episode in played]
    return {
        "success": [float(bool(episode["outcome"]["is_success"])) for episode in played],
        "length": [float(episode["outcome"]["length"]) for episode in played],
        "deadlock": [episode["outcome"]["metrics"].get("deadlock", 0.0) for episode in played],
        "simulated_steps": sum(e["outcome"]["metrics"].get("simulated_steps", 0.0) for e in played),
        "sim_exact": [Simulation.of(one).metrics().get("sim_exact") for one in told],
        "simulation": Simulation.of(chain.from_iterable(told)).metrics(),
    }
