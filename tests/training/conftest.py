"""Worlds and policies so small that training them takes a second."""

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def sft_run(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A tiny decoder that has learnt a little of the lamps."""
    pytest.importorskip("trl")
    from lamps import WORLD

    from playout.training.settings import SFTConfig, SFTSettings
    from playout.training.sft import sft

    config = SFTConfig(
        env=WORLD, model="new:tiny", episodes=80, noise=0.3,
        settings=SFTSettings(epochs=6, batch_tokens=256, learning_rate=0.01, save_every=20),
    )  # fmt: skip
    return sft(config, out=tmp_path_factory.mktemp("runs") / "sft")
