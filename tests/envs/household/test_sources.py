"""Which games an environment plays."""

import re
from pathlib import Path

import gymnasium as gym
import pytest

from playout.core.errors import WrongUse
from playout.envs.household.env import HouseholdEnv
from playout.envs.household.sources import PublishedSource, file_of, source_of
from playout.simulators.household.generator import GeneratedSource
from playout.simulators.household.goals import HEAT, LOOK


def test_by_default_games_are_generated():
    env = gym.make("playout/Household-v0")
    assert isinstance(env.unwrapped.source, GeneratedSource)
    assert env.reset(seed=0)[0].startswith("-= Welcome to TextWorld, ALFRED! =-")


@pytest.mark.parametrize("split", ["train", "seen", "unseen"])
def test_generated_games_of_a_split_and_type(split):
    env = HouseholdEnv(split=split, task_types=[LOOK], wording="put")
    env.reset(seed=0)
    assert env.game.id.startswith({"train": "train/", "seen": "valid_seen/"}.get(split, "valid_unseen/"))
    assert env.game.goal.task_type == LOOK
    assert env.game.wording == "put"


def test_published_games_of_a_split_and_type(write):
    write("kitchen: heat apple")
    write("study: look at a pen")
    folder = str(write("study: two cloths", split="valid_unseen"))
    assert len(source_of(folder).games) == 2
    assert source_of(folder, task_types=[HEAT]).games.task_types == (HEAT,)
    assert source_of(folder, task_types=HEAT).games.task_types == (HEAT,)
    for split in ("unseen", "valid_unseen"):
        env = HouseholdEnv(source=folder, split=split)
        assert env.reset(seed=1)[0].endswith("put two cloth in drawer.")
    with pytest.raises(WrongUse, match="no games of split valid_seen in it"):
        HouseholdEnv(source=folder, split="seen")


def test_a_seed_names_a_published_game(write):
    for number in range(4):
        write("kitchen: heat apple", trial=f"trial_{number}")
    folder = str(write("study: look at a pen"))
    first, second = (
        [HouseholdEnv(source=folder).reset(seed=s)[0] for s in range(8)],
        [HouseholdEnv(source=folder).reset(seed=s)[0] for s in range(8)],
    )
    assert first == second and len(set(first)) == 2


def test_in_order_every_seed_plays_its_own_game(write):
    for number in range(3):
        write("kitchen: heat apple", trial=f"trial_{number}")
    source = str(write("study: look at a pen"))
    env = HouseholdEnv(source=source, order="seed")
    played = []
    for seed in range(4):
        env.reset(seed=seed)
        played.append(env.game.id)
    assert played == list(source_of(source).games.ids)
    env.reset(seed=2)
    env.reset()
    saved = env.snapshot()
    assert env.game.id == played[3]
    assert env.reset() and env.game.id == played[0]
    other = HouseholdEnv(source=source, order="seed")
    other.restore(saved)
    assert other.reset() and other.game.id == played[0]
    vector = gym.make_vec("playout/Household-v0", 4, source=source, order="seed")
    vector.reset(seed=0)
    assert [copy.game.id for copy in vector.unwrapped.envs] == played


def test_only_published_games_have_an_order(rooms):
    for source in ("generated", rooms()):
        with pytest.raises(WrongUse, match="order: only published games"):
            HouseholdEnv(source=source, order="seed")
    with pytest.raises(WrongUse, match="order: expected drawn or seed, got 'id'"):
        source_of("generated", order="id")


def test_the_official_download_is_found_by_its_variable(write, monkeypatch):
    monkeypatch.setenv("ALFWORLD_DATA", str(write("study: put a box")))
    env = gym.make("playout/Household-v0", source="alfworld")
    assert env.reset(seed=0)[0].endswith("put some box on countertop.")


def test_what_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("ALFWORLD_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(WrongUse, match=re.escape(str(tmp_path / "nowhere")) + ".*alfworld-download"):
        source_of("alfworld")
    with pytest.raises(WrongUse, match="no such file or folder"):
        source_of(str(tmp_path / "games"))


@pytest.mark.parametrize("source", ["generated", None])
def test_wrong_options(source, write):
    source = source or str(write("study: put a box"))
    for name, value in (("split", "tset"), ("task_types", ["pick"]), ("wording", "drop")):
        with pytest.raises(WrongUse, match=name):
            source_of(source, **{name: value})


def test_any_source_will_do(rooms):
    mine = rooms("study: put a box")
    assert source_of(mine) is mine


def test_the_original_gets_the_game_that_the_engine_plays(write):
    write("kitchen: heat apple")
    source = source_of(str(write("study: look at a pen")))
    assert isinstance(source, PublishedSource)
    for key in range(6):
        assert source.file(key).id == source.game(key).id


def test_the_original_is_not_fed_from_tables(rooms):
    with pytest.raises(WrongUse, match=r"file\(key\)"):
        file_of(rooms(), 0)


def test_games_of_ones_own_belong_to_every_split(write, tmp_path):
    folder = str(write("study: two cloths", split="mine"))
    (file,) = Path(folder).rglob("*.tw-pddl")
    for source in (folder, str(file)):
        for env in (HouseholdEnv(source=source), HouseholdEnv(source=source, split="unseen")):
            assert env.reset(seed=1)[0].endswith("put two cloth in drawer.")
    write("kitchen: heat apple", split="train")
    with pytest.raises(WrongUse, match="no games of split valid_seen in it"):
        HouseholdEnv(source=folder, split="seen")
