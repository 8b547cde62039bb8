"""What all tests share: one thread, a cache of their own, the examples importable, a stand-in for Boxoban."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import pytest  # noqa: E402  (after the thread counts are set)
from hypothesis import settings  # noqa: E402

# Shared machines are slow at times, and no test asserts a timing.
settings.register_profile("playout", deadline=None, derandomize=True)
settings.load_profile("playout")

EXAMPLES = Path(__file__).parent.parent / "examples"
sys.path.insert(0, str(EXAMPLES))


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Banks and converted models of the tests go to a folder of their own."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLAYOUT_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def boxoban_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a few generated levels in Boxoban's layout and format."""
    from playout.simulators.sokoban.generator import generate
    from playout.simulators.sokoban.levels import to_xsb

    folder = tmp_path_factory.mktemp("data")
    for key, part in enumerate(
        ("unfiltered/train", "unfiltered/valid", "medium/train", "medium/valid", "hard")
    ):
        target = folder / "boxoban" / part
        target.mkdir(parents=True)
        levels = [to_xsb(generate(10, 10, 4, 100 * key + number)) for number in range(4)]
        target.joinpath("000.txt").write_text(
            "\n\n".join(f"; {n}\n{level}" for n, level in enumerate(levels)) + "\n"
        )
    return folder
