"""L0 to L5 and L11: what reinforcement learning adds, on people and cases that nothing was learnt with."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from playout.experiments.bench.suite import Bar, Context, at_least
from playout.experiments.ppdpp.arms import RL, SFT
from playout.experiments.ppdpp.experiment import Plan, experiment
from playout.experiments.ppdpp.results import CONSTANT, REFERENCE

FOLDER = Path("runs", "experiments", "ppdpp")
TASKS: tuple[str, ...] = ("negotiation", "tutoring")
_NOTE = "unseen people and cases, return of an episode"


@cache
def worlds(context: Context) -> Mapping[str, Any]:
    """What the experiment found, world by world; what it has not run yet is run now."""
    plan = Plan(seeds=context.seeds) if context.seeds else Plan()
    return experiment(FOLDER, plan, workers=1)["worlds"]


def headroom(context: Context) -> Bar:
    """L0: there is something to learn, and doing the same always is not it."""
    return _headroom(context, TASKS)


def gain(context: Context) -> Bar:
    """L1: return of RL less that of SFT."""
    return _difference(context, TASKS, f"{RL} - {SFT}", least=0.10)


def constant(context: Context) -> Bar:
    """L2: return of RL less that of the best constant act."""
    return _difference(context, TASKS, f"{RL} - {CONSTANT}")


def quality(context: Context) -> Bar:
    """L3: no deal at any price, and no lesson without end."""
    bargains, lessons = (worlds(context)[task]["rows"] for task in TASKS)

    def more(rows: Mapping[str, Any], metric: str) -> float:
        return rows[RL][metric]["mean"] - rows[SFT][metric]["mean"]

    value = {
        "sl_more": more(bargains, "sl"),
        "sr_more": more(bargains, "success"),
        "sl_given_a_deal": bargains[RL]["sl_given_a_deal"]["mean"],
        "tutoring_sr_more": more(lessons, "success"),
        "tutoring_turns_saved": -more(lessons, "length"),
    }
    bar = {
        "sl_more": 0.0, "sr_more": -0.02, "sl_given_a_deal": 0.30, "tutoring_sr_more": 0.10,
        "tutoring_turns_saved": 0.5,
    }  # fmt: skip
    return Bar(
        value=_rounded(value),
        bar=bar,
        met=at_least(value, bar),
        note="RL less SFT on unseen people and cases",
        figures={task: worlds(context)[task]["rows"] for task in TASKS},
    )


def variety(context: Context) -> Bar:
    """L4: RL uses its acts, and uses them with the person."""
    value, bar = {}, {}
    for task in TASKS:
        row = worlds(context)[task]["rows"][RL]
        value |= {f"{task}_{name}": row[name] for name in ("entropy", "information")}
        bar |= {f"{task}_entropy": 0.5, f"{task}_information": 0.05}
    return Bar(
        value=_rounded(value),
        bar=bar,
        met=at_least(value, bar),
        note="nats over the turns of the test: acts, and acts with the kind of person; means over seeds",
    )


def closed(context: Context) -> Bar:
    """L5: the share of the way from SFT to the reference that RL has gone."""
    found = {task: worlds(context)[task] for task in TASKS}
    value, bar = {task: told["gap_closed"] for task, told in found.items()}, dict.fromkeys(TASKS, 0.6)
    references = ", ".join(f"{task}: {told[REFERENCE]}" for task, told in found.items())
    return Bar(
        value=_rounded(value),
        bar=bar,
        met=at_least(value, bar),
        note=f"references {references}",
        figures={task: told["rows"][told[REFERENCE]] for task, told in found.items()},
    )


def support(context: Context) -> Bar:
    """L11: L0 to L2 with the designed people who seek support."""
    tasks = ("support",)
    parts = [
        _headroom(context, tasks),
        _difference(context, tasks, f"{RL} - {SFT}", least=0.10),
        _difference(context, tasks, f"{RL} - {CONSTANT}"),
    ]
    names = ("L0", "L1", "L2")
    return Bar(
        value={name: part.value for name, part in zip(names, parts, strict=True)},
        bar={name: part.bar for name, part in zip(names, parts, strict=True)},
        met=all(part.met for part in parts),
        note="designed people, " + _NOTE,
        figures=worlds(context)["support"],
    )


def _headroom(context: Context, tasks: tuple[str, ...]) -> Bar:
    value, bar, met, agree = {}, {}, True, ""
    for task in tasks:
        told = worlds(context)[task]
        rows = told["rows"]
        above = rows[told[REFERENCE]]["return"]["mean"] - rows[SFT]["return"]["mean"]
        value |= {f"{task}_constant": told["constant_from_random"], f"{task}_reference_above_sft": above}
        bar |= {f"{task}_constant": "at most 0.7", f"{task}_reference_above_sft": 0.15}
        met &= told["constant_from_random"] <= 0.7 and above >= 0.15
        if "always agree" in rows:
            agree = f"; always agree: {rows['always agree']['return']['mean']:.3f}"
    best = ", ".join(worlds(context)[task][CONSTANT] for task in tasks)
    note = f"constant: share of the way from random to the reference of the best constant act ({best}){agree}"
    return Bar(value=_rounded(value), bar=bar, met=met, note=note)


def _difference(context: Context, tasks: tuple[str, ...], pair: str, least: float = 0.0) -> Bar:
    value, bar, met, figures = {}, {}, True, {}
    for task in tasks:
        figures[task] = told = worlds(context)[task]["compared"][pair]["return"]
        found = told["difference"]
        value |= {task: found["mean"], f"{task}_low": found["low"]}
        bar |= {task: least, f"{task}_low": "above 0"}
        met &= found["mean"] >= least and found["low"] > 0
    return Bar(value=_rounded(value), bar=bar, met=met, note=f"{pair}, {_NOTE}", figures=figures)


def _rounded(value: Mapping[str, float]) -> dict[str, float]:
    return {name: round(number, 3) for name, number in value.items()}
