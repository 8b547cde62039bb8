"""H8: what ``playout train grpo`` makes of a small decoder; read from the result that the example leaves."""

import json
from typing import Any

from playout.experiments.bench.peers import ROOT
from playout.experiments.bench.suite import Bar, Context, Missing

RESULT = ROOT / "benchmarks" / "household_grpo.json"
COMMAND = "python examples/grpo_household.py --record benchmarks/household_grpo.json"


def learning(context: Context) -> Bar:
    """H8: gain in success on unseen generated rooms over the start, and minutes.

    The result is that of ``experiments.household``: ``difference`` (an interval: ``mean``, ``low``, ``high``)
    as ``evaluation.compare`` gives it, ``minutes`` on two cores, and whatever else there is to tell.

    Raises:
        Missing: it has not been made.
    """
    if not RESULT.exists():
        raise Missing(f"no {RESULT.relative_to(ROOT)}: in a checkout, type {COMMAND}")
    result: dict[str, Any] = json.loads(RESULT.read_text(encoding="utf-8"))
    gain, minutes = result["difference"], result["minutes"]
    value = {"gain": round(gain["mean"], 3), "gain_low": round(gain["low"], 3), "minutes": round(minutes, 1)}
    bar = {"gain_low": "above 0", "minutes": 60}
    return Bar(value=value, bar=bar, met=gain["low"] > 0 and minutes <= 60, note="recorded", figures=result)
