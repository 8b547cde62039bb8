"""The building game's screen, driven by keys."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import numpy as np
import pytest

pytest.importorskip("textual")
from textual.pilot import Pilot
from textual.widgets import Static

from playout.agents.constant import ConstantAgent, ConstantConfig
from playout.cli.building_app import BuildingApp
from playout.cli.game import Game
from playout.core import Decision, Turn
from playout.core.protocols import Agent
from playout.envs.building.views import believed
from playout.rollouts.session import PlaySession
from playout.simulators.building.blocks import AIR, BLOCKS, DIRT, WOOL

SEATS = "playout/building_seats-v0"
OPTIONS = {"size": "tiny", "random_start": False}


def run(
    script: Callable[[BuildingApp, Pilot], Awaitable[None]], seat: str = "human", other: Agent | None = None
) -> None:
    """Play in the seat beside somebody who waits."""

    async def main() -> None:
        others = {
            {"human": "assistant", "assistant": "human"}[seat]: other
            or ConstantAgent(ConstantConfig(action=0))
        }
        app = BuildingApp(Game(PlaySession(SEATS, OPTIONS, others=others), None, None), pace=0.001)
        async with app.run_test(size=(110, 36)) as pilot:
            await pilot.pause()
            await script(app, pilot)

    asyncio.run(main())


def shown(app: BuildingApp, widget: str) -> str:
    return str(app.query_one(f"#{widget}", Static).render())


def blocks(app: BuildingApp) -> np.ndarray:
    return app.game.session.observation["world"][0]


def test_blocks_are_placed_and_broken_at_the_cursor() -> None:
    async def script(app: BuildingApp, pilot: Pilot) -> None:
        assert app.cursor == (0, 2, 0)
        await pilot.press("down", "9", "space")
        assert blocks(app)[0, 2, 1] == WOOL
        assert app.game.session.t == 1
        assert "w<" in shown(app, "layers")
        assert ">9" in shown(app, "palette")
        await pilot.press("x")
        assert blocks(app)[0, 2, 1] == AIR
        await pilot.press("pagedown", "x")
        assert blocks(app)[0, 1, 1] == AIR
        await pilot.press("u")
        assert blocks(app)[0, 1, 1] == DIRT

    run(script)


def test_what_cannot_be_done_is_said_and_no_step_passes() -> None:
    async def script(app: BuildingApp, pilot: Pilot) -> None:
        await pilot.press("pageup", "pageup", "space")
        assert "no block can be placed there" in shown(app, "note")
        await pilot.press("x")
        assert "nothing can be broken there" in shown(app, "note")
        await pilot.press("a")
        assert "something is in the way" in shown(app, "note")
        assert app.game.session.t == 0
        await pilot.press("left", "left", "pageup", "pageup")
        assert app.cursor == (0, 4, 0)

    run(script)


def test_one_walks_and_the_cursor_comes_along() -> None:
    async def script(app: BuildingApp, pilot: Pilot) -> None:
        await pilot.press("s", "s", "r", "full_stop")
        assert app.cursor == (0, 3, 2)
        assert app.game.session.t == 4
        assert app.game.session.observation["world"][4][0, 3, 2] == 1

    run(script)


@pytest.mark.parametrize("seat", ["human", "assistant"])
def test_the_goal_is_shown_to_who_knows_it(seat: str) -> None:
    async def script(app: BuildingApp, pilot: Pilot) -> None:
        assert ("to be built" in shown(app, "layers")) == (seat == "human")
        await pilot.press("v")
        assert app.query_one("#layers").has_class("hidden")
        await pilot.press("v", "n")
        assert app.game.session.seed == 1

    run(script, seat)


class Guesses(ConstantAgent):
    """Waits, and takes the goal to be one block of wool."""

    def act(self, turns: Sequence[Turn]) -> list[Decision]:
        chance = np.zeros((BLOCKS, 5, 5, 5))
        chance[AIR] = 1.0
        chance[:, 2, 2, 2] = np.eye(BLOCKS)[WOOL]
        belief = believed(turns[0].observation["world"][0], chance).to_json()
        return [Decision(action=0, stats={"search": {"belief": belief}})]


def test_the_other_s_guess_of_the_goal_is_shown_on_demand() -> None:
    async def script(app: BuildingApp, pilot: Pilot) -> None:
        await pilot.press("g")
        assert "does not say" in shown(app, "note") and "to be built" in shown(app, "layers")
        await pilot.press("full_stop", "g")
        assert app._goal().tolist()[2][2][2] == WOOL  # type: ignore[union-attr]
        assert "guess" in shown(app, "layers") and "to be built" not in shown(app, "layers")
        await pilot.press("g")
        assert "to be built" in shown(app, "layers")

    run(script, other=Guesses(ConstantConfig(action=0)))
