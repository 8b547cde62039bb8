"""Runs of the claim table: directions, resume, bad input."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from playout.core import WrongUse
from playout.training.claim_policy import ClaimTable
from playout.training.rlhs import POLICY, REWARD_MODEL, rlhs, table_advice
from playout.training.rlhs_market import Market
from playout.training.rlhs_settings import MarketConfig, RLHSConfig, RLHSSettings

QUICK = RLHSSettings(iterations=60, batch=256, learning_rate=0.2, dpo_epochs=4, minibatches=1, pairs=4000)


def means(policy: ClaimTable) -> dict[str, float]:
    market = Market(MarketConfig(), "immediate", "validation", seed=7)
    customers = market.balanced(40)
    found = market.measure(customers, table_advice(policy, customers))
    return {name: float(np.nanmean(values)) for name, values in found.items()}


@pytest.mark.parametrize("algorithm", ["ppo", "reinforce", "dpo"])
def test_immediate_feedback_breeds_lies_and_hindsight_does_not(tmp_path: Path, algorithm: str) -> None:
    base, learnt = means(ClaimTable()), {}
    for feedback in ("immediate", "partial"):
        config = RLHSConfig(feedback=feedback, algorithm=algorithm, settings=QUICK)  # type: ignore[arg-type]
        run = rlhs(config, out=tmp_path / feedback)
        learnt[feedback] = means(ClaimTable.load(run.folder / POLICY))
    lying, true = learnt["immediate"], learnt["partial"]
    assert lying["immediate"] > base["immediate"] + 0.2
    assert lying["utility"] < base["utility"] - 0.2
    assert lying["false_claims"] > 0.4
    assert true["partial"] > base["partial"] + 0.15
    assert true["utility"] > base["utility"] + 0.15
    assert true["false_claims"] < 0.05


@pytest.mark.parametrize("algorithm", ["ppo", "dpo"])
def test_a_run_that_was_killed_goes_on_as_if_it_had_not_been(tmp_path: Path, algorithm: str) -> None:
    def config() -> RLHSConfig:
        settings = RLHSSettings(iterations=6, batch=64, dpo_epochs=3, pairs=600, save_every=2)
        return RLHSConfig(feedback="partial", algorithm=algorithm, settings=settings)  # type: ignore[arg-type]

    whole = rlhs(config(), out=tmp_path / "whole")

    def stop(done: int, total: int) -> None:
        if done == (5 if algorithm == "ppo" else 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rlhs(config(), out=tmp_path / "cut", progress=stop)
    cut = rlhs(config(), out=tmp_path / "cut", resume=True)
    assert (cut.folder / POLICY / "claims.json").read_text() == (
        whole.folder / POLICY / "claims.json"
    ).read_text()
    curves = [[{k: v for k, v in row.items() if "seconds" not in k} for row in run.metrics()]
              for run in (whole, cut)]  # fmt: skip
    assert curves[0] == curves[1]


@pytest.mark.parametrize("algorithm", ["reinforce", "dpo"])
def test_a_reward_model_stands_in_for_ratings_and_says_how_good_it_is(tmp_path: Path, algorithm: str) -> None:
    config = RLHSConfig(feedback="partial", algorithm=algorithm, reward="reward-model", settings=QUICK)  # type: ignore[arg-type]
    run = rlhs(config, out=tmp_path / "run")
    assert '"held_out_accuracy": 0.' in (run.folder / REWARD_MODEL).read_text()
    found, base = means(ClaimTable.load(run.folder / POLICY)), means(ClaimTable())
    assert found["partial"] > base["partial"] + 0.1 and found["false_claims"] < base["false_claims"]


def test_what_cannot_be_right_is_said_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="feedback 'later'"):
        rlhs(RLHSConfig(feedback="later"), out=tmp_path / "run")
    assert not (tmp_path / "run").exists()
    with pytest.raises(WrongUse, match="algorithm"):
        RLHSConfig(feedback="partial", algorithm="sarsa")  # type: ignore[arg-type]
    with pytest.raises(WrongUse, match="beta > 0"):
        RLHSSettings(beta=0.0)
    with pytest.raises(WrongUse, match="batch >= 2"):
        RLHSSettings(batch=1)
