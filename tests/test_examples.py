"""Every example runs as a user would run it, with small settings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
ARGUMENTS = {
    "sb3_sokoban.py": ["2048"],
    "demo.py": ["--episodes", "4", "--learning", "40"],
    "demo_sokoban.py": ["--episodes", "4"],
    "grpo_household.py": ["--tiny"],
}
NEEDS = {"sb3_sokoban.py": "stable_baselines3", "grpo_household.py": "trl"}
LONGEST = 80


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_it_runs_and_is_short(path: Path, tmp_path: Path) -> None:
    assert path.read_text().count("\n") <= LONGEST
    if path.name in NEEDS:
        pytest.importorskip(NEEDS[path.name])
    command = [sys.executable, str(path), *ARGUMENTS.get(path.name, [])]
    environment = {name: value for name, value in os.environ.items() if name != "PLAYOUT_DATA"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
