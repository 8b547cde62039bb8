"""D1 to D7 and D9: read from the results that ``playout experiment dyna-mind`` leaves."""

import json
from collections.abc import Mapping
from typing import Any

from playout.experiments.bench.peers import ROOT
from playout.experiments.bench.suite import Bar, Context, Missing, at_least

FOLDER = ROOT / "benchmarks"
_SIMULATED = {
    "parsed": 0.99, "first_sim_exact_h1": 0.99, "first_sim_exact_h2": 0.98, "first_sim_exact_h3": 0.97
}  # fmt: skip
_EASY = ("resim", "actions", "actions-tokens")
_MINUTES = 15
_LONGER = "recorded, test; hard_long: four times the episodes, chosen on validation after the others' tests"


def result(name: str) -> dict[str, Any]:
    """What is recorded in ``dyna_mind_NAME.json``.

    Raises:
        Missing: nothing yet.
    """
    file = FOLDER / f"dyna_mind_{name}.json"
    if not file.exists():
        raise Missing(
            f"no {file.name}: benchmarks/dyna-mind.md in a checkout has the command, playout"
            " experiment dyna-mind ..., that leaves it"
        )
    return json.loads(file.read_text(encoding="utf-8"))


def easy(context: Context) -> Bar:
    """D1: ReSim on one box, with exact states by horizon, and cloning of actions beside it."""
    found = result("easy")
    simulated = found["simulation"]["resim.id"]
    minutes = _minutes(found, "resim")
    rows = {arm: found["rows"][f"{arm}.id"] for arm in _EASY if f"{arm}.id" in found["rows"]}
    visited = {f"sim_exact_h{horizon}_visited": simulated[f"sim_exact_h{horizon}"] for horizon in (1, 2, 3)}
    value = {
        **{name: round(simulated[name], 4) for name in _SIMULATED},
        **{name: round(share, 4) for name, share in visited.items()},
        **{f"{arm}_success": round(row["success"]["mean"], 4) for arm, row in rows.items()},
        "core_minutes": round(minutes, 1),
    }
    least = {**_SIMULATED, "resim_success": 0.92, "actions-tokens_success": 0.97}
    return Bar(
        value=value,
        bar={**least, "core_minutes": _MINUTES},
        met=least.keys() <= value.keys() and at_least(value, least) and minutes <= _MINUTES,
        note=f"recorded, {found['plan']['split']}; states of first responses, as in the calibration, and"
        " of all visited; actions-tokens: actions alone with as many tokens as ReSim",
        figures=found,
    )


def cloning(context: Context) -> Bar:
    """D2: ReSim against cloning of actions at equal states and, where it was trained again, equal tokens."""
    found, again = result("hard"), result("hard_again")
    solved = {
        name: round(where["rows"]["resim.id"]["success"]["mean"], 4)
        for name, where in (("resim_id", found), ("resim_id_again", again))
    }
    gains = {
        "resim - actions": _interval(found, "resim - actions"),
        "resim - actions, again": _interval(again, "resim - actions"),
        "resim - actions-tokens, again": _interval(again, "resim - actions-tokens"),
    }
    return Bar(
        value={**solved, **gains},
        bar={**dict.fromkeys(solved, 0.6), **dict.fromkeys(gains, "printed")},
        met=min(solved.values()) >= 0.6,
        note=f"recorded, {found['plan']['split']}; again: the same seeds on another machine, with the arm"
        " of as many tokens",
        figures=again,
    )


def reinforcement(context: Context) -> Bar:
    """D3: GRPO against ReSim, with which it begins, over all rooms; the bar is of the longer training."""
    gains = {name: _interval(result(name), "grpo - resim") for name in ("hard", "hard_again", "hard_long")}
    return Bar(
        value=gains,
        bar={"hard": "printed", "hard_again": "printed", "hard_long": "low above 0"},
        met=gains["hard_long"]["low"] > 0,
        note=_LONGER,
    )


def dyna(context: Context) -> Bar:
    """D4: Dyna-GRPO against GRPO with as many tokens, and with as many steps of the world."""
    pairs = [f"dyna - {other}{metric}" for other in ("grpo", "grpo-steps") for metric in ("", ": sim_exact")]
    found = {name: result(name) for name in ("hard", "hard_long")}
    gains = {name: {pair: _interval(one, pair) for pair in pairs} for name, one in found.items()}
    trained = found["hard_long"]["training"]
    return Bar(
        value=gains,
        bar={"hard": "printed", "hard_long": {"mean": -0.02}},
        met=all(gain["mean"] >= -0.02 for gain in gains["hard_long"].values()),
        note=f"{_LONGER}; the aim is above 0",
        figures={name: row for name, row in trained.items() if "dyna" in name or "grpo" in name},
    )


def ablations(context: Context) -> Bar:
    """D5: one term at a time, and depths."""
    found = result("hard")["exploratory"]
    value = {name: row["difference"] for name, row in found.items() if name.startswith("dyna-")}
    return Bar(value=value, bar="printed", met=bool(value), note="recorded; each minus the full one at d = 3")


def search(context: Context) -> Bar:
    """D6: search at every step with Monte-Carlo values, the ceiling beside it."""
    easy_rows, hard_rows = result("easy")["rows"], result("hard")
    value = {
        "easy": round(easy_rows["search.id"]["success"]["mean"], 4),
        "easy_ceiling": round(easy_rows["search-ceiling.id"]["success"]["mean"], 4),
        "hard_minus_policy": hard_rows["exploratory"]["search - actions"]["difference"],
    }
    above = value["hard_minus_policy"]["low"] > 0
    return Bar(
        value=value,
        bar={"easy": 0.9, "hard_minus_policy": "above 0"},
        met=value["easy"] >= 0.9 and above,
        note="recorded; never the solver's value but in the ceiling",
    )


def household(context: Context) -> Bar:
    """D7: ReSim on unseen generated rooms of the household."""
    found = result("household")
    value = {name: row["success"]["mean"] for name, row in found["rows"].items()}
    return Bar(
        value=value,
        bar={"resim.unseen": 0.5},
        met=value["resim.unseen"] >= 0.5,
        note="recorded",
        figures=found,
    )


def predicted(context: Context) -> Bar:
    """D9: the learned world model, and planning on it."""
    found = result("easy")
    exact = {f"h{horizon}": round(found["world_model"][f"h{horizon}"], 4) for horizon in (1, 3, 5)}
    least = {"h1": 0.98, "h3": 0.95, "h5": 0.9}
    real, predicted = (
        found["rows"][f"{arm}.id"]["success"]["mean"] for arm in ("search", "search-predicted")
    )
    gap = real - predicted
    return Bar(
        value={**exact, "planning_gap": round(gap, 4)},
        bar={**least, "planning_gap": 0.05},
        met=at_least(exact, least) and gap <= 0.05,
        note=f"recorded, {found['plan']['split']}; planning is search with Monte-Carlo values",
    )


def _interval(found: Mapping[str, Any], name: str) -> dict[str, float]:
    both = {**found["primary"], **found["exploratory"]}
    if name not in both:
        raise Missing(f"the recorded experiment has no {name}: run it with --iterations above 0")
    return both[name]["difference"]


def _minutes(found: Mapping[str, Any], arm: str) -> float:
    """Core-minutes of a training, rows included, on average over seeds."""
    seconds = [
        row["cpu_seconds"] for name, row in found["training"].items() if name.startswith(f"train.{arm}.")
    ]
    return sum(seconds) / len(seconds) / 60
