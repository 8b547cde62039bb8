"""Small games in the published format, written out from a table of what stands where."""

import json
import os
from pathlib import Path

import pytest

from playout.simulators.household.compiler import compile_game
from playout.simulators.household.tables import Game

FOOD = {"Apple", "Egg", "Potato", "Tomato", "Lettuce", "Bread"}
DISHES = {"Mug", "Plate", "Bowl", "Pan", "Cup"}
LAMPS = {"DeskLamp", "FloorLamp"}
FIXED = LAMPS | {"StoveKnob"}
ABLE = {
    "cleanable": {"Apple", "Potato", "Tomato", "Lettuce", "Cloth", "Knife", "ButterKnife"} | DISHES,
    "heatable": {"Apple", "Egg", "Potato", "Tomato", "Bread", "Mug", "Plate", "Cup"},
    "coolable": FOOD | DISHES,
    "sliceable": {"Apple", "Potato", "Tomato", "Lettuce", "Bread"},
    "toggleable": LAMPS,
    "isReceptacleObject": {"Mug", "Bowl", "Pan", "Plate", "Cup", "Box"},
}
WITHIN = "(exists (?r - receptacle) (exists (?o - object) (and {} {})))"
PLACED = "(inReceptacle ?o ?r) (objectType ?o {0}Type) (receptacleType ?r {1}Type)"
GOALS = {
    "place": WITHIN.format(PLACED, ""),
    "clean": WITHIN.format("(cleanable ?o)", PLACED + " (isClean ?o)"),
    "heat": WITHIN.format("(heatable ?o)", PLACED + " (isHot ?o)"),
    "cool": WITHIN.format("(coolable ?o)", PLACED + " (isCool ?o)"),
    "two": (
        "(exists (?r - receptacle) (exists (?o1 - object) (and (objectType ?o1 {0}Type)"
        " (receptacleType ?r {1}Type) (inReceptacle ?o1 ?r) (exists (?o2 - object) (and (not (= ?o1 ?o2))"
        " (objectType ?o2 {0}Type) (receptacleType ?r {1}Type) (inReceptacle ?o2 ?r))))))"
    ),
    "look": (
        "(exists (?ot - object ?r - receptacle ?a - agent ?l - location) (and (objectType ?ot {1}Type)"
        " (toggleable ?ot) (isToggled ?ot) (receptacleAtLocation ?r ?l) (atLocation ?a ?l)"
        " (inReceptacle ?ot ?r)))"
        " (exists (?o - object ?a - agent) (and (objectType ?o {0}Type) (holds ?a ?o)))"
    ),
}

KITCHEN = {
    "CounterTop_1": ("window", "", ["Apple_1", "Knife_1", "Mug_2", "Bread_1"]),
    "CounterTop_2": ("window", "", ["Apple_2", "Mug_1"]),
    "SinkBasin_1": ("window", "", ["Mug_1", "Cloth_1"]),
    "Sink_1": ("pipe", "", []),
    "Fridge_1": ("north", "closed", ["Apple_3", "Egg_1"]),
    "Microwave_1": ("east", "closed", []),
    "Cabinet_1": ("low", "closed", ["Plate_1"]),
    "Cabinet_2": ("low", "closed", ["DeskLamp_1"]),
    "Cabinet_10": ("high", "open", []),
    "DiningTable_1": ("hall", "", ["Plate_2", "Box_1", "ButterKnife_1", "Lettuce_1"]),
}
TREATED = ("isCool Lettuce_1", "isReceptacleObject Box_1", "inReceptacleObject Apple_2 Mug_2")
MISFITS = {("Fridge", "Box"), ("Microwave", "Box"), ("Cabinet", "Bread")}


