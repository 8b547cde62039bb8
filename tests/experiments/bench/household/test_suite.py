"""The suite's own measurements, made tiny and without the original and published games."""

import json
from functools import partial

import pytest

from playout.experiments import bench
from playout.experiments.bench import peers, timing
from playout.experiments.bench.household import (
    MEASURES,
    generation,
    learning,
    memory,
    planning,
    playing,
    sameness,
    steps,
)
from playout.simulators.household.engine import legal, start, step


@pytest.fixture(autouse=True)
def tiny(tmp_path, monkeypatch):
    """A moment instead of minutes; no peers, no data."""
    monkeypatch.setattr(peers, "ROOT", tmp_path)
    monkeypatch.delenv("PLAYOUT_DATA", raising=False)
    monkeypatch.setenv("ALFWORLD_DATA", str(tmp_path / "none"))
    monkeypatch.setattr(playing, "GENERATED", 4)
    monkeypatch.setattr(steps, "rate", partial(timing.rate, seconds=0.001, parts=2))
    sizes = {
        steps: {"GAMES": 2, "WALKS": 1, "LOADED": 2, "DRAWS": 99},
        planning: {"WALKED": 2},
        generation: {"EACH": 2, "GAMES": 6, "EXPORTED": 2},
        memory: {"GAMES": 2, "EPISODES": 2},
    }
    for module, values in sizes.items():
        for name, value in values.items():
            monkeypatch.setattr(module, name, value)


def measured(*keys):
    found = bench.run("household", only=keys, progress=lambda line: None)
    assert json.loads(json.dumps(found)) == found
    return found["bars"] if len(keys) > 1 else found["bars"][keys[0]]


def test_it_has_its_keys():
    assert list(MEASURES) == [f"H{number}" for number in range(1, 9)]


def test_what_is_missing_is_named_and_the_rest_measured():
    found = measured("H2", "H4", "H5")
    for bar in found.values():
        assert bar["met"] is None
        assert "set PLAYOUT_DATA" in bar["note"]
    for key in ("H2", "H5"):
        assert "make bench-peers" in found[key]["note"]
    assert found["H2"]["value"].keys() == {"engine_thousand", "reset_us", "load_ms"}
    assert found["H4"]["value"]["unsolved"] == 0
    assert found["H5"]["value"]["solvable"] == 1


def test_where_there_is_no_record_the_other_keys_are_measured(tmp_path, monkeypatch):
    monkeypatch.setattr(sameness, "RECORD", tmp_path / "benchmarks" / "household_same.json")
    found = measured("H1", "H6")
    assert found["H1"]["met"] is None and "make test-textworld FULL=1" in found["H1"]["note"]
    assert found["H6"]["value"] > 0


def test_the_environments_and_their_memory():
    assert all(value > 0 for value in measured("H3")["value"].values())
    assert 0 < measured("H6")["value"] < 1


def test_published_games_are_found_and_compared(tmp_path, monkeypatch):
    from playout.experiments.bench.household.playing import made
    from playout.simulators.household.generator.export import Template, export

    grammar = 'grammar :: """ {"task": [{"rhs": ""}]} """;'
    games = [game.file for game in made(8, seed=1)]
    export(games, tmp_path / "alfworld", Template("(define (domain alfred))", grammar))
    monkeypatch.setenv("PLAYOUT_DATA", str(tmp_path))
    found = measured("H4", "H5", "H2")
    assert found["H4"]["met"] in (True, False)
    assert found["H4"]["note"].startswith("8 shared, 4 generated")
    assert found["H4"]["value"]["longer"] == 0
    assert "differing_statistics" in found["H5"]["value"]
    assert "open_all_s" in found["H2"]["value"]


def test_an_empty_folder_holds_no_games(tmp_path, monkeypatch):
    (tmp_path / "alfworld").mkdir()
    monkeypatch.setenv("PLAYOUT_DATA", str(tmp_path))
    assert sameness.published() is None


def test_walks_are_legal_and_new_to_their_games():
    games = [playing.Game(game.record) for game in playing.made(2)]
    played = playing.walks(games, 3)
    assert len(played) == 6 and len({tuple(commands) for _, commands in played}) == 6
    assert not any(game.legal_memo for game in games)
    for game, commands in played:
        state = start(game)
        for command in commands:
            assert command in legal(game, state)
            step(game, state, command)


@pytest.mark.parametrize(("low", "minutes", "met"), [(0.1, 50, True), (-0.1, 50, False), (0.1, 61, False)])
def test_training_is_read_from_its_result(tmp_path, monkeypatch, low, minutes, met):
    file = learning.ROOT / "benchmarks" / "nothing_yet.json"
    monkeypatch.setattr(learning, "RESULT", file)
    assert measured("H8")["met"] is None
    assert "examples/grpo_household.py" in measured("H8")["note"]
    file = tmp_path / "household_grpo.json"
    file.write_text(json.dumps({"difference": {"mean": 0.2, "low": low, "high": 0.3}, "minutes": minutes}))
    monkeypatch.setattr(learning, "RESULT", file)
    found = measured("H8")
    assert found["met"] is met
    assert found["value"] == {"gain": 0.2, "gain_low": low, "minutes": minutes}
