"""The bench itself, with a tiny suite; what the real ones measure is not asserted here."""

import json
import os
import sys
from types import ModuleType

import numpy as np
import pytest

from playout.core.errors import WrongUse
from playout.experiments import bench
from playout.experiments.bench import Bar, Missing, peers, timing
from playout.experiments.bench.suite import at_least, at_most
from playout.experiments.bench.timing import Rate, Spent


def met(context):
    assert context.scratch.is_dir()
    return Bar(
        value=2.0, bar=1, met=True, note="twice as good", figures={"raw": [1, 2], "seeds": context.seeds}
    )


def missed(context):
    return Bar(value={"a": 1, "b": 2}, bar={"a": 3}, met=False)


def impossible(context):
    raise Missing("no wings: type make wings")


@pytest.fixture
def tiny(monkeypatch):
    """A suite of three keys under the name ``tiny``."""
    module = ModuleType("tiny_suite")
    module.MEASURES = {"T1": met, "T2": missed, "T3": impossible}
    monkeypatch.setitem(sys.modules, "tiny_suite", module)
    monkeypatch.setitem(bench.SUITES, "tiny", "tiny_suite")


def test_a_run_tells_machine_figures_and_bars(tiny):
    told = []
    result = bench.run("tiny", seeds=3, progress=told.append)
    assert json.loads(json.dumps(result)) == result
    assert result.keys() == {"machine", "figures", "bars"}
    assert {"python", "packages", "commit", "platform", "processor", "cores"} <= result["machine"].keys()
    assert result["bars"] == {
        "T1": {"value": 2.0, "bar": 1, "met": True, "note": "twice as good"},
        "T2": {"value": {"a": 1, "b": 2}, "bar": {"a": 3}, "met": False, "note": ""},
        "T3": {"value": None, "bar": None, "met": None, "note": "no wings: type make wings"},
    }
    assert result["figures"] == {"T1": {"raw": [1, 2], "seeds": 3}, "T2": {}, "T3": {}}
    assert len(told) == 6
    assert all(key in "\n".join(told) for key in result["bars"])


def test_some_keys_alone(tiny):
    assert list(bench.run("tiny", only=["T3", "T1"])["bars"]) == ["T1", "T3"]


def test_progress_is_not_on_stdout(tiny, capsys):
    bench.run("tiny", only=["T1"])
    said = capsys.readouterr()
    assert said.out == ""
    assert "T1" in said.err


@pytest.mark.parametrize(
    ("name", "only", "message"),
    [
        ("tinny", None, "no suite 'tinny'; did you mean tiny"),
        ("zzz", None, "no suite 'zzz'; expected one of .*tiny"),
        ("tiny", ["T1", "T22"], "no key of tiny 'T22'; did you mean T2"),
        ("tiny", ["?"], "expected one of T1, T2, T3"),
    ],
)
def test_unknown_names_are_answered_with_close_ones(tiny, name, only, message):
    with pytest.raises(WrongUse, match=message):
        bench.run(name, only=only)


@pytest.mark.parametrize("seeds", [0, -1])
def test_seeds_are_at_least_one(tiny, seeds):
    with pytest.raises(WrongUse, match=f"--seeds: expected at least 1, got {seeds}"):
        bench.run("tiny", seeds=seeds)


def test_an_error_in_a_measurement_is_not_hidden(tiny):
    def broken(context):
        raise RuntimeError("broken")

    sys.modules["tiny_suite"].MEASURES["T2"] = broken
    with pytest.raises(RuntimeError, match="broken"):
        bench.run("tiny")


def test_every_suite_has_its_keys():
    assert bench.SUITES.keys() >= {"sokoban"}
    from playout.experiments.bench import sokoban

    assert list(sokoban.MEASURES) == [f"A{number}" for number in range(1, 8)]


