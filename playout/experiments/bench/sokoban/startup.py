"""A7: how long a newcomer waits for ``import playout`` and ``playout --help``."""

import json
import subprocess
import sys
from statistics import median

from playout.experiments.bench.suite import Bar, Context, at_most
from playout.experiments.bench.timing import Rate, Spent, spent

RUNS = 7
HEAVY = ("torch", "transformers", "numba")
_LOADED = f"import json, sys, playout; print(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"


def start(context: Context) -> Bar:
    """A7: wall-clock seconds, medians; and what the import must not have loaded."""
    times = {
        "import": _times(["-c", "import playout"]),
        "help": _times(["-m", "playout", "--help"]),
    }
    loaded = json.loads(_output(["-c", _LOADED]))
    value = {name: round(median(run.wall for run in runs), 3) for name, runs in times.items()}
    bar = {"import": 0.5, "help": 0.3}
    figures = {
        name: {"cpu_seconds": 1 / Rate.of(runs).cpu, "seconds": [run.wall for run in runs]}
        for name, runs in times.items()
    }
    note = f"seconds; {'loads ' + ', '.join(loaded) if loaded else 'loads none of ' + ', '.join(HEAVY)}"
    return Bar(value=value, bar=bar, met=at_most(value, bar) and not loaded, note=note, figures=figures)


def _times(arguments: list[str]) -> list[Spent]:
    def once() -> int:
        _output(arguments)
        return 1

    once()  # the first one may still write byte code
    return [spent(once) for _ in range(RUNS)]


def _output(arguments: list[str]) -> str:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True).stdout
