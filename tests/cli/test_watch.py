import os
import subprocess
import sys

import pytest

from playout.cli.main import main
from playout.cli.watch import Options, _load, run
from playout.core import WrongUse
from playout.evaluation.report.replay import Replayer
from playout.rollouts.runs import AgentSpec, RolloutConfig, rollout
from playout.rollouts.store import Run

WORLD = "playout/SokobanText-6x6-1box-v0"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "run"
    agents = {"agent": AgentSpec(name="expert")}
    rollout(RolloutConfig(env=WORLD, agents=agents, episodes=2, seed=5), out=out)
    return out


def test_a_pipe_gets_the_whole_episode(folder, capsys):
    assert main(["watch", str(folder), "--episode", "1"]) == 0
    shown = capsys.readouterr().out
    stored = Run(folder).episode(1)
    assert "episode 1  seed 6  expert  solved" in shown
    _, *moments = shown.split("\n\nstep ")
    assert len(moments) == len(stored["steps"]) + 1
    assert "@" in shown
    for step, moment in zip(stored["steps"], moments[1:], strict=True):
        assert f"agent: {step['action']}" in moment
    assert f"return {stored['outcome']['return']:.3g}" in moments[-1]


def test_moments_carry_the_return_so_far(folder):
    with Replayer(most=1) as replayer:
        episode, moments = _load(Run(folder), 0, replayer)
    assert [moment.step for moment in moments] == list(range(len(episode["steps"]) + 1))
    assert moments[-1].total == pytest.approx(episode["outcome"]["return"])
    assert "solved" in moments[-1].did
    assert all(moment.frame is not None for moment in moments)


def test_imagined_futures_stand_beside_what_happened(tmp_path, capsys):
    agents = {"agent": AgentSpec(name="resim", options={"rollouts": 1, "horizon": 2, "branches": 2})}
    out = tmp_path / "run"
    given = {"format": "words", "max_steps": 2}
    run = rollout(RolloutConfig(env=WORLD, env_kwargs=given, agents=agents, episodes=1), out=out)
    (step, *_) = run.episode(0)["steps"]
    assert main(["watch", str(out)]) == 0
    shown = capsys.readouterr().out
    for future in step["futures"]:
        told = ", ".join(f"{a} {s}" for a, s in zip(future["do"], future["see"], strict=True))
        assert f"imagined: {told}; worth {future['value']}" in shown


@pytest.mark.parametrize(
    ("options", "said"),
    [({"episode": 9}, "no episode 9"), ({"fps": 0.0}, "fps"), ({"run": "x"}, "not a run")],
)
def test_wrong_use_is_refused(folder, options, said):
    with pytest.raises(WrongUse, match=said):
        run(Options(**{"run": folder, **options}))


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminal")
def test_a_terminal_gets_a_player_with_keys(folder):
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "playout", "watch", str(folder), "--fps", "0.01"]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "xterm-256color"}
    )
    os.close(theirs)
    shown = _read_until(ours, b"step 0 of")
    os.write(ours, b"\x1b[C")
    shown += _read_until(ours, b"step 1 of")
    assert b"paused" in shown
    os.write(ours, b"n")
    _read_until(ours, b"episode 1")
    os.write(ours, b"q")
    _read_until(ours, None)
    assert process.wait(20) == 0


def _read_until(terminal: int, mark: bytes | None) -> bytes:
    seen = b""
    while mark is None or mark not in seen:
        try:
            seen += os.read(terminal, 65536)
        except OSError:  # the other side has closed
            assert mark is None, seen[-2000:]
            break
    return seen
