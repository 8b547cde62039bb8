"""From SimRollouts to rows and advantages: the pure part of Dyna-GRPO (Yu et al. 2025, stage 2).

A SimRollout is one trajectory in two forms. As ``tau_refine`` its prompts hold the real futures; as ``tau'``
they are taken out, so that the policy learns to answer at once what it answered when it knew. Which form of a
row is which is all that is here; sampling is ``agents.dyna.simrollout``'s, the optimiser ``dyna_grpo``'s.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from playout.rollouts import Episode
from playout.training.rows import StepRow


class SimRows(NamedTuple):
    """The M steps of SimRollouts, in order, in both forms."""

    refine: list[StepRow]
    """With the real futures in the prompt, and the log-probabilities of sampling."""
    stripped: list[StepRow]
    """The same answers to the prompts without them; their log-probabilities are not known yet."""


def sim_rows(episodes: Sequence[Episode]) -> SimRows:
    """Both forms of the steps whose first and second answer were written; others are left out.

    Args:
        episodes: of a ``SimRolloutAgent`` that kept its tokens; rows are numbered by their place here.
    """
    found = SimRows([], [])
    for index, episode in enumerate(episodes):
        for t, step in enumerate(episode.steps):
            if len(step.completions) != 2 or any(one.finish == "error" for one in step.completions):
                continue
            first, last = step.completions
            row = StepRow(index, t, last.prompt_token_ids, last.token_ids, last.mask, last.logprobs)
            found.refine.append(row)
            found.stripped.append(replace(row, prompt=first.prompt_token_ids, logprobs=None))
    return found


def refine_advantages(
    returns: ArrayLike, success: ArrayLike, groups: ArrayLike, is_sim: ArrayLike
) -> NDArray[np.float64]:
    """The special advantage of the refined form: 1 for what is worth imitating, else 0; float64[N].

    1 where a SimRollout succeeds and its return is above both halves' means: R > max(mean of the standard
    rollouts, mean of the SimRollouts) of its group (Yu et al. 2025, section on Dyna-GRPO).

    Args:
        returns: float[N], of episodes.
        success: bool[N].
        groups: int[N], equal for equal starts.
        is_sim: bool[N]: SimRollouts; others get 0.
    """
    returns, groups = np.asarray(returns, np.float64), np.asarray(groups)
    success, is_sim = np.asarray(success, bool), np.asarray(is_sim, bool)
    found = np.zeros(len(returns))
    for group in np.unique(groups[is_sim]):
        members = groups == group
        means = [returns[members & half].mean() for half in (is_sim, ~is_sim) if (members & half).any()]
        found[members & is_sim & success & (returns > max(means))] = 1.0
    return found


def is_simulation(iteration: int, simulation: int, policy: int) -> bool:
    """Whether an iteration improves the simulation: ``simulation`` of them, then ``policy`` of the others."""
    return iteration % (simulation + policy) < simulation
