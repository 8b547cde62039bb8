import json
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from toys import GUESS

from playout.core import PlayoutError, WrongUse
from playout.rollouts import AgentSpec, RolloutConfig, Run, rollout

HERE = Path(__file__).parent


def config(name="toys:scripted", env=GUESS, episodes=12, options=None, **fields) -> RolloutConfig:
    agents = {"agent": AgentSpec(name=name, options=options or {})}
    return RolloutConfig(env=env, agents=agents, episodes=episodes, **fields)


def content(run: Run):
    """All that a run holds except how long it took."""
    return [{**episode, "timings": None} for episode in run.episodes()]


def test_rollout_without_a_folder_lives_as_long_as_its_run():
    run = rollout(config())
    folder = run.folder
    assert len(run) == 12
    assert [episode["seed"] for episode in run.episodes()] == list(range(12))
    assert folder.is_dir()
    del run
    assert not folder.exists()


def test_run_folder_says_what_was_asked_and_holds_flat_rows(tmp_path):
    asked = config(env="playout/SokobanText-6x6-1box-v0", env_kwargs={"max_steps": 5}, seed=7, episodes=3)
    run = rollout(asked, out=tmp_path / "r")
    assert run.config == {
        "env": "playout/SokobanText-6x6-1box-v0", "env_kwargs": {"max_steps": 5}, "episodes": 3, "seed": 7,
        "agents": {"agent": {"name": "toys:scripted", "options": {}}}, "evaluated": "agent",
    }  # fmt: skip
    rows = list(run.metrics())
    assert [row["episode"] for row in rows] == [0, 1, 2]
    assert {"is_success", "return", "length", "invalid_rate", "revisit_rate"} <= set(rows[0])
    assert run.episode(1)["agents"]["agent"]["name"] == "toys:scripted"


@pytest.mark.parametrize(
    ("name", "env"),
    [
        ("random", GUESS),
        ("random", "CartPole-v1"),
        ("expert", "playout/Sokoban-6x6-1box-v0"),
        ("random", "toys:toys/nim_seats-v0"),
    ],
)
def test_workers_and_slots_do_not_change_the_run(name, env):
    asked = config(name, env, episodes=6)
    assert content(rollout(asked, workers=2, slots=2)) == content(rollout(asked))


def test_progress_counts_what_was_there_before(tmp_path):
    asked, seen = config(), []
    whole = rollout(asked, out=tmp_path / "r")
    lines = (tmp_path / "r" / "episodes.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "r" / "episodes.jsonl").write_bytes(b"".join(lines[:9]) + lines[9][:20])
    again = rollout(
        asked, out=tmp_path / "r", resume=True, progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(10, 12), (11, 12), (12, 12)]
    assert content(again) == content(whole)


def test_a_finished_run_is_not_played_again(tmp_path):
    asked = config()
    rollout(asked, out=tmp_path / "r")
    before = (tmp_path / "r" / "episodes.jsonl").read_bytes()
    rollout(asked, out=tmp_path / "r", resume=True, workers=2)
    assert (tmp_path / "r" / "episodes.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"episodes": 0}, "episodes: expected at least 1, got 0"),
        ({"seed": -1}, "seed: expected 0 or more"),
        ({"agents": {}}, "agents: expected at least one"),
    ],
)
def test_impossible_configurations_are_refused(fields, message):
    with pytest.raises(WrongUse, match=message):
        RolloutConfig(
            **{"env": GUESS, "agents": {"agent": AgentSpec(name="random")}, "episodes": 1, **fields}
        )


def test_another_order_of_agents_is_another_run(tmp_path):
    seats = {"first": AgentSpec(name="random"), "second": AgentSpec(name="toys:scripted")}
    asked = RolloutConfig(env="toys:toys/nim_seats-v0", agents=seats, episodes=1)
    assert rollout(asked, out=tmp_path / "r").config["evaluated"] == "first"
    swapped = dict(reversed(seats.items()))
    with pytest.raises(WrongUse, match="begun with evaluated = 'first', now it is 'second'"):
        rollout(replace(asked, agents=swapped), out=tmp_path / "r", resume=True)


def test_wrong_use_in_a_worker_is_wrong_use():
    with pytest.raises(WrongUse, match="unknown agent 'rendom'"):
        rollout(config("rendom"), workers=2)


def test_a_worker_that_dies_is_replaced_and_nothing_is_lost(tmp_path):
    options = {"episode": 4, "mark": str(tmp_path / "died")}
    killed = rollout(config("toys:killer", options=options), workers=2, slots=1)
    assert (tmp_path / "died").exists()
    calm = rollout(config())
    assert [e["steps"] for e in killed.episodes()] == [e["steps"] for e in calm.episodes()]


def test_workers_that_keep_dying_end_the_run_and_what_was_done_stays(tmp_path):
    asked = config("toys:killer", options={"episode": 4, "mark": ""})
    with pytest.raises(PlayoutError, match=r"ended by signal 9 .*, 3 times; try fewer workers"):
        rollout(asked, out=tmp_path / "r", workers=2, slots=1)
    assert 4 not in Run(tmp_path / "r").done
    assert Run(tmp_path / "r").done


SCRIPT = """
import json, sys
sys.path[:0] = json.loads(sys.argv[1])
from playout.rollouts import AgentSpec, RolloutConfig, rollout

if __name__ == "__main__":
    agents = {"agent": AgentSpec(name="toys:slow", options={"seconds": 0.005})}
    config = RolloutConfig(env=sys.argv[2], agents=agents, episodes=40)
    run = rollout(config, out=sys.argv[3], resume=True, slots=4, workers=int(sys.argv[4]))
    outcomes = [episode["outcome"] for episode in run.episodes()]
    run.write_summary({"n": len(run), "mean": sum(o["return"] for o in outcomes) / len(run), "all": outcomes})
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_killed_at_many_moments_and_resumed_the_summary_is_identical(tmp_path, workers):
    script = tmp_path / "evaluate.py"
    script.write_text(SCRIPT)
    paths = json.dumps([str(HERE), str(HERE.parents[1] / "examples")])

    def start(out):
        command = [sys.executable, str(script), paths, GUESS, str(out), str(workers)]
        return subprocess.Popen(command)

    assert start(tmp_path / "whole").wait() == 0
    file, kills = tmp_path / "cut" / "episodes.jsonl", 0
    for target in (0, 1, 300, 5_000, 20_000, 24_000):  # bytes written before the kill
        process = start(tmp_path / "cut")
        while process.poll() is None and (file.stat().st_size if file.exists() else -1) < target:
            time.sleep(0.001)
        kills += process.poll() is None
        process.kill()  # its workers find out by themselves
        process.wait()
    assert kills >= 3
    assert start(tmp_path / "cut").wait() == 0
    whole, cut = Run(tmp_path / "whole"), Run(tmp_path / "cut")
    assert (whole.folder / "summary.json").read_bytes() == (cut.folder / "summary.json").read_bytes()
    assert content(whole) == content(cut)
    assert re.fullmatch(rb"(\{.*\}\n){40}", file.read_bytes())
