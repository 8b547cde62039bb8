"""Where things made once are kept between runs: level banks, compiled games, converted models."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """``$PLAYOUT_CACHE``, else ``playout`` in ``$XDG_CACHE_HOME``, else ``~/.cache/playout``."""
    if folder := os.environ.get("PLAYOUT_CACHE"):
        return Path(folder)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "playout"
