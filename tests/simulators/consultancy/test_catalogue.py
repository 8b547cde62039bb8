"""Catalogues: our own, others by their path, and what is not one."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from playout.core.errors import WrongUse
from playout.simulators.consultancy.catalogue import OWN, open_catalogue, parse


def small() -> dict[str, Any]:
    features = [{"P": f"has {i}", "N": f"lacks {i}", "U": f"open {i}"} for i in range(8)]
    return {"d": {"categories": {"c": {"features": features, "price_tiers": [[7, 9], [4, 6], [1, 3]]}}}}


def test_our_own_has_the_size_of_the_published_one_and_tiers_that_do_not_touch() -> None:
    tiers = open_catalogue().tiers()
    assert tiers.shape == (3, 10, 3, 2)
    assert (tiers[:, :, :-1, 0] > tiers[:, :, 1:, 1]).all()


def test_a_folder_and_a_file_load_alike(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.json"
    file.write_text(json.dumps(small()))
    assert open_catalogue(tmp_path) == open_catalogue(str(file)) == parse(small())
    assert np.array_equal(open_catalogue(file).tiers()[0, 0], [[7, 9], [4, 6], [1, 3]])


def test_domains_are_named() -> None:
    own = open_catalogue()
    assert own.numbers() == [0, 1, 2]
    assert own.numbers(own.domains[1].name) == [1]
    with pytest.raises(WrongUse, match="domain: expected some of shop, stay, study, got"):
        own.numbers(["shop", "zoo"])


def broken(change: Any) -> dict[str, Any]:
    found = small()
    change(found["d"]["categories"]["c"], found)
    return found


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], "expected names"),
        ({"d": {"categories": {}}}, "d, categories: expected names"),
        (broken(lambda c, _: c["features"].pop()), "d, c: expected a list of 8 features"),
        (broken(lambda c, _: c["features"][3].pop("U")), "d, c, feature 3: expected texts"),
        (broken(lambda c, _: c["features"][3].update(P="HAS 2")), "24 different phrases"),
        (broken(lambda c, _: c.update(price_tiers=[[1, 3], [4, 6], [7, 9]])), "from dear to cheap"),
        (broken(lambda c, _: c.update(price_tiers=[["a", 3]])), "three price_tiers"),
        (broken(lambda c, f: f.update(e={"categories": {"x": c, "y": c}})), "equally many categories"),
    ],
)
def test_what_is_no_catalogue_is_refused_with_its_place(found: Any, expected: str) -> None:
    with pytest.raises(WrongUse, match=expected):
        parse(found, "file.json")


def test_files_that_cannot_be_read_say_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongUse, match=r"there is no .*missing\.json"):
        open_catalogue(tmp_path / "missing.json")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(WrongUse, match="not readable JSON"):
        open_catalogue(tmp_path / "bad.json")
    monkeypatch.delenv("PLAYOUT_DATA", raising=False)
    with pytest.raises(WrongUse, match="set PLAYOUT_DATA"):
        open_catalogue("published")
    assert OWN.is_file()
