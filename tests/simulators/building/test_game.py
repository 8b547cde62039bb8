"""Rewards, ends, observations and what is kept of an episode."""

import numpy as np
import pytest

from playout.core.errors import WrongUse
from playout.simulators.building.actions import BREAK, NOOP, PLACE
from playout.simulators.building.blocks import AIR, DIRT, PLANKS, PRESETS, WOOL, Size, plain
from playout.simulators.building.copies import CORRECT, ENDED, HARMED, HELPED, START_WRONG, WRONG
from playout.simulators.building.game import Game, GameConfig
from playout.simulators.building.goals.bank import goal_bank, goals_of
from playout.simulators.building.rewards import Rewards

SIZE = Size(5, 5, 5)


def cell(x: int, y: int, z: int) -> int:
    return (x * SIZE.height + y) * SIZE.depth + z


def one_goal(**blocks: int) -> np.ndarray:
    """A goal with these blocks, told as x_y_z."""
    world = plain(SIZE)
    for at, block in blocks.items():
        world[tuple(map(int, at[1:].split("_")))] = block
    return world


def game(goal: np.ndarray, **options) -> Game:
    made = Game(GameConfig(size=SIZE, goals=goal_bank(goal[None]), random_start=False, **options))
    made.start()
    return made


def joint(*actions: tuple[int, int, int]) -> np.ndarray:
    return np.array([actions], np.int64)


WAIT = (NOOP, 0, 0)


def test_a_cell_is_worth_what_the_paper_says() -> None:
    g = game(one_goal(c1_2_1=PLANKS, c0_1_2=AIR))
    for action, reward in (
        ((PLACE, cell(1, 2, 1), WOOL), -1.0),  # another block than should be
        ((BREAK, cell(1, 2, 1), 0), 1.0),
        ((PLACE, cell(1, 2, 1), PLANKS), 1.0),
        ((BREAK, cell(1, 2, 1), 0), -1.0),
        ((PLACE, cell(1, 2, 2), WOOL), -1.0),  # where air should be
        ((BREAK, cell(0, 1, 2), 0), 1.0),
        ((BREAK, cell(4, 0, 4), 0), 0.0),  # cannot be done
    ):
        g.step(joint(action, WAIT))
        assert g.out.reward[0].tolist() == [reward, reward], action
        assert g.out.own_reward[0].tolist() == [reward, 0.0]
    assert g.shares()[0] == 0.0
    assert g.state.tallies[0, 0, [HELPED, HARMED]].tolist() == [2, 2]


def test_rewards_can_be_shaped_and_kept_apart() -> None:
    shaped = Rewards(noop=-0.5, action=-0.2, incorrect=-3.0, own_share=1.0)
    g = game(one_goal(c1_2_1=PLANKS), rewards=shaped)
    g.step(joint((PLACE, cell(1, 2, 1), WOOL), WAIT))
    assert np.allclose(g.out.reward, [[-1 - 0.2 - 3.0, -0.5]])
    g.step(joint((BREAK, cell(1, 2, 1), 0), WAIT))
    assert np.allclose(g.out.reward, [[1 - 0.2, -0.5]])


def test_episodes_end_when_all_is_right_or_time_is_up() -> None:
    goal = one_goal(c1_2_1=PLANKS, c2_2_0=PLANKS)
    g = game(goal, max_steps=4)
    g.step(joint((PLACE, cell(1, 2, 1), PLANKS), (PLACE, cell(2, 2, 0), PLANKS)))
    assert (bool(g.out.terminated[0]), bool(g.out.truncated[0])) == (True, False)
    success, metrics = g.outcome()
    assert success[0]
    assert {name: value[0] for name, value in metrics.items()} == {
        "goal_percentage": 1.0, "human_actions": 1.0, "assistant_goal_percentage": 0.5, "steps": 1.0
    }  # fmt: skip
    before = g.save()
    assert g.step(joint((BREAK, cell(1, 2, 1), 0), WAIT)) == 0, "what has ended stays as it is"
    assert all((g.save()[name] == array).all() for name, array in before.items())
    for options in ({"max_steps": 1}, {"patience": 1}):
        g = game(goal, **options)
        assert g.step(joint(WAIT, WAIT)) == 1
        assert g.out.truncated[0]
    g = game(goal, finish_at=0.5)
    g.step(joint((PLACE, cell(1, 2, 1), PLANKS), WAIT))
    assert g.out.terminated[0]


def test_a_seat_sees_itself_first_and_the_goal_if_it_may() -> None:
    g = game(one_goal(c1_2_1=PLANKS))
    g.step(joint((PLACE, cell(1, 2, 1), WOOL), (PLACE, cell(1, 2, 0), DIRT)))
    human, assistant = g.observe(0, goal_visible=True)[0], g.observe(1, goal_visible=False)[0]
    assert (human[2] == g.state.goal[0].reshape(SIZE)).all()
    assert not assistant[[1, 2, 3]].any()
    assert (human[0] == assistant[0]).all()
    assert (human[4, 0, 2, 0], human[4, 1, 3, 0]) == (1, 2)
    assert (assistant[4, 0, 2, 0], assistant[4, 1, 3, 0]) == (2, 1)
    assert (human[5, 1, 2, 1], assistant[5, 1, 2, 1], assistant[5, 0, 0, 0]) == (1, 2, 0)


def test_what_is_saved_comes_back() -> None:
    g = Game(GameConfig(size="tiny", split="valid"), n=3)
    g.state.key[:] = [1, 2, 3]
    g.start()
    saved = g.save(1)
    for _ in range(5):
        actions = np.stack([g.person(0)[0], g.person(1)[0]], 1)
        g.step(actions)
    later = g.save(1)
    g.load(saved, 1)
    g.state.counters[[0, 2], ENDED] = 1
    for _ in range(5):
        g.step(np.stack([g.person(0)[0], g.person(1)[0]], 1))
    assert all((g.save(1)[name] == array).all() for name, array in later.items())


def test_wrong_configurations_say_what_is_expected() -> None:
    for options, told in (
        ({"size": "huge"}, "tiny, small, paper"),
        ({"size": [2, 2, 2]}, "width, height and depth"),
        ({"players": 9}, "1 to 8"),
        ({"split": "dev"}, "train, valid, test"),
        ({"people": "nobody"}, "mason"),
        ({"finish_at": 0.0}, "finish_at"),
        ({"goals": goal_bank(plain(Size(6, 5, 5))[None])}, "125 cells"),
    ):
        with pytest.raises(WrongUse, match=told):
            Game(GameConfig(**{"size": "tiny", **options}))


def test_nothing_of_the_goal_is_done_at_the_start() -> None:
    """S0 counts what stands wrong before anybody acts: ground that is to be a floor is worth -1."""
    g = Game(GameConfig(size="small", goals=goals_of(PRESETS["small"], number=16)), 16)
    g.state.key[:] = np.arange(16)
    g.start()
    assert g.state.counters[:, START_WRONG].any()
    assert (g.shares() == 0).all()
    worth = np.where(g.state.scene.blocks == g.state.goal, 1, -1)
    worth = np.where((worth < 0) & ((g.state.scene.blocks == 0) | (g.state.goal == 0)), 0, worth)
    start = worth.sum(1)
    cell = int(np.flatnonzero((g.state.scene.blocks[0] != g.state.goal[0]) & (worth[0] < 0))[0])
    g.state.scene.blocks[0, cell] = g.state.goal[0, cell]
    g.state.counters[0, [CORRECT, WRONG]] += [1, -1]
    assert np.isclose(g.shares()[0], 2 / (g.size.cells - start[0]))
