import json

import pytest

from playout.core.errors import MissingExtra, WrongUse
from playout.simulators.household.games import read_game, read_games
from playout.simulators.household.generator import GeneratorConfig, generate
from playout.simulators.household.generator import export as exporting
from playout.simulators.household.generator.export import Template, complete, export, template
from playout.simulators.household.goals import LOOK, PLACE

GRAMMAR = 'grammar :: """ { "task": [ { "rhs": "Your task is to: UNKNOWN GOAL." } ] } """;'
PLAIN = Template("(define (domain alfred))", GRAMMAR)


def test_an_exported_game_is_read_back_the_same(tmp_path):
    made = [generate(key, GeneratorConfig(split="unseen")) for key in range(3)]
    written = export([game.file for game in made], tmp_path / "json_2.1.1", PLAIN)
    assert [path.name for path in written] == ["game.tw-pddl"] * 3
    found = {file.id: file for file in read_games(tmp_path, split="valid_unseen")}
    for file, record in made:
        assert found[file.id].compile() == record._replace(id=file.id)
        assert found[file.id].domain == PLAIN.domain and file.task in found[file.id].grammar


@pytest.mark.parametrize("task_type", [LOOK, PLACE])
def test_a_trajectory_says_what_alfworld_looks_for(tmp_path, task_type):
    file, record = generate(3, GeneratorConfig(task_types=(task_type,)))
    (path,) = export([file], tmp_path, PLAIN)
    data = json.loads(path.with_name("traj_data.json").read_text())
    target = data["pddl_params"]["toggle_target" if task_type == LOOK else "parent_target"]
    assert data["task_type"] == task_type and data["task_id"] == path.parent.name
    assert (data["pddl_params"]["object_target"].lower(), target.lower()) == record.goal[1:]
    assert data["turk_annotations"]["anns"][0]["task_desc"] in file.task


def test_a_template_comes_from_a_game_or_a_folder(tmp_path):
    (path,) = export([generate(0).file], tmp_path, PLAIN)
    found = template(path)
    assert found.domain == PLAIN.domain
    again = complete(generate(1).file, found)
    assert generate(1).file.task in again.grammar and generate(0).file.task not in again.grammar
    (tmp_path / "alfred.pddl").write_text(PLAIN.domain)
    with pytest.raises(WrongUse, match=r"expected alfred\.pddl and alfred\.twl2"):
        template(tmp_path)
    (tmp_path / "alfred.twl2").write_text(GRAMMAR)
    assert template(tmp_path) == PLAIN


def test_a_game_without_grammar_is_no_template(tmp_path, games):
    path = games.write(tmp_path / "game.tw-pddl")
    assert read_game(path).grammar == ""
    with pytest.raises(WrongUse, match="expected a domain and a grammar"):
        template(path)


def test_without_alfworld_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(exporting, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"playout\[textworld\]"):
        template()
