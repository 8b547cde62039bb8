import pytest

from playout.cli.main import main


@pytest.mark.parametrize(
    ("argv", "said"),
    [(["tutors"], "bargaining"), (["bargaining", "--data", "nowhere"], "craigslistbargain-")],
)
def test_wrong_use(argv, said, capsys):
    assert main(["fit", *argv]) == 2
    assert said in capsys.readouterr().err
