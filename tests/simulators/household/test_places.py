"""The view from above is what the frames' drawers take."""

from playout.core import Frame
from playout.envs import drawing
from playout.simulators.household.engine import start, step
from playout.simulators.household.places import places


def test_places_show_things_lids_and_the_agent(games):
    game = games.game()
    state = start(game)
    assert places(game, state)["agent"] == "" and places(game, state)["holding"] == []
    for command in (
        "go to countertop 2", "take apple 3 from countertop 2", "clean apple 3 with sinkbasin 1",
        "go to fridge 1", "open fridge 1", "cool apple 3 with fridge 1",
    ):  # fmt: skip
        step(game, state, command)
    view = places(game, state)
    assert view["agent"] == "fridge 1" and view["holding"] == ["apple 3 (clean, cool)"]
    rooms = {place["name"]: place for place in view["places"]}
    assert rooms["fridge 1"] == {"name": "fridge 1", "things": ["apple 1", "egg 1"], "state": "open"}
    assert rooms["microwave 1"]["state"] == "closed"
    step(game, state, "go to countertop 1")
    neighbours = [place["name"] for place in places(game, state)["places"] if "in reach" in place["state"]]
    assert neighbours == ["countertop 1", "sinkbasin 1"]


def test_frames_are_drawn(games):
    game = games.game()
    frame = Frame("rooms", places(game, start(game)))
    assert "diningtable 1" in drawing.text(frame)
    assert drawing.pixels(frame).ndim == 3
