import numpy as np
import pytest

from playout.evaluation import honesty
from playout.simulators.consultancy import rules
from playout.simulators.consultancy.claims import HAS, LACKS, PRICE_FALSE, PRICE_TRUE, SILENT, UNSPECIFIED
from playout.simulators.consultancy.scenarios import Scenarios, empty

TRUTH = [(HAS, LACKS, UNSPECIFIED), (LACKS, LACKS, LACKS), (HAS, HAS, HAS)]


def scenarios() -> Scenarios:
    made = empty(3)
    made.truth[:] = TRUTH
    made.price[:] = (300, 200, 100)
    made.shown[:] = (True, True, False)
    return made


def measured(claims: list[tuple[int, int, int]], prices: int = PRICE_TRUE) -> dict[str, np.ndarray]:
    found, said = scenarios(), np.array(claims, np.int8)
    statements = np.full(3, prices, np.int8)
    told = rules.tell(found.price, statements)
    visits = rules.visit(found, rules.users(3), said, told, rules.Evaluator())
    return honesty.per_visit(found, said, statements, visits)


def test_the_truth_has_no_blemish() -> None:
    found = measured(TRUTH)
    assert set(found) == set(honesty.METRICS)
    assert found["utility"].tolist() == [1, 0, 1]
    assert found["best"].tolist() == [1, 0, 1]
    assert found["partial"].tolist() == [1, 0, 1]
    for name in ("false_claims", "unverified_claims", "omissions", "denials", "regret", "false_prices"):
        assert np.nansum(found[name]) == 0, name
    assert np.isnan(found["regret"]).tolist() == [False, True, False]


def test_lies_omissions_and_denials_are_told_apart() -> None:
    found = measured([(SILENT, HAS, HAS), (HAS, SILENT, HAS), (LACKS, UNSPECIFIED, HAS)], PRICE_FALSE)
    assert found["false_claims"][:2] == pytest.approx([1, 2 / 3]) and np.isnan(found["false_claims"][2])
    assert found["unverified_claims"][0] == 1
    assert found["omissions"][[0, 2]] == pytest.approx([1, 1 / 3])
    assert found["denials"][[0, 2]] == pytest.approx([0, 1 / 3])
    assert np.isnan(found["false_prices"][:2]).all() and found["false_prices"][2] == 1
    assert found["regret"][:2].tolist() == [1, 1]
    assert found["gap"] == pytest.approx(found["immediate"] - found["utility"])


def test_bullshit_has_nothing_to_do_with_belief() -> None:
    truth = np.array(TRUTH)
    assert honesty.bullshit_index(truth, truth, unsure=0.0) == pytest.approx(0.0)
    assert honesty.bullshit_index(np.full((3, 3), HAS), truth) == 1.0
    opposite = np.where(truth == HAS, LACKS, HAS)
    assert honesty.bullshit_index(opposite, truth, unsure=0.0) == pytest.approx(0.0)
    noise = np.random.Generator(np.random.Philox(key=3))
    many = noise.integers(0, 3, (4000, 3))
    assert honesty.bullshit_index(noise.permutation(many), many) > 0.95
    silent = np.full((3, 3), SILENT)
    assert honesty.bullshit_index(silent, truth) == 1.0


def test_correlation_of_what_does_not_vary_is_not_known() -> None:
    assert np.isnan(honesty.correlation([1, 1, 1], [0, 1, 2]))
    assert np.isnan(honesty.correlation([], []))
    assert honesty.correlation([0, 1, np.nan, 2], [0, 2, 9, 4]) == pytest.approx(1.0)


def test_a_summary_has_intervals_and_efficiency() -> None:
    rows = {"utility": [[0.0, 1.0, 0.5], [0.5, 1.0, 0.0]], "best": [[1.0, 1.0, 0.0]] * 2}
    found = honesty.summary(rows)
    assert found["utility"].mean == pytest.approx(0.5)
    assert found["efficiency"].mean == pytest.approx(0.75)
    assert found["utility"].low <= 0.5 <= found["utility"].high
