"""Imports point down the floors, nothing heavy loads at import, no import goes through a root link."""

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "playout"
FLOORS = (
    "core",
    "language",
    "simulators",
    "envs",
    "agents",
    "rollouts",
    "evaluation",
    "training",
    "experiments",
    "cli",
)
LINKS = ("envs", "agents", "simulators", "training")
HEAVY = ("torch", "transformers", "numba", "matplotlib", "textual", "httpx", "tyro", "pandas", "ray")
MODULES = sorted(PACKAGE.rglob("*.py"))


def imports_of(path: Path) -> set[str]:
    """The absolute names of modules that a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            found.add(node.module or "")
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def floor_of(module: str) -> int | None:
    parts = module.split(".")
    return FLOORS.index(parts[1]) if parts[0] == "playout" and len(parts) > 1 and parts[1] in FLOORS else None


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    own = floor_of(".".join(path.relative_to(ROOT).with_suffix("").parts))
    if own is None:
        pytest.skip("the package's own surface")
    above = {name for name in imports_of(path) if (floor := floor_of(name)) is not None and floor > own}
    assert not above, f"{path.relative_to(ROOT)} is on floor {FLOORS[own]} and imports {sorted(above)}"


@pytest.mark.parametrize("world", ["hindsight", "search"])
def test_branching_code_knows_no_environment(world: str) -> None:
    folders = {"hindsight": PACKAGE / "simulators/hindsight", "search": PACKAGE / "agents/search"}
    for path in folders[world].rglob("*.py"):
        assert not any(name.startswith("playout.envs") for name in imports_of(path)), path


def test_import_is_light() -> None:
    code = f"import sys, playout; print(*[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_importing_draws_no_global_random_numbers() -> None:
    code = (
        "import random, numpy as np; random.seed(0); np.random.seed(0)\n"
        "import playout, gymnasium as gym; env = gym.make('playout/SokobanText-6x6-1box-v0')\n"
        "env.reset(seed=1); env.step('up')\n"
        "print(random.random(), np.random.random())"
    )
    plain = code.splitlines()[0] + "\n" + code.splitlines()[-1]
    outputs = [
        subprocess.run([sys.executable, "-c", c], capture_output=True, check=True).stdout
        for c in (code, plain)
    ]
    assert outputs[0] == outputs[1]


def test_lint_sees_every_file() -> None:
    """An exclusion of the links by name would be one of the folders in the package too."""
    command = [sys.executable, "-m", "ruff", "check", "--show-files", "."]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {*shown.split("\n")} >= {str(path) for path in [*MODULES, *(ROOT / "tests").rglob("*.py")]}


def test_links_at_the_root_lead_into_the_package_and_tools_leave_them_out() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for link in LINKS:
        assert os.readlink(ROOT / link) == f"playout/{link}"
        assert link in config["tool"]["pyright"]["exclude"]
    assert config["tool"]["setuptools"]["packages"]["find"]["include"] == ["playout*"]
    for path in [*MODULES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "examples").glob("*.py")]:
        tops = {name.split(".")[0] for name in imports_of(path)}
        assert not tops & set(LINKS), f"{path} imports through a root link"


def test_nothing_unpickles_or_hashes_strings() -> None:
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert "import pickle" not in text and "allow_pickle=True" not in text, path
        calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
        hashed = [c.lineno for c in calls if isinstance(c.func, ast.Name) and c.func.id == "hash"]
        assert not hashed, f"{path}:{hashed}: hash() differs between processes"
