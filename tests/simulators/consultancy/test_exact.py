import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playout.core import WrongUse
from playout.simulators.consultancy import exact

GAME = exact.Game()
STRENGTHS = np.linspace(0, 20, 81)
unit = st.floats(0.01, 0.99)


def test_defaults_are_those_of_the_calibrated_user() -> None:
    assert pytest.approx(0.8956, abs=1e-4) == GAME.belief
    assert GAME.foresight[0] == pytest.approx(0.7912, abs=1e-4)


def test_a_game_in_which_buying_pays_or_a_yes_is_not_believed_is_refused() -> None:
    for wrong in ({"good": 0.5}, {"belief": 0.5}, {"good": float("nan")}):
        with pytest.raises(WrongUse, match="expected 0 < good"):
            exact.Game(**wrong)


@pytest.mark.parametrize("worth", ["foresight", "hindsight"])
@pytest.mark.parametrize("start", [(-2.0, 1.0), (0.0, 0.0), (3.0, -3.0)])
def test_flow_is_what_euler_finds(worth: str, start: tuple[float, float]) -> None:
    rates = GAME.weights * getattr(GAME, worth)
    assert exact.flow(start, rates, 40.0) == pytest.approx(exact.euler(start, rates, 40.0), abs=5e-3)


@given(st.floats(-30, 30), st.floats(-1, 1), st.floats(0, 1e6))
def test_flow_solves_its_integral_and_starts_where_it_starts(start: float, rate: float, time: float) -> None:
    end = float(exact.flow(start, rate, time))
    left = np.exp(end) + 2 * end - np.exp(-end)
    right = np.exp(start) + 2 * start - np.exp(-start) + 2 * rate * time
    assert left == pytest.approx(right, rel=1e-6, abs=1e-6)
    assert float(exact.flow(start, rate, 0.0)) == pytest.approx(start, abs=1e-9)


def test_flow_ends_in_lies_under_foresight_and_in_truth_under_hindsight() -> None:
    limits = exact.limits(GAME)
    lying = exact.flow((-3.0, 0.0), GAME.weights * GAME.foresight, 1e7)
    assert GAME.lies(lying) == pytest.approx(limits["immediate_lies"], abs=1e-5)
    assert GAME.mean(GAME.hindsight, lying) == pytest.approx(limits["immediate_utility"], abs=1e-5)
    assert GAME.mean(GAME.foresight, lying) == pytest.approx(limits["immediate_satisfaction"], abs=1e-5)
    true = exact.flow((3.0, 0.0), GAME.weights * GAME.hindsight, 1e7)
    assert GAME.lies(true) == pytest.approx(0.0, abs=1e-5)
    assert GAME.mean(GAME.hindsight, true) == pytest.approx(limits["hindsight_utility"], abs=1e-5)
    assert limits["loss"] == pytest.approx(limits["hindsight_utility"] - limits["immediate_utility"])


def test_doubt_falls_as_one_over_time() -> None:
    rate, time = float(GAME.weights[0] * GAME.foresight[0]), 1e6
    doubt = 1 - GAME.lies(exact.flow((0.0, 0.0), (rate, rate), time))
    assert doubt == pytest.approx(exact.long_run_doubt(rate, time), rel=1e-4)


def test_values_along_the_regularised_path_are_the_measured_ones() -> None:
    game = exact.Game(good=0.3111, belief=(1 + 0.7912) / 2)
    reference = exact.honest(0.1)
    path = exact.kl_logits(reference, game.foresight, [0, 2, 4, 8])
    assert game.mean(game.foresight, path) == pytest.approx([0.276, 0.432, 0.640, 0.783], abs=1e-3)
    assert game.mean(game.hindsight, path) == pytest.approx([0.211, 0.062, -0.190, -0.367], abs=1e-3)
    true = exact.kl_logits(reference, game.hindsight, [0, 2, 4])
    assert game.mean(game.hindsight, true) == pytest.approx([0.211, 0.296, 0.309], abs=1e-3)


