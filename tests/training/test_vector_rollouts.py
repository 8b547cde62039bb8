import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

pytest.importorskip("torch")

import torch
from small_worlds import Chain, Corridor, corridors

from playout.core import Unsupported
from playout.training.actor_critic import Layout, MLPActorCritic
from playout.training.advantages import gae
from playout.training.rollout import Acted
from playout.training.vector_rollouts import VectorCollector, observe

torch.set_num_threads(1)
MODES = (AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP)


class Known:
    """Values a corridor's state (episode, t) as 100 * episode + t, and does what the mask allows."""

    def act(self, observations, generator):
        allowed = observations["action_mask"][..., 2:].int().argmax(-1)
        actions = torch.stack([allowed % 2, allowed], -1)
        return Acted(actions, torch.zeros(len(allowed)), self.value(observations))

    def value(self, observations):
        at = observations["at"]
        return (100 * at[..., 0] + at[..., 1]).float()


def played(mode, steps=16, copies=2):
    return VectorCollector(corridors(mode, copies), steps=steps).play(Known(), None)


@pytest.mark.parametrize("mode", MODES)
def test_every_step_has_the_value_of_what_came_of_it_and_resets_are_no_steps(mode):
    rollout, _ = played(mode)
    at, mask = rollout.observations["at"], rollout.mask
    episode, t = at[..., 0], at[..., 1]
    last = torch.where(episode % 2 == 1, 3, 2)
    assert (t < last)[mask].all()
    assert (t == last)[~mask].all()
    assert mask.all() == (mode == AutoresetMode.SAME_STEP)
    assert (rollout.rewards == t + 1)[mask].all()
    ended = t + 1 == last
    assert (rollout.ended == ended)[mask].all()
    assert (rollout.terminated == (ended & (episode % 2 == 1)))[mask].all()
    counts = mask & ~rollout.terminated
    assert (rollout.next_values == 100 * episode + t + 1)[counts].all()


@pytest.mark.parametrize("mode", MODES)
def test_advantages_are_those_of_each_episode_by_itself(mode):
    rollout, _ = played(mode)
    advantages, returns = rollout.advantages(discount=0.9, trace=0.8)
    at = rollout.observations["at"]
    for copy in range(2):
        for episode in set(at[:, copy, 0].tolist()):
            rows = (at[:, copy, 0] == episode) & rollout.mask[:, copy]
            steps = np.arange(int(rows.sum()))
            over = len(steps) == (3 if episode % 2 else 2)
            end = np.arange(len(steps)) == len(steps) - 1
            values = 100.0 * episode + steps
            alone, _ = gae(
                steps + 1.0,
                values,
                values + 1,
                end & over & (episode % 2 == 1),
                end & over,
                discount=0.9,
                trace=0.8,
            )
            assert advantages[rows, copy].tolist() == pytest.approx(alone.tolist(), rel=1e-5)
    assert not advantages[~rollout.mask].any()
    assert torch.allclose(returns, (advantages + rollout.values) * rollout.mask)


@pytest.mark.parametrize("mode", MODES)
def test_episodes_are_counted_once_with_what_the_world_says_of_them(mode):
    collector = VectorCollector(corridors(mode), steps=5)
    parts = [collector.play(Known(), None)[1] for _ in range(4)]
    success = np.concatenate([part.success for part in parts])
    returns = np.concatenate([part.returns for part in parts])
    lengths = np.concatenate([part.lengths for part in parts])
    episodes = np.concatenate([part.metrics["episode"] for part in parts])
    assert returns.tolist() == [6.0 if won else 3.0 for won in success]
    assert lengths.tolist() == [3 if won else 2 for won in success]
    assert (episodes % 2 == success).all()
    # Copy 0 begins with episode 0 and copy 1 with episode 1; both go through all that follow.
    assert (np.bincount(episodes.astype(int))[1:-2] == 2).all()


def test_no_episodes_have_no_means_and_unknown_outcomes_are_left_out():
    envs = SyncVectorEnv([Chain] * 2)
    policy = MLPActorCritic(Layout.of(envs.single_observation_space, envs.single_action_space), width=8)
    assert VectorCollector(envs, steps=1, seed=4).play(policy, None)[1].means() == {"episodes": 0.0}
    _, row = VectorCollector(envs, steps=40).collect(policy, torch.Generator().manual_seed(0))
    assert row["episodes"] > 0
    assert row.keys() == {"env_steps", "episodes", "return", "length"}


def test_a_world_on_tensors_gives_the_rollout_of_the_one_on_numpy():
    rollouts = []
    for options in ({}, {"device": "cpu"}):
        envs = gym.make_vec("playout/Sokoban-6x6-1box-v0", 8, max_steps=10, **options)
        layout = Layout.of(envs.single_observation_space, envs.single_action_space)
        collector = VectorCollector(envs, steps=30, seed=3)
        rollouts.append(collector.play(MLPActorCritic(layout, width=16), torch.Generator().manual_seed(1)))
    (one, ends), (two, also) = rollouts
    for name in ("actions", "rewards", "terminated", "ended", "mask", "values", "next_values"):
        assert torch.allclose(getattr(one, name).float(), getattr(two, name).float()), name
    assert (~one.mask).any()
    assert ends.returns == pytest.approx(also.returns)
    assert ends.success.tolist() == also.success.tolist()


def test_forbidden_actions_are_never_taken_and_copies_that_say_nothing_are_free():
    envs = gym.make_vec("playout/Sokoban-6x6-1box-v0", 8, max_steps=10)
    layout = Layout.of(envs.single_observation_space, envs.single_action_space)
    rollout, _ = VectorCollector(envs, steps=40).play(
        MLPActorCritic(layout, width=16), torch.Generator().manual_seed(1)
    )
    allowed = rollout.observations["action_mask"].gather(-1, rollout.actions[..., None]).squeeze(-1)
    assert allowed[rollout.mask & rollout.observations["action_mask"].any(-1)].all()
    seen = observe(np.zeros((2, 3)), {"action_mask": np.eye(2, 4), "_action_mask": np.array([True, False])})
    assert seen["action_mask"].tolist() == [[True, False, False, False], [True] * 4]


def test_a_collector_goes_on_from_what_it_saved():
    def collector(envs):
        return VectorCollector(envs, steps=7, seed=5)

    def sokoban():
        return gym.make_vec("playout/Sokoban-6x6-1box-v0", 4, max_steps=10)

    for make in (sokoban, lambda: SyncVectorEnv([Chain] * 3)):
        layout = Layout.of(make().single_observation_space, make().single_action_space)
        policy, generator = MLPActorCritic(layout, width=16), torch.Generator().manual_seed(1)
        first = collector(make())
        first.play(policy, generator)
        state, drawn = first.save(), generator.get_state()
        expected, ends = first.play(policy, generator)
        second = collector(make())
        second.load(state)
        found, also = second.play(policy, generator.set_state(drawn))
        assert torch.equal(expected.observations["observation"], found.observations["observation"])
        assert torch.equal(expected.rewards, found.rewards)
        assert torch.equal(expected.mask, found.mask)
        assert ends.returns.tolist() == also.returns.tolist()
    assert "copies" not in state
    assert "copies" in collector(sokoban()).save()


def test_without_autoreset_there_is_a_word_about_it():
    envs = SyncVectorEnv([Corridor], autoreset_mode=AutoresetMode.DISABLED)
    with pytest.raises(Unsupported, match="NEXT_STEP or SAME_STEP"):
        VectorCollector(envs, steps=1)
