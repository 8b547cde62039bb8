import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def published() -> Path:
    """The folder of the published reference, where the user has it."""
    folder = Path(os.environ.get("PLAYOUT_DATA", "missing"), "mbag")
    if not folder.is_dir():
        pytest.skip("PLAYOUT_DATA/mbag is not here")
    return folder