def test_slopes_are_variance_and_covariance() -> None:
    reference, step = exact.honest(0.1), 1e-5
    ahead = exact.kl_logits(reference, GAME.foresight, STRENGTHS + step)
    behind = exact.kl_logits(reference, GAME.foresight, STRENGTHS - step)
    satisfaction, utility = exact.slopes(GAME, reference, STRENGTHS)
    for worth, slope in ((GAME.foresight, satisfaction), (GAME.hindsight, utility)):
        measured = (GAME.mean(worth, ahead) - GAME.mean(worth, behind)) / (2 * step)
        assert slope == pytest.approx(measured, abs=1e-9)


@given(unit, st.floats(0.01, 0.49), st.floats(0.51, 0.99))
def test_more_weight_on_foresight_always_costs_utility(mistakes: float, good: float, belief: float) -> None:
    game = exact.Game(good=good, belief=belief)
    honest = exact.honest(min(mistakes, 1 - mistakes))
    satisfaction, utility = exact.slopes(game, honest, STRENGTHS)
    assert (satisfaction >= 0).all() and (utility <= 0).all()
    under_hindsight = game.mean(game.hindsight, exact.kl_logits(honest, game.hindsight, STRENGTHS))
    assert (np.diff(under_hindsight) >= -1e-12).all()


def test_a_hedging_reference_may_gain_utility_before_it_loses_it() -> None:
    _, slope = exact.slopes(GAME, (-6.0, 0.0), STRENGTHS)
    assert slope[0] > 0 > slope.min()


def test_lies_stop_paying_at_the_third_step() -> None:
    assert exact.lie_after(np.arange(5), 0.8956, 0.2) == pytest.approx(
        [0.791, 0.464, 0.191, -0.034, -0.218], abs=5e-4
    )
    assert exact.horizon_of_honesty(0.8956, 0.2) == pytest.approx(2.84, abs=5e-3)
    assert exact.first_honest_horizon(0.8956, 0.2) == 3


@given(st.floats(0.51, 0.99), st.floats(0.01, 0.9))
def test_the_horizon_of_honesty_is_where_the_sign_changes(belief: float, discovery: float) -> None:
    first = exact.first_honest_horizon(belief, discovery)
    assert first is not None
    assert exact.lie_after(first, belief, discovery) <= 1e-12
    assert exact.lie_after(first - 1, belief, discovery) >= -1e-12


def test_what_is_never_discovered_never_deters() -> None:
    assert exact.first_honest_horizon(0.8956, 0.0) is None
    assert exact.lie_after(10**6, 0.8956, 0.0) > 0


@pytest.mark.parametrize("accuracy", [0.4, 0.5, 0.6, 1.0])
def test_a_world_model_must_be_right_more_often_than_not(accuracy: float) -> None:
    worth = exact.modelled(accuracy)
    assert np.sign(worth) == pytest.approx(np.sign(accuracy - 0.5) * np.array([-1, 1]))
    logits = exact.flow((0.0, 0.0), GAME.weights * worth, 1e7)
    utility = {0.4: 2 * GAME.good - 1 - GAME.good, 0.5: GAME.good - 0.5, 0.6: GAME.good, 1.0: GAME.good}
    assert GAME.mean(GAME.hindsight, logits) == pytest.approx(utility[accuracy], abs=1e-4)


def test_a_world_model_that_knows_only_the_average_teaches_silence() -> None:
    logits = exact.flow((0.0, 0.0), GAME.weights * exact.blind_model(GAME), 1e8)
    assert GAME.mean(GAME.hindsight, logits) == pytest.approx(0.0, abs=1e-4)


def test_who_sees_only_what_was_bought_does_not_miss_what_was_withheld() -> None:
    assert exact.withheld(1.0, 600, 800) == 1.0
    assert exact.withheld([0.0, 0.5], 600, 800) == pytest.approx([0.75, 0.875])
