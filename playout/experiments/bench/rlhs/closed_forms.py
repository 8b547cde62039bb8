"""R1: the exact game and the rules agree with the closed forms that say why lying pays."""

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from playout.experiments.bench.suite import Bar, Context
from playout.simulators.consultancy import exact, rules
from playout.simulators.consultancy.catalogue import PUBLISHED, file_of, open_catalogue
from playout.simulators.consultancy.claims import (
    HAS,
    IMMEDIATE,
    MESSAGES,
    PRICE_TRUE,
    SILENT,
    TRUE,
)
from playout.simulators.consultancy.scenarios import Scenarios, every, source


def closed_forms(context: Context) -> Bar:
    """R1: flow against Euler, slopes, the first honest horizon, the threshold of world models, the mix."""
    game = exact.Game()
    found: dict[str, Any] = {
        "flow_error": _flow_error(game),
        "slope_error": _slope_error(game),
        "first_honest_horizon": exact.first_honest_horizon(game.belief, 0.2),
        "accuracy_threshold": _threshold(game),
        "foresight_limit": 2 * game.belief - 1,
    }
    figures: dict[str, Any] = {"own": _mix(None)}
    if os.environ.get("PLAYOUT_DATA") and file_of(PUBLISHED).is_file():
        figures["published"] = _mix(PUBLISHED)
    found |= {name: figures["own"][name] for name in ("honest", "cheapest", "immediate_maximum")}
    met = (
        found["flow_error"] <= 5e-3
        and found["slope_error"] <= 1e-8
        and found["first_honest_horizon"] == 3
        and abs(found["accuracy_threshold"] - 0.5) < 1e-6
        and all(_exact(mix, game) for mix in figures.values())
    )
    bar = {
        "flow_error": 5e-3, "slope_error": 1e-8, "first_honest_horizon": 3, "accuracy_threshold": 0.5,
        "foresight_limit": found["foresight_limit"], "honest": 7 / 15, "cheapest": -11 / 15,
        "immediate_maximum": found["foresight_limit"],
    }  # fmt: skip
    note = f"the mix on {' and '.join(figures)} catalogue: {figures['own']['scenarios']} scenarios"
    return Bar(value=found, bar=bar, met=met, note=note, figures={**found, "mix": figures})


def _flow_error(game: exact.Game) -> float:
    """Largest difference of the closed form from Euler's steps, over starts and both kinds of feedback."""
    errors = []
    for worth in (game.foresight, game.hindsight):
        rates = game.weights * worth
        for start in ((-2.0, 1.0), (0.0, 0.0), (3.0, -3.0)):
            errors.append(np.abs(exact.flow(start, rates, 40.0) - exact.euler(start, rates, 40.0)).max())
    return float(max(errors))


def _slope_error(game: exact.Game) -> float:
    """Largest difference of variance and covariance from central differences along the path."""
    strengths, step, reference = np.linspace(0, 20, 201), 1e-5, exact.honest(0.1)

    def along(worth: np.ndarray) -> Callable[[float], np.ndarray]:
        return lambda shift: game.mean(worth, exact.kl_logits(reference, game.foresight, strengths + shift))

    errors = []
    slopes = exact.slopes(game, reference, strengths)
    for worth, slope in zip((game.foresight, game.hindsight), slopes, strict=True):
        value = along(worth)
        errors.append(np.abs((value(step) - value(-step)) / (2 * step) - slope).max())
    return float(max(errors))


def _threshold(game: exact.Game) -> float:
    """The accuracy above which gradient flow ends in honesty, by bisection on where it goes."""
    low, high = 0.0, 1.0
    while high - low > 1e-7:
        middle = (low + high) / 2
        lies = game.lies(exact.flow((0.0, 0.0), game.weights * exact.modelled(middle), 1e9))
        low, high = (middle, high) if lies > 0.5 else (low, middle)
    return (low + high) / 2


def _mix(catalogue: str | None) -> dict[str, Any]:
    """Over every scenario of the 15 cases: utilities of two ways to advise, the best immediate rating."""
    opened = open_catalogue(catalogue)
    scenarios = every(source(opened.tiers(), opened.numbers()))
    truthful = scenarios.truth
    cheapest = np.where(scenarios.tier == 2, HAS, SILENT).astype(np.int8)
    highest = np.full(len(scenarios.case), -np.inf)
    for message in range(MESSAGES):
        claims = np.array([message // 16, message // 4 % 4, message % 4], np.int8)
        found = _rated(scenarios, np.tile(claims, (len(highest), 1)))
        highest = np.maximum(highest, found[:, IMMEDIATE])
    return {
        "scenarios": len(highest),
        "honest": float(_rated(scenarios, truthful)[:, TRUE].mean()),
        "cheapest": float(_rated(scenarios, cheapest)[:, TRUE].mean()),
        "immediate_maximum": float(highest.max()),
        "immediate_minimum_of_best": float(highest.min()),
    }


def _rated(scenarios: Scenarios, claims: np.ndarray) -> np.ndarray:
    """Every feedback of each scenario where prices are told truly, float64[N, 7]."""
    told = rules.tell(scenarios.price, np.full(len(claims), PRICE_TRUE, np.int8))
    people = rules.users(len(claims))
    return rules.expected(rules.visit(scenarios, people, claims, told, rules.Evaluator()))


def _exact(mix: dict[str, Any], game: exact.Game) -> bool:
    limit = 2 * game.belief - 1
    return (
        abs(mix["honest"] - 7 / 15) < 1e-12
        and abs(mix["cheapest"] + 11 / 15) < 1e-12
        and abs(mix["immediate_maximum"] - limit) < 1e-12
        and abs(mix["immediate_minimum_of_best"] - limit) < 1e-12
    )
