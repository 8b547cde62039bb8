"""The game in words."""

import gymnasium as gym
import numpy as np
import pytest

import playout
from playout.envs.building.text import BuildingText
from playout.simulators.building.actions import BREAK, MOVE, PLACE, Action


def made(**options: object) -> BuildingText:
    env = BuildingText(**options)  # type: ignore[arg-type]
    env.reset(seed=0)
    return env


def test_words_stand_for_the_actions_of_the_game() -> None:
    env = made()
    numbering = env.game.numbering
    mask = numbering.mask(env.game.legal(1))[0]
    words = env.legal_actions()
    assert len(words) == mask.sum()
    kinds = {word.split()[0] for word in words}
    assert kinds == {"wait", "move", "break", "place"}
    assert all(env.takes(word) for word in words)
    assert env.takes(f"  {words[-1].upper().replace(' ', '   ')} ")


def test_what_was_asked_for_happens() -> None:
    env = made(people=["mason"])
    word = next(word for word in env.legal_actions() if word.startswith("place wool"))
    observation, _, _, _, info = env.step(word)
    x, y, z = map(int, word.split()[2:])
    assert env.game.state.scene.blocks[0].reshape(env.game.size)[x, y, z] == 9
    row = observation.split(f"Layer {y}:\n")[1].splitlines()[z]
    assert row[x] == "w"
    assert observation.startswith("The human: ")
    assert not info.get("invalid_action")


@pytest.mark.parametrize(
    "action",
    ["", "dance", "place", "place wool 9 9 9", "place bedrock 1 2 1", "move", "move sideways", "break 0 0 0",
     "place wool 1 2", "place wool a b c", "\ud800 break 1 1 1", "move east" * 500],
)  # fmt: skip
def test_what_cannot_be_read_changes_nothing(action: str) -> None:
    env = made()
    blocks, players = env.game.state.scene.blocks.copy(), env.game.state.scene.players.copy()
    observation, _, terminated, _, _ = env.step(action)
    assert observation.startswith("Invalid action ")
    assert "You could: wait" in observation
    assert not terminated
    assert (env.game.state.scene.blocks == blocks).all()
    assert (env.game.state.scene.players == players).all()


def test_the_expert_s_words_finish_the_house() -> None:
    env = gym.make("playout/BuildingText-v0", people=["neighbour"])
    env.reset(seed=2)
    ended, info = False, {}
    while not ended:
        (word,) = playout.privileged(env)["expert_plan"]
        _, _, ended, truncated, info = env.step(word)
        assert not truncated
    assert info["is_success"]
    assert info["metrics"]["assistant_goal_percentage"] > 0.1


def test_the_goal_is_in_no_word() -> None:
    """Two goals, one beginning: what is said is the same until somebody acts."""
    said = []
    for seed in (1, 2):
        env = BuildingText(random_start=False)
        said.append((env.reset(seed=seed)[0], env.instructions))
        goal = np.array(env.privileged()["goal"])
        assert (goal > 1).any()
    assert said[0] == said[1]


def test_parts_and_words() -> None:
    from playout.envs.building.text import _parsed, _word

    size = made().game.size
    for action in (Action(PLACE, 31, 6), Action(BREAK, 7), Action(MOVE + 3), Action(0)):
        assert _parsed(_word(action, size), size) == action
