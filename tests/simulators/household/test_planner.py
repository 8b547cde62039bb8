"""The expert against a search that knows nothing but the rules."""

from collections import deque

import pytest

from playout.core.random import Stream
from playout.simulators.household.engine import legal, start, step
from playout.simulators.household.planner import plan

GOALS = (
    "place Knife Fridge", "place Apple Microwave", "clean Apple DiningTable", "clean Mug SinkBasin",
    "heat Apple Fridge", "heat Mug CounterTop", "cool Mug SinkBasin", "cool Egg Cabinet", "two Apple Fridge",
    "two Apple CounterTop", "two Plate DiningTable", "look Plate DeskLamp", "look Mug DeskLamp",
)  # fmt: skip
SMALL = {
    "CounterTop_1": ("window", "", ["Apple_1", "Mug_1"]),
    "SinkBasin_1": ("window", "", ["Apple_2"]),
    "Fridge_1": ("north", "closed", ["Apple_3"]),
    "Microwave_1": ("east", "closed", []),
    "Cabinet_2": ("low", "closed", ["DeskLamp_1"]),
}


def fewest(game, state):
    """Commands of a shortest win by breadth-first search over all states, -1 without one."""
    seen, queue = {str(state.save())}, deque([(0, state)])
    while queue:
        cost, state = queue.popleft()
        if state.won:
            return cost
        for command in legal(game, state):
            if command.startswith(("look", "inventory", "help", "examine", "slice", "close")):
                continue
            following = state.copy()
            step(game, following, command)
            # Where things were recorded or taken from does not decide what can be done.
            key = str((following.at, following.held, following.contents, following.opened, following.clean,
                       following.hot, following.cool, following.toggled))  # fmt: skip
            if key not in seen:
                seen.add(key)
                queue.append((cost + 1, following))
    return -1


def wins(game, state, commands):
    state = state.copy()
    for command in commands:
        assert not state.won and command in legal(game, state), command
        step(game, state, command)
    return state.won


@pytest.mark.parametrize("goal", GOALS)
def test_plans_win_from_wherever_a_walk_leads(games, goal):
    game = games.game(goal)
    for seed in range(20):
        state, draws = start(game), Stream(seed)
        for _ in range(30):
            commands = plan(game, state)
            assert commands is not None and wins(game, state, commands)
            assert (commands == ()) == state.won
            step(game, state, draws.choice(legal(game, state)))


@pytest.mark.parametrize(
    "goal",
    ["place Mug Fridge", "clean Mug Fridge", "heat Apple Cabinet", "cool Mug CounterTop", "look Mug DeskLamp",
     "two Apple Microwave"],
)  # fmt: skip
def test_plans_are_as_short_as_any(games, goal):
    game = games.game(goal, SMALL, ())
    state, draws = start(game), Stream(1)
    for _ in range(3):
        commands = plan(game, state)
        assert commands is not None and len(commands) == fewest(game, state)
        for _ in range(4):
            step(game, state, draws.choice(legal(game, state)))


def test_following_a_plan_shortens_it_by_one(games):
    game = games.game("two Apple Fridge")
    state = start(game)
    while commands := plan(game, state):
        step(game, state, commands[0])
        assert plan(game, state) is not None and len(plan(game, state) or ()) == len(commands) - 1
    assert state.won


def test_older_wording(games):
    game = games.game(wording="put")
    assert plan(game, start(game)) == ()
    game = games.game("place Knife DiningTable", wording="put")
    assert (plan(game, start(game)) or ())[-1] == "put knife 1 in/on diningtable 1"


def test_what_cannot_be_done_has_no_plan(games):
    no_lamp = {name: rest for name, rest in games.KITCHEN.items() if name != "Cabinet_2"}
    one = {"Fridge_1": ("north", "closed", []), "CounterTop_1": ("window", "", ["Egg_1"])}
    for game in (
        games.game("look Mug DeskLamp", no_lamp),
        games.game("two Egg Fridge", one, ()),
        games.game("heat Cloth Fridge"),
    ):
        assert plan(game, start(game)) is None


def test_a_hand_that_cannot_be_freed_loses(games):
    rooms = {"Fridge_1": ("north", "", ["Box_1", "Egg_1"]), "Microwave_1": ("east", "", [])}
    game = games.game("place Egg Microwave", rooms, ())
    state = start(game)
    assert plan(game, state)
    for command in ("go to fridge 1", "take box 1 from fridge 1"):
        step(game, state, command)
    assert plan(game, state) is None
