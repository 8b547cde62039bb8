"""How much better than expected an action was: pure functions on numpy arrays, shared by all methods.

N rows of any meaning (episodes, steps); ``groups`` says which of them are compared. Leaves out losses
(``losses``) and where rewards come from.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Advantages(NamedTuple):
    """One advantage per row, and where there was nothing to learn from."""

    values: Floats
    """float64[N]."""
    flat: Bools
    """bool[N]: every row of its group had the same return, so its advantage is 0."""

    @property
    def flat_share(self) -> float:
        """Share of rows in such groups; 0 of no rows."""
        return float(self.flat.mean()) if self.flat.size else 0.0


def group_normalised(
    returns: ArrayLike, groups: ArrayLike, *, scale: bool = True, epsilon: float = 1e-6
) -> Advantages:
    """(R - mean) / std of the group: GRPO (Shao et al. 2024, "DeepSeekMath", section 4.1.2).

    Args:
        returns: float[N].
        groups: int[N], equal for rows that are compared.
        scale: False leaves out the division, which favours groups that are nearly solved or nearly lost
            (Liu et al. 2025, "Understanding R1-Zero-like training", section 3.1).
        epsilon: added to the standard deviation (of the population).
    """
    found = _Groups(returns, groups)
    spread = np.where(found.flat, 1.0, found.per_row(found.deviation) + epsilon) if scale else 1.0
    return Advantages(np.where(found.flat, 0.0, found.centred / spread), found.flat)


def leave_one_out(returns: ArrayLike, groups: ArrayLike) -> Advantages:
    """R minus the mean of the others of the group: RLOO (Ahmadian et al. 2024, equation 8).

    Args:
        returns: float[N].
        groups: int[N]; a row that is alone in its group has advantage 0.
    """
    found = _Groups(returns, groups)
    size = found.per_row(found.size)
    values = found.centred * size / np.maximum(size - 1, 1)
    return Advantages(np.where(found.flat, 0.0, values), found.flat)


def step_groups(
    step_returns: ArrayLike, groups: ArrayLike, states: ArrayLike, *, scale: bool = True
) -> Advantages:
    """How a step did among the steps from the same state: GiGPO (Feng et al. 2025, equations 6 to 8).

    The paper adds this, times a weight, to the advantage of the whole episode (equation 9).

    Args:
        step_returns: float[M], ``discounted`` rewards from each step on.
        groups: int[M], of the episode of each step: only episodes from the same start are compared.
        states: int[M], equal for equal states within a group.
        scale: whether to divide by the standard deviation.
    """
    pairs = np.stack([np.asarray(groups, np.int64), np.asarray(states, np.int64)], 1).reshape(-1, 2)
    _, same = np.unique(pairs, axis=0, return_inverse=True)
    return group_normalised(step_returns, same, scale=scale)


def discounted(rewards: ArrayLike, episodes: ArrayLike, *, discount: float) -> Floats:
    """The discounted sum of rewards from each step to the end of its episode, float64[M].

    Args:
        rewards: float[M].
        episodes: int[M]; the steps of an episode stand in order, those of others may stand between them.
        discount: gamma, in [0, 1].
    """
    rewards, sums = np.asarray(rewards, np.float64), dict[int, float]()
    found = np.empty(len(rewards))
    for step in range(len(rewards) - 1, -1, -1):
        episode = int(np.asarray(episodes)[step])
        sums[episode] = found[step] = rewards[step] + discount * sums.get(episode, 0.0)
    return found


def gae(
    rewards: ArrayLike,
    values: ArrayLike,
    next_values: ArrayLike,
    terminated: ArrayLike,
    ended: ArrayLike,
    *,
    discount: float,
    trace: float,
) -> tuple[Floats, Floats]:
    """Generalised advantage estimation (Schulman et al. 2016, equation 16) with ends inside the rollout.

    Args:
        rewards: float[T, ...], of the step from t to t + 1.
        values: float[T, ...], of the state that was acted in.
        next_values: float[T, ...], of the state that came of it, before any reset.
        terminated: bool[T, ...]: nothing follows, so ``next_values`` does not count.
        ended: bool[T, ...]: terminated or truncated, so what stands at t + 1 is another episode.
        discount: gamma.
        trace: lambda; 0 is the temporal difference, 1 the return minus the value.

    Returns:
        Advantages and returns (advantage + value), float64[T, ...] each.
    """
    rewards, values = np.asarray(rewards, np.float64), np.asarray(values, np.float64)
    goes_on, same = ~np.asarray(terminated, bool), ~np.asarray(ended, bool)
    errors = rewards + discount * np.asarray(next_values, np.float64) * goes_on - values
    advantages, following = np.empty_like(errors), np.zeros(errors.shape[1:])
    for t in range(len(errors) - 1, -1, -1):
        following = errors[t] + discount * trace * same[t] * following
        advantages[t] = following
    return advantages, advantages + values


class _Groups:
    """Sizes, means and deviations of the groups of N rows."""

    def __init__(self, returns: ArrayLike, groups: ArrayLike) -> None:
        returns = np.asarray(returns, np.float64)
        _, self._group = np.unique(np.asarray(groups), return_inverse=True)
        self.size = np.bincount(self._group).astype(np.float64)
        mean = np.bincount(self._group, returns) / self.size
        self.centred = returns - mean[self._group]
        self.deviation = np.sqrt(np.bincount(self._group, self.centred**2) / self.size)
        # Rounding leaves equal returns a deviation of about 1e-16 of their size.
        least = 1e-12 * np.maximum(1.0, np.abs(mean))
        self.flat: Bools = (self.deviation <= least)[self._group]

    def per_row(self, of_group: Floats) -> Floats:
        return of_group[self._group]
