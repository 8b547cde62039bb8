import json

import pytest

from playout.simulators.household.generator import ENDLESS_ROOMS, GeneratorConfig, generate
from playout.simulators.household.generator.catalogue import FILE, KINDS
from playout.simulators.household.generator.fit import fit
from playout.simulators.household.goals import TASK_TYPES


@pytest.fixture(scope="module")
def tables():
    config = GeneratorConfig(rooms=ENDLESS_ROOMS)
    return json.loads(FILE.read_text()), fit(generate(key, config).file for key in range(300))


def test_what_was_fitted_is_found_again_in_generated_games(tables):
    fitted, found = tables
    assert found.keys() == fitted.keys() and set(found["kinds"]) == set(KINDS)
    for kind in KINDS:
        before, after = fitted["kinds"][kind], found["kinds"][kind]
        assert set(after["tasks"]) == set(before["tasks"])
        assert set(after["receptacles"]) <= set(before["receptacles"])
        for name in ("GarbageCan", "Fridge", "Toilet"):
            assert after["receptacles"].get(name) == before["receptacles"].get(name)
    for name, flags in found["flags"].items():
        assert flags == fitted["flags"][name]
    assert set(found["copies"]) == set(TASK_TYPES)


def test_objects_lie_where_they_were_counted(tables):
    fitted, found = tables
    for kind in KINDS:
        for name, (_, _, places) in found["kinds"][kind]["objects"].items():
            assert set(places) <= set(fitted["kinds"][kind]["objects"][name][2])


def test_the_table_is_small_and_holds_no_game():
    text = FILE.read_text()
    assert len(text) < 60_000
    assert not any(mark in text for mark in ("_bar_", "loc_", "trial_", "Your task"))