class Games:
    """Writes problems."""

    KITCHEN, GOALS = KITCHEN, GOALS

    @staticmethod
    def id(name: str) -> str:
        kind, key = name.split("_")
        return f"Sink_bar_{key}_bar_SinkBasin" if kind == "SinkBasin" else f"{kind}_bar_{key}"

    @classmethod
    def problem(cls, goal="place Apple Fridge", rooms=KITCHEN, facts=TREATED, start="door"):
        """The text of a problem: ``rooms`` maps a receptacle to its location, its lid and its contents."""
        things = sorted({thing for _, _, inside in rooms.values() for thing in inside})
        kinds = sorted({name.split("_")[0] for name in things} | {"Sink", "Knife", "ButterKnife"})
        places = sorted({place for place, _, _ in rooms.values()} | {start})
        task, wanted, target = goal.split()
        names = {name: cls.id(name) for name in (*rooms, *things)}
        init = [f"atLocation agent1 loc_bar_{start}"]
        for name, (place, lid, inside) in rooms.items():
            kind = name.split("_")[0]
            init += [f"receptacleType {names[name]} {kind}Type"]
            init += [f"receptacleAtLocation {names[name]} loc_bar_{place}"]
            init += [f"openable {names[name]}"] * bool(lid) + [f"opened {names[name]}"] * (lid == "open")
            init += [f"inReceptacle {names[thing]} {names[name]}" for thing in inside]
            init += [
                f"canContain {kind}Type {other}Type"
                for other in sorted({thing.split("_")[0] for thing in things})
                if (kind, other) not in MISFITS and kind != "Sink"
            ]
        for thing in things:
            kind = thing.split("_")[0]
            first = next(place for place, _, inside in rooms.values() if thing in inside)
            init += [
                f"objectType {names[thing]} {kind}Type",
                f"objectAtLocation {names[thing]} loc_bar_{first}",
            ]
            init += [f"pickupable {names[thing]}"] * (kind not in FIXED)
            init += [f"{able} {names[thing]}" for able, those in ABLE.items() if kind in those]
        for fact in facts:
            init.append(" ".join(names.get(word, word) for word in fact.split()))
        objects = ["agent1 - agent", *(f"{kind}Type - otype" for kind in kinds)]
        objects += [f"{kind}Type - rtype" for kind in ("SinkBasin", "Microwave", "Fridge")]
        objects += [f"{name.split('_')[0]}Type - rtype" for name in rooms if not name.startswith("Sink_")]
        objects += [f"{names[name]} - receptacle" for name in rooms]
        objects += [f"{names[name]} - object" for name in things]
        objects += [f"loc_bar_{place} - location" for place in places]
        return "\n".join(
            (
                "(define (problem small) (:domain alfred)",
                "(:objects",
                *dict.fromkeys(objects),
                ")",
                "(:init",
                *(f"({fact})" for fact in dict.fromkeys(init)),
                ")",
                f"(:goal (and {GOALS[task].format(wanted, target)})))",
            )
        )

    @classmethod
    def game(cls, goal="place Apple Fridge", rooms=KITCHEN, facts=TREATED, start="door", **options):
        return Game(compile_game(cls.problem(goal, rooms, facts, start)), **options)

    @classmethod
    def write(cls, path: Path, goal="place Apple Fridge", task="", **values):
        """A game file; without domain, and with as much of a grammar as names its task."""
        grammar = f'grammar :: """ {{"task": [{{"rhs": {json.dumps(task)}}}]}} """;' if task else ""
        path.parent.mkdir(parents=True, exist_ok=True)
        game = {
            "pddl_domain": "",
            "grammar": grammar,
            "pddl_problem": cls.problem(goal),
            "solvable": True,
            "walkthrough": [],
        }
        path.write_text(json.dumps(game | values))
        return path


@pytest.fixture(scope="session")
def games():
    return Games


@pytest.fixture(scope="session")
def published():
    """The folder with ``games.jsonl.xz``, where there is one."""
    folder = Path(os.environ.get("PLAYOUT_DATA", "")) / "alfworld"
    if not (folder / "games.jsonl.xz").is_file():
        pytest.skip("PLAYOUT_DATA has no alfworld/games.jsonl.xz")
    return folder
