import pytest

from playout.core.errors import WrongUse
from playout.simulators import bank
from playout.simulators.household.generator import GeneratedSource, generate, sources
from playout.simulators.household.goals import HEAT


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("PLAYOUT_CACHE", str(tmp_path))
    monkeypatch.setattr(sources, "CHUNK", 4)
    sources._chunk.cache_clear()
    sources._live_games.cache_clear()
    yield tmp_path
    sources._chunk.cache_clear()
    sources._live_games.cache_clear()


def test_an_episode_plays_a_row_of_the_bank(cache):
    source = GeneratedSource(size=8)
    keys = {bank.index(key, 8): key for key in range(40)}
    games = {row: source.game(key) for row, key in keys.items()}
    assert len({game.record for game in games.values()}) == 8
    assert len(list((cache / "levels").iterdir())) == 2
    for row, key in keys.items():
        assert source.file(key).compile() == games[row].record


def test_a_bank_is_read_from_the_cache_and_shared(cache, monkeypatch):
    first = GeneratedSource(size=4).game(0)
    assert GeneratedSource(size=4).game(0) is first
    sources._chunk.cache_clear()
    sources._live_games.cache_clear()
    monkeypatch.setattr(sources, "generate", None)
    assert GeneratedSource(size=4).game(0).record == first.record


def test_fresh_games_come_from_the_key_itself(cache):
    source = GeneratedSource(size=None, split="unseen", task_types=[HEAT])
    assert source.game(11).record == generate(11, source.config).record
    assert source.game(11) is source.game(11)
    assert source.file(11) == generate(11, source.config).file
    assert source.game(11).goal.task_type == HEAT
    assert not (cache / "levels").exists()


def test_few_games_stay_live(monkeypatch):
    monkeypatch.setattr(sources, "LIVE_GAMES", 2)
    source = GeneratedSource(size=None)
    first = source.game(1)
    source.game(2)
    assert source.game(1) is first
    source.game(3)
    assert source.game(1) is first
    source.game(3), source.game(4)
    assert source.game(1) is not first and source.game(1).record == first.record


def test_wording_and_split_are_the_callers():
    moved, put = GeneratedSource(size=4), GeneratedSource(size=4, wording="put")
    assert (moved.game(0).wording, put.game(0).wording) == ("move", "put")
    assert moved.game(0).record == put.game(0).record
    assert GeneratedSource(size=4, split="seen").game(0).record != moved.game(0).record
    with pytest.raises(WrongUse, match="size: expected at least 1 or None, got 0"):
        GeneratedSource(size=0)
    with pytest.raises(WrongUse, match="wording"):
        GeneratedSource(wording="drop")  # type: ignore[arg-type]
