"""Groups of episodes that start alike, and what policy-gradient methods need to know of their steps.

Rows are the steps of the environment: each answer of the model with its prompt is one. Leaves out the
optimiser (``grpo``); the arithmetic is in ``advantages``.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from playout.core import Agent, PlayoutError
from playout.rollouts import Episode, Stats, lookup, play
from playout.rollouts.episodes import EpisodeStep
from playout.rollouts.live import fingerprint
from playout.rollouts.rows import StepRow, written
from playout.rollouts.worlds import GymnasiumWorld
from playout.training.advantages import discounted, group_normalised, leave_one_out, step_groups
from playout.training.settings import AdvantageConfig

_SEEDS_APART = 10_000_000  # runs of other seeds play other episodes
_MOST_FAILED = 0.5


class GroupPlay:
    """Plays episodes in groups: ``size`` consecutive numbers, from a multiple of it, have the same start."""

    def __init__(self, env: str, env_kwargs: Mapping[str, Any], *, size: int, seed: int, slots: int) -> None:
        """Make no world yet.

        Args:
            env: id of a language world of one seat.
            env_kwargs: its arguments.
            size: episodes of a group.
            seed: runs of different seeds play different episodes.
            slots: most episodes that are live at once.
        """
        self.env, self.env_kwargs, self.size, self.slots = env, env_kwargs, size, slots
        self._first = seed * _SEEDS_APART
        self._idle: list[_LentWorld] = []

    def __call__(self, agent: Agent, groups: range, stats: Stats) -> list[Episode]:
        """The episodes of ``groups``, in order, but for those that the world failed in.

        Raises:
            PlayoutError: more than half of them failed.
        """
        numbers = range(groups.start * self.size, groups.stop * self.size)
        played = play(
            self._world, {"agent": agent}, numbers, seed=self.seed_of, slots=self.slots, stats=stats
        )
        episodes = sorted(played, key=lambda episode: episode.episode)
        good = [episode for episode in episodes if not episode.error]
        if len(good) < (1 - _MOST_FAILED) * len(episodes):
            reason = next(episode.error for episode in episodes if episode.error)
            raise PlayoutError(f"{len(episodes) - len(good)} of {len(episodes)} episodes failed: {reason}")
        return good

    def seed_of(self, number: int) -> int:
        """The reset seed of the episode ``number``."""
        return self._first + number // self.size

    def _world(self) -> "_LentWorld":
        return self._idle.pop() if self._idle else _LentWorld.of(self)


class _LentWorld(GymnasiumWorld):
    """A world of ``owner``, to which it goes back when it is closed, but for one that failed."""

    owner: GroupPlay

    @classmethod
    def of(cls, owner: GroupPlay) -> "_LentWorld":
        made = lookup.make_single(owner.env, owner.env_kwargs)
        world = cls(made.env, made.id, made.kwargs)
        world.owner = owner
        return world

    def begin(self, seed: int) -> None:
        self.done = False
        super().begin(seed)

    def close(self) -> None:
        if self.done:
            self.owner._idle.append(self)
        else:
            super().close()


class Steps(NamedTuple):
    """The M steps of N episodes, as arrays in the order of episodes and of time."""

    rows: list[StepRow]
    episode: NDArray[np.int64]
    """int64[M], index of the episode, 0 to N - 1."""
    reward: NDArray[np.float64]
    state: NDArray[np.int64]
    """int64[M], equal where the observation was."""
    group: NDArray[np.int64]
    """int64[N], of each episode."""

    @property
    def returns(self) -> NDArray[np.float64]:
        """float64[N], undiscounted."""
        return self.discounted_returns(1.0)

    def discounted_returns(self, discount: float) -> NDArray[np.float64]:
        """float64[N], rewards discounted from the start of each episode on."""
        starts = np.flatnonzero(np.diff(self.episode, prepend=-1))
        found = np.zeros(len(self.group))
        found[self.episode[starts]] = discounted(self.reward, self.episode, discount=discount)[starts]
        return found

    @property
    def lengths(self) -> NDArray[np.int64]:
        """int64[N], steps that the model wrote something in."""
        return np.bincount(self.episode, minlength=len(self.group))


def steps_of(
    episodes: Sequence[Episode], *, size: int, format_penalty: float = 0.0, invalid_penalty: float = 0.0
) -> Steps:
    """The steps of episodes whose agent kept its tokens and their log-probabilities.

    Args:
        episodes: of :class:`GroupPlay`.
        size: episodes of a group.
        format_penalty: taken from the reward of a step in whose answer no action could be read.
        invalid_penalty: taken from that of a step whose ``info`` says that it was invalid.
    """

    def reward(step: EpisodeStep) -> float:
        unread, invalid = step.action == "", "invalid" in step.info
        return step.reward - format_penalty * unread - invalid_penalty * invalid

    known: dict[Hashable, int] = {}
    found = [(index, step, row) for index, episode in enumerate(episodes) for step, row in written(episode)]
    return Steps(
        rows=[row for _, _, row in found],
        episode=np.array([index for index, _, _ in found], np.int64),
        reward=np.array([reward(step) for _, step, _ in found], np.float64),
        state=np.array(
            [known.setdefault(fingerprint(step.observation), len(known)) for _, step, _ in found], np.int64
        ),
        group=np.array([episode.episode // size for episode in episodes], np.int64),
    )


def advantages(steps: Steps, config: AdvantageConfig) -> tuple[NDArray[np.float64], float]:
    """One advantage per step, float64[M], and the share of episodes in groups without variance."""
    returns = steps.discounted_returns(config.episode_discount)
    if config.advantage == "rloo":
        whole = leave_one_out(returns, steps.group)
    else:
        whole = group_normalised(returns, steps.group, scale=config.scale)
    values = whole.values[steps.episode]
    if config.advantage == "gigpo":
        later = discounted(steps.reward, steps.episode, discount=config.discount)
        among = step_groups(later, steps.group[steps.episode], steps.state, scale=config.scale)
        values = values + config.step_weight * among.values
    return values, whole.flat_share


def shuffled(
    steps: Steps, order: np.random.Generator, discount: float = 1.0
) -> tuple[Steps, NDArray[np.int64]]:
    """The steps with the returns of their group's episodes dealt out anew, each on an episode's last step.

    With a ``discount`` from the start of an episode it is the discounted returns that are dealt out.

    Returns:
        The steps, and the episode whose return each of the N has: int64[N].
    """
    dealt, whose = np.zeros(len(steps.reward)), np.arange(len(steps.group))
    for group in np.unique(steps.group):
        members = np.flatnonzero(steps.group == group)
        whose[members] = order.permutation(members)
    later = steps.discounted_returns(discount)[whose]
    last = np.flatnonzero(np.diff(steps.episode, append=-1))
    episode = steps.episode[last]
    dealt[last] = later[episode] / discount ** (steps.lengths[episode] - 1)
    return steps._replace(reward=dealt), whose


def step_weights(
    steps: Steps, counted: NDArray[np.bool_], equal: Literal["episodes", "steps"] = "episodes"
) -> NDArray[np.float64]:
    """Weights of the steps in episodes that have a counted step, float64[M], 1 in all; elsewhere 0.

    Args:
        steps: of N episodes.
        counted: bool[M].
        equal: whether all such episodes weigh the same, whatever their lengths, or all of their steps.
    """
    alive = np.unique(steps.episode[counted])
    weight = np.zeros(len(steps.group))
    if alive.size:
        lengths = steps.lengths[alive]
        weight[alive] = 1 / (len(alive) * lengths) if equal == "episodes" else 1 / lengths.sum()
    return weight[steps.episode]
