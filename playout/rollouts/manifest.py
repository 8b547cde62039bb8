"""With what a run was made: versions, commit, platform, device."""

import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("playout", "numpy", "numba", "gymnasium", "pettingzoo", "torch", "transformers")


def manifest() -> dict[str, Any]:
    """What is running here; nothing heavy is imported to find out."""
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
        "commit": _commit(),
        "platform": f"{platform.system()} {platform.machine()}",
        "device": _device(),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _commit() -> str | None:
    """The commit of the source checkout this package runs from, ``-dirty`` where it was changed."""
    root = Path(__file__).parents[2]
    if not (root / ".git").exists():  # installed, perhaps within somebody else's checkout
        return None
    command = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        said = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return said.stdout.strip()


def _device() -> str:
    """The GPU where torch is in use and has one, else the processor's architecture."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return platform.machine()
