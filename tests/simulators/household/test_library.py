"""Libraries: what is in them, what they share, what they keep on disk."""

import pytest

from playout.core.errors import WrongUse
from playout.simulators.household import library
from playout.simulators.household.games import read_game
from playout.simulators.household.goals import CLEAN, PLACE


@pytest.fixture
def tree(games, tmp_path):
    for id, goal in {"train/a/1": "place Knife Fridge", "train/b/2": "clean Mug Fridge"}.items():
        games.write(tmp_path / "data" / id / "game.tw-pddl", goal)
    games.write(tmp_path / "data/valid_seen/c/3/game.tw-pddl")
    games.write(tmp_path / "data/valid_seen/c/4/game.tw-pddl", solvable=False)
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYOUT_CACHE", str(tmp_path / "cache"))
    library._shelf.cache_clear()


def test_games_by_split_and_type(tree):
    everything = library.open_games(tree)
    assert everything.ids == ("train/a/1", "train/b/2", "valid_seen/c/3")
    assert everything.task_types == (PLACE, CLEAN, PLACE)
    assert library.open_games(tree, split="train").ids == everything.ids[:2]
    assert library.open_games(tree, task_types=[CLEAN]).ids == ("train/b/2",)
    assert [game.id for game in everything[1:]] == ["train/b/2", "valid_seen/c/3"]
    assert everything[-1].id == "valid_seen/c/3" and len(everything) == 3
    with pytest.raises(IndexError):
        everything[3]


def test_libraries_of_a_source_share_games(tree):
    assert library.open_games(tree)[1] is library.open_games(tree).select([CLEAN])[0]
    assert library.open_games(tree, wording="put")[1] is not library.open_games(tree)[1]


def test_only_the_games_played_last_stay_alive(tree, monkeypatch):
    monkeypatch.setattr(library, "LIVE_GAMES", 2)
    games = library.open_games(tree)
    first, second = games[0], games[1]
    assert games[0] is first
    _ = games[2]
    assert games[0] is first and games[1] is not second


def test_tables_come_from_the_cache_and_damage_is_made_good(tree, tmp_path, monkeypatch):
    expected = [library.open_games(tree).record(i) for i in range(3)]
    (file,) = (tmp_path / "cache/household").iterdir()
    for content in (file.read_bytes(), b"", b"\x1f\x8b rubbish", file.read_bytes()[:-20]):
        file.write_bytes(content)
        library._shelf.cache_clear()
        assert [library.open_games(tree).record(i) for i in range(3)] == expected
    monkeypatch.setattr(library, "read_games", None)
    library._shelf.cache_clear()
    assert len(library.open_games(tree)) == 3


def test_a_changed_source_is_compiled_anew(games, tree):
    assert len(library.open_games(tree)) == 3
    games.write(tree / "train/z/9/game.tw-pddl")
    assert len(library.open_games(tree)) == 4


def test_without_a_cache_nothing_is_written(tree, tmp_path):
    assert len(library.open_games(tree, cache=False)) == 3
    assert not (tmp_path / "cache").exists()


def test_records_made_elsewhere(games, tree):
    record = read_game(tree / "train/a/1/game.tw-pddl").compile()
    own = library.of_records([record, games.game().record])
    assert own.ids == ("train/a/1", "game") and own.record(0) == record


def test_wrong_use(games, tree):
    with pytest.raises(WrongUse, match=r"expected some of pick_and_place_simple, .* got 'dance'"):
        library.open_games(tree, task_types=["dance"])
    with pytest.raises(WrongUse, match="none of the 3 games is of pick_two_obj_and_place"):
        library.open_games(tree, task_types=["pick_two_obj_and_place"])
    with pytest.raises(WrongUse, match="all of its games are marked unsolvable"):
        library.open_games(tree / "valid_seen/c/4")
    with pytest.raises(WrongUse, match="wording: expected one of move, put"):
        library.open_games(tree, wording="drop")
