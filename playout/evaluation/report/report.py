"""Gathers what a report shows: summaries, the index of episodes, and each episode made small."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playout.core.errors import WrongUse
from playout.evaluation.compare import compare
from playout.evaluation.report.page import page
from playout.evaluation.report.replay import Replayer
from playout.evaluation.simulation import marked
from playout.evaluation.summary import scores, summarise
from playout.rollouts.store import Run

FILE = "report.html"
REPLAYED = 200


@dataclass
class _Shown:
    """One run of the page, filled while its episodes go by."""

    run: Run
    light: list[dict[str, Any]] = field(default_factory=list)
    """The episodes without their steps."""
    index: list[dict[str, Any]] = field(default_factory=list)


def write_report(
    run_folder: Path | str,
    path: Path | str | None = None,
    other: Path | str | None = None,
    *,
    replay: int = REPLAYED,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write the report of a run, or of two side by side on equal seeds.

    Args:
        run_folder: the run.
        path: the file to write; None: ``report.html`` in the run's folder.
        other: a second run to show beside the first.
        replay: the first so many episodes of each run are played again in their environments for
            their frames; the others show the observations as text.
        progress: called with how many episodes are done and how many there are.

    Returns:
        The file written.

    Raises:
        WrongUse: a folder is not a run's, or ``replay`` is negative.
    """
    if replay < 0:
        raise WrongUse(f"write_report: expected replay >= 0, got {replay}")
    shown = [_Shown(Run(folder)) for folder in (run_folder, other) if folder is not None]
    target = Path(path) if path is not None else shown[0].run.folder / FILE
    part = target.with_name(f"{target.name}.part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(page(_blocks(shown, replay, progress), lambda: _data(shown)))
    os.replace(part, target)
    return target


def _blocks(
    shown: list[_Shown], replay: int, progress: Callable[[int, int], None] | None
) -> Iterator[tuple[str, Any]]:
    """Every episode as the viewer takes it; fills ``shown`` on the way."""
    done, total = 0, sum(len(one.run) for one in shown)
    for number, one in enumerate(shown):
        with Replayer(most=replay) as replayer:
            for episode in one.run.episodes():
                one.light.append({**episode, "steps": ()})
                one.index.append(_entry(episode))
                futures = marked(episode) if replayer.left > 0 else {}
                small = _small(episode, futures, *replayer.frames(episode))
                yield f"e{number}-{episode['episode']}", small
                done += 1
                if progress is not None:
                    progress(done, total)


def _data(shown: list[_Shown]) -> dict[str, Any]:
    """What the page reads first."""
    runs = [
        {
            "name": one.run.folder.resolve().name,
            "summary": summarise(one.light),
            "config": one.run.config,
            "manifest": one.run.manifest,
            "episodes": one.index,
        }
        for one in shown
    ]
    return {"runs": runs, "comparison": _comparison(*shown) if len(shown) == 2 else None}


def _comparison(first: _Shown, second: _Shown) -> dict[str, Any] | None:
    """Differences first minus second on equal seeds; None where no seeds are equal."""
    pairs = {entry["seed"] for entry in first.index} & {entry["seed"] for entry in second.index}
    measured = {name for episode in first.light for name in episode["outcome"]["metrics"]}
    differences = {}
    for name in ("success", "return", "length", *sorted(measured)):
        with suppress(WrongUse):  # this number is not known on any seed of both
            found = compare(scores([first.light], name), scores([second.light], name))
            differences[name] = found.difference.to_json()
    return {"pairs": len(pairs), "metrics": differences} if pairs else None


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


def _small(
    episode: Mapping[str, Any], futures: Mapping[int, Any], frames: list[Any] | None, note: str | None
) -> dict[str, Any]:
    """What the viewer shows of an episode: frames and futures put in, token ids left out."""
    kept = ("seed", "agents", "outcome", "error", "timings")
    steps = [
        {
            **step,
            "completions": [_written(one) for one in step["completions"]],
            "futures": futures.get(t, step["futures"]),
        }
        for t, step in enumerate(episode["steps"])
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
