import json

from playout.cli.main import main
from playout.envs.registration import CATALOGUE


def test_json_is_one_array_of_rows(capsys):
    assert main(["list", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [row["id"] for row in rows] == list(CATALOGUE)
    assert all(set(row) == {"id", "api", "world", "language", "vectorised"} for row in rows)


def test_the_table_has_every_id_in_full(capsys):
    assert main(["list"]) == 0
    printed = capsys.readouterr()
    assert all(entry in printed.out for entry in CATALOGUE)
    assert "playout play" in printed.err
