import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("trl")

from playout.cli.main import main
from playout.cli.train import _use

sys.path.insert(0, str(Path(__file__).parent.parent / "training"))
WORLD = "lamps:test/Lamps-v0"
SFT = ["train", "sft", WORLD, "--model", "new:tiny", "--episodes", "30", "--epochs", "2"]
GRPO = ["train", "grpo", WORLD, "--group", "2", "--levels", "2", "--iterations", "2"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "sft"
    given = ["--agent-option", "context=chat", "history=4", "--numbered", "--slips", "0.1", "--read", "0.5"]
    assert main([*SFT, *given, "--out", str(out)]) == 0
    return out


def printed(capsys):
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_a_decoder_learns_from_the_expert_then_from_rewards_then_plays(trained, tmp_path, capsys):
    out = tmp_path / "grpo"
    assert main([*GRPO, "--model", str(trained), "--out", str(out), "--json"]) == 0
    row = printed(capsys)
    assert row["iteration"] == 2
    assert 0 <= row["success"] <= 1
    for run in (trained, out):
        assert main(["eval", WORLD, "--agent", str(run), "--episodes", "4", "--seed", "90", "--json"]) == 0
        summary = printed(capsys)
        assert summary["episodes"] == 4
        assert summary["success"]["mean"] is not None


def test_a_world_model_is_learnt_and_searched_in(tmp_path, capsys):
    out, policy = tmp_path / "model", "random"
    argv = ["train", "world-model", WORLD, "--model", "new:tiny", "--transitions", "30", "--epochs", "1"]
    assert main([*argv, "--out", str(out), "--json"]) == 0
    assert printed(capsys)["step"] > 0
    options = [f"world_model={out}", f"policy={policy}", "rollouts=1", "horizon=1", "depth=1"]
    argv = ["eval", WORLD, "--agent", "resim", "--agent-option", *options, "--episodes", "2", "--json"]
    assert main(argv) == 0
    assert printed(capsys)["episodes"] == 2


def test_it_says_how_to_evaluate(trained, tmp_path, capsys):
    out = tmp_path / "grpo"
    argv = [*GRPO, "--model", str(trained), "--out", str(out)]
    assert main([*argv, "--env", "max_steps=4", "--env", "broken=-2"]) == 0
    assert f"playout eval {WORLD} --env max_steps=4 broken=-2 --agent {out}" in capsys.readouterr().err
    # A world model is no agent.
    assert _use(WORLD, out, agent=False).endswith(f"--agent resim --agent-option world_model={out}")


def test_resume_goes_on_and_a_run_in_the_way_is_refused(trained, tmp_path, capsys):
    argv = [*GRPO, "--model", str(trained), "--out", str(tmp_path / "grpo")]
    assert main(argv) == 0
    capsys.readouterr()
    assert main(argv) == 2
    assert str(tmp_path / "grpo") in capsys.readouterr().err
    assert main([*argv, "--resume", "--json"]) == 0
    assert printed(capsys)["iteration"] == 2


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([*SFT, "--noise", "2"], "noise and slips from 0 to 1"),
        (["train", "sft", "playout/Sokoba-v0"], "Sokoba"),
        ([*SFT, "--model", "new:huge"], "new:huge"),
        ([*SFT, "--env", "colour=red"], "colour"),
        ([*SFT, "--epochs", "0"], "epochs"),
        ([*GRPO, "--model", "new:tiny"], "expected a run that trained one"),
        ([*GRPO, "--model", "runs/none"], "runs/none"),
        ([*GRPO, "--model", "x", "--group", "1"], "group >= 2"),
        (GRPO, "--model"),
    ],
)
def test_wrong_use_is_one_readable_line(argv, said, tmp_path, capsys):
    try:
        code = main([*argv, "--out", str(tmp_path / "run")])
    except SystemExit as error:
        code = error.code
    assert code == 2
    assert said in capsys.readouterr().err


def test_a_decoder_learns_to_simulate_then_from_what_its_plans_lead_to(tmp_path, capsys):
    first, out = tmp_path / "resim", tmp_path / "dyna"
    argv = ["train", "resim", WORLD, "--model", "new:tiny", "--states", "20", "--epochs", "1", "--depth", "2"]
    assert main([*argv, "--refine", "0.5", "--out", str(first), "--json"]) == 0
    assert printed(capsys)["step"] > 0
    argv = ["train", "dyna-grpo", WORLD, "--model", str(first), "--group", "2", "--levels", "2"]
    assert main([*argv, "--iterations", "2", "--no-stripped", "--out", str(out), "--json"]) == 0
    assert printed(capsys)["iteration"] == 2
    for run in (first, out):
        assert main(["eval", WORLD, "--agent", str(run), "--episodes", "2", "--json"]) == 0
        assert printed(capsys)["episodes"] == 2
