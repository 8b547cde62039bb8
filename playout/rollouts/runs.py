"""A rollout from a configuration: plain names and numbers in, a stored run out.

Leaves out what the numbers mean: success, intervals and summaries are evaluation's.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from playout.core import Agent, PlayoutError, WrongUse
from playout.rollouts import lookup
from playout.rollouts.driver import play
from playout.rollouts.executors import Executor, InProcess, Processes
from playout.rollouts.store import Run, RunWriter, open_run
from playout.rollouts.worlds import SEAT

Progress = Callable[[int, int], None]
"""Called as ``progress(done, total)`` with numbers of episodes."""

_DEATHS_FORGIVEN = 2


@dataclass(frozen=True, kw_only=True)
class AgentSpec:
    """An agent by name."""

    name: str
    """Of a built-in agent, the folder of a run, or ``module:factory``."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """As the agent's own list of options says."""
    model: str | None = None
    """The language model, for agents that take one."""

    def load(self) -> Agent:
        """Make the agent."""
        from playout.agents.registry import load_agent  # reading runs must not need the agents

        return load_agent(self.name, model=self.model, options=self.options)


@dataclass(frozen=True, kw_only=True)
class RolloutConfig:
    """What is to be played. Episode ``i`` depends on nothing but this and ``i``."""

    env: str
    """Any id of Gymnasium or PettingZoo; ``module:Namespace/Name-v0`` imports the module first."""
    env_kwargs: Mapping[str, Any] = field(default_factory=dict)
    """Passed to the environment."""
    agents: Mapping[str, AgentSpec]
    """By seat; the one of ``"agent"`` plays every seat that is not named. The first is evaluated."""
    episodes: int
    """How many."""
    seed: int = 0
    """Episode ``i`` starts with ``reset(seed=seed + i)``."""

    def __post_init__(self) -> None:
        if self.episodes < 1:
            raise WrongUse(f"episodes: expected at least 1, got {self.episodes}")
        if self.seed < 0:
            raise WrongUse(f"seed: expected 0 or more, got {self.seed}")
        if not self.agents:
            raise WrongUse(f"agents: expected at least one, for example {SEAT}=random")


def rollout(
    config: RolloutConfig,
    *,
    out: Path | str | None = None,
    resume: bool = False,
    workers: int = 1,
    slots: int = 64,
    progress: Progress | None = None,
) -> Run:
    """Play what ``config`` asks for and store it.

    The stored episodes do not depend on ``workers``, ``slots``, or on how often the run was
    interrupted and resumed (their timings do).

    Args:
        config: what is played.
        out: folder of the run; None for one that is gone when the returned run is.
        resume: go on with the run in ``out``, if there is one.
        workers: processes, each with its own agents; 1 plays in this one.
        slots: most live episodes of a process.
        progress: told after each episode.

    Raises:
        WrongUse: ``config`` or ``out`` cannot be right.
        PlayoutError: a worker process died repeatedly.
    """
    temporary = tempfile.TemporaryDirectory(prefix="playout-") if out is None else None
    folder = temporary.name if temporary else str(out)
    # Tables have no order in TOML, and which agent comes first matters.
    asked = {**asdict(config), "evaluated": next(iter(config.agents))}
    with open_run(folder, asked, resume=resume) as run:
        missing = sorted(set(range(config.episodes)) - run.done)
        _play_missing(config, run, missing, workers, slots, progress or _silent)
        run.write_metrics(map(_row, run.episodes()))
    return Run(folder, temporary=temporary)


def play_episodes(config: RolloutConfig, numbers: Sequence[int], slots: int) -> Iterator[tuple[int, str]]:
    """Play the episodes ``numbers`` of ``config`` with agents made for it; (number, JSON line) of each."""
    agents = {seat: spec.load() for seat, spec in config.agents.items()}
    specs = {seat: asdict(spec) for seat, spec in config.agents.items()}
    make_world = partial(lookup.make, config.env, config.env_kwargs)
    try:
        for episode in play(make_world, agents, numbers, seed=config.seed, slots=slots, specs=specs):
            yield episode.episode, episode.to_json()
    finally:
        for agent in agents.values():
            getattr(agent, "close", _silent)()


def _play_missing(
    config: RolloutConfig,
    run: RunWriter,
    missing: Sequence[int],
    workers: int,
    slots: int,
    progress: Progress,
) -> None:
    """Spread the episodes over the workers; what a worker left undone as it died is played again."""
    executor: Executor = InProcess() if workers == 1 else Processes(workers)
    shards = [missing[first::workers] for first in range(min(workers, len(missing)))]
    left = {executor.submit(play_episodes, config, shard, slots): set(shard) for shard in shards}
    deaths = 0
    for piece in executor.gather():
        if not piece.ended:
            number, line = piece.value
            run.append_line(number, line)
            left[piece.handle].discard(number)
            progress(len(run), config.episodes)
        elif piece.lost:
            deaths += 1
            if deaths > _DEATHS_FORGIVEN:
                raise PlayoutError(f"{piece.lost}, {deaths} times; try fewer workers or slots, then --resume")
            again = sorted(left.pop(piece.handle))
            left[executor.submit(play_episodes, config, again, slots)] = set(again)


def _row(episode: Mapping[str, Any]) -> dict[str, Any]:
    outcome = {name: value for name, value in episode["outcome"].items() if name != "metrics"}
    return {"episode": episode["episode"], **outcome, **episode["outcome"]["metrics"]}


def _silent(*_: Any) -> None:
    pass
