"""H7: the engine's tests on every Python that is here."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from playout.experiments.bench.peers import ROOT
from playout.experiments.bench.suite import Bar, Context, Missing

VERSIONS = ("3.11", "3.12", "3.13")
TESTS = ("tests/simulators/household", "tests/envs/household")


def pythons(context: Context) -> Bar:
    """H7: how many tests pass on each Python, in the environments that ``make peer-pythons`` made."""
    found = dict(_results())
    if not found:
        raise Missing("no Python is set up: in a checkout, type make peer-pythons")
    absent = [f"{version} is not here" for version in VERSIONS if version not in found]
    return Bar(
        value={version: passed for version, (passed, _) in found.items()},
        bar="none fails",
        met=not any(failed for _, failed in found.values()),
        note="; ".join(["tests passed", *absent]),
        figures={f"failed on {version}": failed for version, (_, failed) in found.items()},
    )


def _results() -> Iterator[tuple[str, tuple[int, int]]]:
    for version in VERSIONS:
        python = ROOT / f".peers/python{version}/bin/python"
        if python.exists():
            yield version, _passed_and_failed(python)


def _passed_and_failed(python: Path) -> tuple[int, int]:
    done = subprocess.run(
        [python, "-m", "pytest", "-p", "no:cacheprovider", "--tb=no", "-rN", "-v", *TESTS],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    last = done.stdout.strip().splitlines()[-1:] or [""]
    counts = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|error)", last[0])}
    failed = counts.get("failed", 0) + counts.get("error", 0)
    return counts.get("passed", 0), failed or int(done.returncode != 0)
