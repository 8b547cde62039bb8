import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from playout.cli.eval import agents_of
from playout.cli.main import main
from playout.core import WrongUse
from playout.rollouts.store import Run

WORLD = "playout/SokobanText-6x6-1box-v0"


def _json(capsys):
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_json_is_the_contract_and_the_run_folder_is_complete(tmp_path, capsys):
    out = tmp_path / "run"
    argv = ["eval", WORLD, "--agent", "expert", "--episodes", "5", "--seed", "3", "--out", str(out), "--json"]
    assert main(argv) == 0
    printed = capsys.readouterr()
    summary = json.loads(printed.out.splitlines()[-1])
    assert {"env", "agent", "episodes", "success", "return", "length", "metrics"} <= set(summary)
    assert (summary["env"], summary["agent"], summary["episodes"]) == (WORLD, "expert", 5)
    assert set(summary["success"]) == {"mean", "low", "high"}
    assert summary["success"]["mean"] == 1
    assert "success" in printed.err  # the table
    assert json.loads((out / "summary.json").read_text()) == summary
    assert (out / "report.html").stat().st_size > 1000
    assert [episode["seed"] for episode in Run(out).episodes()] == [3, 4, 5, 6, 7]


def test_options_reach_environment_and_agent(capsys):
    given = [
        "--env",
        "max_steps=4",
        "invalid_penalty=-1",
        "--env",
        "size=[6,6]",
        "--agent-option",
        "action=fly",
    ]
    assert main(["eval", WORLD, "--agent", "constant", *given, "--episodes", "2", "--json"]) == 0
    summary = _json(capsys)
    assert summary["length"]["mean"] == 4
    assert summary["metrics"]["invalid_rate"]["mean"] == 1


def test_a_foreign_environment_is_evaluated(capsys):
    assert main(["eval", "CartPole-v1", "--agent", "random", "--episodes", "3", "--json"]) == 0
    assert _json(capsys)["success"]["mean"] is None


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["playout/SokobanTex-v0", "--agent", "random"], "playout/SokobanText-v0"),
        ([WORLD, "--agent", "exper"], "expert"),
        ([WORLD], "--agent random"),
        ([WORLD, "--agent", "random", "--agent", "expert"], "--agent 'expert'"),
        ([WORLD, "--agent", "random", "--env", "boxes"], "name=value"),
        ([WORLD, "--agent", "random", "--env", "boxs=1"], "boxs"),
        ([WORLD, "--agent", "random", "--agent-option", "sed=1"], "seed"),
        ([WORLD, "--agent", "random", "--episodes", "0"], "episodes"),
        ([WORLD, "--agent", "random", "--episodes", "three"], "--episodes"),
        ([WORLD, "--agent", "random", "--resume"], "--out"),
        ([WORLD, "--agent", "nobody=random"], "nobody"),
    ],
)
def test_wrong_use_is_one_line_that_helps(argv, said, capsys):
    assert main(["eval", *argv]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.splitlines()) == 1
    assert said in printed.err


def test_a_run_that_exists_is_not_overwritten(tmp_path, capsys):
    argv = ["eval", WORLD, "--agent", "random", "--episodes", "2", "--out", str(tmp_path / "run")]
    assert main(argv) == 0
    assert main(argv) == 2
    assert "--resume" in capsys.readouterr().err.splitlines()[-1]
    assert main([*argv, "--resume"]) == 0


def test_a_run_in_which_every_episode_failed_is_a_failed_job(tmp_path, capsys, monkeypatch):
    (tmp_path / "broken.py").write_text(
        "class Broken:\n"
        "    needs = frozenset()\n"
        "    def act(self, turns):\n"
        "        raise RuntimeError('no idea')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert main(["eval", WORLD, "--agent", "broken:Broken", "--episodes", "2", "--json"]) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out.splitlines()[-1])["errors"] == 2
    assert "no idea" in printed.err.splitlines()[-1]


def test_agents_options_and_models_find_their_seats():
    found = agents_of(
        ["seller=language", "runs/a=b"],
        ["temperature=0.5", "agent.seed=2", "note=a.b=c"],
        ["openai:m@http://x/?k=v", "agent=smollm2"],
    )
    assert list(found) == ["seller", "agent"]
    assert found["seller"].options == {"temperature": 0.5, "note": "a.b=c"}
    assert found["seller"].model == "openai:m@http://x/?k=v"
    assert found["agent"].name == "runs/a=b"
    assert (found["agent"].options, found["agent"].model) == ({"seed": 2}, "smollm2")
    with pytest.raises(WrongUse, match="--agent"):
        agents_of(["seller="], [], [])


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_killed_at_many_moments_the_resumed_run_has_the_same_summary(tmp_path):
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    _eval(whole).wait()
    size = (whole / "episodes.jsonl").stat().st_size
    lock, episodes = torn / "run.lock", torn / "episodes.jsonl"
    moments = [lock.exists, *(lambda at=at: _size(episodes) >= at for at in (1, size // 3, size - 1))]
    for moment in moments:
        process = _eval(torn)
        while not moment() and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with episodes.open("ab") as file:  # a kill in the middle of a line
        file.truncate(_size(episodes) - 7)
    assert _eval(torn).wait() == 0
    assert (torn / "summary.json").read_bytes() == (whole / "summary.json").read_bytes()
    assert len(Run(torn)) == len(Run(whole))


def _eval(out: Path) -> subprocess.Popen:
    options = ["--agent", "expert", "--agent-option", "noise=0.3", "--episodes", "30", "--slots", "2"]
    command = [sys.executable, "-m", "playout", "eval", WORLD, *options, "--out", str(out), "--resume"]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
