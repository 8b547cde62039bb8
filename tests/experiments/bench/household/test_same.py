"""The comparison with the original, held against an original that is the engine itself, faults put in."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from playout.core.random import Stream
from playout.experiments.bench.household import same, sameness
from playout.experiments.bench.household.branches import features
from playout.experiments.bench.household.exploring import Explorer
from playout.experiments.bench.suite import Context, Missing
from playout.simulators.household.compiler import compile_game
from playout.simulators.household.engine import introduction, legal, start, step
from playout.simulators.household.games import GameFile
from playout.simulators.household.tables import Game

GOLDEN = Path(__file__).parents[3] / "simulators/household/data/golden.json"
TRACES = json.loads(GOLDEN.read_text(encoding="utf-8"))
FILES = [
    GameFile(id=trace["id"], place=trace["id"], problem=trace["problem"], task=trace["task"])
    for trace in TRACES
]


class Twin:
    """Says what the engine says, but for the answers given in ``instead``."""

    def __init__(self, **instead: Any) -> None:
        self.instead, self.asked = instead, 0

    def play(self, file: GameFile, commands: list[str]) -> dict[str, Any]:
        self.asked += 1
        if "error" in self.instead:
            return self.instead
        game = Game(file.compile())
        state = start(game)
        steps = [[introduction(game, state), list(legal(game, state)), state.won, None]]
        for command in commands:
            answer = step(game, state, command)
            steps.append([answer, list(legal(game, state)), state.won, int(state.won)])
        for t, fields in self.instead.get("steps", {}).items():
            steps[int(t)][fields[0]] = fields[1]
        return {"steps": steps, "cpu": {"load": 0.5, "reset": 0.5, "steps": [0.1] * len(commands)}}


def run(log: Path, original: Twin, **config: Any) -> list[dict[str, Any]]:
    return list(same.compare(same.Comparison(**config), {"shared": FILES}, original, log=log))


def test_the_same_world_has_no_differences_and_a_killed_run_goes_on(tmp_path):
    whole, log = tmp_path / "whole.jsonl", tmp_path / "log.jsonl"
    run(whole, Twin(), games=4, commands=30)
    run(log, Twin(), games=2, commands=30)
    log.write_text(log.read_text() + '{"source": "sha')
    twin = Twin()
    assert len(run(log, twin, games=4, commands=30)) == twin.asked == 2
    assert log.read_text() == whole.read_text()
    found = same.summary(same.read_log(log))
    assert (found["commands"], found["games"], found["differences"]) == (120, {"shared": 4}, [])
    assert run(log, twin, games=4, commands=30) == []
    assert run(tmp_path / "none.jsonl", twin, games=4, commands=30, minutes=1e-9) == []


@pytest.mark.parametrize(
    ("place", "name", "instead"),
    [(0, "text", "Hello."), (1, "legal", ["look"]), (2, "won", None), (3, "score", 7)],
)
def test_every_kind_of_difference_is_found(tmp_path, place, name, instead):
    (line,) = run(tmp_path / "log", Twin(steps={5: [place, instead]}), games=1, commands=8)
    (difference,) = line["differences"]
    assert (difference["step"], difference["in"], difference["original"]) == (5, name, instead)
    assert difference["command"] == line["commands"][4]
    assert same.summary([line])["differences"][0]["game"] == line["game"]
    true = Twin().play(next(file for file in FILES if file.id == line["game"]), line["commands"])
    (again,) = same.recheck([{**line, "original": true}], FILES)
    assert again["differences"] == []


def test_a_game_that_the_original_cannot_play_is_a_difference(tmp_path):
    (line,) = run(tmp_path / "log", Twin(error="KeyError: 'x'"), games=1, commands=3)
    assert line["differences"] == [{"error": "KeyError: 'x'"}]


def test_exploring_reaches_every_kind_of_branch():
    covered: Counter[str] = Counter()
    for number, file in enumerate(FILES):
        explorer = Explorer(Game(file.compile()), Stream(number), covered)
        assert len(list(explorer.play(200))) == 200
    kinds = {name.partition(":")[0] for name in covered}
    assert kinds >= {
        "look", "inventory", "help", "go", "open", "close", "take", "move", "examine", "use", "clean", "heat",
        "cool", "slice", "nothing", "won by move", "won no more, by take", "played on after winning",
    }  # fmt: skip
    for branch in (
        "examine: object, hot and clean", "examine: vessel, two", "move: on top, also listed elsewhere",
        "look: floor, several, neighbours", "use: lamp, in something closed", "nothing: wrong case",
        "nothing: go, already here, neighbours", "nothing: take, hands full", "space around a command",
        "nothing: very long", "nothing: older wording", "slice: knife",
    ):  # fmt: skip
        assert covered[branch], branch
    assert len(covered) > 150


def test_features_of_a_room():
    found = features(Game(compile_game(TRACES[0]["problem"])))
    assert {"neighbours", "listed twice", "cool at the start", "a full vessel", "cleans: sink"} <= found
    assert "lamp in something to open" not in found


def test_the_bar_needs_enough_commands_and_no_difference(tmp_path, monkeypatch):
    record = tmp_path / "record.json"
    monkeypatch.setattr(sameness, "RECORD", record)
    monkeypatch.setattr(sameness, "published", lambda: None)

    def measured(commands: int, generated: int, differences: list, sampled: list) -> Any:
        games = {"shared": 200, "generated": generated}
        values = {"command": "c", "commands": commands, "games": games, "differences": differences}
        record.write_text(json.dumps(values))
        sample = {"commands": 9, "differences": sampled}
        monkeypatch.setattr(sameness, "sample", lambda folder, minutes: sample)
        return sameness.sameness(Context(tmp_path))

    assert measured(20_000, 200, [], []).met
    assert not measured(19_999, 200, [], []).met
    assert not measured(20_000, 199, [], []).met
    assert measured(20_000, 200, [{}], [{}]).value == 2
    assert not measured(20_000, 200, [], [{}]).met

    def missing(folder: Path, minutes: float) -> Any:
        raise Missing("type make bench-peers")

    monkeypatch.setattr(sameness, "sample", missing)
    bar = sameness.sameness(Context(tmp_path))
    assert bar.met and "no sample: type make bench-peers" in bar.note


def test_walkthroughs_that_win_are_counted():
    won = GameFile(id="a", place="a", problem=TRACES[-1]["problem"], walkthrough=("look",))
    assert sameness.walkthroughs([won, FILES[0]]) == {"games": 2, "won": 1}
