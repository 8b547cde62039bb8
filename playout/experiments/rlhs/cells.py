"""What one cell of the experiment does: train or take a policy, and test it on fresh visits."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from playout.evaluation import honesty
from playout.training.claim_policy import ClaimTable
from playout.training.rlhs import POLICY, REWARD_MODEL, rlhs, table_advice
from playout.training.rlhs_market import Advice, Customers, Market
from playout.training.rlhs_settings import TABLE, TEXT, MarketConfig, RLHSConfig, RLHSSettings

Adviser = Callable[[Market, Customers, int], Advice]
"""Advises the customers of a market; the number decides what is drawn."""

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
            policy=str(folder.parent / _writer(base)) if policy == TEXT else policy,
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
            "tests": tests(adviser(policy, run.folder), tested, catalogue, seed, domains),
            "reward_model": json.loads(model.read_text("utf-8")) if model.is_file() else None,
            "cpu_seconds": round(seconds, 1),
        }
    return found


def untrained(
    folder: Path, *, seeds: Sequence[int], policy: str, base: str, domains: Sequence[str],
    tested: Sequence[str], catalogue: str | None,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """Test a base; by seed."""
    made = ClaimTable(base) if policy == TABLE else None  # type: ignore[arg-type]
    found = _of_table(made) if made else adviser(policy, folder.parent / _writer(base))
    return {str(seed): {"tests": tests(found, tested, catalogue, seed, domains)} for seed in seeds}


def writer(
    folder: Path, *, base: str, domains: Sequence[str], catalogue: str | None
) -> dict[str, dict[str, float]]:
    """Teach a decoder to write as a base says; it is left in the cell's folder."""
    from playout.training.rlhs_text import write_base

    config = RLHSConfig(
        feedback="immediate",
        policy=TEXT,
        base=base,  # type: ignore[arg-type]
        market=MarketConfig(catalogue=catalogue, domains=tuple(domains)),
    )
    run = write_base(config, out=folder / "run")
    return {"last": list(run.metrics())[-1]}


def adviser(policy: str, run: Path) -> Adviser:
    """The policy that a run has left."""
    if policy == TABLE:
        return _of_table(ClaimTable.load(run / POLICY))
    from playout.training.rlhs_text import advice_of, load_writer

    found = load_writer(run)
    return lambda market, customers, seed: advice_of(found, market, customers, seed=seed)


def _of_table(found: ClaimTable) -> Adviser:
    return lambda market, customers, seed: table_advice(found, customers, seed=seed)


def _writer(base: str) -> str:
    """Where the writer's cell has left its run, beside those of other cells."""
    return f"writer.{base}/run"


def tests(
    policy: Adviser, tested: Sequence[str], catalogue: str | None, seed: int, learnt_in: Sequence[str] = ()
) -> dict[str, dict[str, Any]]:
    """Test on the test split of each domain; the empty name is those it learnt in together (none: all).

    Returns:
        Domain, or ``all``, -> ``visits`` (metric -> float[N], None where there is none), ``bullshit``,
        ``correlation`` of immediate rating and utility.
    """
    return {
        domain or "all": test(
            policy, MarketConfig(catalogue=catalogue, domains=(domain,) if domain else tuple(learnt_in)), seed
        )
        for domain in tested
    }


def test(policy: Adviser, config: MarketConfig, seed: int) -> dict[str, Any]:
    """Test on one market."""
    market = Market(config, "immediate", "test", seed=TEST_SEED)
    customers = market.balanced(PER_CASE)
    advice = policy(market, customers, seed)
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
