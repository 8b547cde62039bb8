"""Populations: files, and what is refused."""

import json

import numpy as np
import pytest

from playout.core import WrongUse
from playout.simulators.dialogue.bargaining.populations import from_json, population_of


@pytest.mark.parametrize("name", ["designed", "fitted"])
def test_a_population_survives_its_file(tmp_path, name) -> None:
    given = population_of(name)
    assert given.name == name
    file = tmp_path / "people.json"
    file.write_text(given.to_text())
    read = population_of(str(file))
    for field in ("traits", "acts", "says", "openings", "leaves", "tones", "bends"):
        np.testing.assert_array_equal(getattr(read, field), getattr(given, field))


def test_a_file_that_is_none_is_told_apart(tmp_path) -> None:
    good = population_of("designed").to_json()
    with pytest.raises(WrongUse, match=r"here\.json.*traits"):
        from_json(json.dumps(good | {"buyer": {"pulls": 1}}).replace("traits", "pulls"), "here.json")
    with pytest.raises(WrongUse, match="not a population"):
        from_json("{", "here.json")
    bad = json.loads(json.dumps(good))
    bad["seller"]["traits"]["limit"][3] = 9.0
    with pytest.raises(WrongUse, match="do not fall"):
        from_json(json.dumps(bad), "here.json")
    bad = json.loads(json.dumps(good))
    bad["seller"]["acts"]["greet"][0] += 0.5
    with pytest.raises(WrongUse, match="sum to 1"):
        from_json(json.dumps(bad), "here.json")
    with pytest.raises(WrongUse, match="nobody"):
        population_of("nobody")
