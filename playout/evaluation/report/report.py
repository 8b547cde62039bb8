"""Gathers what a report shows: summaries, the index of episodes, and each episode made small."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from playout.core.errors import WrongUse
from playout.evaluation.compare import compare
from playout.evaluation.report.page import page
from playout.evaluation.report.replay import Replayer
from playout.evaluation.summary import scores, summarise
from playout.rollouts.store import Run

FILE = "report.html"
REPLAYED = 200


def write_report(
    run_folder: Path | str,
    path: Path | str | None = None,
    other: Path | str | None = None,
    *,
    replay: int = REPLAYED,
) -> Path:
    """Write the report of a run, or of two side by side on equal seeds.

    Args:
        run_folder: the run.
        path: the file to write; None: ``report.html`` in the run's folder.
        other: a second run to show beside the first.
        replay: the first so many episodes of each run are played again in their environments for
            their frames; the others show the observations as text.

    Returns:
        The file written.

    Raises:
        WrongUse: a folder is not a run's, or ``replay`` is negative.
    """
    if replay < 0:
        raise WrongUse(f"write_report: expected replay >= 0, got {replay}")
    runs = [Run(folder) for folder in (run_folder, other) if folder is not None]
    target = Path(path) if path is not None else runs[0].folder / FILE
    indices: list[list[dict[str, Any]]] = [[] for _ in runs]

    def blocks() -> Iterator[tuple[str, Any]]:
        for number, run in enumerate(runs):
            with Replayer(most=replay) as replayer:
                for episode in run.episodes():
                    indices[number].append(_entry(episode))
                    frames, note = replayer.frames(episode)
                    yield f"e{number}-{episode['episode']}", _small(episode, frames, note)

    part = target.with_name(f"{target.name}.part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(page(blocks(), lambda: _data(runs, indices)))
    os.replace(part, target)
    return target


def _data(runs: list[Run], indices: list[list[dict[str, Any]]]) -> dict[str, Any]:
    """What the page reads first."""
    shown = [
        {
            "name": run.folder.resolve().name,
            "summary": summarise(run),
            "config": run.config,
            "manifest": run.manifest,
            "episodes": index,
        }
        for run, index in zip(runs, indices, strict=True)
    ]
    return {"runs": shown, "comparison": _comparison(runs, shown) if len(runs) == 2 else None}


def _comparison(runs: list[Run], shown: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Differences first minus second on equal seeds; None where no seeds are equal."""
    seeds = [{entry["seed"] for entry in run["episodes"]} for run in shown]
    if not seeds[0] & seeds[1]:
        return None
    names = ["success", "return", "length", *shown[0]["summary"]["metrics"]]
    differences = {}
    for name in names:
        a, b = scores(runs[:1], name), scores(runs[1:], name)
        try:
            differences[name] = compare(a, b).difference.to_json()
        except WrongUse:  # this number is not known on any seed of both
            continue
    return {"pairs": len(seeds[0] & seeds[1]), "metrics": differences}


def _entry(episode: Mapping[str, Any]) -> dict[str, Any]:
    """An episode's row in the list."""
    outcome = episode["outcome"]
    return {
        "number": episode["episode"],
        "seed": episode["seed"],
        "success": outcome["is_success"],
        "return": outcome["return"],
        "length": outcome["length"],
        "error": episode["error"],
        "invalid": sum(bool(step["info"].get("invalid")) for step in episode["steps"]),
    }


def _small(episode: Mapping[str, Any], frames: list[Any] | None, note: str | None) -> dict[str, Any]:
    """What the viewer shows of an episode: frames put in, token ids left out."""
    kept = ("seed", "agents", "outcome", "error", "timings")
    steps = [
        {**step, "completions": [_written(one) for one in step["completions"]]} for step in episode["steps"]
    ]
    return {**{name: episode[name] for name in kept}, "steps": steps, "frames": frames, "note": note}


def _written(completion: Mapping[str, Any]) -> dict[str, Any]:
    logprobs = completion["logprobs"]
    return {
        "text": completion.get("text", ""),
        "finish": completion.get("finish", "stop"),
        "tokens": len(completion["token_ids"]),
        "logprob": None if logprobs is None else sum(logprobs),
    }
