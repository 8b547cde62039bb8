import json

from playout.cli.main import main


def _report(capsys):
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def test_a_working_installation_passes(capsys, monkeypatch):
    monkeypatch.delenv("PLAYOUT_DATA", raising=False)
    assert main(["doctor", "--json"]) == 0
    report = _report(capsys)
    assert {"python", "numba", "gpu", "level cache", "data", "model smollm2", "terminal"} <= set(report)
    assert report["compiled rules"]["state"] == "ok"
    assert report["data"]["state"] == "missing"
    extras = {topic: item for topic, item in report.items() if topic.startswith("extra ")}
    assert "extra play" in extras
    for topic, item in extras.items():
        name = topic.removeprefix("extra ")
        assert item["state"] == "ok" or item["advice"] == f"pip install 'playout[{name}]'"


def test_data_is_listed_and_a_wrong_folder_fails(capsys, monkeypatch, tmp_path):
    (tmp_path / "boxoban").mkdir()
    monkeypatch.setenv("PLAYOUT_DATA", str(tmp_path))
    assert main(["doctor", "--json"]) == 0
    assert _report(capsys)["data"]["found"].endswith("boxoban")
    monkeypatch.setenv("PLAYOUT_DATA", str(tmp_path / "nowhere"))
    assert main(["doctor"]) == 1
    printed = capsys.readouterr()
    assert "is not a folder" in printed.out
    assert "broken: data" in printed.err
