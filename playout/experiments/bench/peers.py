"""Other people's packages, each in a virtual environment and process of its own.

``make bench-peers`` makes ``.peers/NAME`` from ``benchmarks/peers/NAME/requirements.txt``; the scripts
beside that file run there and print one JSON object as their last line. Both are in a checkout only.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import playout
from playout.experiments.bench.suite import Missing

ROOT = Path(playout.__file__).parent.parent
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


def cache_folder(name: str) -> Path:
    """A folder that outlives the run, for what a peer takes long to make."""
    folder = ROOT / ".peers" / name / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def require(name: str) -> tuple[Path, Path]:
    """The Python of the peers ``name`` and the folder of their scripts.

    Raises:
        Missing: they are not there; says what to type.
    """
    python, scripts = ROOT / ".peers" / name / "bin" / "python", ROOT / "benchmarks" / "peers" / name
    if not python.exists() or not scripts.is_dir():
        raise Missing(f"the peers of {name} are not installed: in a checkout, type make bench-peers")
    return python, scripts


def ask(name: str, script: str, *arguments: object) -> dict[str, Any]:
    """Run a script of the peers ``name`` on one thread.

    Args:
        name: of the environment and of the folder of scripts.
        script: file name.
        arguments: turned into text.

    Returns:
        The JSON object in its last line of output; empty if it printed nothing.

    Raises:
        Missing: the peers are not there.
        RuntimeError: the script failed; the message ends with what it said.
    """
    python, scripts = require(name)
    done = subprocess.run(
        [python, scripts / script, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **ONE_THREAD},
    )
    if done.returncode:
        raise RuntimeError(f"{script} failed: {' '.join(done.stderr.split()[-60:])}")
    lines = done.stdout.strip().splitlines()
    return json.loads(lines[-1]) if lines else {}
