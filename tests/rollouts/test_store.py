import json
import subprocess
import sys

import pytest

from playout.core import PlayoutError, WrongUse
from playout.rollouts import manifest
from playout.rollouts.episodes import Episode, Outcome
from playout.rollouts.store import Run, open_run

CONFIG = {"env": "a/B-v0", "seed": 1, "env_kwargs": {"size": [6, 6]}}


def episode(number, total=1.0):
    outcome = Outcome(is_success=True, total=total, length=0)
    return Episode(env="a/B-v0", kwargs={}, seed=number, episode=number, agents={}, steps=(), outcome=outcome)


def a_run(folder, numbers=(0, 1, 2)):
    with open_run(folder, CONFIG) as run:
        for number in numbers:
            run.append(episode(number))
    return folder / "episodes.jsonl"


def test_episodes_come_back_in_order_and_by_number(tmp_path):
    a_run(tmp_path / "r", numbers=(2, 0, 5))
    run = Run(tmp_path / "r")
    assert [one["episode"] for one in run.episodes()] == [0, 2, 5]
    assert run.episode(5)["seed"] == 5
    assert (len(run), run.done) == (3, {0, 2, 5})
    with pytest.raises(WrongUse, match="no episode 1; it has 3 episodes, 0 to 5"):
        run.episode(1)


def test_writer_reads_what_it_wrote(tmp_path):
    with open_run(tmp_path / "r", CONFIG) as run:
        run.append(episode(3))
        run.append(episode(1))
        assert [one["episode"] for one in run.episodes()] == [1, 3]


def test_config_manifest_summary_and_metrics(tmp_path):
    with open_run(tmp_path / "r", CONFIG) as run:
        assert run.summary is None
        run.write_summary({"mean": 0.5})
        run.log([{"step": 1}])
        run.log([{"step": 2}])
    run = Run(tmp_path / "r")
    assert run.config == CONFIG
    assert run.summary == {"mean": 0.5}
    assert list(run.metrics()) == [{"step": 1}, {"step": 2}]
    assert {"python", "packages", "commit", "platform", "device", "created"} == set(run.manifest)
    assert run.manifest["packages"]["playout"]


@pytest.mark.parametrize("cut", [1, 5, 40, -1])
def test_torn_last_line_is_dropped(tmp_path, cut):
    file = a_run(tmp_path / "r")
    whole = file.read_bytes()
    torn = episode(7).to_json().encode()
    file.write_bytes(whole + torn[:cut])
    assert Run(tmp_path / "r").done == {0, 1, 2}
    with open_run(tmp_path / "r", CONFIG, resume=True) as run:
        assert run.done == {0, 1, 2}
        run.append(episode(7))
    assert file.read_bytes() == whole + torn + b"\n"


def test_damaged_middle_line_is_named(tmp_path):
    file = a_run(tmp_path / "r")
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + b'{"schema": 1, \x00\n' + lines[2])
    with pytest.raises(PlayoutError, match=r"episodes\.jsonl, line 2: not an episode"):
        list(Run(tmp_path / "r").episodes())
    with pytest.raises(PlayoutError, match="line 2"):
        open_run(tmp_path / "r", CONFIG, resume=True)


def test_a_run_is_continued_only_on_request_and_unchanged(tmp_path):
    a_run(tmp_path / "r")
    with pytest.raises(WrongUse, match="continue it with --resume"):
        open_run(tmp_path / "r", CONFIG)
    with pytest.raises(WrongUse, match=r"begun with seed = 1, now it is 2"):
        open_run(tmp_path / "r", {**CONFIG, "seed": 2}, resume=True)
    with pytest.raises(WrongUse, match=r"begun with data = None, now it is 'x'"):
        open_run(tmp_path / "r", {**CONFIG, "data": "x"}, resume=True)
    with open_run(tmp_path / "r", {**CONFIG, "data": None}, resume=True) as run:
        assert len(run) == 3


def test_foreign_folders_and_files_are_left_alone(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("…")
    (tmp_path / "file").write_text("…")
    with pytest.raises(WrongUse, match="not empty and not a run"):
        open_run(tmp_path / "thesis", CONFIG)
    with pytest.raises(WrongUse, match="not empty and not a run"):
        open_run(tmp_path / "thesis", CONFIG, resume=True)
    with pytest.raises(WrongUse, match="this is a file"):
        open_run(tmp_path / "file", CONFIG)
    with pytest.raises(WrongUse, match="not a run"):
        Run(tmp_path / "thesis")


def test_resume_begins_where_nothing_is_and_after_a_kill_before_the_config(tmp_path):
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "run.lock").touch()
    (tmp_path / "r" / "config.toml.part").write_text("env = ")
    with open_run(tmp_path / "r", CONFIG, resume=True) as run:
        assert len(run) == 0
    with open_run(tmp_path / "new" / "r", CONFIG, resume=True) as run:
        assert run.config == CONFIG


def test_a_run_that_was_asked_wrongly_is_in_nobodys_way(tmp_path):
    with open_run(tmp_path / "r", {**CONFIG, "seed": 2}):
        pass
    with open_run(tmp_path / "r", CONFIG) as run:
        assert run.config == CONFIG
    (tmp_path / "r" / "policy.safetensors").write_text("…")
    with pytest.raises(WrongUse, match="continue it with --resume"):
        open_run(tmp_path / "r", CONFIG)


def test_two_processes_cannot_write_one_run(tmp_path):
    script = (
        "from playout.rollouts.store import open_run; import sys\n"
        f"open_run({str(tmp_path / 'r')!r}, {CONFIG!r}, resume=True)"
    )
    with open_run(tmp_path / "r", CONFIG):
        second = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
        assert "another process is writing this run" in second.stderr
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0


def test_lines_are_json_of_one_object(tmp_path):
    for line in a_run(tmp_path / "r").read_text().splitlines():
        assert json.loads(line)["schema"] == 1


def test_a_run_killed_before_its_first_episode_is_empty(tmp_path):
    a_run(tmp_path / "r").unlink()
    assert list(Run(tmp_path / "r").episodes()) == []


def test_the_commit_is_that_of_a_checkout_of_ours(tmp_path, monkeypatch):
    """Installed within somebody else's repository there is none."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    place = tmp_path / ".venv" / "playout" / "rollouts"
    place.mkdir(parents=True)
    monkeypatch.setattr(manifest, "__file__", str(place / "manifest.py"))
    assert manifest._commit() is None


@pytest.mark.parametrize("damaged", [b"env = ", b"env = '\xff'"])
def test_a_damaged_configuration_is_named(tmp_path, damaged):
    (tmp_path / "config.toml").write_bytes(damaged)
    with pytest.raises(WrongUse, match=r"config.toml: damaged \(.*\); expected the TOML"):
        _ = Run(tmp_path).config
