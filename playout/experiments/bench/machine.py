"""What a bench ran on."""

import os
import platform
from pathlib import Path
from typing import Any

from playout.rollouts.manifest import manifest


def machine() -> dict[str, Any]:
    """Versions, commit and platform, with processor, cores, memory and how busy it was (load average)."""
    return {
        **manifest(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "load": [round(load, 2) for load in os.getloadavg()],
    }


def _processor() -> str:
    """The model where Linux tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
