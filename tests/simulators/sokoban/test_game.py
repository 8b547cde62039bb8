import numpy as np
import pytest

from playout.core.errors import WrongUse
from playout.simulators.sokoban import game as module
from playout.simulators.sokoban import rules, tiles
from playout.simulators.sokoban.game import Game, optimal_pushes
from playout.simulators.sokoban.levels import parse_xsb
from playout.simulators.sokoban.solver import solve_fast
from playout.simulators.sokoban.sources import ArraySource

UP, DOWN, LEFT, RIGHT = 1, 2, 3, 4
ROOM = """
#######
#@ $ .#
#  $ .#
#     #
#######
"""


def game_in(picture, *, max_steps=20, rewards="gym_sokoban", deadlocks="info"):
    (level,) = parse_xsb(picture)
    source = ArraySource(level.tiles[None].copy(), ["room"], "train")
    game = Game(source, rewards=rewards, max_steps=max_steps, deadlocks=deadlocks)
    game.start(0)
    return game


def test_an_episode_from_start_to_success():
    game = game_in(ROOM)
    rewards = []
    for action in (RIGHT, RIGHT, RIGHT, LEFT, LEFT, LEFT, DOWN, RIGHT, RIGHT):
        assert not game.ended
        reward, *ended = game.step(action)
        assert ended == [False, False]
        rewards.append(reward)
    assert rewards == pytest.approx([-0.1, -0.1, 0.9] + 6 * [-0.1])
    assert game.step(RIGHT) == (pytest.approx(10.9), True, False)
    assert game.solved and game.ended


def test_solved_ends_it_with_success_and_metrics():
    game = game_in("#######\n#@ $ .#\n#######")
    assert [game.step(RIGHT) for _ in range(3)][-1] == (pytest.approx(10.9), True, False)
    assert game.solved and game.ended and game.steps == 3
    success, metrics = game.outcome()
    assert success
    assert metrics == {"pushes": 2.0, "boxes_on_goals": 1.0, "deadlock": 0.0, "pushes_over_optimal": 0.0}


def test_the_step_limit_truncates():
    game = game_in(ROOM, max_steps=2, rewards="dyna_mind")
    assert game.step(0) == (pytest.approx(-0.1), False, False)
    assert game.step(0) == (0.0, False, True)
    success, metrics = game.outcome()
    assert not success and metrics == {"pushes": 0.0, "boxes_on_goals": 0.0, "deadlock": 0.0}


def test_solving_on_the_last_step_is_a_success():
    game = game_in("#####\n#@$.#\n#####", max_steps=1)
    assert game.step(RIGHT)[1:] == (True, False)


@pytest.mark.parametrize(
    ("mode", "noticed", "ended"), [("off", False, False), ("info", True, False), ("end", True, True)]
)
def test_deadlocks(mode, noticed, ended):
    game = game_in("######\n#   .#\n#@$  #\n######", deadlocks=mode)
    assert game.step(RIGHT)[1] is ended
    assert (game.deadlock, game.ended) == (noticed, ended)
    assert game.outcome()[1]["deadlock"] == float(noticed)


def test_a_box_on_the_goal_of_a_corner_is_no_deadlock():
    game = game_in("######\n#@$ .#\n#    #\n######", deadlocks="end")
    game.step(RIGHT)
    assert game.step(RIGHT)[1] and game.solved and not game.deadlock


def test_unknown_mode():
    with pytest.raises(WrongUse, match=r"off, info, end.*'maybe'"):
        game_in(ROOM, deadlocks="maybe")


def test_the_plan_solves_from_anywhere_and_is_kept_while_followed(monkeypatch):
    solves = []
    monkeypatch.setattr(module, "solve_fast", lambda room: solves.append(1) or solve_fast(room))
    game = game_in(ROOM, max_steps=100)
    game.step(DOWN)
    while not game.ended:
        plan = game.plan()
        game.step(0)
        game.step(plan[0] + 5)  # moves where no box is in the way
        if game.plan() == plan:
            game.step(plan[0] + 1)
    assert game.solved and len(solves) == 1


def test_leaving_the_plan_makes_a_new_one():
    game = game_in(ROOM)
    first = game.plan()
    game.step(next(action for action in (UP, DOWN, LEFT, RIGHT) if action - 1 != first[0]))
    assert game.plan() is not None
    game.step(0)
    replayed = game.plan()
    for move in replayed:
        game.step(move + 1)
    assert game.solved


def test_no_plan_where_there_is_no_solution_and_no_second_search_for_one(monkeypatch):
    game = game_in("######\n#@  .#\n#$   #\n######")
    assert game.plan() is None
    monkeypatch.setattr(module, "solve_fast", None)
    game.step(RIGHT)
    assert game.plan() is None


def test_save_and_load_bring_back_everything():
    game = game_in(ROOM)
    game.step(DOWN)
    saved = game.save()
    first = [game.step(action) for action in (RIGHT, RIGHT, UP)]
    after = (game.tiles.copy(), game.counters.copy(), game.deadlock)
    game.load(saved)
    assert [game.step(action) for action in (RIGHT, RIGHT, UP)] == first
    assert np.array_equal(game.tiles, after[0]) and np.array_equal(game.counters, after[1])
    game.load(saved)
    assert game.steps == 1, "what was saved has not been played on"


def test_legal_actions_of_both_sets():
    game = game_in("#####\n#@$.#\n#   #\n#####")
    assert game.legal().tolist() == [0, 1, 0, 1]
    assert game.legal(rules.ACTIONS).tolist() == [0, 0, 1, 0, 1, 0, 1, 0, 0]


def test_fewest_pushes():
    (level,) = parse_xsb("#######\n#@ $ .#\n#######")
    assert optimal_pushes(level.tiles.tobytes(), level.tiles.shape) == 2
    (level,) = parse_xsb("######\n#@  .#\n#$   #\n######")
    assert optimal_pushes(level.tiles.tobytes(), level.tiles.shape) is None


@pytest.mark.parametrize("corridor", [60, 70])
def test_rooms_wider_than_the_solver_takes_can_be_won(corridor):
    """Small ones within much wall are solved all the same, others have no figure of the optimum."""
    wide = np.zeros((3, corridor + 40), np.uint8)
    wide[1, 1 : corridor + 1] = tiles.FLOOR
    wide[1, 1], wide[1, corridor - 1], wide[1, corridor] = tiles.PLAYER, tiles.BOX, tiles.GOAL
    game = Game(ArraySource(wide[None], ["wide"], "train"), rewards="sparse", max_steps=99)
    game.start(0)
    if corridor < 64:
        assert game.plan() == (RIGHT - 1,) * (corridor - 2)
    else:
        with pytest.raises(WrongUse, match="sides of at most 64"):
            game.plan()
    for _ in range(corridor - 2):
        game.step(RIGHT)
    success, metrics = game.outcome()
    assert success
    assert metrics.get("pushes_over_optimal") == (0.0 if corridor < 64 else None)


@pytest.mark.parametrize("limits", [{"max_steps": 0}, {"max_steps": "abc"}, {"deadlocks": "ned"}])
def test_limits_that_no_room_has(limits):
    with pytest.raises(WrongUse, match=f"{next(iter(limits))}: expected"):
        game_in(ROOM, **limits)
