"""Golden pictures: five goals from four sides, and who placed what.

``python tests/envs/building/test_pictures.py`` prints the digests anew, after a change that is meant.
"""

import hashlib

import numpy as np
import pytest

from playout.envs import drawing
from playout.envs.building import views
from playout.simulators.building.actions import NOOP, PLACE
from playout.simulators.building.blocks import AIR, BLOCKS, PLANKS, PRESETS, Size, plain
from playout.simulators.building.game import Game, GameConfig
from playout.simulators.building.goals.bank import area_of, goal_bank, placed
from playout.simulators.building.goals.houses import house

GOLDEN: dict[int, list[str]] = {
    0: ["3f55dcc68011", "67d78c188c63", "2d8a24776e1b", "8b116b3a9fa4"],
    1: ["9b7be33020dc", "fe7033599adc", "5b64018b0d4e", "aabffc74f562"],
    2: ["79d958e435ed", "5a8dab4f68d1", "8db2e7cad72e", "4f3dd4e3c3bf"],
    3: ["fca6a7ebde0e", "b26ace082bb9", "3e2ff7f21ada", "4ba43ed0fcb0"],
    4: ["9b7e51f00a4f", "63cf93aec031", "eec4ea01977d", "becfb4f9dab6"],
}


def game_of(size: Size, *houses: int) -> Game:
    worlds = [placed(house(key, area_of(size)), size) for key in houses]
    game = Game(GameConfig(size=tuple(size), goals=goal_bank(np.stack(worlds)), random_start=False))
    game.start()
    return game


def digest(key: int, turn: int) -> str:
    """Of the picture of a house's goal."""
    size = PRESETS["paper" if key % 2 else "small"]
    picture = drawing.pixels(views.frame(game_of(size, key), goal=True, turn=turn), cell=8)
    return hashlib.sha256(picture.tobytes() + repr(picture.shape).encode()).hexdigest()[:12]


@pytest.mark.parametrize("key", GOLDEN)
def test_goals_look_as_they_did(key: int) -> None:
    assert [digest(key, turn) for turn in range(4)] == GOLDEN[key]


def test_four_turns_are_none_and_people_turn_with_the_world() -> None:
    game = game_of(Size(6, 5, 5), 3)
    game.state.scene.players[0] = [[0, 2, 0], [5, 2, 1]]
    frames = [views.frame(game, turn=turn).data for turn in range(5)]
    assert frames[0] == frames[4]
    assert [frame["size"] for frame in frames[:2]] == [[6, 5, 5], [5, 5, 6]]
    marks = [[mark["at"] for mark in frame["marks"]] for frame in frames[:4]]
    assert marks[0] == [[0, 2, 0], [5, 2, 1]]
    assert marks[2] == [[5, 2, 4], [0, 2, 3]]
    for frame, people in zip(frames[:4], marks, strict=True):
        world = np.zeros(frame["size"])
        world[tuple(np.array(people).T)] = 1
        turned = np.zeros((6, 5, 5))
        turned[0, 2, 0] = turned[5, 2, 1] = 1
        assert (world == np.rot90(turned, frames.index(frame), (0, 2))).all()


def test_who_placed_what_is_told_by_colour() -> None:
    game = game_of(PRESETS["tiny"], 0)
    game.state.scene.players[0] = [[0, 2, 0], [4, 2, 4]]
    cell = {who: int(np.ravel_multi_index(at, game.size)) for who, at in ((0, (1, 2, 0)), (1, (4, 2, 3)))}
    game.step(np.array([[[PLACE, cell[0], PLANKS], [PLACE, cell[1], PLANKS]]]))
    assert game.out.effective.all()
    frame = views.frame(game, whose=True).data
    kinds = {tuple(block[:3]): block[3] for block in frame["blocks"]}
    assert frame["legend"][kinds[1, 2, 0]]["name"] == "planks of the human"
    assert frame["legend"][kinds[4, 2, 3]]["name"] == "planks of the assistant"
    assert len(frame["legend"]) == 3 * BLOCKS
    assert all(kind < BLOCKS for at, kind in kinds.items() if at[1] < 2), "the ground is nobody's"
    drawing.pixels(views.frame(game, whose=True))
    plainly = {tuple(block[:3]): block[3] for block in views.frame(game).data["blocks"]}
    assert plainly[1, 2, 0] == PLANKS


def test_the_picture_is_of_what_is_there() -> None:
    game = game_of(PRESETS["small"], 2)
    game.step(np.full((1, 2, 3), NOOP))
    blocks = views.frame(game).data["blocks"]
    world = plain(game.size)
    assert len(blocks) == (world != AIR).sum()
    assert all(world[x, y, z] == kind for x, y, z, kind in blocks)


if __name__ == "__main__":
    for key in range(5):
        print(f"    {key}: {[digest(key, turn) for turn in range(4)]},".replace("'", '"'))
