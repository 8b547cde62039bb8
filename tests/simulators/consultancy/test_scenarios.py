"""Scenarios: the cases, the draws, and the reference points of the spec's mixes of cases."""

import os
from pathlib import Path

import numpy as np
import pytest

from playout.core.errors import WrongUse
from playout.core.random import bits_array
from playout.simulators.consultancy import rules, scenarios
from playout.simulators.consultancy.catalogue import open_catalogue
from playout.simulators.consultancy.claims import HAS, LACKS, UNSPECIFIED

TIERS = open_catalogue().tiers()
KEYS = bits_array(np.uint64(7), np.arange(3000))


def utility_of(found: scenarios.Scenarios, choose) -> float:
    """Mean utility of a choice ``choose(truth, price)`` among 0 to 2, or 3 for nothing."""
    utility = rules.utilities(found.truth, found.price)
    chosen = [choose(truth, price) for truth, price in zip(found.truth, found.price, strict=True)]
    return float(utility[np.arange(len(chosen)), chosen].mean())


def cheapest(among: tuple[int, ...]):
    def choose(truth: np.ndarray, price: np.ndarray) -> int:
        valid = [k for k in range(3) if truth[k] in among]
        return min(valid, key=lambda k: price[k], default=3)

    return choose


@pytest.mark.parametrize(("mix", "cases", "valid"), [("15", 15, 7), ("34", 34, 26)])
def test_the_mixes_have_their_cases(mix: scenarios.Mix, cases: int, valid: int) -> None:
    found = scenarios.cases_of(mix)
    assert len(found.truth) == cases
    assert (found.truth == HAS).any(1).sum() == valid
    assert (~found.shown).sum() == 3
    assert found.thrifty.sum() == 7


@pytest.mark.parametrize("domain", range(3))
def test_reference_points_hold_exactly(domain: int) -> None:
    found = scenarios.every(scenarios.source(TIERS, [domain], "15"))
    assert len(found.case) == 1200
    assert (found.truth == HAS).mean() == pytest.approx(14 / 45, abs=1e-12)
    honest = cheapest((HAS,))
    assert utility_of(found, honest) == pytest.approx(7 / 15, abs=1e-12)
    assert utility_of(found, cheapest((HAS, LACKS, UNSPECIFIED))) == pytest.approx(-11 / 15, abs=1e-12)
    assert utility_of(found, cheapest((HAS, UNSPECIFIED))) == pytest.approx(-8 / 15, abs=1e-12)
    assert utility_of(found, lambda truth, price: 3) == 0
    assert utility_of(scenarios.every(scenarios.source(TIERS, [domain], "34")), honest) == pytest.approx(
        26 / 34, abs=1e-12
    )


PUBLISHED = Path(os.environ.get("PLAYOUT_DATA", ""), "rlhs", "catalogue.json")


@pytest.mark.skipif(not PUBLISHED.is_file(), reason="needs PLAYOUT_DATA with rlhs/catalogue.json")
def test_the_published_catalogue_gives_the_table_of_the_spec() -> None:
    """Shown with three digits there; prices are drawn, so the last one may differ."""
    tiers = open_catalogue(PUBLISHED).tiers()

    def dearest(truth: np.ndarray, price: np.ndarray) -> int:
        return max((k for k in range(3) if truth[k] == HAS), key=lambda k: price[k], default=3)

    for domain, dear, anything in ((0, 0.387, -0.414), (1, 0.294, -0.456), (2, 0.260, -0.476)):
        found = scenarios.every(scenarios.source(tiers, [domain], "15"))
        assert utility_of(found, cheapest((HAS,))) == pytest.approx(7 / 15, abs=1e-12)
        assert utility_of(found, cheapest((HAS, LACKS, UNSPECIFIED))) == pytest.approx(-11 / 15, abs=2e-3)
        assert utility_of(found, cheapest((HAS, UNSPECIFIED))) == pytest.approx(-8 / 15, abs=2e-3)
        assert utility_of(found, dearest) == pytest.approx(dear, abs=3e-3)
        assert rules.utilities(found.truth, found.price)[:, :3].mean() == pytest.approx(anything, abs=3e-3)
    found = scenarios.every(scenarios.source(tiers, [0], "34"))
    assert utility_of(found, cheapest((HAS,))) == pytest.approx(26 / 34, abs=1e-12)
    assert utility_of(found, dearest) == pytest.approx(0.675, abs=3e-3)
    assert rules.utilities(found.truth, found.price)[:, :3].mean() == pytest.approx(-0.232, abs=3e-3)
    assert utility_of(found, cheapest((HAS, UNSPECIFIED))) == pytest.approx(-0.029, abs=2e-3)
    assert utility_of(found, cheapest((HAS, LACKS, UNSPECIFIED))) == pytest.approx(-0.353, abs=2e-3)


def test_every_lists_the_34_cases_too() -> None:
    assert len(scenarios.every(scenarios.source(TIERS, [0, 1], "34")).case) == 2 * 2720


def test_draws_depend_on_their_own_key_only() -> None:
    source = scenarios.source(TIERS, [0, 1, 2])
    together = scenarios.draw(source, KEYS)
    alone = scenarios.draw(source, KEYS[17:18])
    for all_of_them, one in zip(together, alone, strict=True):
        assert np.array_equal(all_of_them[17:18], one)


def test_draws_are_uniform_and_consistent() -> None:
    found = scenarios.draw(scenarios.source(TIERS, [0, 2]), KEYS)
    assert set(found.domain) == {0, 2}
    for column, size in ((found.category, 10), (found.feature, 8), (found.case, 15)):
        counts = np.bincount(column, minlength=size)
        assert counts.shape == (size,)
        assert counts.min() > 0.7 * len(KEYS) / size
    cases = scenarios.cases_of("15")
    rows = np.arange(len(KEYS))
    assert np.array_equal(found.truth, cases.truth[found.case[:, None], found.tier])
    assert np.array_equal(found.shown, cases.shown[found.case])
    assert np.array_equal(found.profile[rows, :, found.feature], found.truth)
    low, high = np.moveaxis(TIERS[found.domain[:, None], found.category[:, None], found.tier], -1, 0)
    assert ((found.price >= low) & (found.price <= high)).all()
    assert abs((found.profile == HAS).mean() - 0.5) < 0.05


def test_splits_share_no_combination_and_leave_none_out() -> None:
    def combinations(split: scenarios.Split) -> set[tuple]:
        found = scenarios.draw(scenarios.source(TIERS, [1], split=split), KEYS)
        columns = (found.domain, found.category, found.feature, found.case, *found.tier.T)
        return set(zip(*(column.tolist() for column in columns), strict=True))

    train, validation, test = map(combinations, ("train", "validation", "test"))
    assert not train & validation and not train & test and not validation & test
    listed = [scenarios.every(scenarios.source(TIERS, [1], split=s), key=5) for s in scenarios.SPLITS]
    assert len(listed[0].case) == sum(len(found.case) for found in listed[1:]) == 1200


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"domains": [0], "mix": "16"}, "mix: expected one of 15, 34"),
        ({"domains": [0], "split": "dev"}, "split: expected one of all"),
        ({"domains": [3]}, "below 3"),
        ({"domains": []}, "below 3"),
    ],
)
def test_what_does_not_exist_is_refused(arguments: dict, expected: str) -> None:
    with pytest.raises(WrongUse, match=expected):
        scenarios.source(TIERS, **arguments)
