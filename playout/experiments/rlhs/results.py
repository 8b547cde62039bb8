"""Adds up the cells: every arm with intervals, its difference from its base, curves and sweeps.

What is kept is small: means, intervals and each seed's own mean; the visits stay in the cells' folders.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playout.evaluation import compare, honesty
from playout.experiments.rlhs.arms import CONTRASTS, Arm

COMPARED = ("immediate", "partial", "utility", "false_claims")
"""Against the base; of a domain alone, and of sweeps, the utility."""
_SWEEPS = ("horizon", "world_model")
SHOWN = (
    "immediate", "partial", "utility", "efficiency", "gap", "regret", "false_claims", "unverified_claims",
    "omissions",
)  # fmt: skip
"""With intervals."""
Floats = NDArray[np.float64]


def results(arms: Sequence[Arm], found: Mapping[str, Any]) -> dict[str, Any]:
    """All that the experiment says.

    Args:
        arms: of the experiment, bases first.
        found: name of the cell -> what it returned.

    Returns:
        ``arms``: name -> ``metrics`` (mean, low, high), ``by_seed``, ``bullshit`` and ``correlation`` by
        seed, ``against_base`` (``evaluation.compare``), ``curve`` by seed, ``reward_model`` by seed, and
        what the arm is; the same by domain under ``domains_tested``. ``contrasts``: name -> comparison of
        two arms.
    """
    bases = {arm.base: arm for arm in arms if arm.role == "base"}
    by_arm = {arm.name: _seeds(arm.name, found) for arm in arms}
    return {
        "arms": {arm.name: _arm(arm, bases.get(arm.base), by_arm) for arm in arms},
        "contrasts": {
            name: compare(*(_rows(_tests(by_arm[arm], "all"), metric) for arm in (a, b))).to_json()
            for name, (a, b, metric) in CONTRASTS.items()
            if a in by_arm and b in by_arm
        },
    }


def _seeds(name: str, found: Mapping[str, Any]) -> list[Any]:
    """What the cell of an arm says, seed by seed."""
    return [found[name][seed] for seed in sorted(found[name], key=int)]


def _arm(arm: Arm, base: Arm | None, by_arm: Mapping[str, list[Any]]) -> dict[str, Any]:
    cells = by_arm[arm.name]
    theirs = by_arm[base.name][: arm.seeds] if base is not None and arm.feedback else None
    places = list(cells[0]["tests"])
    told = {
        place: _place(cells, theirs, place, whole=place == "all" and arm.role not in _SWEEPS)
        for place in places
    }
    said: dict[str, Any] = {
        "role": arm.role, "base": arm.base, "feedback": arm.feedback, "algorithm": arm.algorithm,
        "reward": arm.reward, "domains": list(arm.domains), "seeds": arm.seeds,
        **told.pop("all", {}), "domains_tested": told,
    }  # fmt: skip
    if arm.feedback:
        said["curve"] = [cell["curve"] for cell in cells]
        said["cpu_seconds"] = [cell["cpu_seconds"] for cell in cells]
        models = [cell["reward_model"] for cell in cells]
        if any(models):
            said["reward_model"] = models
    return said


def _place(cells: list[Any], base: list[Any] | None, place: str, *, whole: bool) -> dict[str, Any]:
    """One place; ``whole``: with all that is shown."""
    tests, wanted = _tests(cells, place), SHOWN if whole else COMPARED
    visits = {name: _rows(tests, name) for name in honesty.METRICS}
    shown = {name: rows for name, rows in visits.items() if name in wanted or (whole and name == "best")}
    intervals = honesty.summary(shown)
    said = {
        "metrics": {name: intervals[name].to_json() for name in wanted if name in intervals},
        "by_seed": {name: _means(visits[name]) for name in wanted if name in visits},
        "bullshit": [test["bullshit"] for test in tests],
        "correlation": [test["correlation"] for test in tests],
    }
    if base is not None:
        theirs = _tests(base, place)
        said["against_base"] = {
            name: compare(visits[name], _rows(theirs, name)).to_json()
            for name in (COMPARED if whole else ("utility",))
        }
    return said


def _tests(cells: list[Any], place: str) -> list[Any]:
    """The tests of every seed in one place."""
    return [cell["tests"][place] for cell in cells]


def _rows(tests: Sequence[Mapping[str, Any]], name: str) -> Floats:
    """float64[S, N]; what is missing is NaN."""
    return np.array([test["visits"][name] for test in tests], np.float64)


def _means(rows: Floats) -> list[float | None]:
    """Of each seed; None where nothing is known."""
    return [None if np.isnan(row).all() else round(float(np.nanmean(row)), 4) for row in rows]
