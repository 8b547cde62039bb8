"""The text protocol: formats, symbols, refusals, and that it plays as the array world does."""

import gymnasium as gym
import pytest

import playout
from playout.core.errors import WrongUse
from playout.core.random import Stream
from playout.envs.sokoban.text import SYMBOLS, SokobanText
from playout.simulators.sokoban.levels import parse_xsb
from playout.simulators.sokoban.sources import ArraySource
from playout.simulators.sokoban.tiles import DIRECTIONS

ROOM = """
######
#+$.##
#* $ #
# #  #
######
"""
GRID = """\
# # # # # #
# S X O # #
# √ _ X _ #
# _ # _ _ #
# # # # # #"""
COORDINATES = """\
Player: (1, 1)
Boxes: (1, 2) (2, 1) (2, 3)
Goals: (1, 1) (1, 3) (2, 1)
Walls inside: (1, 4) (3, 2)"""


def world(picture=ROOM, **options):
    (level,) = parse_xsb(picture)
    source = ArraySource(level.tiles[None].copy(), ["room"], "train")
    env = SokobanText(source=source, **options)
    return env, *env.reset(seed=0)


@pytest.mark.parametrize(
    ("format", "text"), [("grid", GRID), ("coord", COORDINATES), ("grid_coord", f"{GRID}\n{COORDINATES}")]
)
def test_formats(format, text):
    assert world(format=format)[1] == text


def test_no_walls_inside_are_named_as_none():
    assert world("#####\n#@$.#\n#####", format="coord")[1].endswith("Walls inside: none")


def test_symbols_can_be_chosen_and_are_explained():
    env, observation, info = world(symbols="#-.*$@+")
    assert observation == GRID.translate(str.maketrans(SYMBOLS, "#-.*$@+"))
    assert "# wall, - floor, . goal, * box on a goal, $ box, @ you, + you on a goal" in info["instructions"]
    assert env.instructions == info["instructions"]


@pytest.mark.parametrize("symbols", ["#_OXP", "#_O√XPP", "#_O√XP ", "#_O√XP\n", ""])
def test_wrong_symbols(symbols):
    with pytest.raises(WrongUse, match="7 different characters without spaces"):
        world(symbols=symbols)


def test_wrong_format():
    with pytest.raises(WrongUse, match=r"grid, coord, grid_coord, words, got 'xml'"):
        world(format="xml")


def test_box_and_player_on_goals_stay_visible_as_play_goes_on():
    env, observation, _ = world()
    assert observation.count("√") == observation.count("S") == 1
    observation = env.step("right")[0]
    assert observation.splitlines()[1] == "# O P √ # #"
    observation = env.step("left")[0]
    assert observation.splitlines()[1] == "# S _ √ # #"


def test_legal_actions_are_those_that_change_the_room():
    env, _, info = world()
    assert info["legal_actions"] == ("down", "right")
    info = env.step("right")[4]
    assert info["legal_actions"] == ("down", "left")


def test_a_blocked_way_is_named_and_counts_as_a_step():
    env, before, _ = world(max_steps=2)
    observation, reward, terminated, truncated, info = env.step("up")
    assert observation == f"The way up is blocked; nothing moved.\n{before}"
    assert info["invalid"] == "The way up is blocked; nothing moved."
    assert reward == pytest.approx(-0.1) and not terminated and not truncated
    assert env.step("up")[3]


@pytest.mark.parametrize(
    "action", ["", "UP", " up", "up\n", "√", "\ud800", "🙂" * 1000, "x" * 1_000_000, "<action>down</action>"]
)
def test_any_other_text_is_an_invalid_action(action):
    env, before, _ = world(invalid_penalty=-0.5)
    observation, reward, terminated, truncated, info = env.step(action)
    assert before in observation and len(observation) < 500
    assert reward == pytest.approx(-0.6) and not terminated and not truncated
    assert "invalid" in info and env.game.steps == 1


def test_a_world_that_is_no_text_at_all_is_a_mistake_of_the_caller():
    env, *_ = world()
    with pytest.raises(TypeError, match="expected a str, got int"):
        env.step(1)


@pytest.mark.parametrize("rewards", ["gym_sokoban", "dyna_mind"])
def test_it_plays_as_the_array_world_does(rewards):
    options = {"size": (6, 6), "boxes": 1, "max_steps": 30, "rewards": rewards}
    arrays, text = gym.make("playout/Sokoban-v0", **options), gym.make("playout/SokobanText-v0", **options)
    draws, solved = Stream(0), 0
    arrays.reset(seed=8)
    text.reset(seed=8)
    for _ in range(900):
        action = draws.below(4)
        one, two = arrays.step(action), text.step(DIRECTIONS[action])
        assert one[1:4] == two[1:4]
        assert arrays.unwrapped.game.tiles.tolist() == text.unwrapped.game.tiles.tolist()
        if one[2] or one[3]:
            assert one[4]["is_success"] == two[4]["is_success"] and one[4]["metrics"] == two[4]["metrics"]
            solved += one[2]
            arrays.reset()
            text.reset()
    assert solved > 0


def test_the_experts_plan_is_in_words():
    env = gym.make("playout/SokobanText-8x8-2box-v0")
    env.reset(seed=1)
    for word in playout.privileged(env)["expert_plan"]:
        *_, terminated, _, info = env.step(word)
    assert terminated and info["is_success"]


@pytest.mark.parametrize("mode", ["off", "info", "end"])
def test_deadlocks(mode):
    env, _, info = world("######\n#   .#\n#@$  #\n######", deadlocks=mode)
    assert info["deadlock"] is False
    *_, terminated, _, info = env.step("right")
    assert (info["deadlock"], terminated) == (mode != "off", mode == "end")
    if terminated:
        assert info["legal_actions"] == () and info["is_success"] is False


def test_words():
    env, observation, _ = world(format="words")
    assert observation == "___w ____ _w__ g1_1 g1_3 g2_1\np1_1 b1_2 b2_1 b2_3"
    after, *_ = env.step("right")
    assert after == "___w ____ _w__ g1_1 g1_3 g2_1\np1_2 b1_3 b2_1 b2_3"


def test_words_of_a_room_without_a_border():
    assert world("@$.#", format="words")[1] == "___w g0_2\np0_0 b0_1"


def test_optimal_moves():
    env, *_ = world("######\n#@ $.#\n#    #\n######")
    assert env.optimal() == (2, ("right",))
    env.step("right")
    env.step("right")
    assert env.optimal() == (0, ())


def test_long_rows_are_told_in_words_of_like_length():
    env = SokobanText(size=(6, 6), boxes=1, source="fresh", frame=(8, 8), format="words")
    still, moving = env.reset(seed=0)[0].split("\n")
    assert [len(word) for word in still.split()[:12]] == [3] * 12
    assert len(moving.split()) == 2


def test_walls_are_of_fresh_rooms():
    with pytest.raises(WrongUse, match="only fresh rooms are scattered"):
        SokobanText(walls="scattered")
