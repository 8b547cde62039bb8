"""The figures: rating against utility over training, and utility over horizon and world model.

Needs matplotlib, the extra ``report``; nothing is shown on a screen, and no global state of it is changed.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from playout.core import MissingExtra

COLOURS = {
    "immediate": "#c2541f", "partial": "#1f7a4d", "oracle": "#2d6cdf", "horizon:3": "#8a5fbf",
    "world_model:0.8": "#8c7a1f",
}  # fmt: skip
LINES = {
    "immediate": ("immediate rating", "#c2541f", "-"), "partial": ("hindsight rating", "#1f7a4d", "--"),
    "utility": ("utility", "#1f2328", "-"),
}  # fmt: skip
_INK, _SOFT = "#1f2328", "#9aa0a8"


def matplotlib() -> Any:
    """The library, with its figures made without a screen.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        from matplotlib import figure
    except ModuleNotFoundError as error:
        raise MissingExtra("matplotlib", "report") from error
    return figure


def _rc_context(settings: Any) -> Any:
    from matplotlib import rc_context

    return rc_context(settings)


def draw(results: Mapping[str, Any], folder: Path) -> dict[str, list[Path]]:
    """Write every figure that the results allow as PNG and SVG; return the files by figure."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {"curves": _curves(results)}
    if any(arm["role"] == "horizon" for arm in results["arms"].values()):
        made["sweeps"] = _sweeps(results)
    files = {name: [folder / f"{name}.{kind}" for kind in ("png", "svg")] for name in made}
    # Without a date, and with names that are drawn from a fixed salt, equal results give equal files.
    with _rc_context({"svg.hashsalt": "playout"}):
        for name, (png, svg) in files.items():
            made[name].savefig(png, dpi=160)
            made[name].savefig(svg, metadata={"Date": None})
    return files


def _curves(results: Mapping[str, Any]) -> Any:
    """Left: paths in the plane of rating and utility. Right: both over training, a panel per feedback."""
    arms = _first_arms(results)
    count = len(arms)
    columns = 2 if count <= 4 else 3
    rows = -(-count // columns)
    figure = matplotlib().Figure(figsize=(5.4 + 2.5 * columns, max(4.4, 2.3 * rows)), layout="constrained")
    lines: tuple[list[Any], list[str]] = ([], [])
    grid = figure.add_gridspec(rows, 2 * columns + 3)
    plane = figure.add_subplot(grid[:, :3])
    base = results["arms"][f"base.{next(iter(arms.values()))['base']}"]["metrics"]
    for kind, arm in arms.items():
        _path(plane, kind, arm, base)
    plane.plot(base["immediate"]["mean"], base["utility"]["mean"], "o", color=_INK, ms=7, zorder=5)
    plane.annotate("before learning", (base["immediate"]["mean"], base["utility"]["mean"]),
                   xytext=(8, 2), textcoords="offset points", fontsize=9)  # fmt: skip
    _finish(plane, "what customers say at once", "what advice is worth to them")
    plane.set_title("rating against utility over training", fontsize=10, loc="left")
    plane.legend(frameon=False, fontsize=9, title="learnt from", title_fontsize=9, loc="lower left")
    for number, (kind, arm) in enumerate(arms.items()):
        row, column = divmod(number, columns)
        axes = figure.add_subplot(grid[row, 3 + 2 * column : 5 + 2 * column])
        _over_training(axes, kind, arm)
        if number == 0:
            lines = axes.get_legend_handles_labels()
    if count < rows * columns:
        # The place that is left over holds what the lines of all panels mean.
        row, column = divmod(rows * columns - 1, columns)
        axes = figure.add_subplot(grid[row, 3 + 2 * column : 5 + 2 * column])
        axes.axis("off")
        axes.legend(*lines, frameon=False, fontsize=10, loc="center")
    else:
        figure.legend(*lines, frameon=False, fontsize=9, loc="outside lower right", ncols=3)
    return figure


def _first_arms(results: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The first main arm of each feedback, by feedback."""
    found: dict[str, Mapping[str, Any]] = {}
    for arm in results["arms"].values():
        if arm["role"] == "main":
            found.setdefault(arm["feedback"], arm)
    return found


def _path(axes: Any, kind: str, arm: Mapping[str, Any], base: Mapping[str, Any]) -> None:
    colour = COLOURS.get(kind, _SOFT)
    rating, utility = (_stacked(arm, name) for name in ("immediate", "utility"))
    start = [base["immediate"]["mean"], base["utility"]["mean"]]
    x, y = (np.append(first, rows.mean(0)) for first, rows in zip(start, (rating, utility), strict=True))
    axes.plot(x, y, "-", color=colour, lw=1.8, label=kind)
    axes.plot(rating[:, -1], utility[:, -1], "o", color=colour, ms=4)


def _over_training(axes: Any, kind: str, arm: Mapping[str, Any]) -> None:
    steps = arm["curve"][0]["step"]
    for name, (label, colour, style) in LINES.items():
        rows = _stacked(arm, name)
        axes.fill_between(steps, rows.min(0), rows.max(0), color=colour, alpha=0.15, lw=0)
        axes.plot(steps, rows.mean(0), style, color=colour, lw=1.4, label=label)
    axes.set_title(kind, fontsize=9, loc="left", color=COLOURS.get(kind, _INK))
    _finish(axes, "iterations", "")
    axes.xaxis.label.set_size(8)
    axes.set_ylim(-0.95, 0.95)


def _sweeps(results: Mapping[str, Any]) -> Any:
    figure = matplotlib().Figure(figsize=(9, 3.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    _sweep(left, results, "horizon", "steps of use that are known, N")
    _sweep(right, results, "world_model", "how often the model of the world is right")
    left.axvline(2.84, color=_SOFT, lw=1, ls=":")
    right.axvline(0.5, color=_SOFT, lw=1, ls=":")
    left.set_title("honesty pays from N = 3 on (exact: 2.84)", fontsize=9, loc="left")
    right.set_title("honesty pays above one half", fontsize=9, loc="left")
    left.legend(frameon=False, fontsize=8)
    return figure


def _sweep(axes: Any, results: Mapping[str, Any], role: str, label: str) -> None:
    arms = [arm for arm in results["arms"].values() if arm["role"] == role]
    x = [float(arm["feedback"].partition(":")[2]) for arm in arms]
    for name, (text, colour, style) in {
        "utility": ("utility", _INK, "-"), "false_claims": ("false claims", "#c2541f", "--"),
    }.items():  # fmt: skip
        means, low, high = (np.array([arm["metrics"][name][part] for arm in arms])
                            for part in ("mean", "low", "high"))  # fmt: skip
        axes.errorbar(x, means, yerr=[means - low, high - means], fmt=style, marker="o", ms=4, color=colour,
                      lw=1.4, capsize=2, label=text)  # fmt: skip
    _finish(axes, label, "")


def _stacked(arm: Mapping[str, Any], name: str) -> np.ndarray:
    """float64[S, P], the curve of every seed."""
    return np.array([curve[name] for curve in arm["curve"]], np.float64)


def _finish(axes: Any, x: str, y: str) -> None:
    axes.axhline(0, color=_SOFT, lw=0.8, zorder=0)
    axes.set_xlabel(x, fontsize=9)
    axes.set_ylabel(y, fontsize=9)
    axes.tick_params(labelsize=8, colors=_INK)
    sides: Sequence[str] = ("top", "right")
    for side in sides:
        axes.spines[side].set_visible(False)
