import gymnasium as gym
import numpy as np
import pytest
from gymnasium.error import InvalidAction, ResetNeeded

import playout
from playout.core.errors import WrongUse
from playout.envs.sokoban.env import SokobanEnv
from playout.simulators.sokoban.levels import parse_xsb
from playout.simulators.sokoban.rewards import Rewards
from playout.simulators.sokoban.sources import ArraySource

UP, DOWN, LEFT, RIGHT = range(4)
ROOM = """
######
#@$ .#
#    #
######
"""


def source(picture=ROOM):
    (level,) = parse_xsb(picture)
    return ArraySource(level.tiles[None].copy(), ["room"], "train")


def test_an_episode():
    env = gym.make("playout/Sokoban-v0", source=source())
    observation, info = env.reset(seed=0)
    assert observation.tolist() == source().bank()[0].tolist()
    assert observation.dtype == np.uint8 and env.observation_space.contains(observation)
    assert info["action_mask"].tolist() == [0, 1, 0, 1] and info["deadlock"] is False
    observation, reward, terminated, truncated, info = env.step(RIGHT)
    assert observation[1].tolist() == [0, 1, 5, 4, 2, 0]
    assert reward == pytest.approx(-0.1) and not terminated and not truncated
    assert "is_success" not in info
    observation, reward, terminated, truncated, info = env.step(RIGHT)
    assert observation[1].tolist() == [0, 1, 1, 5, 3, 0]
    assert reward == pytest.approx(10.9) and terminated and not truncated
    assert info["is_success"] is True
    assert info["metrics"]["pushes_over_optimal"] == 0.0


def test_observations_are_the_callers_to_keep():
    env = SokobanEnv(source=source())
    start = env.reset(seed=0)[0]
    start[:] = 0
    first = env.step(DOWN)[0]
    kept = first.copy()
    env.step(RIGHT)
    assert np.array_equal(first, kept)
    assert env.reset(seed=0)[0].any()


def test_the_mask_in_the_action_space_samples_legal_actions():
    env = SokobanEnv(source=source())
    info = env.reset(seed=0)[1]
    assert {int(env.action_space.sample(info["action_mask"])) for _ in range(40)} == {DOWN, RIGHT}
    assert env.action_masks().tolist() == [False, True, False, True]


def test_the_nine_actions_of_gym_sokoban():
    env = SokobanEnv(source=source(), actions="gym_sokoban")
    assert env.action_space.n == 9
    info = env.reset(seed=0)[1]
    assert info["action_mask"].tolist() == [0, 0, 1, 0, 1, 0, 1, 0, 0]
    assert np.array_equal(env.step(0)[0], env.step(8)[0]), (
        "neither waiting nor a blocked move changes anything"
    )
    assert env.step(4)[0][1].tolist() == [0, 1, 5, 4, 2, 0]
    assert env.privileged()["expert_plan"] == (4,)


@pytest.mark.parametrize("action", [4, -1, 9])
def test_an_action_outside_the_space(action):
    env = SokobanEnv(source=source())
    env.reset(seed=0)
    with pytest.raises(InvalidAction, match=rf"expected 0 <= action < 4, got {action}"):
        env.step(action)


def test_numpy_integers_are_actions():
    env = SokobanEnv(source=source())
    env.reset(seed=0)
    assert env.step(np.int64(RIGHT))[0][1].tolist() == [0, 1, 5, 4, 2, 0]


def test_an_ended_or_unstarted_episode_takes_no_step():
    env = SokobanEnv(source=source(), max_steps=1)
    with pytest.raises(ResetNeeded, match=r"reset\(\)"):
        env.step(UP)
    env.reset(seed=0)
    assert env.step(UP)[3]
    with pytest.raises(ResetNeeded, match=r"reset\(\)"):
        env.step(UP)


def test_rewards_by_name_or_as_an_object():
    env = SokobanEnv(source=source(), rewards="dyna_mind", max_steps=2)
    env.reset(seed=0)
    assert [env.step(UP)[1] for _ in range(2)] == [pytest.approx(-0.1), 0.0]
    env = SokobanEnv(source=source(), rewards=Rewards(step=1.0))
    env.reset(seed=0)
    assert env.step(UP)[1] == 1.0


def test_a_deadlock_is_noticed_and_can_end_the_episode():
    room = "######\n#   .#\n#@$  #\n######"
    env = SokobanEnv(source=source(room))
    env.reset(seed=0)
    *_, terminated, _, info = env.step(RIGHT)
    assert info["deadlock"] is True and not terminated
    env = SokobanEnv(source=source(room), deadlocks="end")
    env.reset(seed=0)
    *_, terminated, _, info = env.step(RIGHT)
    assert terminated and info["is_success"] is False and info["metrics"]["deadlock"] == 1.0


def test_the_experts_plan_solves_the_room_and_is_in_no_info():
    env = gym.make("playout/Sokoban-8x8-2box-v0")
    info = env.reset(seed=3)[1]
    plan = playout.privileged(env)["expert_plan"]
    for action in plan:
        assert "expert_plan" not in info
        *_, terminated, _, info = env.step(action)
    assert terminated and info["is_success"]
    lost = SokobanEnv(source=source("######\n#@  .#\n#$   #\n######"))
    lost.reset(seed=0)
    assert lost.privileged() == {"expert_plan": None}


def test_episodes_of_a_seed():
    env, other = (SokobanEnv(size=(6, 6), boxes=1) for _ in range(2))
    one = [env.reset(seed=s)[0].tobytes() for s in (4, None, None)]
    two = [other.reset(seed=s)[0].tobytes() for s in (4, None, None)]
    assert one == two and len(set(one)) == 3
    assert env.reset(seed=5)[0].tobytes() != one[0]


def test_ends_are_python_values():
    env = SokobanEnv(source=source())
    env.reset(seed=0)
    _, reward, terminated, truncated, info = env.step(RIGHT)
    assert (type(reward), type(terminated), type(truncated)) == (float, bool, bool)
    assert type(info["deadlock"]) is bool


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"actions": "pull"}, r"push, gym_sokoban, got 'pull'"),
        ({"rewards": "none"}, "rewards: expected one of"),
        ({"deadlocks": "maybe"}, "deadlocks: expected one of"),
        ({"size": (6, 6, 6)}, r"size: expected \(rows, columns\)"),
    ],
)
def test_wrong_options(options, message):
    with pytest.raises(WrongUse, match=message):
        SokobanEnv(**options)


def test_rendering():
    env = SokobanEnv(source=source(), render_mode="rgb_array")
    env.reset(seed=0)
    picture = env.render()
    assert picture.dtype == np.uint8 and picture.shape[2] == 3 and picture.shape[1] > picture.shape[0]
    assert env.frame().kind == "grid"
    assert SokobanEnv(source=source()).render() is None
