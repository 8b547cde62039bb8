import numpy as np
import pytest

from playout.simulators.household.games import read_games
from playout.simulators.household.generator import ENDLESS_ROOMS, GeneratorConfig, generate
from playout.simulators.household.generator.statistics import (
    compare,
    ks_distance,
    ks_p_value,
    measure,
    mismatches,
)
from playout.simulators.household.goals import PLACE, TASK_TYPES, TWO

GAMES = 150


def generated(first: int, **options):
    config = GeneratorConfig(rooms=ENDLESS_ROOMS, **options)
    return [generate(key, config).file for key in range(first, first + GAMES)]


def test_distance_of_distributions():
    assert ks_distance(np.arange(10.0), np.arange(10.0)) == 0
    assert ks_distance(np.zeros(3), np.ones(5)) == 1
    assert ks_distance(np.array([0.0, 1, 2, 3]), np.array([0.0, 1])) == 0.5


def test_p_values_are_the_tabulated_ones():
    # Critical distances for large samples: 1.36, 1.63 / sqrt(size) at 5 and 1 per cent.
    assert ks_p_value(1.36 / np.sqrt(50_000), 100_000, 100_000) == pytest.approx(0.05, abs=0.002)
    assert ks_p_value(1.63 / np.sqrt(50_000), 100_000, 100_000) == pytest.approx(0.01, abs=0.001)
    assert ks_p_value(0.0, 10, 10) == 1 and ks_p_value(1.0, 100, 100) < 1e-20


def test_two_draws_of_one_generator_do_not_differ_and_other_games_do():
    first = measure(generated(0))
    assert mismatches(compare(first, measure(generated(10_000)))) == []
    other = measure(generated(0, task_types=(PLACE, TWO)))
    found = mismatches(compare(first, other))
    assert {"is pick_and_place_simple", "is pick_two_obj_and_place"} & set(found)
    assert all(name in found for name in ("is kitchen",))
    total = sum(first.values[f"is {task}"].mean() for task in TASK_TYPES)
    assert total == pytest.approx(1)


def test_generated_games_have_the_numbers_of_published_ones(published):
    every = 20
    shared = measure(game for i, game in enumerate(read_games(published)) if i % every == 0)
    found = compare(shared, measure(generated(0)))
    assert mismatches(found) == []
    assert found["receptacles"]["a"] == pytest.approx(23.5, abs=1)
