"""The original behind the engine's interface. What needs TextWorld is skipped without it."""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from playout.core.errors import MissingExtra, PlayoutError, WrongUse
from playout.envs.household import textworld_backend as backend
from playout.simulators.household.games import GameFile

GOLDEN = Path(__file__).parents[2] / "simulators/household/data/golden.json"
TRACES = json.loads(GOLDEN.read_text(encoding="utf-8"))
VARIABLES = {
    "r": SimpleNamespace(name="desk 1", indefinite="a", id=""),
    "o": SimpleNamespace(name="", id="x"),
}


@pytest.fixture(scope="module")
def original():
    pytest.importorskip("fast_downward")
    made = backend.TextWorldBackend()
    yield made
    made.close()


@pytest.fixture(scope="module")
def trace():
    """The smallest room whose domain is the installed one, or as good: nothing is cleaned in it."""
    return next(trace for trace in TRACES if trace["id"] == "study: look at a pen")


@pytest.fixture(scope="module")
def file(original, trace):
    domain, grammar = backend.rules()
    grammar = grammar.replace("Your task is to: UNKNOWN GOAL.", trace["task"])
    domain = domain.replace(";(receptacleType ?r SinkType)", "(receptacleType ?r SinkType)")
    return GameFile(id="a", place="a", problem=trace["problem"], domain=domain, grammar=grammar)


def test_it_plays_the_recorded_trace(original, trace, file):
    strings, (text, _, listed) = trace["strings"], trace["start"]
    listed = {strings[number] for number in listed}
    assert original.start(file) == strings[text]
    assert original.legal() == tuple(sorted(listed))
    for command, text, won, more, less in trace["steps"][:15]:
        assert original.step(strings[command]) == (strings[text], bool(won))
        listed = (listed | {strings[number] for number in more}) - {strings[number] for number in less}
        assert original.legal() == tuple(sorted(listed))


def test_a_restore_plays_what_did_something_again(original, trace, file):
    commands = [trace["strings"][command] for command, *_ in trace["steps"][:8]]
    original.start(file)
    for command in [*commands[:4], "jump"]:
        original.step(command)
    saved, before = original.snapshot(), original.legal()
    assert "jump" not in saved
    rest = [original.step(command) for command in commands[4:]]
    original.restore(file, saved)
    assert original.legal() == before
    assert [original.step(command) for command in commands[4:]] == rest


def test_the_arguments_of_the_process_stay(original, file, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["mine", "1"])
    original.start(file)
    assert sys.argv == ["mine", "1"]


def test_what_textworld_cannot_play_is_named(original, file):
    broken = GameFile(id="b", place="b.tw-pddl", problem="(define", domain=file.domain, grammar=file.grammar)
    with pytest.raises(PlayoutError, match=r"b\.tw-pddl: TextWorld cannot play it"):
        original.start(broken)
    with pytest.raises(WrongUse, match=r"c\.tw-pddl: the game has no domain"):
        original.start(GameFile(id="c", place="c.tw-pddl", problem=file.problem))
    code = file.grammar.replace("{r.name}", "{__import__('os').getcwd()}")
    with pytest.raises(PlayoutError, match="expected names of the rule"):
        original.start(GameFile(id="d", place="d", problem=file.problem, domain=file.domain, grammar=code))
        original.step("go to desk 1")
    assert original.start(file), "a game after one that failed"


def test_expressions_of_grammars_are_read_not_run():
    assert backend.value_of(" r.indefinite + ' ' + r.name", VARIABLES) == "a desk 1"
    assert backend.value_of("o.name or o.id", VARIABLES) == "x"
    for code in ("r.__class__", "print(r)", "q.name", "r.name * 9", "[r]", "r.name.upper", "1"):
        with pytest.raises(PlayoutError, match="expected names of the rule"):
            backend.value_of(code, VARIABLES)


def test_without_textworld_the_line_to_type_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "textworld", None)
    monkeypatch.setitem(sys.modules, "alfworld", None)
    with pytest.raises(MissingExtra, match=r"pip install 'playout\[textworld\]'"):
        backend.TextWorldBackend()
    with pytest.raises(MissingExtra, match=r"pip install 'playout\[textworld\]'"):
        backend.rules()


def test_published_files_by_id(tmp_path):
    for number in range(2):
        folder = tmp_path / f"train/task-{number}/trial"
        folder.mkdir(parents=True)
        game = {"pddl_domain": "D", "grammar": f"G{number}√", "pddl_problem": f"P{number}", "solvable": True}
        (folder / "game.tw-pddl").write_text(json.dumps(game))
    files = backend.PublishedFiles(tmp_path)
    assert len(files) == 2
    file = files["train/task-1/trial"]
    assert (file.problem, file.domain, file.grammar) == ("P1", "D", "G1√")
    assert file.place.endswith("task-1/trial/game.tw-pddl")
