"""How a policy uses its acts: does it vary them, and does it vary them with the person it talks to?

Success alone does not tell: a policy that always says the same may succeed often. Counts are over turns,
numbers in nats.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from playout.envs.registration import CATALOGUE
from playout.rollouts.store import Run
from playout.simulators.dialogue.acts import ACTS, names

Floats = NDArray[np.float64]


def act_entropy(acts: ArrayLike) -> float:
    """Of the marginal of acts over turns, in nats; 0 of none.

    Args:
        acts: int[M], or any M labels.
    """
    counts = np.unique(np.asarray(acts), return_counts=True)[1]
    p = counts / max(1, counts.sum())
    return abs(float((p * np.log(p)).sum()))  # of one act alone the sum is 0, and minus 0 would be printed


def act_information(acts: ArrayLike, kinds: ArrayLike) -> float:
    """Mutual information of act and kind of person over turns, in nats, at least 0.

    The plug-in estimate less its bias in the first order, (A - 1)(K - 1) / 2M, of the acts and kinds that
    occurred (Miller 1955).

    Args:
        acts: int[M].
        kinds: int[M], the kind of person in each of these turns.
    """
    acts, kinds = np.asarray(acts), np.asarray(kinds)
    if not len(acts):
        return 0.0
    pairs = np.stack([np.unique(x, return_inverse=True)[1] for x in (acts, kinds)], 1)
    both = act_entropy(pairs[:, 0] * (pairs[:, 1].max() + 1) + pairs[:, 1])
    found = act_entropy(acts) + act_entropy(kinds) - both
    bias = pairs[:, 0].max() * pairs[:, 1].max() / (2 * len(acts))
    return max(0.0, float(found - bias))


def success_by_turn(success: ArrayLike, lengths: ArrayLike) -> Floats:
    """Share of all dialogues that had succeeded by each turn: float64[longest].

    Args:
        success: bool[N].
        lengths: int[N], turns of each dialogue.
    """
    success, lengths = np.asarray(success, bool), np.asarray(lengths, np.int64)
    if not len(lengths):
        return np.zeros(0)
    return np.cumsum(np.bincount(lengths[success] - 1, minlength=int(lengths.max()))) / len(lengths)


def act_use(run: Run) -> dict[str, Any] | None:
    """How a run of one of our dialogue worlds used its acts; None of any other run.

    Returns:
        ``entropy`` (nats), ``shares`` of the acts, the commonest first, and ``success_by_turn``.
    """
    acts, success, lengths = list[str](), list[bool](), list[int]()
    for episode in run.episodes():
        world = CATALOGUE.get(episode["env"])
        if world is None or "task" not in world.kwargs:
            return None
        if episode["error"]:
            continue
        known = names(ACTS[episode["kwargs"].get("task", world.kwargs["task"])])
        acts += [_name(step, known) for step in episode["steps"]]
        success.append(bool(episode["outcome"]["is_success"]))
        lengths.append(episode["outcome"]["length"])
    labels, counts = np.unique(np.array(acts, np.str_), return_counts=True)
    common = sorted(zip(counts.tolist(), labels.tolist(), strict=True), reverse=True)
    return {
        "entropy": act_entropy(acts),
        "shares": {label: count / len(acts) for count, label in common},
        "success_by_turn": success_by_turn(success, lengths).round(4).tolist(),
    }


def _name(step: dict[str, Any], known: tuple[str, ...]) -> str:
    """In words an act is what was heard; at act level it is the action."""
    action = step["action"]
    return known[action] if isinstance(action, int) else step["info"].get("act") or "nothing"
