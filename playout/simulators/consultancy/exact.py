"""The consultancy in its smallest form, solved: why feedback on an answer breeds deception.

One option is good (q = 1) with probability p < 1/2, which only the assistant knows. It says "yes" or
"no" (Y, N); the user believes a "yes" with b > 1/2 and then buys, and buys nothing on a "no". Buying is
worth +1 or -1. Rated at once, a "yes" is worth f = 2b - 1 whatever is true (the user's foresight, Liang
et al. 2025, definition 3); rated on its consequences it is worth 2q - 1 (hindsight, definition 4). A
"no" is worth 0 either way.

Everything here is a closed form, with the ordinary differential equation beside it where there is one.
Logits are log-odds of "yes": l[q] = log pi(Y | q) / pi(N | q). Trust does not adapt: a user who learns
that "yes" says nothing stops listening, and then every policy is worth 0.
"""

from dataclasses import dataclass
from math import floor, inf, log

import numpy as np
from numpy.typing import ArrayLike, NDArray

from playout.core import WrongUse

Floats = NDArray[np.float64]


def belief(trust: float, prior: float) -> float:
    """Probability of a feature that was claimed, of a source that is right with probability ``trust``.

    Bayes: trust * prior / (trust * prior + (1 - trust) * (1 - prior)).
    """
    true = trust * prior
    return true / (true + (1 - trust) * (1 - prior))


@dataclass(frozen=True, kw_only=True)
class Game:
    """The game of one option; the defaults are the share of features present and the user's trust."""

    good: float = 14 / 45
    """p: how probable it is that the option is good; below 1/2."""
    belief: float = belief(0.95, 14 / 45)
    """b: the user's belief after a "yes"; above 1/2."""

    def __post_init__(self) -> None:
        if not 0.0 < self.good < 0.5 < self.belief < 1.0:
            raise WrongUse(f"exact game: expected 0 < good < 0.5 < belief < 1, got {self}")

    @property
    def weights(self) -> Floats:
        """(1 - p, p), float64[2] by q: how often each case comes."""
        return np.array([1 - self.good, self.good])

    @property
    def foresight(self) -> Floats:
        """(f, f), float64[2] by q: what a "yes" is worth at once; f = 2b - 1 is the most any answer gets."""
        return np.full(2, 2 * self.belief - 1)

    @property
    def hindsight(self) -> Floats:
        """(-1, 1), float64[2] by q: what a "yes" turns out to be worth."""
        return np.array([-1.0, 1.0])

    def mean(self, of_yes: ArrayLike, logits: ArrayLike) -> Floats:
        """The mean over cases and answers of something that is ``of_yes[q]`` for "yes" and 0 for "no".

        Args:
            of_yes: float[2], such as ``foresight`` (the satisfaction S) or ``hindsight`` (the utility U).
            logits: float[..., 2].
        """
        return _yes(logits) @ (self.weights * np.asarray(of_yes))

    def lies(self, logits: ArrayLike) -> Floats:
        """pi(Y | q = 0), float64[...]: how often what is not so is claimed."""
        return _yes(logits)[..., 0]


# Policy gradient.


def flow(start: ArrayLike, rates: ArrayLike, time: float) -> Floats:
    """The logits after gradient flow on a softmax policy for ``time``.

    dl/dt = 2 r s(l) s(-l) with the logistic s and r[q] = weights[q] * worth[q], whose integral is
    e^l + 2l - e^-l = 2 r t + C. The left side rises with l, so bisection inverts it.

    Args:
        start: float[...], logits at time 0.
        rates: float[...], r; broadcasts.
        time: >= 0.
    """
    start, rates = np.broadcast_arrays(np.asarray(start, np.float64), np.asarray(rates, np.float64))
    wanted = _integral(start) + 2 * rates * time
    # |e^l + 2l - e^-l| >= 4|l|: the solution lies no further out than a quarter of what is wanted.
    high = np.abs(wanted) / 4 + 1.0
    low = -high
    for _ in range(200):
        middle = (low + high) / 2
        below = _integral(np.clip(middle, -700, 700)) < wanted
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def euler(start: ArrayLike, rates: ArrayLike, time: float, *, step: float = 1e-3) -> Floats:
    """:func:`flow` by Euler's method with steps of ``step``: the check of the closed form."""
    logits, rates = np.array(start, np.float64), np.asarray(rates, np.float64)
    for _ in range(round(time / step)):
        yes = _yes(logits)
        logits = logits + step * 2 * rates * yes * (1 - yes)
    return logits


def long_run_doubt(rate: float, time: float) -> float:
    """1 - pi(Y | q) after a long ``time`` of flow where a "yes" pays: about 1 / (2 r t)."""
    return 1 / (2 * rate * time)


# Regularised towards a reference: the optimum of KL-penalised reward, and of DPO on all pairs.


