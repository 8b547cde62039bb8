"""What A5 says of the solver's memory is the solver's."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

PEAK = "from playout.experiments.bench.sokoban.solving import peak_gib; print(peak_gib())"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells it")
def test_memory_of_the_process_that_starts_it_does_not_count():
    held = np.ones(2**26)  # half a GiB
    done = subprocess.run([sys.executable, "-c", PEAK], capture_output=True, text=True, check=True)
    assert 0.01 < float(done.stdout) < held.nbytes / 2**30
