from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from lamps import WORLD

from playout.agents.random import RandomAgent, RandomConfig
from playout.core import Completion, Decision, PlayoutError
from playout.rollouts import Stats
from playout.training.groups import GroupPlay, Steps, advantages, shuffled, step_weights, steps_of
from playout.training.rows import StepRow
from playout.training.settings import AdvantageConfig


class Scripted:
    """Waits, but in every other episode does what the observation asks for."""

    needs = frozenset({"legal_actions"})

    def act(self, turns):
        return [self._decide(turn) for turn in turns]

    def _decide(self, turn):
        lamp = turn.observation.split("The ")[1].split()[0]
        action = f"touch {lamp}" if turn.episode % 2 and turn.t else "" if turn.t else "wait"
        written = Completion(
            text=action, token_ids=(turn.t, 9), logprobs=(-0.5, -1.0), prompt_token_ids=(1, 2)
        )
        return Decision(action=action, completions=(written,))


def played(groups=range(3), size=4, **options):
    play = GroupPlay(WORLD, {}, size=size, seed=0, slots=5)
    stats = Stats()
    return play(Scripted(), groups, stats), stats


def test_a_group_starts_alike_and_groups_do_not():
    episodes, stats = played()
    assert [episode.episode for episode in episodes] == list(range(12))
    starts = [episode.steps[0].observation for episode in episodes]
    assert all(len(set(starts[first : first + 4])) == 1 for first in (0, 4, 8))
    assert len(set(starts)) > 1
    assert stats.prompted == stats.stepped == sum(len(episode.steps) for episode in episodes)


def test_worlds_are_kept_and_later_groups_are_new():
    play = GroupPlay(WORLD, {}, size=2, seed=3, slots=4)
    first = play(Scripted(), range(4), Stats())
    worlds = list(play._idle)
    again = play(Scripted(), range(4), Stats())
    assert [a.steps[0].observation for a in first] == [b.steps[0].observation for b in again]
    assert {id(world) for world in play._idle} == {id(world) for world in worlds}
    assert play.seed_of(9) != GroupPlay(WORLD, {}, size=2, seed=4, slots=4).seed_of(9)


def test_failed_episodes_are_left_out_and_too_many_are_an_error():
    class Broken(Scripted):
        def act(self, turns):
            if any(turn.episode < self.limit for turn in turns):
                raise RuntimeError("no idea")
            return super().act(turns)

    agent, play = Broken(), GroupPlay(WORLD, {}, size=2, seed=0, slots=4)
    agent.limit = 1
    assert [e.episode for e in play(agent, range(4), Stats())] == list(range(1, 8))
    agent.limit = 7
    with pytest.raises(PlayoutError, match="7 of 8 episodes failed: Broken: RuntimeError: no idea"):
        play(agent, range(4), Stats())


def test_a_world_that_failed_is_not_used_again():
    plays = GroupPlay(WORLD, {"broken": 0}, size=1, seed=0, slots=4)
    worlds = []
    made = plays._world

    def watched():
        worlds.append(made())
        return worlds[-1]

    plays._world = watched
    failed = set()
    for first in range(0, 24, 8):
        good = plays(RandomAgent(RandomConfig()), range(first, first + 8), Stats())
        failed |= set(range(first, first + 8)) - {episode.episode for episode in good}
    assert failed
    assert all(world.done for world in plays._idle)
    assert len(set(map(id, worlds))) - len(plays._idle) == len(failed)


def test_steps_are_rows_with_the_rewards_of_the_world_and_the_penalty_for_form():
    episodes, _ = played()
    steps = steps_of(episodes, size=4, format_penalty=0.5)
    assert steps.group.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert steps.lengths.tolist() == [3, 2] * 6
    assert steps.returns == pytest.approx([-0.1 - 0.5 - 0.5, -0.1 + 1.0] * 6)
    assert steps.rows[0] == StepRow(0, 0, (1, 2), (0, 9), (1, 1), (-0.5, -1.0))
    # Waiting changes nothing, so these two steps are from one state.
    assert steps.state[0] == steps.state[3]


def test_a_step_that_the_world_refused_costs():
    class Refused(Scripted):
        def _decide(self, turn):
            return replace(super()._decide(turn), action="sing" if turn.t else "wait")

    episodes = GroupPlay(WORLD, {}, size=2, seed=0, slots=4)(Refused(), range(1), Stats())
    plain, costly = (steps_of(episodes, size=2, invalid_penalty=penalty).reward for penalty in (0, 0.25))
    assert (plain - costly).tolist() == [0, 0.25, 0.25] * 2


def hand_made() -> Steps:
    """Two groups of two; the second group is flat."""
    rows = [StepRow(0, 0, (1,), (2,), (1,))] * 6
    episode = np.array([0, 0, 1, 2, 3, 3])
    reward = np.array([0.0, 1.0, 0.0, 1.0, 0.5, 0.5])
    return Steps(rows, episode, reward, np.array([0, 1, 0, 0, 0, 1]), np.array([0, 0, 1, 1]))


def test_every_step_gets_the_advantage_of_its_episode():
    values, flat = advantages(hand_made(), AdvantageConfig(advantage="grpo"))
    assert values == pytest.approx([1, 1, -1, 0, 0, 0], abs=1e-5)
    assert flat == 0.5
    values, _ = advantages(hand_made(), AdvantageConfig(advantage="rloo"))
    assert values.tolist() == [1, 1, -1, 0, 0, 0]


def test_gigpo_adds_what_a_step_did_among_equal_states():
    config = AdvantageConfig(advantage="gigpo", scale=False, discount=0.5, step_weight=2.0)
    values, _ = advantages(hand_made(), config)
    # From state 0: .5 and 0 in the first group, 1 and .75 in the second; state 1 was seen once each.
    assert values == pytest.approx([0.5 + 0.5, 0.5, -0.5 - 0.5, 0.25, -0.25, 0.0])


def test_with_a_discount_the_sooner_success_is_the_better_one():
    steps = Steps(
        rows=[], episode=np.array([0, 1, 1, 2, 2, 2]), reward=np.array([1.0, 0, 1, 0, 0, 0]),
        state=np.zeros(6, np.int64), group=np.zeros(3, np.int64),
    )  # fmt: skip
    assert steps.discounted_returns(0.5).tolist() == [1.0, 0.5, 0.0]
    values, flat = advantages(steps, AdvantageConfig(episode_discount=0.5, scale=False))
    assert values.tolist() == [0.5, 0.0, 0.0, -0.5, -0.5, -0.5] and flat == 0
    for seed in range(5):
        dealt, whose = shuffled(steps, np.random.default_rng(seed), 0.5)
        assert sorted(whose) == [0, 1, 2]
        assert dealt.discounted_returns(0.5).tolist() == steps.discounted_returns(0.5)[whose].tolist()


def test_episodes_weigh_the_same_however_long_they_are():
    steps = hand_made()
    weights = step_weights(steps, steps.episode < 2)
    assert weights.tolist() == [0.25, 0.25, 0.5, 0, 0, 0]
    assert step_weights(steps, np.zeros(6, bool)).sum() == 0


def test_or_steps_do():
    steps = hand_made()
    weights = step_weights(steps, steps.episode < 2, "steps")
    assert weights == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0, 0, 0])