def kl_logits(reference: ArrayLike, worth: ArrayLike, strength: ArrayLike) -> Floats:
    """The logits of pi(m | q) ~ reference(m | q) exp(strength * worth(q, m)).

    This maximises E[worth] - KL(pi || reference) / strength. Of DPO with labels of a Boltzmann evaluator
    it is the optimum at strength = beta of the evaluator / beta of DPO.

    Args:
        reference: float[2] by q.
        worth: float[2] by q, of a "yes".
        strength: float[...], lambda >= 0.

    Returns:
        float64[..., 2].
    """
    return np.asarray(reference) + np.asarray(strength, np.float64)[..., None] * np.asarray(worth)


def slopes(game: Game, reference: ArrayLike, strength: ArrayLike) -> tuple[Floats, Floats]:
    """Of satisfaction and utility along the path to more *foresight*: (dS, dU) / d strength.

    dS = Var(F) = f^2 (p v1 + (1 - p) v0) > 0 and dU = Cov(H, F) = f (p v1 - (1 - p) v0) with
    v = pi(Y)(1 - pi(Y)), variance and covariance within a case, averaged over the cases. From a reference
    that is honest with equal odds either way, v0 >= v1, so U falls everywhere for p < 1/2.
    """
    yes = _yes(kl_logits(reference, game.foresight, strength))
    bad, good = np.moveaxis(game.weights * yes * (1 - yes), -1, 0)
    f = game.foresight[0]
    return f**2 * (good + bad), f * (good - bad)


def honest(mistakes: float) -> Floats:
    """The logits (-L, L) of a policy that tells the truth with probability 1 - ``mistakes``."""
    odds = log((1 - mistakes) / mistakes)
    return np.array([-odds, odds])


# Feedback after N steps, and by a model of the world.


def belief_after(steps: ArrayLike, first: float, discovery: float) -> Floats:
    """The belief in a feature whose lack would show with probability ``discovery`` a step, but has not."""
    unseen = (1 - discovery) ** np.asarray(steps, np.float64)
    return first / (first + (1 - first) * unseen)


def lie_after(steps: ArrayLike, first: float, discovery: float) -> Floats:
    """What a false "yes" is rated on average after ``steps``: -1 where it has shown, else what is believed.

    (1 - d)^N (2 b_N - 1) - (1 - (1 - d)^N).
    """
    unseen = (1 - discovery) ** np.asarray(steps, np.float64)
    return unseen * (2 * belief_after(steps, first, discovery) - 1) - (1 - unseen)


def horizon_of_honesty(first: float, discovery: float) -> float:
    """The N beyond which a lie is rated below silence: ln(b / (3b - 1)) / ln(1 - d); inf where d = 0."""
    if discovery <= 0.0:
        return inf
    return log(first / (3 * first - 1)) / log(1 - discovery)


def first_honest_horizon(first: float, discovery: float) -> int | None:
    """N*: the least whole N at which a lie is rated below silence; None where there is none."""
    exact = horizon_of_honesty(first, discovery)
    return None if exact == inf else floor(exact) + 1


def modelled(accuracy: ArrayLike) -> Floats:
    """What a "yes" is rated on average by a world model that is right with probability ``accuracy``.

    float64[..., 2] by q: (1 - 2a, 2a - 1). Honesty is learnt iff a > 1/2, 2a - 1 times as fast.
    """
    sure = 2 * np.asarray(accuracy, np.float64) - 1
    return np.stack([-sure, sure], -1)


def blind_model(game: Game) -> Floats:
    """What a "yes" is rated by a world model that knows only how often options are good: 2p - 1 for both.

    Below 0, so nothing is ever claimed: the utility is 0, harmless and useless.
    """
    return np.full(2, 2 * game.good - 1)


# Partial hindsight is not oracle hindsight.


def withheld(both: ArrayLike, cheap: float, dear: float) -> Floats:
    """The utility where two options are good and the assistant names both with probability ``both``.

    Otherwise it names the dear one alone, and its buyer, who sees nothing but what was bought, is content:
    partial hindsight rates the two answers alike and leaves ``both`` where it is. An oracle knows of the
    cheap one and rates them ``1 - cheap / dear`` apart.
    """
    named = np.asarray(both, np.float64)
    return named + (1 - named) * cheap / dear


def limits(game: Game) -> dict[str, float]:
    """Where policy gradient leads from any interior start: utility, lies and satisfaction per feedback."""
    return {
        "immediate_utility": 2 * game.good - 1,
        "immediate_lies": 1.0,
        "immediate_satisfaction": float(game.foresight[0]),
        "hindsight_utility": game.good,
        "hindsight_lies": 0.0,
        "loss": 1 - game.good,
    }


def _yes(logits: ArrayLike) -> Floats:
    """The logistic function."""
    return (1 + np.tanh(np.asarray(logits, np.float64) / 2)) / 2


def _integral(logits: ArrayLike) -> Floats:
    logits = np.asarray(logits, np.float64)
    return np.exp(logits) + 2 * logits - np.exp(-logits)
