"""The engine against what the original said in games of ours: benchmarks/record_household_traces.py."""

import base64
import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from playout.simulators.household.compiler import compile_game
from playout.simulators.household.engine import introduction, legal, start, step
from playout.simulators.household.tables import Game

DATA = Path(__file__).parent / "data"
TRACES = [
    trace
    for name in ("golden.json", "golden_generated.json")
    for trace in json.loads((DATA / name).read_text(encoding="utf-8"))
]
WITHOUT_SINKS = "(define (domain alfred))"


def game_of(trace: dict[str, Any]) -> Game:
    domain = "" if trace["sinks_clean"] else WITHOUT_SINKS
    packed = trace.get("problem_xz")
    problem = lzma.decompress(base64.b85decode(packed)).decode() if packed else trace["problem"]
    record = compile_game(problem, id=trace["id"], task=trace["task"], domain=domain)
    return Game(record, wording=trace.get("wording", "move"))


@pytest.mark.parametrize("trace", TRACES, ids=lambda trace: trace["id"])
def test_the_engine_says_what_the_original_said(trace: dict[str, Any]) -> None:
    game, strings = game_of(trace), trace["strings"]
    state = start(game)
    text, won, listed = trace["start"]
    listed = {strings[number] for number in listed}
    assert introduction(game, state) == strings[text]
    assert legal(game, state) == tuple(sorted(listed))
    assert state.won == won
    for t, (command, text, won, more, less) in enumerate(trace["steps"], 1):
        place = f"step {t}, {strings[command]!r}"
        assert step(game, state, strings[command]) == strings[text], place
        listed = (listed | {strings[number] for number in more}) - {strings[number] for number in less}
        assert legal(game, state) == tuple(sorted(listed)), place
        assert state.won == bool(won), place


def test_the_traces_hold_what_they_are_for() -> None:
    said = "\n".join(text for trace in TRACES for text in trace["strings"])
    for words in (
        "Nothing happens.", "In it, you see nothing", "is closed.", "hot and clean sliced",
        "cool and clean sliced", "is a clean sliced", "is a hot sliced", "is a cool sliced", "is a sliced",
        "hot and clean", "cool and clean",
        "is a cold", "is on.", "nothing special", "You sliced", "You turn on", "Next to it, you see a",
        "sink 1, and sinkbasin 1. Next to it, you see a", "You are carrying: a", "not carrying anything",
        "middle of a room", "Available commands:", "This is a normal",
        "You put the cloth 1 in/on the", "put (object) in/on (receptacle):",
    ):  # fmt: skip
        assert words in said, words
    assert sum(len(trace["steps"]) for trace in TRACES) >= 2000
    assert {step[2] for trace in TRACES for step in trace["steps"]} == {0, 1}
