"""B4, B5 and B7: read from the result that the experiment leaves."""

import json
from typing import Any

from playout.experiments.assistance.experiment import ABLATIONS
from playout.experiments.bench.peers import ROOT
from playout.experiments.bench.suite import Bar, Context, Missing

RESULT = ROOT / "benchmarks" / "assistance_learning.json"
COMMAND = "playout experiment assistance-zero"


def _result() -> dict[str, Any]:
    if not RESULT.exists():
        raise Missing(
            f"no benchmarks/{RESULT.name}: in a checkout, type {COMMAND} (hours) and copy {RESULT.name}"
            " from the folder that it names to benchmarks/"
        )
    return json.loads(RESULT.read_text(encoding="utf-8"))


def learning(context: Context) -> Bar:
    """B4: human actions saved against alone, and the arms that AssistanceZero must be better than."""
    found = _result()
    beaten = {other: row["difference"]["high"] < 0 for other, row in found["zero_minus"].items()}
    saved, way = found["saved"]["train"], found["way_from_blind_to_oracle"]
    rows = found["rows"]
    done = {name: rows[f"{name}.train"]["goal_percentage"]["mean"] for name in ("assistance-zero", "alone")}
    value = {
        "saved": round(saved, 3),
        "way_to_oracle": round(way, 3),
        "beats": sorted(k for k, v in beaten.items() if v),
        "goal": {name: round(share, 3) for name, share in done.items()},
    }
    kept = done["assistance-zero"] >= done["alone"] - 0.005
    return Bar(
        value=value,
        bar={"saved": 0.2, "way_to_oracle": 0.4, "beats": sorted(beaten), "goal": "at least alone - 0.005"},
        met=saved >= 0.2 and way >= 0.4 and all(beaten.values()) and kept,
        note="recorded; intervals leave out 0 where it beats",
        figures=found,
    )


def ablations(context: Context) -> Bar:
    """B5: what AssistanceZero loses without its parts."""
    found = _result()["ablations_zero_minus"]
    value = {name: row["difference"] for name, row in found.items()}
    missing = [name for name in (*ABLATIONS, "no search") if name not in found]
    return Bar(
        value=value,
        bar="printed",
        met=not missing,
        note=f"not run yet: {', '.join(missing)}" if missing else "human actions, less those of the ablation",
    )


def unseen(context: Context) -> Bar:
    """B7: the share of the saving that is kept with builders who were not in training."""
    found = _result()
    kept = found["saving_kept_with_unseen_people"]
    return Bar(
        value=round(kept, 3), bar=0.6, met=kept >= 0.6, note="recorded", figures={"saved": found["saved"]}
    )
