import pytest

from playout.cli.main import main


@pytest.mark.parametrize("name", ["rlhs", "assistance-zero", "ppdpp", "dyna-mind"])
@pytest.mark.parametrize("seeds", ["0", "-1"])
def test_no_seeds_are_refused(name, seeds, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["experiment", name, "--seeds", seeds, "--out", str(out)]) == 2
    assert f"--seeds: expected at least 1, got {seeds}" in capsys.readouterr().err
    assert not out.exists()
