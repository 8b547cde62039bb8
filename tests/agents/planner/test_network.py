import numpy as np
import pytest

from playout.agents.planner.network import Adam, Network


def rows(n=7, inputs=5, seed=0):
    draws = np.random.default_rng(seed)
    return draws.normal(size=(n, inputs)), draws.integers(0, 3, n), draws.normal(size=n)


def shaken(hidden):
    network = Network.new(5, 3, hidden=hidden, seed=1)
    draws = np.random.default_rng(2)
    for weight in network.weights.values():
        weight += draws.normal(size=weight.shape)
    return network


def loss(network, x, chosen, weights, entropy):
    logs = network.log_probabilities(x)
    own = -(np.exp(logs) * logs).sum(1)
    return -(weights * logs[np.arange(len(x)), chosen] + entropy * own).sum()


def test_a_fresh_network_finds_all_acts_equally_likely():
    logs = Network.new(5, 3, hidden=4, seed=0).log_probabilities(rows()[0])
    np.testing.assert_allclose(logs, np.log(1 / 3))


@pytest.mark.parametrize("hidden", [0, 4])
@pytest.mark.parametrize("entropy", [0.0, 0.3])
def test_the_gradient_is_that_of_the_loss(hidden, entropy):
    network, (x, chosen, weights) = shaken(hidden), rows()
    found = network.gradient(x, chosen, weights, entropy=entropy)
    assert found.keys() == network.weights.keys()
    for name, weight in network.weights.items():
        for place in np.ndindex(weight.shape):
            kept = weight[place]
            sides = []
            for shift in (1e-6, -1e-6):
                weight[place] = kept + shift
                sides.append(loss(network, x, chosen, weights, entropy))
            weight[place] = kept
            assert found[name][place] == pytest.approx((sides[0] - sides[1]) / 2e-6, abs=1e-6)


def test_extreme_logits_stay_finite():
    network = Network({"w1": np.array([[1e4, -1e4]]), "b1": np.zeros(2)})
    x = np.ones((1, 1))
    assert np.isfinite(network.log_probabilities(x)).all()
    found = network.gradient(x, np.array([0]), np.ones(1), entropy=0.1)
    assert all(np.isfinite(value).all() for value in found.values())


def test_adam_goes_down_and_goes_on_exactly_from_its_state():
    x, chosen, _ = rows(40)
    weights = np.full(len(x), 1 / len(x))
    network = Network.new(5, 3, hidden=8, seed=0)
    adam = Adam(network, rate=0.05, decay=0.01)
    before = loss(network, x, chosen, weights, 0)
    for _ in range(5):
        adam.step(network.gradient(x, chosen, weights))
    other = network.copy()
    again = Adam(other, rate=0.05, decay=0.01)
    again.load({name: value.copy() for name, value in adam.state().items()})
    for of, optimiser in ((network, adam), (other, again)):
        for _ in range(20):
            optimiser.step(of.gradient(x, chosen, weights))
    assert loss(network, x, chosen, weights, 0) < 0.7 * before
    for name, weight in network.weights.items():
        np.testing.assert_array_equal(weight, other.weights[name])
