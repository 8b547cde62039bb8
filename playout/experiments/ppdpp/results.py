"""What the cells found, added up: rows with intervals, comparisons, what follows from them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from playout.evaluation import compare, interval
from playout.experiments.ppdpp.arms import BARE, CHOSEN, NOISE, PPO, REPO, RL, SELECTED, SFT, SHUFFLED, noisy

Judged = Mapping[str, Mapping[str, Any]]
"""Policy -> what ``cells.judge`` found."""
MEASURED = ("return", "success", "length", "sl", "sl_given_a_deal")
CONSTANT, REFERENCE = "best constant", "reference"
_REFERENCES = ("hand", PPO)


def summary(judged: Mapping[str, Mapping[str, Mapping[str, Judged]]], learnt: Any) -> dict[str, Any]:
    """All figures of the experiment.

    Args:
        judged: world -> what was added to its arguments -> split -> what was found.
        learnt: name of a cell -> what it said of its training.
    """
    worlds = {}
    for name, places in judged.items():
        for added, splits in places.items():
            worlds[name + added] = _world(splits["unseen"], splits.get("valid"))
    return {"worlds": worlds, "training": learnt}


def choice(judged: Mapping[str, Judged]) -> dict[str, Any]:
    """Which settings are best: world -> mean validation return of each candidate, and their mean."""
    means = {
        world: {name: _mean(row["return"]) for name, row in rows.items()} for world, rows in judged.items()
    }
    names = list(next(iter(means.values())))
    overall = {name: float(np.mean([row[name] for row in means.values()])) for name in names}
    best = max(overall, key=lambda name: overall[name])
    return {"best": best, "used": CHOSEN, "overall": overall, "worlds": means}


def _world(test: Judged, valid: Judged | None) -> dict[str, Any]:
    named = {}
    if valid is not None:
        constants = [name for name in valid if name.startswith("always ")]
        named = {CONSTANT: _best(valid, constants), REFERENCE: _best(valid, _REFERENCES)}
    left_out = {name for name in test if name.startswith("always ") and name != "always agree"}
    rows = {name: _row(found) for name, found in test.items() if name not in left_out - {*named.values()}}
    return {**named, "rows": rows, "compared": _compared(test, named), **_gap(rows, named)}


def _best(valid: Judged, names: Sequence[str]) -> str:
    return max((name for name in names if name in valid), key=lambda name: _mean(valid[name]["return"]))


def _row(found: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {
        name: interval(_matrix(found[name])).to_json() for name in MEASURED if name in found
    }
    row |= {name: float(np.mean(found[name])) for name in ("entropy", "information")}
    longest = max(map(len, found["success_by_turn"]))
    curves = [[*curve, *[curve[-1]] * (longest - len(curve))] for curve in found["success_by_turn"]]
    return row | {"success_by_turn": np.mean(curves, 0).round(4).tolist()}


def _compared(test: Judged, named: Mapping[str, str]) -> dict[str, Any]:
    """The comparisons, ``a - b``; the first two are primary, the others exploratory."""
    pairs = [
        (RL, SFT), (RL, named.get(CONSTANT)), (REFERENCE, SFT), (SHUFFLED, SFT), (SELECTED, SFT),
        (BARE, "random"), (RL, BARE), (RL, REPO), (RL, REFERENCE),
        *((RL, noisy(confusion)) for confusion in NOISE),
    ]  # fmt: skip
    found = {}
    for a, b in pairs:
        left, right = (named.get(str(name), str(name)) for name in (a, b))
        if left not in test or right not in test:
            continue
        metrics = [name for name in MEASURED if name in test[left]]
        told = {
            name: compare(_matrix(test[left][name]), _matrix(test[right][name])).to_json() for name in metrics
        }
        label = CONSTANT if b is not None and b == named.get(CONSTANT) else b
        found[f"{a} - {label}"] = told
    return found


def _gap(rows: Mapping[str, Any], named: Mapping[str, str]) -> dict[str, float]:
    """The share of the way from SFT to the reference that RL has gone, and so on."""
    if REFERENCE not in named:
        return {}

    def mean(name: str) -> float:
        return rows[name]["return"]["mean"]

    reference = mean(named[REFERENCE])
    return {
        "gap_closed": (mean(RL) - mean(SFT)) / (reference - mean(SFT)),
        "constant_from_random": (mean(named[CONSTANT]) - mean("random")) / (reference - mean("random")),
    }


def table(found: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The rows for a terminal: world, policy, return, SR, AT, SL."""
    lines = []
    for world, told in found["worlds"].items():
        for name, row in told["rows"].items():
            roles = [role for role in (CONSTANT, REFERENCE) if told.get(role) == name]
            policy = f"{name} ({', '.join(roles)})" if roles else name
            shown = (_shown(row[metric]) if metric in row else "" for metric in MEASURED[:4])
            lines.append((world, policy, *shown))
    return lines


def choices(found: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The candidates for a terminal, best first: mean validation return over the worlds, and in each."""
    ordered = sorted(found["overall"].items(), key=lambda entry: -entry[1])
    return [
        (name, f"{mean:.3f}", *(f"{row[name]:.3f}" for row in found["worlds"].values()))
        for name, mean in ordered
    ]


def _shown(found: Mapping[str, float]) -> str:
    return f"{found['mean']:.3f} [{found['low']:.3f}, {found['high']:.3f}]"


def _matrix(rows: Sequence[Sequence[float | None]]) -> np.ndarray:
    """float64[seeds, episodes], NaN for what is not known."""
    return np.array(rows, np.float64)


def _mean(rows: Sequence[Sequence[float | None]]) -> float:
    return float(np.nanmean(_matrix(rows)))
