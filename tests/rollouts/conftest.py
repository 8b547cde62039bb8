"""``toys`` is importable by the tests of rollouts, and by the worker processes they start."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
