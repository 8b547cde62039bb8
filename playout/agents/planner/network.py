"""A softmax network small enough for numpy, with its gradient and Adam: the head of every planner.

One hidden layer of tanh, or none. Supervised learning and policy gradients differ only in the weight of a
row, so both use :meth:`Network.gradient`. Weights are plain arrays, changed in place by :class:`Adam`.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Network:
    """From rows of features to log-probabilities of A acts."""

    def __init__(self, weights: Mapping[str, np.ndarray]) -> None:
        """Use ``weights``: ``w0`` [D, H], ``b0`` [H], ``w1`` [H, A], ``b1`` [A], or the last two alone."""
        self.weights = {name: np.asarray(value, np.float64) for name, value in weights.items()}

    @classmethod
    def new(cls, inputs: int, acts: int, *, hidden: int, seed: int) -> "Network":
        """A fresh network; it starts with all acts equally likely."""
        draws = np.random.Generator(np.random.Philox(key=seed % (1 << 64)))
        last = hidden or inputs
        weights = {"w1": np.zeros((last, acts)), "b1": np.zeros(acts)}
        if hidden:
            # Most features are 0, so the usual 1 / sqrt(D) would leave the hidden layer nearly silent.
            weights |= {"w0": draws.normal(0, 0.25, (inputs, hidden)), "b0": np.zeros(hidden)}
        return cls(weights)

    @property
    def acts(self) -> int:
        """How many acts there are."""
        return len(self.weights["b1"])

    def log_probabilities(self, x: np.ndarray) -> Floats:
        """float64[N, A] of ``x``, float[N, D]."""
        return _log_softmax(self._hidden(x) @ self.weights["w1"] + self.weights["b1"])

    def gradient(
        self, x: np.ndarray, chosen: Integers, weights: Floats, *, entropy: float = 0.0
    ) -> dict[str, Floats]:
        """Of the loss ``-sum_i (weights_i log p(chosen_i | x_i) + entropy H(p(. | x_i)))``.

        Args:
            x: float[N, D].
            chosen: int[N], the acts.
            weights: float[N]: 1 / N is cross-entropy, an advantage / N is REINFORCE.
            entropy: the bonus of a row; it is not weighted.
        """
        hidden = self._hidden(x)
        logs = _log_softmax(hidden @ self.weights["w1"] + self.weights["b1"])
        p = np.exp(logs)
        error = p * weights[:, None]
        error[np.arange(len(x)), chosen] -= weights
        if entropy:
            # dH/dlogit = -p (log p + H), H the entropy of the row.
            error += entropy * p * (logs - (p * logs).sum(1, keepdims=True))
        found = {"w1": hidden.T @ error, "b1": error.sum(0)}
        if "w0" in self.weights:
            back = (error @ self.weights["w1"].T) * (1 - hidden**2)
            found |= {"w0": x.T @ back, "b0": back.sum(0)}
        return found

    def copy(self) -> "Network":
        """Another network with the same weights."""
        return Network({name: value.copy() for name, value in self.weights.items()})

    def _hidden(self, x: np.ndarray) -> np.ndarray:
        return np.tanh(x @ self.weights["w0"] + self.weights["b0"]) if "w0" in self.weights else x


class Adam:
    """Adam (Kingma & Ba 2015) with decoupled weight decay (Loshchilov & Hutter 2019) on the matrices."""

    def __init__(self, network: Network, *, rate: float, decay: float = 0.0) -> None:
        """Change ``network`` in steps of ``rate``."""
        self.network, self.rate, self.decay, self.steps = network, rate, decay, 0
        self._mean = {name: np.zeros_like(value) for name, value in network.weights.items()}
        self._square = {name: np.zeros_like(value) for name, value in network.weights.items()}

    def step(self, gradient: Mapping[str, Floats], *, clip: float = 1.0) -> None:
        """Go down ``gradient``, first scaled to a norm of at most ``clip``."""
        self.steps += 1
        norm = float(np.sqrt(sum((value**2).sum() for value in gradient.values())))
        scale = min(1.0, clip / (norm + 1e-12))
        for name, weight in self.network.weights.items():
            slope, mean, square = gradient[name] * scale, self._mean[name], self._square[name]
            mean += 0.1 * (slope - mean)
            square += 0.001 * (slope**2 - square)
            if self.decay and weight.ndim > 1:
                weight *= 1 - self.rate * self.decay
            unbiased = mean / (1 - 0.9**self.steps)
            weight -= self.rate * unbiased / (np.sqrt(square / (1 - 0.999**self.steps)) + 1e-8)

    def state(self) -> dict[str, np.ndarray]:
        """What :meth:`load` needs to go on exactly."""
        named = {"mean": self._mean, "square": self._square}
        arrays = {f"{kind}_{name}": value for kind, of in named.items() for name, value in of.items()}
        return {**arrays, "steps": np.array(self.steps)}

    def load(self, state: Mapping[str, np.ndarray]) -> None:
        """Go on from what :meth:`state` gave."""
        self.steps = int(state["steps"])
        for name in self.network.weights:
            self._mean[name], self._square[name] = state[f"mean_{name}"], state[f"square_{name}"]


def _log_softmax(logits: np.ndarray) -> Floats:
    shifted = logits - logits.max(1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
