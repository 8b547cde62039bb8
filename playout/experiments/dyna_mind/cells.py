"""The cells of the experiment: trainings of both stages, and evaluations on held-out rooms.

Equal numbers are equal rooms in all arms.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from playout.experiments.dyna_mind.tasks import task_of
from playout.experiments.spent import cpu_seconds

RUN = "run"


def learn_rows(
    *,
    task: str,
    seed: int,
    data: Mapping[str, Any],
    epochs: float,
    folder: Path,
    model: str | None = None,
    warm_up: float = 0.0,
    start: str | None = None,
) -> dict[str, Any]:
    """Stage 1: ``train resim`` with rows of some kind, of a fresh model or from a ``start``; what it took."""
    from playout.rollouts.store import Run
    from playout.training.resim import resim
    from playout.training.resim_settings import WARM_UP, ResimConfig, ResimData

    given = task_of(task)
    config = ResimConfig(
        env=given.env, env_kwargs=given.learnt(), seed=seed, warm_up=warm_up, agent=given.agent,
        model=str(folder.parent / start) if start else model or given.model,
        data=ResimData(**{**given.data, **data}), settings=replace(given.settings, epochs=epochs),
    )  # fmt: skip
    run = resim(config, out=folder / RUN, resume=True)
    warmed = Run(run.folder / WARM_UP).metrics() if (run.folder / WARM_UP).is_dir() else ()
    rows = [*warmed, *run.metrics()]
    return {**rows[-1], "cpu_seconds": round(cpu_seconds(rows), 1)}


def learn_world(
    *,
    task: str,
    seed: int,
    transitions: int,
    split: str,
    episodes: int,
    folder: Path,
    model: str | None = None,
) -> dict[str, Any]:
    """``train world-model``, and how far ahead it is right in rooms like those of training of ``split``."""
    from playout.evaluation.world_model import open_loop
    from playout.simulators.learned import LearnedWorld
    from playout.training.world_model import world_model
    from playout.training.world_model_settings import WorldModelConfig

    given = task_of(task)
    config = WorldModelConfig(
        env=given.env, env_kwargs=given.learnt(), model=model or given.model, transitions=transitions,
        seed=seed, settings=given.settings,
    )  # fmt: skip
    run = world_model(config, out=folder / RUN, resume=True)
    rooms = given.played(next(iter(given.rooms)), split)
    exact = open_loop(
        LearnedWorld.load(run.folder), given.env, rooms, episodes=episodes, seed=given.first[split]
    )
    return {"exact": exact, "cpu_seconds": round(cpu_seconds(run.metrics()), 1)}


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

    given = task_of(task)
    config = DynaGRPOConfig(
        env=given.env, env_kwargs=given.learnt(from_rewards=True), seed=seed,
        model=str(folder.parent / start),
        settings=DynaGRPOSettings(
            **{**given.reinforcement_settings, **settings},
            credit=AdvantageConfig(**{**given.credit, **credit}),
        ),
    )  # fmt: skip
    rows = list(dyna_grpo(config, out=folder / RUN, resume=True).metrics())
    steps = sum(row["env_steps"] + row["simulated_steps"] for row in rows)
    tokens = sum(row["env_steps"] * row["answer_tokens"] + row.get("drafts", 0.0) for row in rows)
    return {
        "first": rows[0], "last": rows[-1], "env_steps": steps, "generated_tokens": tokens,
        "cpu_seconds": round(cpu_seconds(rows), 1),
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
    model: str | None = None,
    options: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Let an agent play; per episode its success and length, and how true its futures were.

    Args:
        task: of ``TASKS``.
        rooms: of the task.
        split: of the rooms.
        episodes: how many.
        folder: of this cell, beside that of ``trained``.
        agent: ``random``, ``constant``, ``resim`` (search at every step), or ``language`` for the trained
            policy itself, or the ``model``.
        trained: the run, beside this cell, whose policy plays, or plays on in the search.
        model: of an agent that takes one.
        options: of the agent; a ``world_model`` is named as ``trained`` is.
    """
    from playout.evaluation.simulation import Simulation, judged
    from playout.rollouts import AgentSpec, RolloutConfig, rollout

    where, given, name = task_of(task), dict(options or {}), agent
    if trained is not None:
        policy = str(folder.parent / trained)
        name, given = (policy, given) if agent == "language" else (agent, {**given, "policy": policy})
    if "world_model" in given:
        given["world_model"] = str(folder.parent / given["world_model"])
    spec = AgentSpec(name=name, model=model, options=given)
    config = RolloutConfig(
        env=where.env, env_kwargs=where.played(rooms, split), agents={"agent": spec}, episodes=episodes,
        seed=where.first[split],
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
