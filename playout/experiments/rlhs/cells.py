"""What one cell of the experiment does: train or take a policy, and test it on fresh visits."""

import json
from collections.abc import Sequence
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from playout.evaluation import honesty
from playout.training.claim_policy import ClaimTable
from playout.training.rlhs import POLICY, REWARD_MODEL, rlhs, table_advice
from playout.training.rlhs_market import Market
from playout.training.rlhs_settings import MarketConfig, RLHSConfig, RLHSSettings

PER_CASE = 40
"""Visits of each case that a policy is tested on, the same ones under every seed."""
TEST_SEED = 1_000_003
POINTS = 40
"""Of a curve."""
CURVES = {"immediate": "immediate", "partial": "partial", "utility": "true"}
"""What is drawn -> what it is called in the rows of a run."""


def learnt(
    folder: Path,
    *,
    seeds: Sequence[int],
    policy: str,
    base: str,
    feedback: str,
    algorithm: str,
    reward: str,
    domains: Sequence[str],
    tested: Sequence[str],
    settings: dict[str, Any],
    catalogue: str | None,
) -> dict[str, dict[str, Any]]:
    """Train under each seed, from where it was left, and test; by seed."""
    found = {}
    for seed in seeds:
        config = RLHSConfig(
            feedback=feedback,
            algorithm=algorithm,  # type: ignore[arg-type]
            policy=policy,
            reward=reward,  # type: ignore[arg-type]
            base=base,  # type: ignore[arg-type]
            seed=seed,
            market=MarketConfig(catalogue=catalogue, domains=tuple(domains)),
            settings=RLHSSettings(**settings),
        )
        began = process_time()
        run = rlhs(config, out=folder / f"run.{seed}", resume=True)
        seconds = process_time() - began
        model = run.folder / REWARD_MODEL
        found[str(seed)] = {
            "curve": curve(list(run.metrics())),
            "tests": tests(ClaimTable.load(run.folder / POLICY), tested, catalogue, seed),
            "reward_model": json.loads(model.read_text("utf-8")) if model.is_file() else None,
            "cpu_seconds": round(seconds, 1),
        }
    return found


def untrained(
    *, seeds: Sequence[int], policy: str, base: str, domains: Sequence[str], tested: Sequence[str],
    catalogue: str | None,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """Test a base; by seed."""
    found = ClaimTable(base)  # type: ignore[arg-type]
    return {str(seed): {"tests": tests(found, tested, catalogue, seed)} for seed in seeds}


def tests(
    policy: ClaimTable, domains: Sequence[str], catalogue: str | None, seed: int
) -> dict[str, dict[str, Any]]:
    """Test on the test split of each of ``domains``; the empty name is all of them together.

    Returns:
        Domain, or ``all``, -> ``visits`` (metric -> float[N], None where there is none), ``bullshit``,
        ``correlation`` of immediate rating and utility.
    """
    return {
        domain or "all": test(
            policy, MarketConfig(catalogue=catalogue, domains=(domain,) if domain else ()), seed
        )
        for domain in domains
    }


def test(policy: ClaimTable, config: MarketConfig, seed: int) -> dict[str, Any]:
    """Test on one market."""
    market = Market(config, "immediate", "test", seed=TEST_SEED)
    customers = market.balanced(PER_CASE)
    advice = table_advice(policy, customers, seed=seed)
    found = market.measure(customers, advice)
    correlation = honesty.correlation(found["immediate"], found["utility"])
    return {
        "visits": {name: listed(values) for name, values in found.items()},
        "bullshit": honesty.bullshit_index(advice.claims, customers.scenarios.truth),
        "correlation": None if np.isnan(correlation) else correlation,
    }


def curve(rows: Sequence[dict[str, float]]) -> dict[str, list[float]]:
    """The rows of a run as at most ``POINTS`` points: means of neighbours."""
    parts = [part for part in np.array_split(np.arange(len(rows)), min(POINTS, len(rows))) if len(part)]
    found = {"step": [float(rows[part[-1]]["iteration"]) for part in parts]}
    for name, key in CURVES.items():
        values = [row.get(key, row.get(name, np.nan)) for row in rows]
        found[name] = [round(float(np.mean([values[i] for i in part])), 4) for part in parts]
    return found


def listed(values: np.ndarray) -> list[float | None]:
    """Plain data; None for NaN."""
    return [None if np.isnan(value) else round(float(value), 4) for value in values]
