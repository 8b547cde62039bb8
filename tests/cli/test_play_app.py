import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

pytest.importorskip("textual")

from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from playout.cli.game import Game
from playout.cli.play_app import PlayApp
from playout.core import Decision
from playout.rollouts.runs import AgentSpec
from playout.rollouts.session import PlaySession

WORLD = "playout/SokobanText-6x6-1box-v0"
HOUSE = "playout/Household-v0"
GUESS = "own_world:example/GuessNumber-v0"


def drive(
    env: str, script: Callable[[PlayApp, Pilot], Awaitable[None]], agent: AgentSpec | None = None
) -> None:
    async def on_screen() -> None:
        app = PlayApp(Game(PlaySession(env), agent, None), pace=0.001)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            await script(app, pilot)

    asyncio.run(on_screen())


def said(app: PlayApp, widget: str = "note") -> str:
    return str(app.query_one(f"#{widget}", Static).render())


def test_arrow_keys_undo_and_hint():
    async def script(app, pilot):
        session, start = app.game.session, app.game.session.observation
        free, blocked = app.game.legal[0], {"up", "down", "left", "right"} - set(app.game.legal)
        await pilot.press(free)
        assert (session.t, session.observation == start) == (1, False)
        await pilot.press("u")
        assert (session.t, session.observation) == (0, start)
        for way in blocked:
            await pilot.press(way)
            assert session.t == 0
            assert "not possible" in said(app)
        await pilot.press("h")
        assert said(app) == f"hint: {session.world.privileged()['expert_plan'][0]}"
        await pilot.press("u")
        assert "nothing has been done" in said(app)

    drive(WORLD, script)


def test_who_plays_in_a_house_reads_what_is_said_and_sees_into_nothing_closed():
    async def script(app, pilot):
        session = app.game.session
        closed = next(p for p in session.frames[-1].data["places"] if p["things"] and p["state"] == "closed")
        first, command = session.observation, f"go to {closed['name']}"
        app.game.typed(command)
        app.game.typed("dance")
        app.refresh_game()
        told = [message["text"] for message in app.game.frame.data["messages"]]
        assert told == [first, command, f"You arrive at {closed['name']}. The {closed['name']} is closed.",
                        "dance", "Nothing happens."]  # fmt: skip
        shown = said(app, "board")
        assert "Nothing happens." in shown and session.frames[-1].data["caption"] in shown
        assert not any(thing in shown for thing in closed["things"])

    drive(HOUSE, script)


def test_hand_over_plays_to_the_end_and_the_next_level_follows():
    async def script(app, pilot):
        await pilot.press("a")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert app.game.solved
        assert not app.handed
        assert said(app).startswith("solved")
        await pilot.press("n")
        assert (app.game.session.seed, app.game.session.t) == (1, 0)

    drive(WORLD, script)


def test_take_back_stops_the_agent_and_keys_wait_meanwhile():
    async def script(app, pilot):
        session = app.game.session
        await pilot.press("a")
        while session.t < 3:
            await pilot.pause()
        await pilot.press("u", "n", "right")
        assert app.handed
        assert (session.t, session.undone, session.seed) == (3, 0, 0)
        assert "t takes back" in said(app, "title")
        await pilot.press("t")
        thinks.set()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert not app.handed
        assert session.t == 3  # what was being thought about is not played any more
        assert "you play" in said(app, "title")
        await pilot.press(app.game.legal[0])
        assert session.t == 4

    drive(WORLD, script, AgentSpec(name=f"{__name__}:Thinker"))


thinks = threading.Event()


class Thinker:
    """Never solves anything, and thinks about its fourth step until it is allowed to act."""

    needs = frozenset({"legal_actions"})

    def act(self, turns):
        if turns[0].t == 3:
            thinks.wait(10)
        return [Decision(action="nowhere", thought="[bold]hm[/]") for _ in turns]


def test_an_agent_that_cannot_go_on_gives_back_and_says_why():
    async def script(app, pilot):
        await pilot.press("a")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert not app.handed
        assert "expected 'expert_plan'" in said(app)

    drive(GUESS, script, AgentSpec(name="expert"))


def test_worlds_without_directions_are_played_from_the_list():
    async def script(app, pilot):
        await pilot.press("down", "enter")
        assert app.game.session.episode().steps[0].action == "guess 2"
        assert app.query_one(OptionList).highlighted == 1

    drive(GUESS, script)


def test_typing_says_anything_and_text_is_data():
    async def script(app, pilot):
        await pilot.press("i", *"quit [u", "enter")
        assert app.game.session.episode().steps[0].action == "quit [u"
        assert "Invalid action 'quit [u'" in said(app)
        await pilot.press("escape")
        assert not app.query_one(Input).display
        await pilot.press("u")
        assert app.game.session.t == 0

    drive(WORLD, script)


def test_save_writes_a_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    async def script(app, pilot):
        await pilot.press(app.game.legal[0], "s")
        assert "runs/play-001" in said(app)
        assert (tmp_path / "runs/play-001/episodes.jsonl").exists()

    drive(WORLD, script)
