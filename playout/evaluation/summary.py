"""What a run came to: one dictionary from its episodes, the same bytes for the same episodes.

Reads the outcome of each episode and nothing else, so that foreign environments can be evaluated
too. An episode that failed (``error``) counts as not successful and under ``errors``; its return,
length and metrics are not known and stay out. What an environment does not report is null.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from playout.evaluation.intervals import NOTHING, interval, wilson
from playout.rollouts.store import Run

Episode = Mapping[str, Any]
"""A parsed line of ``episodes.jsonl``."""


def summarise(run: Run | Iterable[Episode]) -> dict[str, Any]:
    """The summary of a run.

    Args:
        run: a run, or the parsed episodes of one.

    Returns:
        ``{"env", "agent", "model", "oracle", "episodes", "errors", "success", "return", "length",
        "metrics"}``; each of the last four holds ``{"mean", "low", "high"}``, ``metrics`` per name.
        Shares of successes (``is_share``) have Wilson's interval, the others the bootstrap's (``intervals``).
    """
    episodes = sorted(map(_kept, run.episodes() if isinstance(run, Run) else run), key=_number)
    names = sorted({name for episode in episodes for name in episode["outcome"]["metrics"]})
    said = any(not np.isnan(value(episode, "success")) for episode in episodes if not episode["error"])

    def over(metric: str) -> dict[str, float | None]:
        values = [value(episode, metric) for episode in episodes]
        known = [number for number in values if not np.isnan(number)]
        if is_share(metric) and set(known) <= {0.0, 1.0}:
            return wilson(int(sum(known)), len(known)).to_json()
        return interval(values).to_json()

    return {
        **_who(episodes),
        "episodes": len(episodes),
        "errors": sum(bool(episode["error"]) for episode in episodes),
        "success": over("success") if said else NOTHING.to_json(),
        "return": over("return"),
        "length": over("length"),
        "metrics": {name: over(name) for name in names},
    }


def is_share(metric: str) -> bool:
    """Whether ``metric`` is a share of successes: it is called ``success``, or ``success_`` and of what."""
    return metric == "success" or metric.startswith("success_")


def value(episode: Episode, metric: str) -> float:
    """One number of an episode: ``success``, ``return``, ``length`` or a metric; NaN if not known."""
    outcome = episode["outcome"]
    if episode["error"]:
        return 0.0 if metric == "success" else np.nan
    if metric in ("return", "length"):
        number = outcome[metric]
    else:
        number = outcome["is_success"] if metric == "success" else outcome["metrics"].get(metric)
    return np.nan if number is None else float(number)


def scores(runs: Sequence[Run | Iterable[Episode]], metric: str = "success") -> dict[int, dict[int, float]]:
    """One arm of a comparison: run number -> seed of the episode -> value.

    Args:
        runs: one run per training seed, in the same order for every arm; the environment seeds of
            their episodes say which levels are the same.
        metric: as :func:`value` takes it.
    """
    return {
        number: {
            episode["seed"]: value(episode, metric)
            for episode in (run.episodes() if isinstance(run, Run) else run)
        }
        for number, run in enumerate(runs)
    }


def _kept(episode: Episode) -> dict[str, Any]:
    """The part of an episode that a summary needs, so that a long run need not fit in memory."""
    return {name: episode[name] for name in ("env", "episode", "agents", "outcome", "error")}


def _number(episode: Episode) -> int:
    return episode["episode"]


def _who(episodes: Sequence[Episode]) -> dict[str, Any]:
    """Environment and agents of a run, null where it has no episodes."""
    if not episodes:
        return {"env": None, "agent": None, "model": None, "oracle": False}
    agents = episodes[0]["agents"]
    return {
        "env": episodes[0]["env"],
        "agent": _per_seat({seat: agent["name"] for seat, agent in agents.items()}),
        "model": _per_seat({seat: agent.get("model") for seat, agent in agents.items()}),
        "oracle": any(agent.get("oracle", False) for agent in agents.values()),
    }


def _per_seat(names: Mapping[str, str | None]) -> str | None:
    """One name where all seats share it, else ``seat=name`` of those that have one."""
    if len(set(names.values())) == 1:
        return next(iter(names.values()))
    return ",".join(f"{seat}={name}" for seat, name in names.items() if name)
