"""Reading games from files, trees and archives; what is no game is refused with its place."""

import json
import lzma

import pytest

from playout.core.errors import WrongUse
from playout.simulators.household import games as reader
from playout.simulators.household.problem import GameError

TASK = 'Your task is to: put some apple on \\ the "fridge".'


def archive(folder, games, ids, **values):
    lines = [
        json.dumps(
            {"id": id, "task": "Your task is to: x.", "walkthrough": ["look"], "solvable": True,
             "pddl_problem": games.problem()} | values
        )
        for id in ids
    ]  # fmt: skip
    path = folder / reader.ARCHIVE
    path.write_bytes(lzma.compress("\n".join(lines).encode()))
    return path


def test_a_file(games, tmp_path):
    path = games.write(
        tmp_path / "json_2.1.1/valid_seen/task/trial/game.tw-pddl", task=TASK, walkthrough=["look"]
    )
    game = reader.read_game(path)
    assert (game.id, game.split, game.place) == ("valid_seen/task/trial", "valid_seen", str(path))
    assert (game.task, game.walkthrough, game.solvable) == (TASK, ("look",), True)
    assert game.compile().task == TASK
    assert [found.id for found in reader.read_games(path)] == [game.id]


def test_a_game_needs_only_its_problem(games, tmp_path):
    path = tmp_path / "own.tw-pddl"
    path.write_text(json.dumps({"pddl_problem": games.problem("cool Egg CounterTop")}))
    record = reader.read_game(path).compile()
    assert (record.id, record.task) == (str(path), "Your task is to: put a cool egg in countertop.")


def test_a_tree_in_the_order_of_paths_by_split(games, tmp_path):
    for id in ("train/b/1", "train/a/2", "train/a-Sliced/3", "train/a/movable_4", "valid_seen/a/5"):
        games.write(tmp_path / "json_2.1.1" / id / "game.tw-pddl")
    (tmp_path / "json_2.1.1/train/b/1/traj_data.json").write_text("{}")
    assert [game.id for game in reader.read_games(tmp_path)] == ["train/a/2", "train/b/1", "valid_seen/a/5"]
    assert [game.id for game in reader.read_games(tmp_path, split="valid_seen")] == ["valid_seen/a/5"]


def test_an_archive_with_what_lies_beside_it(games, tmp_path):
    path = archive(tmp_path, games, ["train/a/1", "valid_seen/b/2"])
    (tmp_path / "domain.pddl").write_text("(domain)")
    (tmp_path / "grammar.template.twl2").write_text("<@@TASK@@>")
    assert [game.id for game in reader.read_games(tmp_path)] == ["train/a/1", "valid_seen/b/2"]
    (game,) = reader.read_games(path, split="valid_seen")
    assert (game.domain, game.grammar) == ("(domain)", "<Your task is to: x.>")
    assert (game.place, game.walkthrough) == (f"{path}:2", ("look",))


def test_the_environment_variable_is_the_default(games, tmp_path, monkeypatch):
    archive(tmp_path, games, ["train/a/1"])
    monkeypatch.setenv("ALFWORLD_DATA", str(tmp_path))
    assert [game.id for game in reader.read_games()] == ["train/a/1"]
    monkeypatch.setenv("ALFWORLD_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(WrongUse, match=r"nowhere: no such file or folder; .* set ALFWORLD_DATA"):
        list(reader.read_games())


def test_nothing_to_read(games, tmp_path):
    with pytest.raises(WrongUse, match=r"expected one of train, valid_seen, .* got 'test'"):
        list(reader.read_games(tmp_path, split="test"))
    with pytest.raises(WrongUse, match="no games of split train in it"):
        list(reader.read_games(tmp_path, split="train"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no JSON .Expecting value, line 1 column 1.; expected the JSON object of a game"),
        (b'{"pddl_problem": "(define (prob', "no JSON .Unterminated string"),
        (b"[]", "found other JSON; expected the JSON object of a game with the text 'pddl_problem'"),
        (b'{"pddl_problem": 3}', "found other JSON"),
        (b'{"pddl_problem": "", "grammar": []}', "found 'grammar' that is no text"),
        (b'{"pddl_problem": "", "walkthrough": "look"}', "found a walkthrough that is no list of texts"),
        (b"[" * 100_000, "found JSON nested too deep"),
        (
            rb"""{"pddl_problem": "", "grammar": "\"task\": [{\"rhs\": \"\\q\"}]"}""",
            "the task .*; expected a JSON",
        ),
        (b"\xff\xfe", "found byte 0xff; expected text in UTF-8"),
    ],
)
def test_foreign_files_are_refused(tmp_path, content, message):
    path = tmp_path / "game.tw-pddl"
    path.write_bytes(content)
    with pytest.raises(GameError, match=message) as caught:
        reader.read_game(path)
    assert str(caught.value).startswith(str(path))


def test_a_truncated_archive_is_refused_at_its_line(games, tmp_path):
    path = archive(tmp_path, games, [f"train/a/{n}" for n in range(50)])
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(GameError, match=r"games.jsonl.xz:\d+: found damaged xz data"):
        list(reader.read_games(path))


def test_a_broken_line_of_an_archive_is_named(games, tmp_path):
    path = archive(tmp_path, games, ["train/a/1", "train/a/2"], pddl_problem=None)
    with pytest.raises(GameError, match=r"games.jsonl.xz:1: found other JSON"):
        list(reader.read_games(path))
