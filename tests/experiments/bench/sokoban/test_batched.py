"""A3 plays the game that EnvPool plays, or says that it does not."""

from functools import partial

import numpy as np
import pytest

from playout.experiments.bench import timing
from playout.experiments.bench.sokoban import batched
from playout.experiments.bench.suite import Context
from playout.simulators.sokoban.sources import BankSource

STEPS, COPIES = 3, 2
WALKED = -0.1 * STEPS * COPIES


@pytest.mark.parametrize(("reward", "same"), [(WALKED, True), (WALKED + 0.1, False)])
def test_sums_of_rewards_must_agree(tmp_path, monkeypatch, reward, same):
    def ask(name, script, n, file, out):
        np.savez(out, rooms=np.array(BankSource(8, 8, 2).bank()[:1]))
        part = {"work": STEPS * n, "cpu": 1.0, "wall": 1.0}
        return {"parts": [part], "restarts": 0, "reward": reward}

    monkeypatch.setattr(batched, "ask", ask)
    monkeypatch.setattr(batched, "ENVPOOL_STEPS", {COPIES: STEPS})
    monkeypatch.setattr(batched, "rate", partial(timing.rate, seconds=0.001, parts=1))
    if same:
        found = batched._against_envpool(Context(tmp_path), COPIES)
        assert found["reward"] == {"ours": pytest.approx(WALKED), "envpool": WALKED}
    else:
        with pytest.raises(RuntimeError, match=r"EnvPool was given a reward of .*: not the same game"):
            batched._against_envpool(Context(tmp_path), COPIES)
