"""TextWorld's own games. What plays one is skipped without TextWorld."""

import sys
from pathlib import Path

import gymnasium as gym
import pytest
from gymnasium.utils.env_checker import check_env

import playout
from playout.core.errors import MissingExtra, WrongUse
from playout.envs.registration import register
from playout.envs.textworld import IDS
from playout.envs.textworld.env import TextWorldEnv
from playout.envs.textworld.games import FoundGames, MadeGames

register(IDS)


@pytest.fixture(scope="module")
def folder(own_cache: Path) -> Path:
    """Two games of the family simple, made once."""
    pytest.importorskip("textworld")
    options = {"rewards": "dense", "goal": "brief", "test": True}
    games = MadeGames("simple", options, split="train", size=2)
    paths = [games.path(number) for number in range(2)]
    assert paths == [games.path(number) for number in range(2)], "made once"
    assert sorted(file.suffix for file in paths[0].parent.iterdir()) == [".json", ".json", ".z8", ".z8"]
    return paths[0].parent


@pytest.fixture
def env(folder):
    made = gym.make("playout/TextWorld-v0", source=str(folder))
    yield made
    made.close()


def test_the_experts_plan_wins(env):
    observation, info = env.reset(seed=1)
    assert "-=" in observation and "$$" not in observation
    plan = playout.privileged(env)["expert_plan"]
    rewards = []
    for command in plan:
        assert command in info["legal_actions"]
        _, reward, terminated, _, info = env.step(command)
        rewards.append(reward)
    assert terminated and info["is_success"] and info["metrics"] == {"score": 1.0}
    assert sum(rewards) == pytest.approx(1) and sum(map(bool, rewards)) > 1
    sparse = TextWorldEnv(source=env.unwrapped.games.path(env.unwrapped._number), rewards="sparse")
    sparse.reset()
    assert [sparse.step(command)[1] for command in plan] == [0.0] * (len(plan) - 1) + [1.0]


@pytest.mark.parametrize(
    "command", ["save", "script", "quit", "look. save", "restart", "LOOK", "\x00", "\ud800", ""]
)
def test_only_what_is_listed_reaches_the_interpreter(env, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before, info = env.reset(seed=2)
    observation, reward, terminated, truncated, after = env.step(command)
    assert before in observation and "invalid" in after and after["legal_actions"] == info["legal_actions"]
    assert (reward, terminated, truncated) == (0.0, False, False)
    assert not list(tmp_path.iterdir())


def test_a_restore_brings_back_the_game(env):
    _, info = env.reset(seed=3)
    for _ in range(3):
        info = env.step(info["legal_actions"][0])[4]
    saved = playout.core.Snapshot.from_json(playout.snapshot(env).to_json())
    actions = [info["legal_actions"][-1], "look", "inventory"]
    rest = [env.step(action) for action in actions]
    env.reset(seed=4)
    playout.restore(env, saved)
    assert [env.step(action) for action in actions] == rest


def test_seeds_choose_the_game(env):
    games = set()
    for seed in range(8):
        first = env.reset(seed=seed)
        assert env.reset(seed=seed) == first
        games.add(first[0])
    assert len(games) == 2


def test_gymnasiums_checker(env):
    check_env(env.unwrapped)
    assert env.unwrapped.frame().to_json()["facts"]["score"].startswith("0 of ")


def test_a_long_game_is_cut(folder):
    env = TextWorldEnv(source=folder, max_steps=2)
    env.reset(seed=1)
    env.step("look")
    *_, truncated, info = env.step("look")
    assert truncated and not info["is_success"]


def test_what_cannot_be_a_source_is_said(tmp_path):
    with pytest.raises(WrongUse, match="make one with tw-make"):
        FoundGames(tmp_path)
    (tmp_path / "a.z8").write_bytes(b"")
    with pytest.raises(WrongUse, match=r"expected a\.json beside it"):
        FoundGames(tmp_path)
    for words, message in (
        ({"family": "chess"}, "family: expected one of coin_collector"),
        ({"split": "test"}, "split: expected one of train, unseen"),
        ({"size": 0}, "games: expected at least 1"),
    ):
        with pytest.raises(WrongUse, match=message):
            MadeGames(**{"family": "simple", "options": None, "split": "train", "size": 1} | words)


def test_options_of_a_family_are_checked_by_it():
    pytest.importorskip("textworld")
    for options, message in (({"level": "x"}, "invalid int value"), ({"size": 3}, "expected some of level")):
        with pytest.raises(WrongUse, match=message):
            MadeGames("coin_collector", options, split="unseen", size=1).path(0)


def test_without_textworld_the_line_to_type_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "textworld", None)
    with pytest.raises(MissingExtra, match=r"pip install 'playout\[textworld\]'"):
        TextWorldEnv()