def test_bars_are_for_every_value_that_has_one():
    assert at_least({"a": 2, "b": 0}, {"a": 2})
    assert not at_least({"a": 2, "b": 0}, {"a": 2, "b": 1})
    assert at_most({"a": 2, "b": 9}, {"a": 2})
    assert not at_most({"a": 2.1}, {"a": 2})


def test_a_rate_is_the_median_over_parts():
    parts = [Spent(10, 1.0, 2.0), Spent(20, 1.0, 4.0), Spent(90, 1.0, 1.0)]
    assert Rate.of(parts) == Rate(20.0, 5.0)
    assert timing.total(parts) == Spent(120, 3.0, 7.0)
    assert timing.parts_of({"parts": [{"work": 1, "cpu": 2.0, "wall": 3.0}]}) == [Spent(1, 2.0, 3.0)]


def test_work_is_counted_over_all_calls():
    calls = []
    found = timing.rate(lambda: calls.append(1) or 7, seconds=0.001, parts=3)
    assert found.cpu > 0
    assert found.wall > 0
    assert len(calls) >= 4
    assert timing.spent(lambda: 5).work == 5


@pytest.fixture
def neighbour(tmp_path, monkeypatch):
    """A checkout with the peers ``them``, whose Python is this one."""
    monkeypatch.setattr(peers, "ROOT", tmp_path)
    python, scripts = tmp_path / ".peers/them/bin/python", tmp_path / "benchmarks/peers/them"
    python.parent.mkdir(parents=True)
    scripts.mkdir(parents=True)
    os.symlink(sys.executable, python)
    return scripts


def test_a_peer_answers_with_its_last_line(neighbour):
    neighbour.joinpath("script.py").write_text(
        "import json, os, sys\nprint('noise')\n"
        "print(json.dumps({'said': sys.argv[1:], 'threads': os.environ['OMP_NUM_THREADS']}))"
    )
    assert peers.ask("them", "script.py", 1, "two") == {"said": ["1", "two"], "threads": "1"}
    neighbour.joinpath("silent.py").write_text("")
    assert peers.ask("them", "silent.py") == {}


def test_a_peer_that_fails_says_why(neighbour):
    neighbour.joinpath("script.py").write_text("raise ValueError('out of rooms')")
    with pytest.raises(RuntimeError, match=r"script\.py failed: .*out of rooms"):
        peers.ask("them", "script.py")


def test_peers_that_are_not_there_are_missing(neighbour):
    with pytest.raises(Missing, match="make bench-peers"):
        peers.ask("nobody", "script.py")


def test_the_sokoban_suite_without_its_peers(tmp_path, monkeypatch):
    monkeypatch.setattr(peers, "ROOT", tmp_path)
    for found in bench.run("sokoban", only=["A1", "A2"])["bars"].values():
        assert found["met"] is None
        assert "make bench-peers" in found["note"]


@pytest.mark.parametrize(
    ("picture", "pushes"),
    [("#######\n#@ $ .#\n#######", 2), ("#####\n#@$.#\n#####", 1), ("######\n#@  .#\n#$   #\n######", -1)],
)
def test_the_breadth_first_search_that_the_solver_is_compared_with(picture, pushes):
    from playout.experiments.bench.sokoban.solving import fewest_pushes
    from playout.simulators.sokoban.levels import parse_xsb

    assert fewest_pushes(parse_xsb(picture)[0].tiles) == pushes


def test_displacement_matches_boxes_to_goals():
    from playout.experiments.bench.sokoban.generation import _displacement
    from playout.simulators.sokoban.levels import parse_xsb

    assert _displacement(parse_xsb("#######\n#@$ $.#\n#    .#\n#######")[0].tiles) == 5


def test_restarts_do_not_count_as_work():
    import gymnasium as gym

    from playout.experiments.bench.sokoban.batched import Counted

    env = gym.make_vec("playout/Sokoban-v0", 4, size=(6, 6), boxes=1, max_steps=3)
    counted = Counted(env, np.zeros((8, 4), int))
    assert counted() == 8 * 4 - 2 * 4
    assert counted.share == 0.25
